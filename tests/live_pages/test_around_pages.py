"""What changes a page though nobody edits it: languages, aliases, time, files, addresses, sites."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, PageViewRestriction

from content.tasks import publish_scheduled
from content.tests.factories import default_site, make_picture
from home.tests.factories import make_landing_page, make_text_page
from products import stock
from products.models import MovementReason, ProductPage
from products.tests.factories import make_category, make_option, make_product, make_variant
from tests.live_pages.conftest import Commit, Reader
from tests.live_pages.test_what_pages_show import _rendered, change, reprice, republish

pytestmark = pytest.mark.django_db
Look = Callable[[str, Callable[[], Any]], tuple[str, str]]


@pytest.fixture
def look(reader: Reader, committed: Commit) -> Look:
    """At an address before and after a change; what was kept must be as fresh as what is not."""

    def at(address: str, act: Callable[[], Any]) -> tuple[str, str]:
        before = reader.see(address)
        assert reader.finds(address) == "hit"
        with committed():
            act()
        after = reader.see(address)
        assert after == _rendered(address)
        return before, after

    return at


def gone_from(reader: Reader, committed: Commit, address: str, act: Callable[[], Any]) -> Any:
    """What is answered where a kept page was."""
    reader.see(address)
    assert reader.finds(address) == "hit"
    with committed():
        act()
    return reader.get(address)


# --- Languages --------------------------------------------------------------------------------


@pytest.fixture
def flow(db: None) -> ProductPage:
    """In English and German; so is what is above it."""
    small, _ = make_option("Size", "Small", "Large")
    prints = make_category("Prints")
    page = make_product("Flow", category=prints, variants=[make_variant("FLOW", "24.00", small)])
    german = Locale.objects.create(language_code="de")
    republish(page.copy_for_translation(german, copy_parents=True), title="Fluss", live=True)
    return page


def in_german(page: Page) -> Any:
    return page.get_translation(Locale.objects.get(language_code="de"))


def test_translation__shows_what_belongs_to_its_source(flow: ProductPage, look: Look) -> None:
    address = in_german(flow).url
    assert address.startswith("/de/")
    before, after = look(address, lambda: reprice("FLOW", "21.50"))
    assert ("24,00" in before, "21,50" in after, "24,00" in after) == (True, True, False)
    before, after = look(address, lambda: stock.count("FLOW", 0, MovementReason.COUNTED))
    assert before != after


def test_translation__of_a_value_is_shown_once_it_is_there(flow: ProductPage, look: Look) -> None:
    size = flow.variants.get().option_1.option
    german = Locale.objects.get(language_code="de")

    def translate() -> None:
        translated = size.copy_for_translation(german)
        for value in translated.values.all():
            value.name = {"Small": "Klein"}.get(value.name, value.name)
        translated.save()

    before, after = look(in_german(flow).url, translate)
    assert ("Small" in before, "Klein" in after) == (True, True)


def test_translation__comes_into_the_menu_and_goes(flow: ProductPage, look: Look) -> None:
    home = in_german(default_site().root_page).url
    cards = make_category("Cards")
    german = Locale.objects.get(language_code="de")
    draft = cards.copy_for_translation(german)

    _, after = look(home, lambda: republish(draft, title="Karten"))
    assert "Karten" in after
    before, after = look(home, lambda: in_german(cards).unpublish())
    assert ("Karten" in before, "Karten" in after) == (True, False)


def test_translation__is_what_a_link_leads_to_while_it_is_there(
    flow: ProductPage, look: Look
) -> None:
    story = make_landing_page("Story", body=json.dumps([{"type": "mention", "value": flow.pk}]))
    german = Locale.objects.get(language_code="de")
    republish(story.copy_for_translation(german), live=True)
    before, after = look(in_german(story).url, lambda: in_german(flow).unpublish())
    assert ("Fluss" in before, "Fluss" in after) == (True, False)


def test_translation__that_is_unpublished_is_gone(
    flow: ProductPage, reader: Reader, committed: Commit
) -> None:
    page = in_german(flow)
    assert gone_from(reader, committed, page.url, page.unpublish).status_code == 404


def test_alias__shows_what_its_source_says(look: Look, reader: Reader, committed: Commit) -> None:
    terms = make_text_page("Terms", introduction="The small print.")
    alias = terms.create_alias(parent=make_category("Prints"))
    before, after = look(alias.url, lambda: republish(terms, introduction="In large print."))
    assert ("small print" in before, "In large print." in after) == (True, True)
    unpublished = gone_from(reader, committed, alias.url, lambda: _anew(terms).unpublish())
    assert unpublished.status_code == 404


# --- Time -------------------------------------------------------------------------------------


def test_scheduled_page__is_in_the_listing_once_it_is_published(look: Look) -> None:
    prints = make_category("Prints")
    page = make_product("Swell", category=prints, live=False)

    def come() -> None:
        page.go_live_at = timezone.now() + timedelta(hours=1)
        page.save_revision().publish()
        revision, past = _anew(page).scheduled_revision, timezone.now() - timedelta(minutes=1)
        content = {**revision.content, "go_live_at": past.isoformat()}
        change(revision, content=content, approved_go_live_at=past)
        publish_scheduled()

    before, after = look(prints.url, come)
    assert ("Swell" in before, "Swell" in after) == (False, True)


def test_page_that_expires__is_not_kept_for_longer(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    page = make_product("Flow", expire_at=soon)
    reader.see(page.url)
    assert reader.finds(page.url) == "hit"
    monkeypatch.setattr("content.live_pages.copies.time", lambda: soon.timestamp())
    assert reader.finds(page.url) != "hit"


def test_page_that_expired__is_gone_from_the_listing(look: Look) -> None:
    prints = make_category("Prints")
    page = make_product("Flow", category=prints)

    def expire() -> None:
        republish(page, expire_at=timezone.now() + timedelta(hours=1))
        ProductPage.objects.filter(pk=page.pk).update(expire_at=timezone.now())
        publish_scheduled()

    before, after = look(prints.url, expire)
    assert ("Flow" in before, "Flow" in after) == (True, False)


# --- Files ------------------------------------------------------------------------------------


def test_picture__that_is_replaced_is_shown(look: Look) -> None:
    picture = make_picture("Waves")
    value = {"picture": {"image": picture.pk, "decorative": True, "alt_text": ""}}
    story = make_landing_page("Story", body=json.dumps([{"type": "picture", "value": value}]))

    def replace() -> None:
        other = make_picture("Other", colour="orange")
        picture.file, picture.file_hash = other.file, ""
        picture._set_image_file_metadata()
        picture.save()
        picture.renditions.all().delete()  # as Wagtail's form does

    before, after = look(story.url, replace)
    assert before != after


def test_document__that_is_replaced_is_linked(look: Look) -> None:
    file = ContentFile(b"%PDF", "sizes.pdf")
    document = get_document_model().objects.create(title="Sizes", file=file)
    link = f'<p><a linktype="document" id="{document.pk}">size guide</a></p>'
    story = make_landing_page("Story", body=json.dumps([{"type": "text", "value": link}]))
    newer = ContentFile(b"%PDF", "newer.pdf")
    before, after = look(story.url, lambda: change(document, file=newer))
    assert ("sizes" in before, "newer" in after) == (True, True)


# --- Addresses and sites ------------------------------------------------------------------------


def test_redirect__leads_on_once_the_page_is_gone(reader: Reader, committed: Commit) -> None:
    terms, other = make_text_page("Terms"), make_text_page("Other")

    def redirect() -> None:
        Redirect.objects.create(old_path="/terms", redirect_page=other)
        terms.unpublish()

    answer = gone_from(reader, committed, terms.url, redirect)
    assert (answer.status_code, answer["Location"]) == (301, other.url)


def test_site__with_another_front_page_shows_that(look: Look) -> None:
    before = default_site().root_page
    other = before.copy(update_attrs={"title": "Elsewhere", "slug": "elsewhere"})
    _, after = look("/", lambda: change(default_site(), root_page=other))
    assert "Elsewhere" in after


def test_site__of_another_name_has_the_page_too(reader: Reader, committed: Commit) -> None:
    terms = make_text_page("Terms")
    address = terms.url
    answer = gone_from(
        reader, committed, address, lambda: change(default_site(), hostname="shop.example")
    )
    assert answer.status_code == 200
    assert reader.was == "miss"


def test_page__below_one_that_became_private_is_nobody_s(reader: Reader, committed: Commit) -> None:
    prints = make_category("Prints")
    page = make_product("Flow", category=prints)

    def restrict() -> None:
        PageViewRestriction.objects.create(page=prints, restriction_type="login")

    answer = gone_from(reader, committed, page.url, restrict)
    assert answer.status_code == 302
    reader.get(page.url)
    assert reader.was not in ("hit", "miss")


def _anew(page: Page) -> Any:
    return page.specific_class.objects.get(pk=page.pk)
