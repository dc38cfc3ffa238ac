"""docs/faults.md names a test for each fault, and each of them is there."""

from __future__ import annotations

import re

from django.conf import settings


def test_faults__each_row_names_a_test_that_exists() -> None:
    rows = [
        line
        for line in (settings.BASE_DIR / "docs/faults.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| fault |")
    ]
    files = (settings.BASE_DIR / "tests/faults").glob("test_*.py")
    source = "\n".join(file.read_text() for file in files)
    tests = set(re.findall(r"^def (test_\w+)", source, re.MULTILINE))

    named = [re.findall(r"`(test_\w+)`", row) for row in rows]

    assert all(len(names) == 1 for names in named)
    assert {name for names in named for name in names} <= tests
    assert len(rows) >= 14
