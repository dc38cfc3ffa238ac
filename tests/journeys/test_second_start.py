"""`make run` again: quick, and with everything that was done in the shop meanwhile."""

from __future__ import annotations

import time

from tests.journeys.shop import Shop

LONGEST = 20  # seconds for both commands on a busy machine; alone they take three
COUNT = (
    "import json; from django.apps import apps;"
    "print(json.dumps({m._meta.label: m._base_manager.count() for m in apps.get_models()}))"
)
RENAME = (
    "from products.models import ProductPage;"
    "page = ProductPage.objects.get(slug='skerry');"
    "page.title = 'Skerry by night'; page.save_revision().publish();"
    "from products.places import catch_up; catch_up()"  # as its next reader would
)
TITLE = "from products.models import ProductPage; print(ProductPage.objects.get(slug='skerry'))"


def test_second_start_keeps_everything(laptop: Shop) -> None:
    laptop.python(RENAME)
    before = laptop.python(COUNT)
    began = time.monotonic()
    laptop.manage("migrate", "--verbosity", "0")
    said = laptop.manage("load_demo", "--url", laptop.url)
    assert time.monotonic() - began < LONGEST
    assert laptop.python(COUNT) == before
    assert laptop.python(TITLE) == "Skerry by night"
    assert "past orders" not in said
    assert f"{laptop.url}/admin/" in said
