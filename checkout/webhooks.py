"""Where payment providers report. Verify, record, enqueue; the work happens in a task."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from checkout import stripe_events
from checkout.models import Payment, PaymentEvent
from checkout.payments import stripe
from checkout.tasks import process_event


@csrf_exempt  # the signature over the body proves more than a token could
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    try:
        event = stripe.verify(request.body, request.headers.get("Stripe-Signature", ""))
        event_id, event_type = str(event["id"]), str(event["type"])
        about = event["data"]["object"]
        about["id"]
    except (stripe.BadSignature, KeyError, TypeError):
        return HttpResponse("This message is not signed by Stripe.", status=400)
    if not stripe_events.is_understood(event_type):
        return HttpResponse("Nothing to do.")
    payment = stripe_events.payment_of(event_type, about)
    if payment:
        _store(event_id, event_type, event, payment)
        return HttpResponse("Recorded.")
    if stripe_events.is_ours(about):
        # Its session is not stored yet: Stripe was quicker than we. It will send this again.
        return HttpResponse("Not known yet, send it again.", status=409)
    return HttpResponse("Nothing to do.")


def _store(event_id: str, event_type: str, event: dict[str, Any], payment: Payment) -> None:
    with transaction.atomic():
        stored, is_new = PaymentEvent.objects.get_or_create(
            provider=stripe.Stripe.name,
            event_id=event_id[:255],
            defaults={
                "type": event_type[:100],
                "payload": event,
                "payment": payment,
                "received_at": timezone.now(),
            },
        )
        if is_new:
            process_event.delay_on_commit(stored.pk)
