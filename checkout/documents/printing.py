"""A document to be kept: the page that people read, and the same facts as Factur-X within."""

from __future__ import annotations

import logging
from datetime import datetime

from checkout.documents import facturx
from checkout.documents.bill import Bill

logger = logging.getLogger(__name__)

STYLES = ("paper.css", "invoice.css")


def printed(html: str, bill: Bill, made_at: datetime) -> bytes:
    """PDF/A-3. Without the XML where the standard has no words for this bill, which is logged."""
    from checkout import pdf

    try:
        xml = facturx.to_xml(bill)
    except facturx.NotExpressible as gap:
        logger.warning("%s has no Factur-X: %s", bill.number, gap.why)
        xml = None
    return pdf.render_to_keep(html, *STYLES, made_at=made_at, xml=xml)
