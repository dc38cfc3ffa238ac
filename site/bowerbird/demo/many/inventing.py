"""What a product of a made catalogue is: everything about it follows from its number and a seed.

So a catalogue can grow by a second run, and two machines measure the same shop.
"""

from __future__ import annotations

import json
import tomllib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from django.utils.text import slugify

A_LEAF = 250  # products in a category at the end of the tree
# Of a hundred products, how many have one, two, three and four variants.
HOW_MANY_VARIANTS = (35, 25, 25, 15)
OLDEST = 1500  # days
AS_STORED = Decimal("0.001")
ON_SALE, ALSO_ELSEWHERE, CORRECTED = 0.15, 0.2, 0.25  # shares


@cache
def words() -> dict[str, Any]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return tomllib.load(file)


@dataclass(frozen=True)
class Leaf:
    """A category that holds products, and the titles of those above it."""

    department: str
    section: str
    title: str
    noun: str
    material: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A variant: its options by name; so many units came, of which a count missed `corrected`."""

    sku: str
    options: dict[str, str]
    price: Decimal
    compare_at: Decimal | None
    weight: int
    barcode: str
    received: int
    corrected: int


@dataclass(frozen=True)
class Ware:
    """A product. `age` is how long ago it was published; `also_in` the number of another leaf."""

    number: int
    key: uuid.UUID
    title: str
    slug: str
    summary: str
    body: str  # as a StreamField stores it
    maker: str
    pictures: tuple[int, ...]  # which of the shop's pictures, by number
    kinds: tuple[Kind, ...]
    age: timedelta
    also_in: int | None

    @property
    def leaf(self) -> int:
        return self.number // A_LEAF


def leaf(number: int) -> Leaf:
    """Departments fill alike, so that a small catalogue has something of everything."""
    departments, materials = words()["departments"], words()["materials"]
    rest, at = divmod(number, len(departments))
    department = departments[at]
    rest, at = divmod(rest, len(department["sections"]))
    noun = department["sections"][at]
    again, at = divmod(rest, len(materials))
    title = f"{materials[at]} {noun}s".capitalize()
    return Leaf(
        department=department["title"],
        section=f"{noun}s".capitalize(),
        title=f"{title}, room {again + 1}" if again else title,
        noun=noun,
        material=materials[at],
        options=tuple(department["options"]),
    )


def makers() -> list[str]:
    """Each name once."""
    said = words()
    return [f"{name} {trade}" for trade in said["trades"] for name in said["first_names"]]


def ware(seed: int, number: int) -> Ware:
    die, said, place = Random(f"{seed}:{number}"), words(), leaf(number // A_LEAF)
    bird, maker = die.choice(said["birds"]), die.choice(makers())
    title = f"{die.choice(said['adjectives'])} {bird} {place.material} {place.noun}"
    article = "an" if place.noun[0] in "aeiou" else "a"
    fill = {
        "article": article.capitalize(),
        "article_small": article,
        "bird": bird.lower(),
        "maker": maker,
        "material": place.material,
        "material_first": place.material.capitalize(),
        "noun": place.noun,
    }
    return Ware(
        number=number,
        key=_key(die),
        title=title,
        slug=f"{slugify(title)}-{number}",
        summary=die.choice(said["summaries"]).format(**fill),
        body=_story(die, fill),
        maker=maker,
        pictures=tuple(die.sample(range(64), die.randrange(1, 4))),
        kinds=_kinds(die, number, place),
        age=timedelta(seconds=die.randrange(OLDEST * 24 * 3600)),
        also_in=die.randrange(number // A_LEAF + 1) if die.random() < ALSO_ELSEWHERE else None,
    )


def _story(die: Random, fill: dict[str, str]) -> str:
    said = words()
    paragraphs = [die.choice(said["openings"]), *die.sample(said["middles"], 2)]
    points = "".join(f"<li>{point}</li>" for point in die.sample(said["points"], 4))
    blocks: list[tuple[str, Any]] = [
        ("text", "".join(f"<p>{paragraph.format(**fill)}</p>" for paragraph in paragraphs)),
        ("heading", "Good to know"),
        ("text", f"<ul>{points}</ul>"),
    ]
    if die.random() < 0.3:
        said_by = {"text": die.choice(said["quotes"]), "attribution": die.choice(said["customers"])}
        blocks.insert(1, ("quote", {**said_by, "background": "mat"}))
    stored = [{"type": kind, "value": value, "id": str(_key(die))} for kind, value in blocks]
    return json.dumps(stored)


def _kinds(die: Random, number: int, place: Leaf) -> tuple[Kind, ...]:
    [how_many] = die.choices((1, 2, 3, 4), HOW_MANY_VARIANTS)
    price = Decimal(die.choice((4, 7, 12, 18, 24, 32, 45, 60, 85, 120))) + die.randrange(6)
    price -= die.choice((Decimal(0), Decimal("0.05"), Decimal("0.50")))
    step = (price / 5).quantize(Decimal("0.50"))
    reduced = die.random() < ON_SALE
    return tuple(
        Kind(
            sku=f"W{number:07}-{n + 1}",
            options=options,
            price=(price + n * step).quantize(AS_STORED),
            compare_at=(price + (n + 2) * step).quantize(AS_STORED) if reduced and step else None,
            weight=die.randrange(40, 2500),
            barcode=_ean(f"20{number:09}{n}"),
            **_units(die),
        )
        for n, options in enumerate(_combinations(die, how_many, place.options))
    )


def _combinations(die: Random, how_many: int, options: tuple[str, ...]) -> list[dict[str, str]]:
    """The options of that many variants; none for the only one."""
    if how_many == 1:
        return [{}]
    first, second = (words()["options"][name] for name in options)
    if how_many == 4 and die.random() < 0.5:
        pairs = [(a, b) for a in die.sample(first, 2) for b in die.sample(second, 2)]
        return [{options[0]: a, options[1]: b} for a, b in pairs]
    return [{options[0]: value} for value in die.sample(first, how_many)]


def _units(die: Random) -> dict[str, int]:
    [received] = die.choices((0, die.randrange(1, 4), die.randrange(5, 240)), (8, 10, 82))
    corrected = die.randrange(1, received + 1) if received and die.random() < CORRECTED else 0
    return {"received": received, "corrected": min(corrected, 3)}


def _ean(digits: str) -> str:
    """With its check digit, from twelve others."""
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _key(die: Random) -> uuid.UUID:
    return uuid.UUID(int=die.getrandbits(128), version=4)
