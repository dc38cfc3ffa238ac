"""The controls over HTTP, for tests that run the stand-in as a process.

`GET /_control/<list>` reads; `POST /_control/<method>` with a JSON object of keyword arguments
calls the method of that name on `StandIn` and answers `{"result": …}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .answer import ApiError
from .payments import NotPayableError
from .reply import Reply, wrong
from .words import words

if TYPE_CHECKING:
    from .stand_in import StandIn

LISTS = frozenset(
    words(
        "sessions payment_intents charges refunds disputes events requests deliveries held_events"
    )
)
METHODS = frozenset(
    words(
        "pay pay_later decline settle expire refund settle_refund dispute decide advance emit"
        " hold_webhooks release_webhooks deliver wait_for_webhooks add_webhook fail_next payload"
        " sign reset"
    )
)


def control(stand_in: StandIn, method: str, name: str, body: str) -> Reply:
    if method == "GET" and name in LISTS:
        return Reply.json({"result": getattr(stand_in, name)})
    if method == "POST" and name in METHODS:
        return call(stand_in, name, body)
    return wrong(f"no control {method} {name}", 404)


def call(stand_in: StandIn, name: str, body: str) -> Reply:
    try:
        arguments: Any = json.loads(body or "{}")
        return Reply.json({"result": getattr(stand_in, name)(**arguments)})
    except ApiError as error:
        return wrong(error.message, error.status)
    except NotPayableError as error:
        return wrong(str(error), 409)
    except KeyError as error:
        return wrong(f"nothing is called {error}", 404)
    except TimeoutError as error:
        return wrong(str(error), 504)
    except (TypeError, ValueError) as error:
        return wrong(str(error), 400)
