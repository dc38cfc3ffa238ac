"""Icons are written out as they are: what stands in a file is what a page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation

ICONS = sorted(path.stem for path in Path(settings.BASE_DIR, "templates/icons").glob("*.svg"))


def rendered(text: str, **about: object) -> str:
    return str(engines["django"].from_string("{% load icons %}" + text).render(about))


@pytest.mark.parametrize("name", ICONS)
def test_icon__is_what_an_include_gives(name: str) -> None:
    included = rendered(
        '{% include file %}<span class="visually-hidden">{{ label }}</span>\n',
        file=f"icons/{name}.svg",
        label="A < B",
    )
    assert rendered("{% icon name label=label %}", name=name, label="A < B") == included


def test_icon__without_a_label() -> None:
    assert "visually-hidden" not in rendered('{% icon "close" %}')


def test_icon__speaks_the_language_of_the_request() -> None:
    with translation.override("de"):
        assert "Schließen" in rendered('{% icon "close" label=_("Close") %}')
