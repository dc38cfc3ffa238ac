"""What is remembered of bringing products in: runs, their rows, and what became of what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.models import Picture
from products.models.pages import CategoryPage, ProductPage

# A worker that has not written for so long is dead. Above the longest that one product may take.
SILENT_FOR = timedelta(minutes=3)


def private_storage() -> Storage:
    return storages["private"]


class ImportFormat(models.TextChoices):
    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    BOWERBIRD = "bowerbird", "Bowerbird"


class ImportStatus(models.TextChoices):
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Waiting for you")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    REFUSED = "refused", _("Refused")


IN_WORK = (ImportStatus.CHECKING, ImportStatus.RUNNING)


class Outcome(models.TextChoices):
    """What became of one product of the file."""

    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")


class ImportQuerySet(models.QuerySet["ProductImport"]):
    def due(self) -> ImportQuerySet:
        """In work, yet nobody is working on it: never begun, or the worker was killed.

        What the command runs has no file of ours and is run again by hand.
        """
        silent_since = timezone.now() - SILENT_FOR
        idle = Q(beat_at__isnull=True) | Q(beat_at__lt=silent_since)
        return self.filter(idle, status__in=IN_WORK).exclude(file="")


class ProductImport(models.Model):
    """One file, brought in once. `position` counts the products that are done with, in its order.

    Every product is its own transaction, which moves `position` and writes its `ImportedRow`: a
    run that was broken off goes on where it stood, and two workers cannot do one product twice.
    """

    file = models.FileField(_("file"), storage=private_storage, upload_to="imports/", blank=True)
    name = models.CharField(_("name of the file"), max_length=255)
    format = models.CharField(_("format"), max_length=16, choices=ImportFormat, blank=True)
    category = models.ForeignKey(
        CategoryPage,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("below"),
    )
    recreate = models.BooleanField(
        _("bring back what was deleted here"),
        default=False,
        help_text=_("Otherwise a product that somebody deleted stays away."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=ImportStatus, default=ImportStatus.CHECKING
    )
    problem = models.TextField(_("problem"), blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    position = models.PositiveIntegerField(default=0, editable=False)
    # How often the product at `position` was begun: one that kills its worker is given up.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    beat_at = models.DateTimeField(null=True, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import of products")
        verbose_name_plural = _("imports of products")

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How stock movements name this run."""
        return f"import {self.pk}"

    @property
    def is_in_work(self) -> bool:
        return self.status in IN_WORK

    @property
    def is_dry(self) -> bool:
        return self.status == ImportStatus.CHECKING

    @property
    def percent(self) -> int:
        """How much of the file is done with. Below 100 while it is in work."""
        if not self.is_in_work:
            return 100
        return min(99, self.rows_done * 100 // self.row_count) if self.row_count else 0

    def counts(self) -> dict[str, int]:
        """Products by outcome, every outcome named."""
        counted = dict(self.rows.values_list("outcome").annotate(Count("pk")).order_by())
        return {outcome.value: counted.get(outcome.value, 0) for outcome in Outcome}


class ImportedRow(models.Model):
    """What became, or in a dry run would become, of one product of the file.

    `rows` are the lines of the file as a spreadsheet counts them, "2–5"; `texts` are what changes,
    and what there is to know.
    """

    run = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    rows = models.CharField(_("rows"), max_length=120)
    title = models.CharField(_("product"), max_length=255)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    changes: Any = models.JSONField(_("changes"), default=list, blank=True)
    notes: Any = models.JSONField(_("notes"), default=list, blank=True)
    page = models.ForeignKey(
        ProductPage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="imported_row_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.rows}: {self.title}"


class ImportedProduct(models.Model):
    """Which page a product of another shop became, and what its file said last.

    `record` is the last word of the file: what differs from it in the next file is what that
    file changes, and nothing else. `codes` are the SKUs of its variants by what names them there,
    the made ones among them. `page` is empty once somebody has deleted it here.
    """

    format = models.CharField(max_length=16, choices=ImportFormat)
    key = models.CharField(max_length=255)
    page = models.ForeignKey(
        ProductPage, null=True, on_delete=models.SET_NULL, related_name="imported_as"
    )
    digest = models.CharField(max_length=64)
    record: Any = models.JSONField(encoder=DjangoJSONEncoder)
    codes: Any = models.JSONField(default=dict)
    missing_pictures: Any = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["format", "key"], name="imported_product_once")
        ]

    def __str__(self) -> str:
        return f"{self.format}: {self.key}"


class FetchedPicture(models.Model):
    """The picture that an address led to. It is not fetched a second time."""

    # SHA-256 of the address: addresses are longer than an index likes.
    digest = models.CharField(max_length=64, unique=True)
    source = models.TextField()
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.source
