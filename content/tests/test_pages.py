from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import PageViewRestriction

from accounts.tests.factories import make_user
from content.slugs import RESERVED_SLUGS
from content.tests.factories import default_site
from home.models import LandingPage
from products.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db

RESERVED_AND_VALID = sorted(slug for slug in RESERVED_SLUGS if "." not in slug)


@pytest.mark.parametrize("slug", [*RESERVED_AND_VALID, "de", "en"])
def test_slug__of_the_shop_itself_is_refused_with_a_message(slug: str) -> None:
    page = LandingPage(title="A page", slug=slug)
    with pytest.raises(ValidationError) as refusal:
        default_site().root_page.add_child(instance=page)
    assert refusal.value.message_dict["slug"] == [
        f"“{slug}” is an address of the shop itself. Choose another slug."
    ]
    assert not LandingPage.objects.exists()


@pytest.mark.parametrize("slug", ["robots.txt", "sitemap.xml"])
def test_slug__of_a_file_is_no_slug_at_all(slug: str) -> None:
    page = LandingPage(title="A page", slug=slug)
    with pytest.raises(ValidationError) as refusal:
        default_site().root_page.add_child(instance=page)
    assert "slug" in refusal.value.message_dict


@pytest.mark.parametrize("slug", ["baskets", "my-basket", "search-party", "german", "d-e"])
def test_slug__that_only_looks_like_one_is_taken(client: Client, slug: str) -> None:
    page = LandingPage(title="A page", slug=slug)
    default_site().root_page.add_child(instance=page)
    assert client.get(f"/{slug}/").status_code == 200


def test_slug__made_from_the_title_is_refused_too() -> None:
    with pytest.raises(ValidationError) as refusal:
        default_site().root_page.add_child(instance=LandingPage(title="Search"))
    assert "address of the shop itself" in str(refusal.value)


def test_slug__changed_to_a_reserved_one_is_refused() -> None:
    page = make_category("Prints")
    page.slug = "basket"
    with pytest.raises(ValidationError):
        page.save_revision()
    page.refresh_from_db()
    assert page.slug == "prints"


def test_breadcrumbs__lead_here_from_the_front_page() -> None:
    inner = make_category("Large", parent=make_category("Prints"))
    product = make_product("Flow", category=inner)
    assert [page.title for page in product.breadcrumbs()] == ["Home", "Prints", "Large"]
    assert default_site().root_page.specific.breadcrumbs() == []


def test_breadcrumbs__leave_out_what_is_not_live() -> None:
    outer = make_category("Prints")
    product = make_product("Flow", category=make_category("Large", parent=outer))
    outer.unpublish()
    assert [page.title for page in product.breadcrumbs()] == ["Home", "Large"]


def test_private_page__asks_to_sign_in_at_the_one_door(client: Client) -> None:
    page = make_category("Vault")
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    response = client.get("/vault/", follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[-1][0].startswith("/account/login/?next=")


def test_page_of_a_group__is_refused_to_others_and_not_sent_round_in_a_circle(
    client: Client,
) -> None:
    page = make_category("Vault")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="groups")
    restriction.groups.set([Group.objects.create(name="Friends")])
    client.force_login(make_user("stranger@example.com"))
    assert client.get("/vault/", follow=True).status_code == 403
    client.force_login(make_user("friend@example.com", "Friends"))
    assert client.get("/vault/").status_code == 200


def test_page_with_a_password__asks_for_it_and_then_opens(client: Client) -> None:
    page = make_category("Vault")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="sesame")
    first = client.get("/vault/")
    assert first.status_code == 200
    assert 'type="password"' in first.content.decode()
    restriction = PageViewRestriction.objects.get()
    action = f"/_util/authenticate_with_password/{restriction.pk}/{page.pk}/"
    client.post(action, {"password": "wrong", "return_url": "/vault/"})
    assert 'type="password"' in client.get("/vault/").content.decode()
    opened = client.post(action, {"password": "sesame", "return_url": "/vault/"})
    assert (opened.status_code, opened.headers["Location"]) == (302, "/vault/")
    assert 'type="password"' not in client.get("/vault/").content.decode()
