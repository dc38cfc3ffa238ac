"""Why some things cannot be deleted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.views.generic import DeleteView

from basket.models import Coupon
from checkout.models import ShippingMethod, ShippingZone, TaxRate
from products.admin.records import came_from


class ExplainingDeleteView(DeleteView):
    """Says why something stays, and what to do instead, where its absence would do harm."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.user_has_permission("delete"):
            raise PermissionDenied
        reason = why_it_stays(self.object)
        if reason:
            messages.error(request, reason)
            return self._back()
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        return came_from(self.request, reverse(self.index_url_name))

    def _back(self) -> HttpResponse:
        return redirect(self.get_success_url())


def why_it_stays(thing: Model) -> str:
    """Empty where it may go."""
    if isinstance(thing, Coupon):
        used = thing.orders.count()
        text = ngettext(
            "%(used)d order used this coupon, so it stays. Switch it off instead.",
            "%(used)d orders used this coupon, so it stays. Switch it off instead.",
            used,
        )
        return text % {"used": used} if used else ""
    if isinstance(thing, TaxRate):
        today = timezone.localdate()
        if TaxRate.objects.valid_on(today).filter(pk=thing.pk).exists():
            return _("This rate is in force, so it stays. Give it a last valid day instead.")
    if isinstance(thing, ShippingMethod):
        others = ShippingMethod.objects.offered().exclude(pk=thing.pk)
        if thing.active and not others.exists():
            return _("Nobody could order without a delivery method. Add another one first.")
    if isinstance(thing, ShippingZone) and thing.methods.exists():
        return _("This zone has ways to deliver, so it stays. Move or delete these first.")
    return ""
