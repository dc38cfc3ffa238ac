"""One API request from door to door: key, trouble to order, idempotency, the work, the answer."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import stripe

from .account import Account, Cause, Request
from .answer import Answer, ApiError, ParameterError
from .faults import Fault
from .forms import read_form
from .ids import new_id
from .listing import expanded
from .reply import Reply
from .routes import Call, find_route
from .sessions import expire_due


@dataclass(frozen=True)
class Incoming:
    """What came over the wire. `form` is the body, or the query of a GET."""

    method: str
    path: str
    form: str
    authorization: str = ""
    idempotency_key: str | None = None
    stripe_version: str | None = None


def answer(account: Account, incoming: Incoming) -> Reply:
    request = note(account, incoming)
    try:
        request.params = read_form(incoming.form)
        check_key(account, incoming.authorization)
        result = serve(account, request)
    except ApiError as error:
        result = Answer(error.status, error.body, request.id)
    request.status = result.status
    return Reply.json(result.body, result.status, headers(request, result))


def note(account: Account, incoming: Incoming) -> Request:
    """Listed as soon as it arrives, so that a test sees a request that hangs."""
    request = Request(
        method=incoming.method,
        path=incoming.path,
        params={},
        # Stripe ignores the key where it could mean nothing.
        idempotency_key=incoming.idempotency_key if incoming.method == "POST" else None,
        stripe_version=incoming.stripe_version,
        id=new_id("req_", 14),
    )
    account.requests.append(request)
    return request


def headers(request: Request, result: Answer) -> list[tuple[str, str]]:
    sent = [
        ("Request-Id", request.id),
        ("Stripe-Version", request.stripe_version or str(stripe.api_version)),
    ]
    if request.idempotency_key:
        sent += [
            ("Idempotency-Key", request.idempotency_key),
            ("Original-Request", result.request_id),
        ]
    if result.request_id != request.id:
        sent.append(("Idempotent-Replayed", "true"))
    return sent


def check_key(account: Account, authorization: str) -> None:
    key = secret_key(authorization)
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY').",
            status=401,
        )
    right = key == account.api_key if account.api_key else key.startswith(("sk_test_", "rk_test_"))
    if not right:
        masked = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
        raise ApiError(f"Invalid API Key provided: {masked}", status=401)


def secret_key(authorization: str) -> str:
    """From `Bearer key`, or from Basic with the key as user name."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def serve(account: Account, request: Request) -> Answer:
    fault = account.faults.take(request.method, request.path)
    key = request.idempotency_key
    if key is None:
        return work(account, request, fault)
    kept = account.idempotency.claim(key, request.path, request.params, account.clock.now())
    if kept is None:
        return work(account, request, fault)
    if fault:
        account.faults.strike(fault)
    return kept


def work(account: Account, request: Request, fault: Fault | None) -> Answer:
    """Do it once. Trouble before the work frees the key; trouble after it loses the answer only."""
    key = request.idempotency_key
    try:
        if fault and not fault.executed:
            account.faults.strike(fault)
        result = execute(account, request)
    except BaseException:
        if key:
            account.idempotency.release(key)
        raise
    if key:
        account.idempotency.keep(key, result)
    if fault and fault.executed:
        account.faults.strike(fault)
    return result


def execute(account: Account, request: Request) -> Answer:
    route, identifier = find_route(request.method, request.path)
    params = route.takes.read(request.params)
    paths: list[str] = params.pop("expand", [])
    with account.lock:
        expire_due(account)
        try:
            body = route.run(Call(account, identifier, params, cause(request)))
            return Answer(200, expanded(account, body, paths), request.id)
        except ParameterError:
            raise
        except ApiError as error:
            return Answer(error.status, error.body, request.id)


def cause(request: Request) -> Cause:
    return Cause(request.id, request.idempotency_key)
