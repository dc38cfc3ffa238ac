"""A letter and its contents become a message: HTML and text, the same words in both."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from content import stylesheets
from content.letters import Contents, Letter, words_of
from content.models import ShopSettings, Wording


def compose(
    letter: Letter,
    contents: Contents,
    shop: ShopSettings,
    *,
    to: str,
    headers: Mapping[str, str] | None = None,
    own: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """In the active language. `own`: words to use instead of those that staff have saved."""
    if own is None:
        own = Wording.objects.texts(letter.name, translation.get_language() or "")
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


def _in_style(html: str) -> str:
    """With each rule on the elements it is for; those for dark mode and phones stay in the head."""
    style = stylesheets.read("email.css")
    return css_inline.inline(
        html, extra_css=style, keep_at_rules=True, load_remote_stylesheets=False
    )
