"""Each invoice keeps its parties as they were, and the hash of its file.

Those issued earlier get today's settings, the nearest that is known, and the hash of the file that
is there. Where it is gone, a hash that no file has: it is reported when somebody asks for it.
"""

import hashlib

from django.core.files.storage import storages
from django.db import migrations, models

SELLER = (
    "name",
    "company",
    "address",
    "email",
    "phone",
    "vat_number",
    "company_number",
    "bank_account_holder",
    "bank_iban",
    "bank_bic",
    "logo_id",
)
ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postcode")
OF_NO_FILE = "0" * 64


def complete_earlier_invoices(apps, schema_editor):
    invoices = apps.get_model("checkout", "Invoice").objects
    sellers = {}
    earlier = invoices.select_related("order").prefetch_related("order__addresses")
    for invoice in earlier.iterator(chunk_size=500):
        site = invoice.order.site_id
        if site not in sellers:
            sellers[site] = seller_of(apps, site)
        found = {address.kind: address_of(address) for address in invoice.order.addresses.all()}
        invoices.filter(pk=invoice.pk).update(
            parties={
                "seller": sellers[site],
                "buyer": found.get("billing", {}),
                "recipient": found.get("delivery", {}),
            },
            sha256=digest_of(invoice.pdf.name) if invoice.pdf else "",
        )


def seller_of(apps, site):
    shop = apps.get_model("content", "ShopSettings").objects.filter(site=site).first()
    if shop is None:
        return {}
    return {name: getattr(shop, name) for name in SELLER} | {"country": str(shop.country or "")}


def address_of(address):
    return {name: getattr(address, name) for name in ADDRESS} | {"country": str(address.country)}


def digest_of(name):
    try:
        with storages["private"].open(name) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return OF_NO_FILE


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0005_refunds_from_outside"),
        ("content", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="damaged_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="parties",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="invoice",
            name="sha256",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.RunPython(complete_earlier_invoices, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pdf", ""), ("sha256", "")),
                    models.Q(
                        models.Q(("pdf", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                        ("rendered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="invoice_rendered_has_a_hash",
            ),
        ),
    ]
