"""What a product can be had in, as one word that many products share.

A kind is one variant's option values and whether it can be bought: "12.15+" is A3 in oak, "12.16-"
the same in ash, sold out. An assortment is the sorted set of a product's kinds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from products.models.places import Assortment


@dataclass(frozen=True)
class Kind:
    options: frozenset[int]
    buyable: bool


def written(kinds: Iterable[Kind]) -> str:
    return " ".join(sorted({_word(kind) for kind in kinds}))


def read(text: str) -> tuple[Kind, ...]:
    return tuple(_kind(word) for word in text.split())


def numbered(texts: Iterable[str]) -> dict[str, int]:
    """The ids of these assortments; those that nobody had before are made."""
    by_digest = {_digest(text): text for text in texts}
    found = _known(by_digest)
    if missing := by_digest.keys() - found.keys():
        rows = [Assortment(digest=key, kinds=by_digest[key]) for key in sorted(missing)]
        Assortment.objects.bulk_create(rows, ignore_conflicts=True)
        found = _known(by_digest)
    return {by_digest[digest]: pk for digest, pk in found.items()}


def _known(digests: Iterable[str]) -> dict[str, int]:
    rows = Assortment.objects.filter(digest__in=list(digests))
    return dict(rows.values_list("digest", "pk"))


def _word(kind: Kind) -> str:
    return ".".join(map(str, sorted(kind.options))) + ("+" if kind.buyable else "-")


def _kind(word: str) -> Kind:
    options = frozenset(int(pk) for pk in word[:-1].split(".") if pk)
    return Kind(options, buyable=word.endswith("+"))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
