from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Locale, PageViewRestriction, Site

from content.context_processors import site_furniture
from content.models import SOCIAL_ICONS, ShopSettings, SocialLink
from content.navigation import Column, Footer, Link, footer, main_menu
from content.tests.factories import set_up_shop
from home.tests.factories import make_text_page
from products.models import CategoryPage
from products.tests.factories import make_category

pytestmark = pytest.mark.django_db


def request_to(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def address(page: CategoryPage) -> str:
    return f"http://localhost/{page.slug}/"


def column(heading: str, *links: dict[str, Any]) -> tuple[str, Any]:
    empty = {"page": None, "url": "", "text": ""}
    return "column", {"heading": heading, "links": [{**empty, **link} for link in links]}


def columns() -> list[Column]:
    return footer(request_to("/")).columns


def test_menu__shows_what_asks_to_be_shown_in_the_editor_s_order() -> None:
    make_category("Prints")
    make_category("Cards")
    plain = make_category("Plain")
    CategoryPage.objects.filter(pk=plain.pk).update(show_in_menus=False)
    make_category("Below", parent=make_category("Books"))
    links = main_menu(request_to("/cards/a-card/"))
    assert [(link.title, link.current) for link in links] == [
        ("Prints", False),
        ("Cards", True),
        ("Books", False),
    ]


def test_menu__leaves_out_what_the_public_may_not_see() -> None:
    make_category("Prints")
    make_category("Draft").unpublish()
    PageViewRestriction.objects.create(page=make_category("Vault"), restriction_type="login")
    assert [link.title for link in main_menu(request_to("/"))] == ["Prints"]


def test_menu__is_in_the_language_of_the_reader() -> None:
    german = Locale.objects.create(language_code="de")
    page = make_category("Prints").copy_for_translation(german, copy_parents=True)
    page.title = "Drucke"
    page.save_revision().publish()
    with translation.override("de"):
        assert [link.title for link in main_menu(request_to("/de/"))] == ["Drucke"]
    assert [link.title for link in main_menu(request_to("/"))] == ["Prints"]


def test_menu__without_a_site_is_empty() -> None:
    Site.objects.all().delete()
    assert main_menu(request_to("/")) == []


def test_footer__shows_its_columns_in_order_with_own_words_or_the_page_s_title() -> None:
    prints, cards = make_category("Prints"), make_category("Cards")
    elsewhere = {"url": "https://example.com/", "text": "Wholesale"}
    set_up_shop(
        footer=[
            column("Shop", {"page": cards}, {"page": prints, "text": "On paper"}),
            column("Bower", elsewhere),
        ]
    )
    assert columns() == [
        Column("Shop", [Link("Cards", "/cards/"), Link("On paper", "/prints/")]),
        Column("Bower", [Link("Wholesale", "https://example.com/")]),
    ]


def test_footer__leaves_out_what_is_unpublished_deleted_or_empty() -> None:
    kept, draft, gone = make_category("Kept"), make_category("Draft"), make_category("Gone")
    set_up_shop(
        footer=[
            column("Some", {"page": draft}, {"page": gone}, {"page": kept}, {}),
            column("None", {"page": draft}),
        ]
    )
    draft.unpublish()
    gone.delete()
    assert columns() == [Column("Some", [Link("Kept", "/kept/")])]


def test_footer__names_the_legal_pages_each_once_and_only_live_ones() -> None:
    terms, privacy = make_text_page("Terms"), make_text_page("Privacy")
    draft = make_text_page("Withdrawal")
    draft.unpublish()
    set_up_shop(
        terms_page=terms, privacy_page=privacy, withdrawal_page=draft, delivery_page=privacy
    )
    legal = footer(request_to("/terms/")).legal
    assert legal == [Link("Privacy", "/privacy/"), Link("Terms", "/terms/", current=True)]


def test_footer__is_in_the_language_of_the_reader() -> None:
    german = Locale.objects.create(language_code="de")
    terms = make_text_page("Terms")
    set_up_shop(terms_page=terms, footer=[column("Shop", {"page": terms})])
    page = terms.copy_for_translation(german, copy_parents=True)
    page.title = "AGB"
    page.save_revision().publish()
    with translation.override("de"):
        shown = footer(request_to("/de/"))
    assert [link.title for link in (*shown.columns[0].links, *shown.legal)] == ["AGB", "AGB"]


@pytest.mark.parametrize(
    ("name", "url", "icon"),
    [
        ("Instagram", "https://www.instagram.com/bower", "instagram"),
        ("Mastodon", "https://social.example/@bower", "mastodon"),
        ("Videos", "https://www.youtube.com/@bower", "youtube"),
        ("Our forum", "https://forum.example/", "external"),
    ],
)
def test_social_link__has_the_icon_of_its_place(name: str, url: str, icon: str) -> None:
    assert SocialLink(name=name, url=url).icon == icon


def test_social_link__has_an_icon_that_exists() -> None:
    for icon in {*SOCIAL_ICONS.values(), "external"}:
        get_template(f"icons/{icon}.svg")


def test_footer__on_a_page_shows_legal_pages_and_profiles(client: Client) -> None:
    shop = set_up_shop(terms_page=make_text_page("Terms & more"))
    SocialLink.objects.create(settings=shop, name="Pinterest", url="https://pinterest.example/b")
    body = client.get("/").content.decode()
    assert '<a href="/terms-more/">Terms &amp; more</a>' in body
    assert 'href="https://pinterest.example/b" rel="me"' in body


def test_link__is_not_current_without_an_address() -> None:
    assert Link("A", "").current is False


def test_furniture__is_looked_up_only_where_it_is_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    set_up_shop(name="Bower & Sons")
    with django_assert_num_queries(0):
        furniture = site_furniture(request_to("/"))
    assert furniture["shop"].name == "Bower & Sons"


def test_furniture__without_a_site_is_that_of_a_new_shop() -> None:
    Site.objects.all().delete()
    furniture = site_furniture(request_to("/"))
    assert furniture["shop"].name == ShopSettings().name == "Bower"
    assert list(furniture["menu"]) == []
    assert furniture["footer"] == Footer([], [], [])


def test_shop__offers_bank_transfer_once_it_has_an_account() -> None:
    assert not ShopSettings().accepts_bank_transfer
    assert ShopSettings(bank_iban="DE89370400440532013000").accepts_bank_transfer
