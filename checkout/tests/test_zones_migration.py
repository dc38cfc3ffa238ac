"""What became of methods with countries of their own, when zones came."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module

import pytest
from django_countries.fields import Country

migration = import_module("checkout.migrations.0017_methods_into_zones")


@dataclass
class OldMethod:
    pk: int
    countries: list[Country] = field(default_factory=list)


def old(pk: int, *codes: str) -> OldMethod:
    return OldMethod(pk, [Country(code) for code in codes])


@pytest.mark.parametrize(
    ("methods", "zones", "rest"),
    [
        pytest.param([old(1)], {}, {1}, id="everywhere"),
        pytest.param([old(1, "GB")], {"GB": {1}}, set(), id="one country"),
        pytest.param([old(1, "GB"), old(2)], {"GB": {1, 2}}, {2}, id="home and everywhere"),
        pytest.param(
            [old(1, "GB"), old(2, "GB", "DE"), old(3)],
            {"GB": {1, 2, 3}, "DE": {2, 3}},
            {3},
            id="overlapping",
        ),
        pytest.param([old(1, "GB", "DE")], {"DE GB": {1}}, set(), id="the same for both"),
        pytest.param([], {}, set(), id="none"),
    ],
)
def test_methods__deliver_where_they_did(
    methods: list[OldMethod], zones: dict[str, set[int]], rest: set[int]
) -> None:
    groups = migration._groups(methods)

    everywhere = migration._everywhere(methods)
    named = {
        " ".join(sorted(codes)): set(ids) for ids, codes in groups.items() if ids != everywhere
    }
    assert named == zones
    assert everywhere == rest
    assert bool(groups.get(everywhere)) == bool(rest)
