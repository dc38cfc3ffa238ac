"""One door for shoppers and staff: in, out, back in, and no further than one may."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

WRONG = "The email address and/or password you specified are not correct."


@pytest.fixture
def ada() -> User:
    return make_user("ada@example.com")


def sign_in(
    client: Client, login: str = "ada@example.com", password: str = PASSWORD, **more: str
) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


# --- Signing in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login",
    [
        "ada@example.com",
        "Ada@Example.com",
        "ADA@EXAMPLE.COM",
        pytest.param("  ada@example.com ", id="with spaces around"),
    ],
)
def test_sign_in__by_address_whatever_the_case(client: Client, ada: User, login: str) -> None:
    response = sign_in(client, login)
    assert (response.status_code, response.headers["Location"]) == (302, "/account/")
    assert who(client) == str(ada.pk)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        pytest.param("ada@example.com", "wrong-password", id="wrong password"),
        pytest.param("ada@example.com", PASSWORD.upper(), id="in capitals"),
        pytest.param("nobody@example.com", PASSWORD, id="unknown address"),
        pytest.param("ada@example.com", "x" * 10_000, id="very long"),
    ],
)
def test_sign_in__refused_with_the_same_words(
    client: Client, ada: User, login: str, password: str
) -> None:
    response = sign_in(client, login, password)
    assert response.status_code == 200
    body = response.content.decode()
    assert WRONG in body
    assert PASSWORD not in body
    assert who(client) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"login": "ada@example.com"}, id="no password"),
        pytest.param({"password": PASSWORD}, id="no address"),
        pytest.param({"login": "ada", "password": PASSWORD}, id="no address but a name"),
        pytest.param({"login": "ada@example.com\x00", "password": PASSWORD}, id="NUL in address"),
        pytest.param({"login": "ada@example.com", "password": "\x00"}, id="NUL in password"),
    ],
)
def test_sign_in__form_that_is_not_right_says_so(
    client: Client, ada: User, data: dict[str, str]
) -> None:
    response = client.post(reverse("account_login"), data)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert who(client) is None


def test_sign_in__of_a_locked_account_is_refused(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)
    response = sign_in(client)
    assert who(client) is None
    assert response.status_code in (200, 302)
    if response.status_code == 302:
        assert response.headers["Location"] == reverse("account_inactive")


@pytest.mark.parametrize(
    ("target", "location"),
    [
        pytest.param("/basket/", "/basket/", id="ours"),
        pytest.param("https://evil.example/", "/account/", id="another host"),
        pytest.param("//evil.example/", "/account/", id="another host, without a scheme"),
        pytest.param("javascript:alert(1)", "/account/", id="a script"),
    ],
)
def test_sign_in__leads_on_only_to_our_own_host(
    client: Client, ada: User, target: str, location: str
) -> None:
    response = sign_in(client, next=target)
    assert (response.status_code, response.headers["Location"]) == (302, location)


def test_sign_out__only_by_post(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.get(reverse("account_logout")).status_code == 200
    assert who(client) == str(ada.pk)
    response = client.post(reverse("account_logout"))
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert who(client) is None


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_email"]
)
def test_form__has_one_heading_and_a_label_for_every_field(
    client: Client, ada: User, name: str
) -> None:
    if name == "account_email":
        client.force_login(ada)
    body = client.get(reverse(name)).content.decode()
    assert body.count("<h1") == 1
    shown = re.findall(r'<input[^>]*type="(?:email|password|text)"[^>]*id="([^"]+)"', body)
    assert shown
    for field in shown:
        assert f'for="{field}"' in body or "aria-label" in body


# --- Signing up -----------------------------------------------------------------------------


def sign_up(client: Client, email: str = "new@example.com", password: str = PASSWORD) -> Any:
    return client.post(reverse("account_signup"), {"email": email, "password1": password})


def code_in(text: str) -> str:
    match = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.MULTILINE)
    assert match is not None, text
    return match[1]


def test_sign_up__asks_for_the_code_that_was_mailed(client: Client) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    (message,) = mail.outbox
    assert message.to == ["new@example.com"]
    assert who(client) is None
    code = code_in(str(message.body))

    page = client.get(reverse("account_email_verification_sent"))
    assert page.status_code == 200
    assert code not in page.content.decode()
    wrong = client.post(reverse("account_email_verification_sent"), {"code": "WRONG1"})
    assert wrong.status_code == 200
    assert who(client) is None

    client.post(reverse("account_email_verification_sent"), {"code": code})
    user = User.objects.get()
    assert who(client) == str(user.pk)
    assert EmailAddress.objects.get().verified
    assert not user.is_staff


def test_sign_up__answers_alike_for_a_known_address(client: Client, ada: User) -> None:
    unknown, known = sign_up(Client()), sign_up(client, "Ada@example.com")
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert [message.to for message in mail.outbox] == [["new@example.com"], ["ada@example.com"]]
    to_ada = str(mail.outbox[1].body)
    assert re.search(r"already", to_ada)
    assert User.objects.filter(email="ada@example.com").count() == 1
    assert ada.check_password(PASSWORD)
    assert who(client) is None
    page_of_known = client.get(reverse("account_email_verification_sent"))
    assert page_of_known.status_code == 200


def test_sign_up__of_a_known_address_does_not_change_its_password(
    client: Client, ada: User
) -> None:
    sign_up(client, "ada@example.com", "another-long-passphrase")
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        pytest.param("", PASSWORD, "email", id="no address"),
        pytest.param("nonsense", PASSWORD, "email", id="no address at all"),
        pytest.param("a@b\x00.example", PASSWORD, "email", id="NUL"),
        pytest.param("x" * 300 + "@example.com", PASSWORD, "email", id="too long an address"),
        pytest.param("new@example.com", "", "password1", id="no password"),
        pytest.param("new@example.com", "short", "password1", id="a short password"),
        pytest.param("new@example.com", "password12", "password1", id="a common password"),
        pytest.param("new@example.com", "1234567890123", "password1", id="digits only"),
        pytest.param("new@example.com", "new@example.com", "password1", id="the address itself"),
    ],
)
def test_sign_up__form_refused(client: Client, email: str, password: str, field: str) -> None:
    response = sign_up(client, email, password)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not User.objects.exists()
    assert mail.outbox == []


# --- A forgotten password -------------------------------------------------------------------


def test_password_reset__by_the_link_that_was_mailed(client: Client, ada: User) -> None:
    response = client.post(reverse("account_reset_password"), {"email": "ADA@example.com"})
    assert response.headers["Location"] == reverse("account_reset_password_done")
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    match = re.search(r"https?://\S+/account/password/reset/key/\S+", str(message.body))
    assert match is not None
    path = urlsplit(match[0]).path
    form = client.get(path, follow=True)
    assert form.status_code == 200
    assert form.content.decode().count("<h1") == 1
    new = "an-entirely-new-passphrase"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done.status_code == 302
    ada.refresh_from_db()
    assert ada.check_password(new)
    # The link works once.
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_password_reset__answers_alike_for_an_unknown_address(client: Client, ada: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


@pytest.mark.parametrize("key", ["1-set-password", "zz-c0ffee", "0-0", "9" * 30 + "-abc"])
def test_password_reset__with_a_made_up_link_shows_no_form(client: Client, key: str) -> None:
    response = client.get(f"/account/password/reset/key/{key}/", follow=True)
    assert response.status_code == 200
    assert 'name="password1"' not in response.content.decode()


# --- The way into the admin -----------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/", "/admin/pages/", "/admin/images/"])
def test_admin__leads_a_visitor_to_the_one_door(client: Client, path: str) -> None:
    response = client.get(path, follow=True)
    address, _status = response.redirect_chain[-1]
    assert address == f"/account/login/?next={path.replace('/', '%2F')}"
    assert response.status_code == 200


def test_admin_login__leads_to_the_one_door_with_its_target(client: Client) -> None:
    response = client.get("/admin/login/", {"next": "/admin/pages/"})
    assert response.headers["Location"] == "/account/login/?next=%2Fadmin%2Fpages%2F"
    response = client.get("/admin/login/")
    assert response.headers["Location"] == "/account/login/?next=%2Fadmin%2F"


@pytest.mark.parametrize("path", ["/admin/login/", "/_util/login/", "/de/_util/login/"])
def test_wagtail_s_own_door__does_not_take_a_password(client: Client, ada: User, path: str) -> None:
    response = client.post(path, {"username": "ada@example.com", "password": PASSWORD})
    assert response.status_code == 302
    assert who(client) is None


def test_admin__shopper_is_refused_and_not_sent_round_in_a_circle(
    client: Client, ada: User
) -> None:
    client.force_login(ada)
    for path in ("/admin/", "/admin/pages/", "/admin/login/", "/admin/login/?next=/admin/"):
        response = client.get(path, follow=True)  # Django's client raises at a circle
        assert response.status_code == 403, path
        assert len(response.redirect_chain) <= 1
    assert "<h1" in client.get("/admin/login/").content.decode()


def test_admin__staff_come_in_by_the_one_door(client: Client) -> None:
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    EmailAddress.objects.create(user=root, email=root.email, verified=True, primary=True)
    response = sign_in(client, "root@example.com", next="/admin/")
    assert response.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/password_reset/", "/admin/account/", "/admin/password_reset/done/"]
)
def test_admin__offers_no_second_way_back_in(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (302, 404)
    if response.status_code == 302:
        assert "login" in response.headers["Location"]


# --- Patience -------------------------------------------------------------------------------


def test_rate_limit__too_many_wrong_passwords(
    client: Client, ada: User, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    for _ in range(3):
        assert WRONG in sign_in(client, password="wrong-password").content.decode()
    response = sign_in(client)  # the right one, too late
    assert who(client) is None
    assert response.status_code == 200
    assert "Too many failed login attempts. Try again later." in response.content.decode()


@pytest.mark.parametrize(
    ("limit", "name", "data"),
    [
        pytest.param(
            "login",
            "account_login",
            {"login": "ada@example.com", "password": "wrong-password"},
            id="sign-in",
        ),
        pytest.param(
            "signup",
            "account_signup",
            {"email": "new@example.com", "password1": "short"},
            id="sign-up",
        ),
        pytest.param(
            "reset_password", "account_reset_password", {"email": "a@example.com"}, id="reset"
        ),
    ],
)
def test_rate_limit__too_many_from_one_place(
    client: Client, ada: User, settings: Settings, limit: str, name: str, data: dict[str, str]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {limit: "2/m/ip"}
    statuses = [client.post(reverse(name), data).status_code for _ in range(3)]
    assert statuses[:2] in ([200, 200], [302, 302])
    assert statuses[2] == 429
    assert client.get(reverse(name)).status_code == 200


def test_rate_limit__of_one_address_does_not_lock_out_another(
    client: Client, ada: User, settings: Settings
) -> None:
    make_user("ben@example.com")
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/5m/key"}
    for _ in range(3):
        sign_in(client, password="wrong-password")
    assert sign_in(Client(), "ben@example.com").status_code == 302


@pytest.mark.parametrize("login", ["ada@example.com", "nobody@example.com"])
def test_sign_in__costs_one_hash_whether_the_address_is_known_or_not(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    """Hashing is what takes time: an answer that came without it would tell who has an account."""
    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)

    client.post(reverse("account_login"), {"login": login, "password": "wrong-password"})

    assert hashed == ["wrong-password"]
