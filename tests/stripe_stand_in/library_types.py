"""What the `stripe` library's own types say of our answers and of the parameters we take."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

import stripe
from stripe._stripe_object import UntypedStripeObject

from .fields import Field, Flag, Fraction, Hash, ListOf, Text, Whole

Fault = Iterator[str]
PLAIN: dict[type[Any], set[Any]] = {Flag: {bool}, Fraction: {Decimal, float}, Whole: {int}}


def faults_in(answer: dict[str, Any], kind: type[Any]) -> Fault:
    """Unknown keys, missing ones that are never null, and values of another type, by path."""
    yield from faults_in_hash(answer, kind, kind.__name__)


def faults_in_hash(value: dict[str, Any], kind: type[Any], path: str) -> Fault:
    hints = {name: hint for name, hint in kind.__annotations__.items() if name != "OBJECT_NAME"}
    for key in value.keys() - hints.keys():
        yield f"{path}.{key} is not known to the library"
    for key, hint in hints.items():
        if key in value:
            yield from faults_in_value(value[key], hint, f"{path}.{key}")
        elif NoneType not in options(hint):
            yield f"{path}.{key} is never null but missing"


def faults_in_value(value: Any, hint: Any, path: str) -> Fault:
    kinds = options(hint)
    if value is None:
        if NoneType not in kinds:
            yield f"{path} is null"
    elif isinstance(value, dict):
        yield from faults_in_object(value, kinds, path)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from faults_in_value(item, item_kind(kinds), f"{path}[{place}]")
    elif literals(kinds) and isinstance(value, str):
        if value not in literals(kinds):
            yield f"{path} is {value!r}, which the library does not list"
    elif not any(type(value) is kind or (kind is Decimal and type(value) is str) for kind in kinds):
        yield f"{path} is {value!r}, not {hint}"


def faults_in_object(value: dict[str, Any], kinds: list[Any], path: str) -> Fault:
    if value.get("object") == "list":
        [inner] = [get_args(kind)[0] for kind in kinds if get_args(kind)]
        for place, row in enumerate(value["data"]):
            yield from faults_in_value(row, inner, f"{path}.data[{place}]")
        return
    if any((get_origin(kind) or kind) is UntypedStripeObject for kind in kinds):
        return
    classes = [kind for kind in kinds if isinstance(kind, type) and kind is not NoneType]
    classes = [kind for kind in classes if issubclass(kind, stripe.StripeObject)]
    if len(classes) != 1:
        yield f"{path} should not be a hash"
        return
    yield from faults_in_hash(value, classes[0], path)


def options(hint: Any) -> list[Any]:
    """A union taken apart, names resolved."""
    if isinstance(hint, ForwardRef):
        return [getattr(stripe, hint.__forward_arg__, stripe.StripeObject)]
    if get_origin(hint) in (Union, UnionType):
        return [each for part in get_args(hint) for each in options(part)]
    return [hint]


def literals(kinds: list[Any]) -> list[str]:
    return [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]


def item_kind(kinds: list[Any]) -> Any:
    return next((get_args(kind)[0] for kind in kinds if get_origin(kind) is list), object)


def hints_of(params: type[Any]) -> dict[str, Any]:
    """The keys of a params type with their types, without the library's request options."""
    own = params.__annotations__.keys() - stripe.RequestOptions.__annotations__.keys()
    bare = type("Own", (), {"__annotations__": {key: params.__annotations__[key] for key in own}})
    return get_type_hints(bare, vars(sys.modules[params.__module__]))


def faults_in_parameters(takes: Field, kind: Any, path: str = "") -> Fault:
    """Keys and choices that we take and the library does not know; required ones we do not."""
    kinds = options(kind)
    if isinstance(takes, Hash):
        [params] = [each for each in kinds if hasattr(each, "__required_keys__")]
        hints = hints_of(params)
        for key in takes.keys.keys() - hints.keys():
            yield f"{path}[{key}] is not known to the library"
        for key in (params.__required_keys__ & hints.keys()) - set(takes.required):
            yield f"{path}[{key}] is required by the library"
        for key in takes.keys.keys() & hints.keys():
            yield from faults_in_parameters(takes.keys[key], hints[key], f"{path}[{key}]")
    elif isinstance(takes, ListOf):
        yield from faults_in_parameters(takes.item, item_kind(kinds), f"{path}[]")
    elif isinstance(takes, Text):
        unknown = set(takes.choices) - set(literals(kinds) or takes.choices)
        yield from (f"{path}={choice} is not known to the library" for choice in unknown)
    elif type(takes) in PLAIN and not PLAIN[type(takes)] & set(kinds):
        yield f"{path} is {kinds} in the library"
