"""What the API answers: a status, a JSON body, and Stripe's own error bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

DOCS = "https://stripe.com/docs/error-codes/"


@dataclass(frozen=True)
class Answer:
    """One answer; `request_id` is the request that first produced it."""

    status: int
    body: JsonObject
    request_id: str = ""


class ApiError(Exception):
    """An error that Stripe answers as `{"error": {type, code, message, param}}`."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.extra = extra

    @property
    def body(self) -> JsonObject:
        error: JsonObject = {"message": self.message, "type": self.kind, **self.extra}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = DOCS + self.code.replace("_", "-")
        if self.param:
            error["param"] = self.param
        return {"error": error}


class ParameterError(ApiError):
    """Refused before anything ran, so an idempotency key is not used up by it."""


def missing(param: str) -> ParameterError:
    return ParameterError(
        f"Missing required param: {param}.", code="parameter_missing", param=param
    )


def no_such(kind: str, identifier: str, param: str, status: int = 404) -> ApiError:
    """Stripe's `resource_missing`: 404, also when a body parameter names the object."""
    return ApiError(
        f"No such {kind}: '{identifier}'", status=status, code="resource_missing", param=param
    )


def beyond_us(what: str) -> ParameterError:
    """Stripe would do this; the stand-in does not, and says so rather than pretend."""
    return ParameterError(f"The Stripe stand-in does not do {what}.")
