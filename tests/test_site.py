"""Promises of the whole site."""

from __future__ import annotations

import re
import site
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from wagtail.admin.icons import get_icons
from wagtail.models import Locale, Page, PageViewRestriction, get_page_models

from accounts.tests.factories import make_user
from checkout.tests.factories import make_method, make_order
from content.slugs import RESERVED_SLUGS
from content.tests.factories import default_site
from home.models import ArticleIndexPage, ArticlePage, HomePage, LandingPage, TextPage
from home.tests.factories import make_article, make_landing_page, make_text_page
from products.models import CategoryPage, ProductPage
from products.tests.factories import make_category, make_product

ROOT = Path(__file__).resolve().parents[1]
APPS = ("accounts", "basket", "checkout", "content", "home", "products", "search", "site")


# --- The house ------------------------------------------------------------------------------


def test_site_folder__is_no_package() -> None:
    """The standard library owns the name, and imports it before anything of ours."""
    assert not (ROOT / "site" / "__init__.py").exists()
    assert (ROOT / "site" / "bowerbird" / "__init__.py").exists()
    assert site.__file__ is not None
    assert ROOT not in Path(site.__file__).parents


@pytest.mark.django_db
def test_migrations__none_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_icons__of_the_admin_are_all_drawn() -> None:
    """An unknown name leaves a hole where the icon should be, and nothing says so."""
    drawn = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))
    named: set[str] = set()
    for file in (file for app in APPS for file in ROOT.glob(f"{app}/**/*.py")):
        if "tests" not in file.parts:
            named |= set(re.findall(r'icon(?:_name)?\s*=\s*"([a-z][\w-]*)"', file.read_text()))
    for file in ROOT.glob("templates/**/*.html"):
        named |= set(re.findall(r'{% icon name="([\w-]+)"', file.read_text()))
    assert {"form", "warning"} <= named
    assert named - drawn == set()


# --- Addresses ------------------------------------------------------------------------------


def first_segments(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        route = str(pattern.pattern).lstrip("^")
        if isinstance(pattern.pattern, LocalePrefixPattern):
            assert isinstance(pattern, URLResolver)
            yield from first_segments(pattern.url_patterns)
        elif route and getattr(pattern, "name", None) != "wagtail_serve":
            yield route.split("/")[0]  # the pages themselves aside


def test_reserved_slugs__hold_the_first_segment_of_every_address_of_ours() -> None:
    segments = set(first_segments(get_resolver().url_patterns))
    assert {"admin", "basket", "checkout", "search", "account", "healthz"} <= segments
    assert segments <= RESERVED_SLUGS


def test_reserved_slugs__hold_the_files_and_what_only_development_has() -> None:
    urls = (django_settings.STATIC_URL, django_settings.MEDIA_URL)
    assert {url.strip("/") for url in urls} | {"styleguide", "api"} <= RESERVED_SLUGS


# --- Health ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_healthz__says_that_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"database": "ok"})
    assert "no-store" in response.headers["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.django_db
def test_healthz__without_a_database_is_503_and_tells_no_secrets(client: Client) -> None:
    def lost(*args: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.5 failed for user shop")

    with connection.execute_wrapper(lost):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": "unreachable"})


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "status"), [("head", 200), ("post", 405), ("delete", 405)])
def test_healthz__only_reads(client: Client, method: str, status: int) -> None:
    assert getattr(client, method)("/healthz").status_code == status


# --- Pages ----------------------------------------------------------------------------------


@pytest.fixture
def shop() -> dict[type[Page], Page]:
    """A page of every kind."""
    landing, text = make_landing_page("A story"), make_text_page("Terms")
    article = make_article("How to hang")
    category = make_category("Prints")
    product = make_product("Satin Flow", sku="FLOW", category=category)
    return {
        HomePage: HomePage.objects.get(depth=2),
        LandingPage: landing,
        TextPage: text,
        ArticleIndexPage: ArticleIndexPage.objects.get(),
        ArticlePage: article,
        CategoryPage: category,
        ProductPage: product,
    }


def headings(body: str) -> list[str]:
    return re.findall(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)


def assert_sound(body: str) -> None:
    """One main heading, one main part, a language, a title, no id twice, nothing inline."""
    assert len(headings(body)) == 1
    assert headings(body)[0].strip()
    assert len(re.findall(r"<main[ >]", body)) == 1
    assert re.search(r'<html lang="[a-z]{2}"', body)
    assert re.search(r"<title>\s*\S", body)
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert sorted(ids) == sorted(set(ids))
    assert not re.search(r"<style[ >]|<[^>]+\s(style|on[a-z]+)=", body)
    scripts = re.findall(r"<script([^>]*)>", body)
    assert [one for one in scripts if "src=" not in one and "json" not in one] == []


@pytest.mark.django_db
def test_page_types__are_all_known_here(shop: dict[type[Page], Page]) -> None:
    assert {model for model in get_page_models() if model is not Page} == set(shop)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in get_page_models() if model is not Page])
