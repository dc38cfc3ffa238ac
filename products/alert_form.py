from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from products.fields import SKU_MAX_LENGTH
from products.models import ProductPage, Variant

_MOST = 2**63 - 1  # as far as the database counts


class StockAlertForm(forms.Form):
    """An address, and what its owner wants to hear of: a SKU, on the page that showed it."""

    item = forms.CharField(max_length=SKU_MAX_LENGTH, widget=forms.HiddenInput)
    page = forms.IntegerField(min_value=1, max_value=_MOST, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "enterkeyhint": "send"}),
    )

    def page_shown(self) -> ProductPage | None:
        pages = ProductPage.objects.live().open_to_all()
        return pages.filter(pk=self.cleaned_data["page"]).first()

    def variant(self) -> Variant | None:
        """None where that page does not sell it."""
        page = self.page_shown()
        offered = Variant.objects.sellable().with_details().filter(sku_id=self.cleaned_data["item"])
        return offered.filter(page_id=page.source.pk).first() if page else None
