"""A letter and its contents become a message: HTML and text, the same words in both."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import translation
from wagtail.models import Site

from content import stylesheets
from content.letters import Contents, Letter, words_of
from content.live_pages import depends_on
from content.live_pages.names import SITE, wording_of
from content.live_pages.parts import kept
from content.models import ShopSettings, Wording


def write(
    letter: Letter,
    contents: Contents,
    site_id: int,
    *,
    to: str,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """In the active language, in the name of this site's shop and in the words of its staff."""
    language = translation.get_language() or ""
    key = ("letter", site_id, letter.name, language)
    shop, own = kept(key, lambda: _paper(letter, site_id, language))
    return compose(letter, contents, shop, own, to=to, headers=headers)


def compose(
    letter: Letter,
    contents: Contents,
    shop: ShopSettings,
    own: Mapping[str, str],
    *,
    to: str,
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """In the active language. `own`: staff's words, by part of the letter."""
    words = words_of(letter, own, {**contents.values, "shop": shop.name})
    context: dict[str, Any] = {**contents.context, "shop": shop, "words": words}
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=render_to_string(f"{contents.template}.txt", context),
        to=[to],
        reply_to=[shop.email] if shop.email else None,
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    html = render_to_string(f"{contents.template}.html", context)
    message.attach_alternative(_in_style(html), "text/html")
    return message


def sending_domain() -> str:
    """Of the shop's own address, for names of messages."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _paper(letter: Letter, site_id: int, language: str) -> tuple[ShopSettings, dict[str, str]]:
    """What every e-mail of a kind has in common."""
    shop = ShopSettings.for_site(Site.objects.get(pk=site_id))
    depends_on(SITE, shop.logo, wording_of(letter.name))
    if shop.logo:
        prefetch_related_objects([shop.logo], "renditions")
    return shop, Wording.objects.texts(letter.name, language)


def _in_style(html: str) -> str:
    """With each rule on the elements it is for; those for dark mode and phones stay in the head."""
    style = stylesheets.read("email.css")
    return css_inline.inline(
        html, extra_css=style, keep_at_rules=True, load_remote_stylesheets=False
    )
