from checkout.models.addresses import OrderAddress
from checkout.models.booked_days import BookedDay
from checkout.models.delivery import ShippingMethod, ShippingRate
from checkout.models.disputes import Dispute, DisputeState
from checkout.models.documents import CreditNote, CreditNoteLine, Invoice, InvoiceSeries
from checkout.models.history import OrderEvent
from checkout.models.lines import OrderLine, OrderTax
from checkout.models.notes import OrderNote, OrderTag, TaggedOrder
from checkout.models.order_emails import EmailKind, OrderEmail
from checkout.models.orders import Order
from checkout.models.payments import Payment, PaymentEvent, PaymentStatus
from checkout.models.reconciliation import Discrepancy, ReconciledDay
from checkout.models.refunds import Refund
from checkout.models.returns import ReturnLine, ReturnRequest
from checkout.models.shipments import Shipment, Tracking
from checkout.models.terms import TaxRate, TaxTreatment
from checkout.models.vat_checks import VatCheck, VatCheckState
from checkout.models.zones import ShippingZone

__all__ = [
    "BookedDay",
    "CreditNote",
    "CreditNoteLine",
    "Discrepancy",
    "Dispute",
    "DisputeState",
    "EmailKind",
    "Invoice",
    "InvoiceSeries",
    "Order",
    "OrderAddress",
    "OrderEmail",
    "OrderEvent",
    "OrderLine",
    "OrderNote",
    "OrderTag",
    "OrderTax",
    "Payment",
    "PaymentEvent",
    "PaymentStatus",
    "ReconciledDay",
    "Refund",
    "ReturnLine",
    "ReturnRequest",
    "Shipment",
    "ShippingMethod",
    "ShippingRate",
    "ShippingZone",
    "TaggedOrder",
    "TaxRate",
    "TaxTreatment",
    "Tracking",
    "VatCheck",
    "VatCheckState",
]
