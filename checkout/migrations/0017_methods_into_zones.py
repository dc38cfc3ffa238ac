"""Every method keeps delivering to the same countries at the same price.

Countries that the same methods deliver to become a zone; a method that delivers to several of them
is there once in each.
"""

from collections import defaultdict

from django.db import migrations
from django_countries import countries as all_countries


def move(apps, schema_editor):
    methods = list(apps.get_model("checkout.ShippingMethod").objects.order_by("position", "pk"))
    placed = set()
    for ids, codes in _groups(methods).items():
        zone = _zone(apps, codes, everywhere_else=ids == _everywhere(methods))
        for pk in sorted(ids):
            _place(apps, pk, zone, is_copy=pk in placed)
            placed.add(pk)
    for method in methods:
        if method.pk not in placed:  # its countries are not countries any more
            _place(apps, method.pk, _zone(apps, sorted(_codes(method)), everywhere_else=False))


def _groups(methods):
    """Countries by the ids of the methods that deliver there."""
    groups = defaultdict(list)
    for code, _name in all_countries:
        ids = frozenset(m.pk for m in methods if not m.countries or code in _codes(m))
        if ids:
            groups[ids].append(code)
    return groups


def _codes(method):
    return {country.code for country in method.countries}


def _everywhere(methods):
    return frozenset(method.pk for method in methods if not method.countries)


def _zone(apps, codes, *, everywhere_else):
    names = [all_countries.name(code) or code for code in codes]
    name = ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"
    return apps.get_model("checkout.ShippingZone").objects.create(
        name="Everywhere else" if everywhere_else else name[:60],
        countries=[] if everywhere_else else codes,
        everywhere_else=everywhere_else,
    )


def _place(apps, pk, zone, *, is_copy=False):
    method = apps.get_model("checkout.ShippingMethod").objects.get(pk=pk)
    if is_copy:
        method.pk, method._state.adding = None, True
    method.zone, method.max_days = zone, max(method.min_days, method.max_days)
    method.save()
    apps.get_model("checkout.ShippingRate").objects.create(method=method, price=method.price)


def move_back(apps, schema_editor):
    """What is collected cannot be told apart any more, so it is not offered."""
    for method in apps.get_model("checkout.ShippingMethod").objects.all():
        rate = apps.get_model("checkout.ShippingRate").objects.filter(method=method).first()
        method.price = rate.price if rate else 0
        method.countries = method.zone.countries if method.zone else []
        method.active = method.active and method.zone is not None
        method.save()


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0016_zones_and_rates"),
    ]

    operations = [migrations.RunPython(move, move_back)]
