"""What Stripe's own books say: read only, and only what is this shop's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from checkout.payments.base import Observation, ProviderRefused, SeenDispute, SeenRefund
from checkout.payments.stripe import PAGE, call, id_of, observe, see_dispute, see_refund

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class SeenSession:
    reference: str
    order_number: str
    observation: Observation


def sessions_made(since: datetime, until: datetime) -> dict[str, SeenSession]:
    """Made in that time, by reference. Raises ProviderUnavailable and ProviderRefused, as all."""
    listed = _listed(lambda client: client.v1.checkout.sessions, since, until)
    return {one["id"]: see_session(one) for one in listed if _number(one)}


def charges_made(since: datetime, until: datetime) -> set[str]:
    """Payment intents whose money came in that time: their sessions may be of another day."""
    listed = _listed(lambda client: client.v1.charges, since, until)
    return {
        id_of(one["payment_intent"])
        for one in listed
        if one["status"] == "succeeded" and _number(one)
    }


def refunds_made(since: datetime, until: datetime) -> dict[str, SeenRefund]:
    """Of everybody who uses the account: they are ours where their charge is."""
    listed = _listed(lambda client: client.v1.refunds, since, until)
    return {one["id"]: see_refund(one) for one in listed}


def disputes_opened(since: datetime, until: datetime) -> dict[str, SeenDispute]:
    listed = _listed(lambda client: client.v1.disputes, since, until)
    return {one["id"]: see_dispute(one) for one in listed}


def session_of(charge: str) -> SeenSession | None:
    """The session behind a payment intent."""
    found = call(
        lambda client: client.v1.checkout.sessions.list(params={"payment_intent": charge}).data
    )
    return see_session(found[0].to_dict()) if found else None


def session(reference: str) -> SeenSession | None:
    return _one(lambda client: client.v1.checkout.sessions.retrieve(reference), see_session)


def refund(reference: str) -> SeenRefund | None:
    return _one(lambda client: client.v1.refunds.retrieve(reference), see_refund)


def dispute(reference: str) -> SeenDispute | None:
    return _one(lambda client: client.v1.disputes.retrieve(reference), see_dispute)


def see_session(session: Mapping[str, Any]) -> SeenSession:
    return SeenSession(session["id"], _number(session), observe(session))


def _number(thing: Mapping[str, Any]) -> str:
    """Of the order that it names; "" for what another shop at the same account made."""
    return str((thing.get("metadata") or {}).get("bowerbird_order", ""))


def _listed(
    kind: Callable[[Any], Any], since: datetime, until: datetime
) -> Iterator[Mapping[str, Any]]:
    """Page by page, each page a call of its own that is tried again where it fails."""
    params: dict[str, Any] = {
        "limit": PAGE,
        "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
    }
    while True:
        page = _page(kind, params)
        yield from (one.to_dict() for one in page.data)
        if not page.has_more:
            return
        params = params | {"starting_after": page.data[-1].id}


def _page(kind: Callable[[Any], Any], params: dict[str, Any]) -> Any:
    return call(lambda client: kind(client).list(params=params))


def _one(request: Callable[[Any], Any], see: Callable[[Mapping[str, Any]], Seen]) -> Seen | None:
    """None where Stripe does not know it."""
    try:
        return see(call(request).to_dict())
    except ProviderRefused as error:
        if error.code == "resource_missing":
            return None
        raise
