"""Public forms carry no token: who posts is told by what the browser itself says of the form."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.tests.factories import PASSWORD, make_user
from products.models import ProductPage, Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

OURS = "http://testserver"
EVIL = "https://evil.example"
TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEF"
OTHER_TOKEN = TOKEN[::-1]


@pytest.fixture
def page() -> ProductPage:
    return make_product("Flow", sku="FLOW")


def post(
    page: ProductPage,
    headers: dict[str, str],
    *,
    cookie: str = "",
    token: str = "",
    secure: bool = False,
) -> Any:
    client = Client(enforce_csrf_checks=True)
    if cookie:
        client.cookies["csrftoken"] = cookie
    data = {"quantity": "1"} | ({"csrfmiddlewaretoken": token} if token else {})
    address = reverse("basket:add", args=[page.pk])
    return client.post(address, data, headers=headers, secure=secure)


def fetched(site: str, origin: str | None = None) -> dict[str, str]:
    headers = {"Sec-Fetch-Site": site}
    return headers | ({"Origin": origin} if origin is not None else {})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(fetched("same-origin"), id="fetched from our own page"),
        pytest.param(fetched("same-origin", OURS), id="as browsers do"),
        # Behind a proxy that changes the host. No script can set Sec-Fetch-Site; what is no
        # browser can forge it, but carries nobody's cookies.
        pytest.param(fetched("same-origin", EVIL), id="fetched from our own page, Origin unknown"),
        pytest.param({"Origin": OURS}, id="an older browser: Origin is ours"),
    ],
)
def test_post__from_our_own_page_is_accepted(page: ProductPage, headers: dict[str, str]) -> None:
    response = post(page, headers)
    assert (response.status_code, response.headers["Location"]) == (302, "/basket/")
    assert Session.objects.count() == 1
    assert "csrftoken" not in response.cookies


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="neither header"),
        pytest.param(fetched("cross-site"), id="cross-site"),
        pytest.param(fetched("cross-site", EVIL), id="cross-site from elsewhere"),
        pytest.param(fetched("cross-site", OURS), id="cross-site, whatever Origin says"),
        pytest.param(fetched("same-site"), id="same-site: a neighbour's subdomain"),
        pytest.param(fetched("same-site", "http://blog.testserver"), id="same-site, its Origin"),
        pytest.param(fetched("none"), id="none"),
        pytest.param(fetched(""), id="an empty Sec-Fetch-Site"),
        pytest.param(fetched("Same-Origin"), id="in capitals"),
        pytest.param(fetched("same-origin, cross-site"), id="two at once"),
        pytest.param(fetched("same-origin;x"), id="with something behind"),
        pytest.param({"Origin": EVIL}, id="Origin of another host"),
        pytest.param({"Origin": "null"}, id="Origin null: a sandboxed frame"),
        pytest.param({"Origin": ""}, id="an empty Origin"),
        pytest.param({"Origin": "https://testserver"}, id="wrong scheme"),
        pytest.param({"Origin": "http://testserver:8080"}, id="wrong port"),
        pytest.param({"Origin": "http://blog.testserver"}, id="a subdomain"),
        pytest.param({"Origin": "http://testserver.evil.example"}, id="our name as a part"),
        pytest.param({"Origin": "http://eviltestserver"}, id="our name at the end"),
        pytest.param({"Origin": "http://testserver@evil.example"}, id="our name as a user"),
        pytest.param({"Origin": "http://["}, id="broken"),
        pytest.param({"Referer": f"{OURS}/"}, id="only a Referer"),
    ],
)
def test_post__from_elsewhere_is_refused_and_changes_nothing(
    page: ProductPage, headers: dict[str, str]
) -> None:
    response = post(page, headers)
    assert response.status_code == 403
    assert not Session.objects.exists()
    assert "sessionid" not in response.cookies
    assert Sku.objects.get().reserved == 0


@pytest.mark.parametrize(
    ("headers", "cookie", "token", "status"),
    [
        pytest.param({}, TOKEN, TOKEN, 302, id="the right token"),
        pytest.param({}, TOKEN, OTHER_TOKEN, 403, id="another token"),
        pytest.param({}, TOKEN, "", 403, id="no token"),
        pytest.param({}, "", TOKEN, 403, id="no cookie"),
        pytest.param({}, TOKEN, "short", 403, id="no token at all"),
        pytest.param({"Origin": EVIL}, TOKEN, TOKEN, 403, id="the right token from elsewhere"),
        pytest.param({"Origin": "null"}, TOKEN, TOKEN, 403, id="the right token from a sandbox"),
        pytest.param(fetched("none"), TOKEN, TOKEN, 302, id="the right token, typed address"),
        pytest.param(
            fetched("cross-site", EVIL), TOKEN, TOKEN, 403, id="the right token, cross-site"
        ),
    ],
)
def test_post__of_an_unknown_browser_needs_django_s_token(
    page: ProductPage, headers: dict[str, str], cookie: str, token: str, status: int
) -> None:
    assert post(page, headers, cookie=cookie, token=token).status_code == status
    assert Session.objects.count() == (1 if status == 302 else 0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "https://testserver"}, 302, id="ours"),
        pytest.param(fetched("same-origin"), 302, id="fetched from our own page"),
        pytest.param({"Origin": OURS}, 403, id="ours, not encrypted"),
        pytest.param({}, 403, id="neither header"),
    ],
)
def test_post__over_https(page: ProductPage, headers: dict[str, str], status: int) -> None:
    assert post(page, headers, secure=True).status_code == status


def test_post__from_a_trusted_origin_is_accepted(page: ProductPage, settings: Settings) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://shop.example"]
    assert post(page, {"Origin": "https://shop.example"}).status_code == 302
    assert post(page, {"Origin": "https://blog.shop.example"}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/basket/empty/",
        "/basket/coupon/",
        "/checkout/",
        "/account/login/",
        "/account/signup/",
        "/account/logout/",
        "/account/password/reset/",
        "/account/password/change/",
        "/admin/login/",
    ],
)
def test_every_form__is_guarded(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_user()
    client.force_login(user)
    response = client.post(
        path,
        {"login": user.email, "password": PASSWORD},
        headers=fetched("cross-site", EVIL),
    )
    assert response.status_code == 403
    assert client.session["_auth_user_id"] == str(user.pk)


def test_refusal__is_a_page_that_says_what_to_do(page: ProductPage) -> None:
    response = post(page, {})
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<h1" in response.content.decode()


def test_webhook__needs_no_token_but_a_signature() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/checkout/webhooks/stripe/", "{}", content_type="application/json")
    assert response.status_code in (400, 404)


def test_reading__is_never_refused(page: ProductPage) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.get(page.get_url(), headers=fetched("cross-site", EVIL))
    assert response.status_code == 200
