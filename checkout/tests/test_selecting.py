"""Long lists are drawn by hand: exactly as Django would."""

from __future__ import annotations

import pytest
from django import forms
from django.test import SimpleTestCase
from django.utils import translation

from checkout.selecting import LongSelect, countries_by_name, country_codes

CHOICES = [("GB", "United Kingdom"), ("<b>", 'A "quoted" & <b>'), ("", "—"), ("G", "No country")]


@pytest.mark.parametrize("value", ["GB", "<b>", "", None, "XX", "G"])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_c", "required": True, "autocomplete": "country"}])
def test_long_select__is_what_django_draws(value: str | None, attrs: dict[str, object]) -> None:
    theirs = forms.Select(choices=CHOICES).render("country", value, attrs)
    ours = LongSelect(choices=CHOICES).render("country", value, attrs)

    SimpleTestCase().assertHTMLEqual(ours, theirs)


def test_long_select__in_a_form() -> None:
    class Asked(forms.Form):
        country = forms.ChoiceField(choices=CHOICES, widget=LongSelect)

    assert '<option value="GB" selected>' in str(Asked({"country": "GB"})["country"])
    assert Asked({"country": "GB"}).is_valid()
    assert not Asked({"country": "DE"}).is_valid()


def test_countries__by_the_alphabet_of_the_reader() -> None:
    codes = {"DE", "GB", "AT"}
    english = countries_by_name(codes)
    with translation.override("de"):
        german = countries_by_name(codes)

    assert english == [("AT", "Austria"), ("DE", "Germany"), ("GB", "United Kingdom")]
    assert german[0] == ("DE", "Deutschland")
    assert {code for code, _name in countries_by_name(country_codes())} == country_codes()
