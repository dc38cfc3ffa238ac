"""What a block stands on: the page's own paper, or a band of another tone across the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import ChoiceBlock, StructValue

PAPER = "paper"


class BackgroundBlock(ChoiceBlock):
    choices = [
        (PAPER, _("Paper")),
        ("mat", _("Mat")),
        ("night", _("Night")),
        ("straw", _("Straw")),
    ]

    def __init__(self, default: str = PAPER, **kwargs: Any) -> None:
        super().__init__(default=default, **kwargs)

    class Meta:
        icon = "sliders"
        label = _("Background")


class BandValue(StructValue):
    @property
    def band(self) -> str:
        """Classes of the band that the block lies on; none on paper."""
        ground = self.get("background") or PAPER
        return "" if ground == PAPER else f"band band--{ground} edge"
