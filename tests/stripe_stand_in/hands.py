"""What a shopper, a bank and the person at the dashboard do, and what there is to see."""

from __future__ import annotations

from copy import deepcopy

from . import disputes, payments, refunds
from .account import Account, Request, find
from .answer import JsonObject
from .courier import Delivery
from .parameters import REFUND_CREATE
from .sessions import expire_due, expire_session


class Hands:
    """Lists and answers are copies: change them freely. Each act returns the event it caused."""

    account: Account

    @property
    def sessions(self) -> dict[str, JsonObject]:
        """By identifier, oldest first, as every list here."""
        return self._copy(self.account.sessions)

    @property
    def payment_intents(self) -> dict[str, JsonObject]:
        return self._copy(self.account.intents)

    @property
    def charges(self) -> dict[str, JsonObject]:
        return self._copy(self.account.charges)

    @property
    def refunds(self) -> dict[str, JsonObject]:
        return self._copy(self.account.refunds)

    @property
    def disputes(self) -> dict[str, JsonObject]:
        return self._copy(self.account.disputes)

    @property
    def events(self) -> dict[str, JsonObject]:
        return self._copy(self.account.events)

    @property
    def held_events(self) -> list[JsonObject]:
        """What waits for `release_webhooks`."""
        return deepcopy(self.account.courier.held)

    @property
    def requests(self) -> list[Request]:
        """Every API request, in the order they came; `status` 0 while one is unanswered."""
        return list(self.account.requests)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every try to post a webhook."""
        return list(self.account.courier.deliveries)

    def pay(self, session_id: str) -> JsonObject:
        """By card: `checkout.session.completed`, paid. A free order needs no payment."""
        with self.account.lock:
            return deepcopy(payments.pay_by_card(self.account, self._current(session_id)))

    def pay_later(self, session_id: str) -> JsonObject:
        """By bank debit: `checkout.session.completed`, unpaid until `settle`."""
        with self.account.lock:
            return deepcopy(payments.pay_by_debit(self.account, self._current(session_id)))

    def decline(self, session_id: str) -> JsonObject:
        """A refused card: `payment_intent.payment_failed`; the session stays open."""
        with self.account.lock:
            return deepcopy(payments.decline_card(self.account, self._current(session_id)))

    def settle(self, session_id: str, succeeded: bool = True) -> JsonObject:
        """The bank's word: `checkout.session.async_payment_succeeded` or `…_failed`."""
        with self.account.lock:
            session = self._current(session_id)
            return deepcopy(payments.settle(self.account, session, succeeded))

    def expire(self, session_id: str) -> JsonObject:
        """Time is up for one session: `checkout.session.expired`."""
        with self.account.lock:
            return deepcopy(expire_session(self.account, self._current(session_id)))

    def advance(self, seconds: int) -> list[JsonObject]:
        """Move Stripe's clock; the `checkout.session.expired` events that fell due."""
        with self.account.lock:
            self.account.clock.advance(seconds)
            return deepcopy(expire_due(self.account))

    def refund(self, payment_intent: str, amount: int | None = None) -> JsonObject:
        """From the dashboard, behind the shop's back: the refund. No amount means the rest."""
        params: JsonObject = {"payment_intent": payment_intent}
        if amount is not None:
            params["amount"] = str(amount)
        with self.account.lock:
            refund = refunds.create_refund(self.account, REFUND_CREATE.read(params))
            return deepcopy(refund)

    def settle_refund(self, refund_id: str, succeeded: bool = True) -> JsonObject:
        """A pending refund arrives (`refund.updated`) or any refund fails (`refund.failed`)."""
        with self.account.lock:
            refund = find(self.account.refunds, refund_id, "refund", "id")
            return deepcopy(refunds.settle_refund(self.account, refund, succeeded))

    def dispute(
        self,
        payment_intent: str,
        amount: int | None = None,
        *,
        reason: str = "fraudulent",
        enquiry: bool = False,
    ) -> JsonObject:
        """The customer's bank asks for it back: `charge.dispute.created`. No amount means all."""
        with self.account.lock:
            intent = self.account.intent(payment_intent, "payment_intent")
            charge = self.account.charge(intent["latest_charge"])
            return deepcopy(disputes.open_dispute(self.account, charge, amount, reason, enquiry))

    def decide(self, dispute_id: str, won: bool) -> JsonObject:
        """The bank's word, for the shop or for its customer: `charge.dispute.closed`."""
        with self.account.lock:
            dispute = find(self.account.disputes, dispute_id, "dispute", "id")
            return deepcopy(disputes.close_dispute(self.account, dispute, won))

    def _current(self, session_id: str) -> JsonObject:
        expire_due(self.account)
        return self.account.session(session_id)

    def _copy(self, objects: dict[str, JsonObject]) -> dict[str, JsonObject]:
        with self.account.lock:
            return deepcopy(objects)
