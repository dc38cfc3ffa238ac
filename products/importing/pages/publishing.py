"""Pages saved as an editor saves them: through revisions, live where they are live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page, ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update
from wagtail.signals import page_published, published

from products.importing.pages.laying import Layer
from products.models import ProductPage
from products.querysets import VariantQuerySet


def add(parent: Page, page: ProductPage, *, live: bool, user: Any) -> None:
    """A new page, published or as a draft.

    The same rows, log and signals as `revision.publish()` leaves behind, which would write the
    page and all its variants a second time: in a large import that is half of the work.
    """
    page.live, page.has_unpublished_changes, page.owner = live, not live, user
    if live:
        page.first_published_at = page.last_published_at = timezone.now()
    with indexed_once(page):
        parent.add_child(instance=page)
        revision = page.save_revision(user=user, clean=False, changed=not live)
        if live:
            page.live_revision = revision
            Page.objects.filter(pk=page.pk).update(live_revision=revision)
            log(page, "wagtail.publish", user=user, revision=revision, content_changed=True)
    if live:
        page_published.send(sender=ProductPage, instance=page, revision=revision)
        published.send(sender=ProductPage, instance=page, revision=revision)


def save(page: ProductPage, layer: Layer, user: Any) -> None:
    """Live where the page is live. A draft that waits stays on top, as `pricing` leaves it."""
    before = layer.before(page)
    waits = page.has_unpublished_changes and page.latest_revision is not None
    draft = page.latest_revision.as_object() if waits else None
    layer.lay(page)
    with indexed_once(page):
        if page.live:
            publish(page, user)
        else:
            _save_draft(page)
            draft = draft or ProductPage.objects.get(pk=page.pk)
    if draft is not None:
        layer.lay_on_draft(draft, before)
        draft.save_revision(user=user, clean=False, log_action=True)


def publish(page: ProductPage, user: Any) -> None:
    if page.go_live_at and page.go_live_at > timezone.now():
        page.go_live_at = None
    revision = page.save_revision(user=user, log_action=True)
    revision.publish(user=user, skip_permission_checks=True)


def publish_or_not(page: ProductPage, *, live: bool, user: Any) -> None:
    page.refresh_from_db()
    if not live:
        page.unpublish(user=user)
    elif not page.live:
        publish(page.get_latest_revision_as_object(), user)


def _save_draft(page: ProductPage) -> None:
    """Into the rows of the database, as the editor does with a page that is not live."""
    rows = page.variants.all()
    if not isinstance(rows, VariantQuerySet):
        for row in rows:
            # What was here before has its stock, or is a code that somebody is still typing.
            row.sku_is_only_typed = row.pk is not None
    page.save()


@contextmanager
def indexed_once(page: ProductPage) -> Iterator[None]:
    """Wagtail notes anew what the page refers to with every variant and picture that is saved."""
    with disable_reference_index_auto_update():
        yield
    ReferenceIndex.create_or_update_for_object(page)
