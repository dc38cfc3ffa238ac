from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from pytest_django.fixtures import DjangoAssertNumQueries
from wagtail.models import Locale

from content.at_hand import AtHand
from content.locales import active_locale, default_locale

pytestmark = pytest.mark.django_db


def test_locales__are_asked_for_once_a_request(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    german = Locale.objects.create(language_code="de")

    def view(request: HttpRequest) -> HttpResponse:
        with translation.override("de"):
            found = [active_locale() for _ in range(3)]
        assert found == [german] * 3
        assert [active_locale(), default_locale()] == [Locale.get_default()] * 2
        return HttpResponse()

    with django_assert_num_queries(2):  # one is the test's own
        AtHand(view)(HttpRequest())


def test_locales__are_forgotten_with_the_answer(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    middleware = AtHand(lambda request: HttpResponse(default_locale().language_code))
    with django_assert_num_queries(2):
        middleware(HttpRequest())
        middleware(HttpRequest())


def test_locales__outside_of_a_request(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        default_locale()
        default_locale()
