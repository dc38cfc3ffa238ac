"""Shop managers write the words of e-mails, look at them, and go back to the standard ones."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry

from accounts.tests.factories import make_user
from content import letters
from content.models import Wording
from content.tests.factories import set_up_shop

pytestmark = pytest.mark.django_db
WORDS = {
    "subject": "Off it goes: {number}",
    "heading": "Hooray, {name}",
    "opening": "It left us by {delivery}.",
    "closing": "Yours, <b>{shop}</b>",
}
URL = "/admin/letters/order-sent/en/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


def post(client: Client, button: str = "", **changes: str) -> Any:
    return client.post(URL, {**WORDS, **changes, **({button: ""} if button else {})})


def test_index__says_which_words_are_own(manager: Client) -> None:
    Wording.objects.create(letter="order-sent", language="de", subject="Los")

    rows = dict(manager.get(reverse("letters:index")).context["rows"])

    assert rows[letters.get("order-sent")] == [("en", "English", False), ("de", "Deutsch", True)]
    assert rows[letters.get("order-received")][1] == ("de", "Deutsch", False)


def test_form__shows_the_standard_words(manager: Client) -> None:
    html = manager.get(URL).content.decode()

    assert 'value="Your order {number} is on its way · {shop}"' in html
    for placeholder in ("{number}", "{name}", "{total}", "{delivery}", "{shop}"):
        assert f"<code>{placeholder}</code>" in html
    assert "Back to the standard words" not in html


def test_save__keeps_what_is_not_standard(manager: Client) -> None:
    letter = letters.get("order-sent")

    response = post(manager, heading=letter.standard("heading"), closing="")

    assert response.status_code == 302
    saved = Wording.objects.texts("order-sent", "en")
    assert saved == {
        "subject": WORDS["subject"],
        "heading": "",
        "opening": WORDS["opening"],
        "closing": "",
    }
    assert Wording.objects.texts("order-sent", "de") == {}
    assert Wording.objects.texts("order-received", "en") == {}
    assert ModelLogEntry.objects.get().user.email == "manager@example.com"


@pytest.mark.parametrize(
    ("part", "text", "named"),
    [
        ("subject", "{nmuber}", "{nmuber}"),
        ("heading", "{reason}", "{reason}"),
        ("opening", "{delivery", "“{”"),
        ("closing", "}", "“}”"),
        ("subject", "x" * 151, "150"),
        ("opening", "x" * 2001, "2000"),
        ("heading", "\0", "Null"),
    ],
)
@pytest.mark.parametrize("button", ["", "preview"])
def test_save__refused_with_a_word_of_what_is_wrong(
    manager: Client, part: str, text: str, named: str, button: str
) -> None:
    response = post(manager, button, **{part: text})

    assert response.status_code == 422
    assert named in str(response.context["form"].errors[part])
    assert response.context["preview"] is None
    assert not Wording.objects.exists()


def test_save__standard_words_are_not_kept(manager: Client) -> None:
    Wording.objects.create(letter="order-sent", language="en", subject="Off")
    letter = letters.get("order-sent")

    post(manager, **{part: letter.standard(part) for part in letters.PARTS})

    assert not Wording.objects.exists()


def test_reset__goes_back_to_the_standard_words(manager: Client) -> None:
    for language in ("en", "de"):
        Wording.objects.create(letter="order-sent", language=language, subject="Off")

    post(manager, "reset")

    assert Wording.objects.get().language == "de"


def test_preview__shows_both_and_keeps_nothing(manager: Client) -> None:
    set_up_shop(name="Bower & <Co>")

    response = post(manager, "preview")

    preview = response.context["preview"]
    assert preview["subject"] == "Off it goes: 7KQ3-M9XT"
    assert "Yours, <b>Bower & <Co></b>" in preview["text"]
    assert "Yours, &lt;b&gt;Bower &amp; &lt;Co&gt;&lt;/b&gt;" in preview["html"]
    assert 'value="Off it goes: {number}"' in response.content.decode()
    assert not Wording.objects.exists()
    assert mail.outbox == []


def test_preview__shows_what_an_order_shows(manager: Client) -> None:
    """The sample looks like an order in all that the e-mails ask of one."""
    preview = post(manager, "preview").context["preview"]

    for part in (preview["text"], preview["html"].replace("&nbsp;", " ")):
        for said in ("A print", "£48.00", "of which VAT at 20%", "£8.67", "AB123456789GB"):
            assert said in part


def test_preview__is_shut_in(manager: Client) -> None:
    """Its frame may run no script and reach nothing of the admin."""
    html = post(manager, "preview", heading='"><script>alert(1)</script>').content.decode()

    assert "<iframe" in html
    assert ' sandbox srcdoc="' in html
    assert "<script>alert(1)" not in html


@pytest.mark.parametrize("letter", [letter.name for letter in letters.every()])
@pytest.mark.parametrize("language", ["en", "de"])
def test_preview__of_every_kind(manager: Client, letter: str, language: str) -> None:
    """With the standard words: every placeholder has its value, in HTML and in text."""
    with translation.override(language):
        standard = {part: letters.get(letter).standard(part) for part in letters.PARTS}
    every = " ".join(f"{name}={{{name}}};" for name in letters.get(letter).placeholders)
    data = {**standard, "closing": every, "preview": ""}

    response = manager.post(f"/admin/letters/{letter}/{language}/", data)

    preview = response.context["preview"]
    for part in (preview["text"], preview["html"]):
        assert "{" not in part.partition("</head>")[2]
        assert "=;" not in part
    assert f'lang="{language}"' in preview["html"]


@pytest.mark.parametrize("url", ["/admin/letters/unknown/en/", "/admin/letters/order-sent/fr/"])
def test_unknown(manager: Client, url: str) -> None:
    assert manager.get(url).status_code == 404
    assert manager.post(url, WORDS).status_code == 404


@pytest.mark.parametrize("role", ["Editors", "Marketers", "Fulfilment"])
def test_others_may_not(client: Client, role: str) -> None:
    client.force_login(make_user("other@example.com", role))

    assert client.get(reverse("letters:index")).status_code == 302
    for button in ("", "preview", "reset"):
        assert post(client, button).status_code == 302
    assert not Wording.objects.exists()