def test_page__is_sound(client: Client, shop: dict[type[Page], Page], model: type[Page]) -> None:
    response = client.get(shop[model].get_url() or "")
    assert response.status_code == 200
    assert_sound(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/search/",
        "/search/?q=satin",
        "/search/?q=nothing-like-it",
        "/basket/",
        "/account/login/",
        "/account/signup/",
        "/account/password/reset/",
    ],
)
def test_view__is_sound(client: Client, shop: dict[type[Page], Page], path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert_sound(response.content.decode())


@pytest.mark.django_db
def test_way_to_the_order__is_sound(client: Client, shop: dict[type[Page], Page]) -> None:
    make_method()
    client.post(f"/basket/add/{shop[ProductPage].pk}/")
    order = make_order({"FLOW": 1})
    for path in ("/basket/", "/checkout/", order.get_absolute_url()):
        response = client.get(path)
        assert response.status_code == 200, path
        assert_sound(response.content.decode())


@pytest.mark.django_db
def test_account__is_sound(client: Client, shop: dict[type[Page], Page]) -> None:
    client.force_login(make_user())
    for path in ("/account/", "/account/email/", "/account/password/change/", "/account/logout/"):
        response = client.get(path)
        assert response.status_code == 200, path
        assert_sound(response.content.decode())


@pytest.mark.django_db
def test_page__in_german_is_sound(client: Client, shop: dict[type[Page], Page]) -> None:
    german = Locale.objects.create(language_code="de")
    page = shop[ProductPage].copy_for_translation(german, copy_parents=True)
    page.save_revision().publish()
    response = client.get(page.get_url())
    assert response.status_code == 200
    assert '<html lang="de"' in response.content.decode()
    assert_sound(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/prints/nowhere/",
        "/de/nowhere/",
        "/search/nowhere/",
        "/basket/nowhere/",
        "/checkout/no-such-token/",
        "/%00/",
        "/" + "x" * 3000 + "/",
        "/..%2f..%2fetc/passwd/",
        "/wp-login.php",
    ],
)
def test_404__is_a_page_of_the_shop(
    client: Client, shop: dict[type[Page], Page], path: str
) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert_sound(response.content.decode())


@pytest.mark.django_db
def test_private_page__is_not_shown(client: Client, shop: dict[type[Page], Page]) -> None:
    PageViewRestriction.objects.create(page=shop[ProductPage], restriction_type="login")
    response = client.get(shop[ProductPage].get_url() or "")
    assert response.status_code == 302
    assert "/login/" in response.headers["Location"]


@pytest.mark.django_db
def test_sitemap__lists_what_the_public_may_see(
    client: Client, shop: dict[type[Page], Page]
) -> None:
    hidden = make_product("Hidden", category=CategoryPage.objects.get())
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    make_product("Draft", category=CategoryPage.objects.get()).unpublish()
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    found = re.findall(r"<loc>https?://[^/]+([^<]*)</loc>", response.content.decode())
    assert sorted(found) == [
        "/",
        "/a-story/",
        "/journal/",
        "/journal/how-to-hang/",
        "/prints/",
        "/prints/satin-flow/",
        "/terms/",
    ]


@pytest.mark.django_db
def test_default_site__has_a_front_page(client: Client) -> None:
    assert isinstance(default_site().root_page.specific, HomePage)
    assert client.get("/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:x", "a b", ""]
)
def test_host__unknown_is_refused(client: Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400
