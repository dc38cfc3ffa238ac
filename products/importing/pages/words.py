"""The shop's own words, found whatever their case and made where they are new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from taggit.models import Tag
from wagtail.models import Locale

from products.models import Brand, OptionType, OptionValue, TaxClass


class Words:
    """Brands, options, tags and tax classes of the source language, read once.

    What is made inside of a transaction that fails is gone again: call `forget` then.
    """

    def __init__(self) -> None:
        self.locale = Locale.get_default()
        self.forget()

    def forget(self) -> None:
        ours = {"locale": self.locale}
        self._brands = _by_name(Brand.objects.filter(**ours))
        self._types = _by_name(OptionType.objects.filter(**ours))
        self._tags = _by_name(Tag.objects.all())
        self._values: dict[tuple[int, str], OptionValue] = {}
        for value in OptionValue.objects.filter(**ours).order_by("-pk"):
            self._values[value.option_id, _key(value.name)] = value
        self._tax_classes: dict[str, TaxClass] = {}
        for tax_class in TaxClass.objects.filter(**ours):
            self._tax_classes[_key(tax_class.name)] = tax_class
            self._tax_classes[_key(tax_class.code)] = tax_class

    def brand(self, name: str) -> Brand | None:
        if not name:
            return None
        if _key(name) not in self._brands:
            self._brands[_key(name)] = Brand.objects.create(name=name, locale=self.locale)
        return self._brands[_key(name)]

    def tax_class(self, name: str) -> TaxClass | None:
        """By name or code. Never made: a class without rates would be a tax of nothing."""
        return self._tax_classes.get(_key(name))

    def tags(self, names: Iterable[str]) -> list[Tag]:
        return list({_key(name): self._tag(name) for name in names if _key(name)}.values())

    def _tag(self, name: str) -> Tag:
        if _key(name) not in self._tags:
            self._tags[_key(name)] = Tag.objects.create(name=name)
        return self._tags[_key(name)]

    def option(self, kind: str, name: str) -> OptionValue:
        """ "Size", "A3". A new value comes last, after those that are there."""
        if _key(kind) not in self._types:
            made = OptionType.objects.create(name=kind, locale=self.locale)
            self._types[_key(kind)] = made
        option = self._types[_key(kind)]
        key = (option.pk, _key(name))
        if key not in self._values:
            last = sum(1 for pk, _ in self._values if pk == option.pk)
            self._values[key] = OptionValue.objects.create(
                option=option, name=name, locale=self.locale, sort_order=last
            )
        return self._values[key]

    def known_option(self, kind: str, name: str) -> OptionValue | None:
        option = self._types.get(_key(kind))
        return self._values.get((option.pk, _key(name))) if option else None


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_name(things: Any) -> dict[str, Any]:
    """The one that was made first wins where two differ in their case only."""
    return {_key(thing.name): thing for thing in things.order_by("-pk")}
