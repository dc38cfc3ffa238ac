from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Locale, PageViewRestriction, Site

from content.context_processors import site_furniture
from content.models import FooterLink, ShopSettings
from content.navigation import Link, footer_links, main_menu
from content.tests.factories import set_up_shop
from products.models import CategoryPage
from products.tests.factories import make_category

pytestmark = pytest.mark.django_db


def request_to(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def address(page: CategoryPage) -> str:
    return f"http://localhost/{page.slug}/"


def make_footer_link(page: CategoryPage, order: int = 0) -> None:
    FooterLink.objects.create(settings=set_up_shop(), page=page, sort_order=order)


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


def test_footer__shows_its_links_in_order_and_only_live_ones() -> None:
    terms, imprint, draft = make_category("Terms"), make_category("Imprint"), make_category("Old")
    make_footer_link(terms, 2)
    make_footer_link(imprint, 1)
    make_footer_link(draft, 3)
    draft.unpublish()
    assert [link.title for link in footer_links(request_to("/"))] == ["Imprint", "Terms"]


def test_footer__link_of_a_deleted_page_is_gone() -> None:
    page = make_category("Terms")
    make_footer_link(page)
    page.delete()
    assert footer_links(request_to("/")) == []


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
    assert list(furniture["footer_links"]) == []


def test_shop__offers_bank_transfer_once_it_has_an_account() -> None:
    assert not ShopSettings().accepts_bank_transfer
    assert ShopSettings(bank_iban="DE89370400440532013000").accepts_bank_transfer
