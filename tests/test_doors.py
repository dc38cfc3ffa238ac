"""What a browser may do with our pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import Settings
from wagtail.documents import get_document_model

from accounts.tests.factories import make_user
from checkout.tests.factories import make_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

PUBLIC = ("/", "/basket/", "/search/?q=waves", "/account/login/", "/nowhere/")


def policy(response: Any) -> dict[str, str]:
    """The directives of its Content-Security-Policy, each with its sources."""
    directives = response.headers["Content-Security-Policy"].split(";")
    pairs = (directive.strip().partition(" ") for directive in directives)
    return {name: sources for name, _, sources in pairs}


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page__runs_nothing_inline_and_asks_nobody_else(client: Client, path: str) -> None:
    assert policy(client.get(path)) == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self' https://checkout.stripe.com",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page__is_not_framed_and_has_no_powers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(), " in headers["Permissions-Policy"]
    assert "geolocation=(), " in headers["Permissions-Policy"]


def test_admin__may_be_framed_by_itself_alone(client: Client) -> None:
    client.force_login(make_user("editor@example.com", "Editors"))
    response = client.get("/admin/")
    assert response.status_code == 200
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(response)["frame-ancestors"] == "'self'"
    assert policy(response)["script-src"] == "'self' 'unsafe-inline'"
    assert policy(response)["form-action"] == "'self'"


def test_preview__is_a_public_page_that_the_editor_may_frame(client: Client) -> None:
    page = make_product(sku="WAVES")
    order = make_order({"WAVES": 1})
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    response = client.get(f"/admin/orders/{order.pk}/as-sold/{order.lines.get().pk}/")
    assert page.title in response.content.decode()
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(response)["frame-ancestors"] == "'self'"


def test_admin__is_what_stands_below_its_own_address(client: Client) -> None:
    assert "script-src" not in policy(client.get("/administrator/"))


def test_order_page__is_kept_by_nobody(client: Client) -> None:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 1})
    response = client.get(order.get_absolute_url())
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="referrer" content="no-referrer">' in response.content.decode()


def test_sign_in__begins_a_new_session(client: Client) -> None:
    """Who planted a session in somebody's browser must not share it afterwards."""
    make_user("ada@example.com")
    make_product(sku="WAVES")
    session = client.session
    session["planted"] = True
    session.save()
    before = str(session.session_key)
    client.cookies["sessionid"] = before

    client.post(
        "/account/login/", {"login": "ada@example.com", "password": "a-long-enough-passphrase"}
    )

    assert "_auth_user_id" in client.session
    assert client.cookies["sessionid"].value != before
    assert not Client().session.exists(before)


@pytest.mark.parametrize("name", ["price-list.pdf", "words.txt", "numbers.csv"])
def test_document__is_handed_out_to_be_saved(client: Client, name: str) -> None:
    document = get_document_model().objects.create(title=name)
    document.file.save(name, ContentFile(b"<script>alert(1)</script>"))
    response = client.get(document.url)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "program.js", "page.xhtml"])
def test_document__that_a_browser_would_run_is_refused(client: Client, name: str) -> None:
    client.force_login(make_user("editor@example.com", "Editors"))
    upload = ContentFile(b"<script>alert(1)</script>", name=name)
    response = client.post("/admin/documents/add/", {"title": "A page", "file": upload})
    assert response.status_code == 200
    assert "is not allowed" in response.content.decode()
    assert not get_document_model().objects.exists()


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "https:evil.example", "/\\evil.example"]
)
def test_redirect_targets__are_our_own(client: Client, target: str) -> None:
    make_user("ada@example.com")
    product = make_product(sku="WAVES")
    added = client.post(f"/basket/add/{product.pk}/", {"quantity": "1", "next": target})
    signed_in = client.post(
        "/account/login/",
        {"login": "ada@example.com", "password": "a-long-enough-passphrase", "next": target},
    )
    assert (added.status_code, added.headers["Location"]) == (302, "/basket/")
    assert signed_in.status_code == 302
    assert signed_in.headers["Location"] == "/account/"


def test_links_in_mail__never_follow_the_host_header(
    client: Client, settings: Settings, mailoutbox: list[Any]
) -> None:
    settings.BASE_URL = "https://shop.example"
    make_user("ada@example.com")
    client.post(
        "/account/password/reset/",
        {"email": "ada@example.com"},
        headers={"Host": "localhost", "X-Forwarded-Host": "evil.example"},
    )
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
    assert "evil.example" not in mailoutbox[0].body
    assert "localhost" not in mailoutbox[0].body
