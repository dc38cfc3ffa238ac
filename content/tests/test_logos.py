"""The shop's logo where it must come along: in e-mails and in documents."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.images import ImageFile
from django.template.loader import render_to_string
from PIL import Image

from content.models import Picture, ShopSettings
from content.templatetags.logos import logo_for_document
from content.tests.factories import make_picture, set_up_shop

pytestmark = pytest.mark.django_db


def shop_with_logo() -> ShopSettings:
    return set_up_shop(name="Bower & Sons", logo=make_picture("Logo"))


def test_logo__stands_in_an_e_mail_with_its_whole_address() -> None:
    html = render_to_string("content/mail/brand.html", {"shop": shop_with_logo()})
    assert 'src="http://' in html
    assert 'alt="Bower &amp; Sons"' in html
    assert 'width="40" height="50"' in html


def test_logo__of_a_document_comes_with_it() -> None:
    assert logo_for_document(shop_with_logo()).startswith("data:image/png;base64,")


def test_logo__of_a_document_is_one_that_documents_take() -> None:
    """Whatever was uploaded: WeasyPrint is given PNG."""
    data = BytesIO()
    Image.new("RGB", (40, 50), "navy").save(data, "WEBP")
    logo = Picture.objects.create(title="Logo", file=ImageFile(data, name="logo.webp"))

    assert logo_for_document(set_up_shop(logo=logo)).startswith("data:image/png;base64,iVBOR")


def test_logo__that_is_missing_or_lost_leaves_the_name() -> None:
    assert logo_for_document(set_up_shop(name="Bower")) == ""
    shop = shop_with_logo()
    assert shop.logo is not None
    shop.logo.file.storage.delete(shop.logo.file.name)
    assert logo_for_document(shop) == ""
    assert "Bower &amp; Sons" in render_to_string("content/mail/brand.html", {"shop": shop})


def test_logo__is_printed_on_a_document_and_nothing_else_is_fetched() -> None:
    from checkout import pdf

    logo = logo_for_document(shop_with_logo())
    html = '<html lang="en"><title>x</title><body><img src="{}" alt="Bower"></body></html>'
    with_logo = pdf.render(html.format(logo))
    assert b"/Subtype /Image" in with_logo
    assert b"/Subtype /Image" not in pdf.render(html.format("https://example.com/x.png"))
