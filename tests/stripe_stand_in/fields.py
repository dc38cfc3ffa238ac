"""Kinds of request parameter, each refusing a wrong value in Stripe's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol
from urllib.parse import urlsplit

from .answer import JsonObject, ParameterError, missing
from .money import check_currency


class Field(Protocol):
    def read(self, value: Any, param: str) -> Any:
        """The value in its own type; `param` is its full name, for the error."""


@dataclass(frozen=True)
class Text:
    most: int = 5000
    choices: Sequence[str] = ()

    def read(self, value: Any, param: str) -> str:
        if not isinstance(value, str):
            raise ParameterError(f"Invalid string: {value}", param=param)
        if not value:
            raise empty(param)
        if len(value) > self.most:
            raise ParameterError(
                f"Invalid string: {value[:20]}...; must be at most {self.most} characters",
                param=param,
            )
        if self.choices and value not in self.choices:
            listed = ", ".join(self.choices[:-1]) + f", or {self.choices[-1]}"
            raise ParameterError(f"Invalid {param}: must be one of {listed}", param=param)
        return value


@dataclass(frozen=True)
class Url(Text):
    def read(self, value: Any, param: str) -> str:
        parts = urlsplit(super().read(value, param))
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ParameterError("Not a valid URL", code="url_invalid", param=param)
        return str(value)


@dataclass(frozen=True)
class Email(Text):
    def read(self, value: Any, param: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", super().read(value, param)):
            raise ParameterError(
                f"Invalid email address: {value}", code="email_invalid", param=param
            )
        return str(value)


@dataclass(frozen=True)
class Currency(Text):
    def read(self, value: Any, param: str) -> str:
        return check_currency(super().read(value, param), param)


@dataclass(frozen=True)
class Whole:
    least: int | None = None
    most: int | None = None

    def read(self, value: Any, param: str) -> int:
        code = "parameter_invalid_integer"
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise ParameterError(f"Invalid integer: {value}", code=code, param=param)
        number = int(value)
        if self.least is not None and number < self.least:
            kind = "non-negative" if self.least == 0 else "positive"
            raise ParameterError(f"Invalid {kind} integer", code=code, param=param)
        if self.most is not None and number > self.most:
            raise ParameterError(f"Invalid integer: {value}", code=code, param=param)
        return number


@dataclass(frozen=True)
class Fraction:
    """A decimal such as `unit_amount_decimal`, in minor units with up to 12 places."""

    def read(self, value: Any, param: str) -> Decimal:
        try:
            number = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise ParameterError(f"Invalid decimal: {value}", param=param) from None
        places = number.as_tuple().exponent
        if not isinstance(places, int) or places < -12 or number < 0:
            raise ParameterError(f"Invalid decimal: {value}", param=param)
        return number


@dataclass(frozen=True)
class Flag:
    def read(self, value: Any, param: str) -> bool:
        if value not in ("true", "false"):
            raise ParameterError(f"Invalid boolean: {value}", param=param)
        return bool(value == "true")


@dataclass(frozen=True)
class Metadata:
    """At most 50 keys of 40 characters with values of 500."""

    def read(self, value: Any, param: str) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ParameterError("Invalid object", param=param)
        if len(value) > 50:
            raise ParameterError("Metadata can have at most 50 keys", param=param)
        for key, text in value.items():
            if len(key) > 40:
                raise ParameterError(
                    f"Metadata keys can have up to 40 characters, but you passed in a key that "
                    f"is {len(key)} characters. Invalid key: {key}", param=param,
                )  # fmt: skip
            if not isinstance(text, str) or len(text) > 500:
                raise ParameterError(
                    f"Metadata values can have up to 500 characters, but you passed in a value "
                    f"that is {len(text)} characters. Invalid value: {str(text)[:20]}",
                    param=f"{param}[{key}]",
                )
        return {key: text for key, text in value.items() if text}


@dataclass(frozen=True)
class ListOf:
    item: Field
    most: int = 100

    def read(self, value: Any, param: str) -> list[Any]:
        if not isinstance(value, list):
            raise ParameterError("Invalid array", param=param)
        if len(value) > self.most:
            raise ParameterError(
                f"Array {param} exceeded maximum {self.most} allowed elements.", param=param
            )
        return [self.item.read(each, f"{param}[{place}]") for place, each in enumerate(value)]


@dataclass(frozen=True)
class Hash:
    keys: Mapping[str, Field]
    required: Sequence[str] = ()

    def read(self, value: Any, param: str = "") -> JsonObject:
        if not isinstance(value, dict):
            raise ParameterError("Invalid object", param=param)
        self.refuse_unknown(value, param)
        for key in self.required:
            if key not in value:
                raise missing(named(param, key))
        return {key: self.keys[key].read(item, named(param, key)) for key, item in value.items()}

    def refuse_unknown(self, value: JsonObject, param: str) -> None:
        unknown = [named(param, key) for key in value if key not in self.keys]
        if unknown:
            plural = "s" if len(unknown) > 1 else ""
            raise ParameterError(
                f"Received unknown parameter{plural}: {', '.join(unknown)}",
                code="parameter_unknown",
                param=unknown[0],
            )


@dataclass(frozen=True)
class Moment:
    """A list filter: a second, or a hash of gt, gte, lt, lte."""

    def read(self, value: Any, param: str) -> JsonObject:
        if isinstance(value, dict):
            return Hash({key: Whole() for key in ("gt", "gte", "lt", "lte")}).read(value, param)
        second = Whole().read(value, param)
        return {"gte": second, "lte": second}


def named(param: str, key: str) -> str:
    return f"{param}[{key}]" if param else key


def empty(param: str) -> ParameterError:
    return ParameterError(
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to "
        f"unset a parameter; however '{param}' cannot be unset. You should remove '{param}' "
        "from your request or supply a non-empty value.",
        code="parameter_invalid_empty",
        param=param,
    )
