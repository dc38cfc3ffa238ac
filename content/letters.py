"""The kinds of e-mail that the shop writes, and the words of each.

An app registers its kinds once, each with standard words and the placeholders that they may hold.
Staff write others in the admin (`Wording`); what they leave empty stays standard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise

PARTS = ("subject", "heading", "opening", "closing")
_EVERYWHERE: Mapping[str, Text] = {"shop": gettext_lazy("the shop’s name")}
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")


@dataclass(frozen=True)
class Contents:
    """One e-mail but for its words: `template` without its ending, and what that and they read."""

    template: str
    values: Mapping[str, Any]
    context: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Letter:
    """A kind of e-mail. `own_placeholders`: by name, what staff read of each.

    `sample` gives the contents of a preview, in the active language, of things that do not exist.
    """

    name: str
    label: Text
    subject: Text
    heading: Text
    opening: Text
    sample: Callable[[], Contents]
    closing: Text = ""
    own_placeholders: Mapping[str, Text] = field(default_factory=dict)

    @property
    def placeholders(self) -> dict[str, Text]:
        return {**self.own_placeholders, **_EVERYWHERE}

    def standard(self, part: str) -> str:
        """In the active language."""
        return str(getattr(self, part))


@dataclass(frozen=True)
class Words:
    """As they go out, in plain text: whoever puts them into HTML escapes them."""

    subject: str
    heading: str
    opening: list[str]
    closing: list[str]


_registered: dict[str, Letter] = {}


def register(letters: Iterable[Letter]) -> None:
    _registered.update((letter.name, letter) for letter in letters)


def every() -> list[Letter]:
    return list(_registered.values())


def get(name: str) -> Letter:
    """Raises KeyError where no app has registered it."""
    return _registered[name]


def words_of(letter: Letter, own: Mapping[str, str], values: Mapping[str, Any]) -> Words:
    """`own`: what staff wrote, by part. A subject is one line whatever the values hold."""
    parts = {part: _filled(own.get(part) or letter.standard(part), values) for part in PARTS}
    return Words(
        subject=" ".join(parts["subject"].split()),
        heading=" ".join(parts["heading"].split()),
        opening=_paragraphs(parts["opening"]),
        closing=_paragraphs(parts["closing"]),
    )


def problems_in(text: str, placeholders: Iterable[str]) -> Iterator[str]:
    """What keeps the text from being filled, each said by name."""
    known = list(placeholders)
    for found in dict.fromkeys(_BRACES.findall(text)):
        if found in "{}":
            yield _("A brace stands alone: “%(brace)s”. Placeholders are written {like_this}.") % {
                "brace": found
            }
        elif found[1:-1] not in known:
            yield _("There is no placeholder %(found)s here. There are: %(known)s.") % {
                "found": found,
                "known": ", ".join(f"{{{name}}}" for name in known),
            }


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """In one pass, so that a value with braces stays as it is.

    A name that is not known any more leaves a gap: better than an e-mail that never goes out.
    """
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], "")), text)


def _paragraphs(text: str) -> list[str]:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return [part.strip() for part in parts if part.strip()]
