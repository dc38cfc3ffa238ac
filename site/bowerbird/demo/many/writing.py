"""Many published pages at once: the rows that publishing one by one would leave, in few statements.

No signal is sent, so whatever listens to one does its part here: search, references, page cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Cast
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backends

from bowerbird.demo.many.inventing import Ware
from bowerbird.demo.many.pages import page_of
from bowerbird.demo.many.shelves import Shared
from content.live_pages import moved
from content.live_pages.names import SITE
from products.models import MovementReason, ProductPage, ProductPicture, Sku, StockMovement, Variant

REFERENCE = "catalogue"
# What is not known yet when a revision is written.
_LATER = (
    "first_published_at",
    "last_published_at",
    "latest_revision_created_at",
)


@transaction.atomic
def publish_many(wares: Sequence[Ware], parent_id: int, shared: Shared, now: datetime) -> None:
    """All below one category; `now` is the moment from which their ages count back."""
    parent = Page.objects.select_for_update().get(pk=parent_id)
    pages = [page_of(ware, shared) for ware in wares]
    _place(pages, parent)
    for page, ware in zip(pages, wares, strict=True):
        when = now - ware.age
        page.first_published_at = page.last_published_at = page.latest_revision_created_at = when
    _insert(Page, pages, returning=True)
    for page in pages:
        page.page_ptr_id = page.id
    _insert(ProductPage, pages)
    _fill_shelves(wares, now)
    _insert_parts(pages)
    _write_history(pages)
    _write_references(pages)
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(ProductPage, pages)
    moved(SITE)


def _place(pages: Sequence[Page], parent: Page) -> None:
    """Behind the last that stands there."""
    last = parent.get_last_child()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    locale, (kind, _) = parent.locale, _content_types()
    for at, page in enumerate(pages, start=step + 1):
        page.depth = parent.depth + 1
        page.path = Page._get_path(parent.path, page.depth, at)
        page.numchild = 0
        page.url_path = f"{parent.url_path}{page.slug}/"
        page.draft_title = page.title
        page.content_type, page.locale = kind, locale
        # Read from the database otherwise, once a page.
        page.tagged_items, page.wagtail_admin_comments = [], []
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(pages))


def _fill_shelves(wares: Iterable[Ware], now: datetime) -> None:
    """Empty shelves first; then what came, then what a count did not find, as the ledger asks."""
    skus, arrived, missing = [], [], []
    for ware in wares:
        came = now - ware.age
        for kind in ware.kinds:
            sku = Sku(code=kind.sku, weight=kind.weight, barcode=kind.barcode, created_at=came)
            skus.append(sku)
            line = {"sku": sku, "reference": REFERENCE}
            if kind.received:
                arrived.append(_movement(line, kind.received, 0, MovementReason.RECEIVED, came))
            if kind.corrected:
                later = came + timedelta(seconds=ware.age.total_seconds() / 2)
                counted = MovementReason.COUNTED
                missing.append(_movement(line, -kind.corrected, kind.received, counted, later))
    _insert(Sku, skus, returning=True)
    for lines in (arrived, missing):
        for movement in lines:
            movement.sku_id = movement.sku.pk
        _insert(StockMovement, sorted(lines, key=lambda line: line.created_at))


def _movement(
    line: dict[str, Any], delta: int, before: int, reason: MovementReason, when: datetime
) -> StockMovement:
    return StockMovement(
        **line, delta=delta, balance=before + delta, reason=reason, created_at=when
    )


def _insert_parts(pages: Iterable[ProductPage]) -> None:
    variants, gallery, categories = [], [], []
    through: Any = ProductPage.categories.through
    for page in pages:
        for row in (*page.variants.all(), *page.gallery.all()):
            row.page = page
        variants += page.variants.all()
        gallery += page.gallery.all()
        categories += [
            through(productpage_id=page.pk, categorypage_id=other.pk)
            for other in page.categories.all()
        ]
    _insert(Variant, variants, returning=True)
    _insert(ProductPicture, gallery, returning=True)
    _insert(through, categories)


def _write_history(pages: Sequence[ProductPage]) -> None:
    """A revision each, which is live, and the two lines that the log has of every new page."""
    kind, base = (
        ContentType.objects.get_for_model(ProductPage),
        ContentType.objects.get_for_model(Page),
    )
    revisions = [
        Revision(
            content_type=kind,
            base_content_type=base,
            object_id=str(page.pk),
            object_str=str(page),
            created_at=page.first_published_at,
            content={**page.serializable_data(), **dict.fromkeys(_LATER)},
        )
        for page in pages
    ]
    _insert(Revision, revisions, returning=True)
    own = Revision.objects.filter(
        base_content_type=base, object_id=Cast(OuterRef("pk"), models.CharField())
    )
    latest = Subquery(own.values("pk"))
    Page.objects.filter(pk__in=[page.pk for page in pages]).update(
        latest_revision_id=latest, live_revision_id=latest
    )
    _insert(
        PageLogEntry,
        [
            PageLogEntry(
                content_type=kind,
                page=page,
                label=str(page),
                action=action,
                timestamp=page.first_published_at,
                content_changed=True,
                revision=revision if action == "wagtail.publish" else None,
            )
            for page, revision in zip(pages, revisions, strict=True)
            for action in ("wagtail.create", "wagtail.publish")
        ],
    )


def _write_references(pages: Iterable[ProductPage]) -> None:
    kind, base = (
        ContentType.objects.get_for_model(ProductPage),
        ContentType.objects.get_for_model(Page),
    )
    _insert(
        ReferenceIndex,
        [
            ReferenceIndex(
                content_type=kind,
                base_content_type=base,
                object_id=str(page.pk),
                to_content_type_id=to_kind,
                to_object_id=to_id,
                model_path=model_path,
                content_path=content_path,
                content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
            )
            for page in pages
            for to_kind, to_id, model_path, content_path in dict.fromkeys(
                ReferenceIndex._extract_references_from_object(page)
            )
        ],
    )


def _content_types() -> tuple[ContentType, ContentType]:
    """Of products, and of pages at large."""
    kinds = ContentType.objects.get_for_models(ProductPage, Page)
    return kinds[ProductPage], kinds[Page]


def _insert(model: Any, rows: Sequence[Any], *, returning: bool = False) -> None:
    """The model's own table only, dates as they are; `returning`: gives each row its new id.

    `bulk_create` refuses pages, whose rows lie in two tables, and dates everything today.
    """
    meta = model._meta
    given = [one for one in meta.local_concrete_fields if not isinstance(one, models.AutoField)]
    size = max(connection.ops.bulk_batch_size(given, rows), 1) if rows else 1
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        ids = model._base_manager._insert(
            batch,
            fields=given,
            returning_fields=[meta.pk] if returning else None,
            using=connection.alias,
            raw=True,
        )
        if returning:
            for row, (pk,) in zip(batch, ids, strict=True):
                setattr(row, meta.pk.attname, pk)
