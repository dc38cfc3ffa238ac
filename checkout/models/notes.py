from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase

from checkout.models.orders import Order
from checkout.models.snapshots import Snapshot
from products import guards


class OrderNote(Snapshot):
    """What staff tell each other about an order. Never shown to its shopper, never changed."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=2000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("note")

    def __str__(self) -> str:
        return self.text


NOTES_STAY = guards.append_only(OrderNote, "A note on an order is never changed or deleted.")


class OrderTag(TagBase):
    """A word that staff sort orders by, apart from those of pictures."""

    class Meta:
        verbose_name = _("order tag")
        verbose_name_plural = _("order tags")
        ordering = ["name"]


class TaggedOrder(ItemBase):
    tag = models.ForeignKey(OrderTag, on_delete=models.CASCADE, related_name="tagged")
    content_object = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tagged")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "content_object"], name="order_tag_once")
        ]
