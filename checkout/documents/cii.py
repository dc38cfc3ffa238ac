"""The elements of UN/CEFACT's Cross Industry Invoice, and how it writes days and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

_SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
for _prefix, _uri in _SPACES.items():
    ElementTree.register_namespace(_prefix, _uri)
_DAY = "102"  # CCYYMMDD
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Node = ElementTree.Element
Content = Node | str | None


def _maker(prefix: str) -> Callable[..., Node | None]:
    """Makes elements of a name space. One that would be empty is left out: it is None."""

    def make(tag: str, *content: Content, **attributes: str) -> Node | None:
        element = Node(f"{{{_SPACES[prefix]}}}{tag}", attributes)
        for part in content:
            if isinstance(part, str):
                element.text = _FORBIDDEN.sub("", part)
            elif part is not None:
                element.append(part)
        return element if len(element) or (element.text or "").strip() else None

    return make


rsm, ram, udt, qdt = (_maker(prefix) for prefix in _SPACES)


def document(root: Node | None) -> bytes:
    if root is None:
        raise ValueError("a document without content")
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def day(value: date, space: Callable[..., Node | None] = udt) -> Node | None:
    return space("DateTimeString", f"{value:%Y%m%d}", format=_DAY)


def number(value: Decimal) -> str:
    """Without the noughts that the database keeps, and never as 1E+1."""
    return f"{value.normalize():f}"
