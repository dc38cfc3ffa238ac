from __future__ import annotations

import pytest
from django.apps import apps

from home.models import ArticleIndexPage


def test_routes__are_read_before_the_first_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, by many: Wagtail's own first look fails while another one changes the class."""
    ArticleIndexPage.get_resolver()
    monkeypatch.delattr(ArticleIndexPage, "_routablepage_urlresolver")

    apps.get_app_config("content").ready()

    assert "_routablepage_urlresolver" in vars(ArticleIndexPage)
