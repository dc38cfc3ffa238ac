from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from checkout.models.snapshots import Snapshot


class OrderAddress(Snapshot):
    class Kind(models.TextChoices):
        DELIVERY = "delivery", _("Delivery address")
        BILLING = "billing", _("Billing address")

    order = models.ForeignKey("checkout.Order", on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=8, choices=Kind)
    # The newest is where the parcel goes. Those before it stay: see `checkout.readdressing`.
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("name"), max_length=120)
    company = models.CharField(_("company"), max_length=120, blank=True)
    line1 = models.CharField(_("address"), max_length=160)
    line2 = models.CharField(_("address, second line"), max_length=160, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    region = models.CharField(_("state or province"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    country = CountryField(_("country"))

    class Meta:
        indexes = [
            models.Index(
                fields=["country", "order"],
                condition=Q(kind="delivery"),
                name="order_address_by_country",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind", "version"], name="order_address_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(kind="delivery") | Q(version=1), name="order_billing_address_stays"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.as_lines())

    def as_lines(self) -> list[str]:
        """In the order in which the country's post wants to read it."""
        return self._lines

    @cached_property
    def _lines(self) -> list[str]:
        """Asked for several times by an e-mail, in its text and in its HTML."""
        from checkout.addresses import address_lines

        return address_lines(self.as_dict())

    def as_dict(self) -> dict[str, str]:
        fields = ("name", "company", "line1", "line2", "city", "region", "postcode")
        return {field: getattr(self, field) for field in fields} | {"country": str(self.country)}
