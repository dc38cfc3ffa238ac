"""Lists of a hundred and more to choose from, drawn without a template for each entry."""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django_countries import countries as all_countries

Choices = Iterable[tuple[str, str]]


def country_codes() -> frozenset[str]:
    """Of all countries there are."""
    return frozenset(all_countries.countries)


def countries_by_name(codes: Container[str]) -> list[tuple[str, str]]:
    """Code and name of these, by the alphabet of the reader's language."""
    return [country for country in _by_name(get_language() or "en") if country[0] in codes]


@cache
def _by_name(language: str) -> tuple[tuple[str, str], ...]:
    with override(language):
        return tuple((code, str(name)) for code, name in all_countries)


class LongSelect(forms.Select):
    """What Django's draws, for choices that are pairs of text, without groups."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choices = tuple((str(key), str(text)) for key, text in self.choices)
        options, chosen = _options(choices), _opening("" if value is None else str(value))
        options = options.replace(f"{chosen}>", f"{chosen} selected>", 1)
        all_attrs = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<select{}>{}</select>", flatatt(all_attrs), mark_safe(options))  # noqa: S308


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{_opening(key)}>{escape(text)}</option>" for key, text in choices)


def _opening(key: str) -> str:
    return f'<option value="{escape(key)}"'
