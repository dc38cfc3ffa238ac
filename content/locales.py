"""The reader's locale and the shop's own, and what there is in them; not asked for each time."""

from __future__ import annotations

from typing import TypeVar

from django.conf import settings
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Locale, Page, TranslatableMixin

from content.at_hand import once
from content.live_pages.names import SITE, family_of, link_to
from content.live_pages.parts import part_of
from content.live_pages.showing import depends_on

Snippet = TypeVar("Snippet", bound=TranslatableMixin)


def active_locale() -> Locale:
    """As Wagtail's: the shop's own where the reader's language has none."""
    return _locale_of(get_language() or "") or default_locale()


def default_locale() -> Locale:
    return _locale_of(settings.LANGUAGE_CODE) or Locale.get_default()


def in_readers_language(page: Page) -> Page:
    """As Wagtail's `localized`: the page itself where it has no published translation."""
    depends_on(link_to(page), family_of(page))
    here = active_locale()
    if page.locale_id == here.pk:
        return page
    translation = page.get_translation_or_none(here)
    if translation is None or not translation.live:
        return page
    depends_on(link_to(translation))
    return translation


def snippet_in_readers_language(snippet: Snippet) -> Snippet:
    """The same for a brand, an option, a topic; with its translations it has one name."""
    depends_on(snippet)
    here = active_locale()
    if snippet.locale_id == here.pk:
        return snippet
    return snippet.get_translation_or_none(here) or snippet


def _locale_of(language: str) -> Locale | None:
    try:
        return _locales().get(get_supported_content_language_variant(language))
    except LookupError:
        return None


def _locales() -> dict[str, Locale]:
    found: dict[str, Locale] = once("locales", lambda: part_of("locales", _by_language)).show()
    return found


def _by_language() -> dict[str, Locale]:
    depends_on(SITE)
    return {locale.language_code: locale for locale in Locale.objects.all()}
