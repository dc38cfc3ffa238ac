"""A Stripe on this machine, for all tests of the checkout that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from checkout import paying
from checkout.models import Order
from checkout.payments import stripe as gateway
from checkout.tests.factories import make_order
from checkout.tests.stripe_events import Postman
from products.tests.factories import make_product
from tests.stripe_stand_in import SECRET, StandIn


@pytest.fixture
def stripe_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)  # before the library's retry
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks run; documents are not made."""
    monkeypatch.setattr("checkout.emails.send", lambda email_id: True)
    monkeypatch.setattr("checkout.invoices.rendered", lambda invoice: invoice)


@pytest.fixture
def order(stripe_api: StandIn) -> Order:
    """Two units out of ten, 28.00 in all; its shopper is at Stripe."""
    make_product(sku="WAVES", price="12.00")
    order = make_order({"WAVES": 2}, provider="stripe")
    paying.start(order)
    return order


@pytest.fixture
def postman(
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Postman:
    return Postman(stripe_api, django_capture_on_commit_callbacks)
