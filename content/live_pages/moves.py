"""When pages and what is on all of them change: Wagtail's and Django's signals, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import post_page_move, pre_page_move

from content.live_pages.names import SITE, wording_of
from content.live_pages.owed import owed_ahead
from content.live_pages.traces import UNSEEN, Traces, changed_since, is_new, traces_of, will_change
from content.live_pages.watching import moved, shown_on_pages, watch, watched_elsewhere
from content.models import ClosedDay, Rendition, ShopSettings, SocialLink, Wording

for model in (ShopSettings, SocialLink, ClosedDay, Site, Locale, PageViewRestriction):
    watch(model, lambda row: [SITE])
watch(Wording, lambda row: [wording_of(row.letter)])
shown_on_pages(get_image_model())
shown_on_pages(get_document_model())
watched_elsewhere(Rendition)  # made where a page wants it; below for those that go


@receiver(pre_save)
def page_changes(
    sender: Any, instance: Any, raw: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    if not isinstance(instance, Page):
        return
    if raw:
        moved(SITE)
    elif not instance._state.adding and not UNSEEN.issuperset(update_fields or ["all"]):
        will_change(instance.pk)


@receiver(post_save)
def page_is_new(sender: Any, instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw and isinstance(instance, Page):
        is_new(instance.pk)


@receiver(pre_delete)
def page_goes(sender: Any, instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, Page):
        will_change(instance.pk)


@receiver(post_delete, sender=Rendition)
def size_goes(sender: Any, instance: Rendition, **kwargs: Any) -> None:
    """With a new file of its picture, only after that is saved."""
    moved(f"picture:{instance.image_id}")


# By the page's id, from before its move until after it: Wagtail's two signals carry two instances.
_before_moves: dict[int, tuple[Traces | None, Callable[[], None]]] = {}


@receiver(pre_page_move)
def page_will_move(sender: Any, instance: Page, **kwargs: Any) -> None:
    is_alone = not instance.numchild
    before = traces_of(Page.objects.filter(pk=instance.pk).first()) if is_alone else None
    _before_moves[instance.pk] = before, owed_ahead()


@receiver(post_page_move)
def page_has_moved(
    sender: Any, instance: Page, parent_page_before: Any, parent_page_after: Any, **kwargs: Any
) -> None:
    """A page without others below it, put behind its new siblings, moves nobody else. Any other
    move writes new paths to pages that send no signal."""
    before, pay = _before_moves.pop(instance.pk, (None, lambda: None))
    last = parent_page_after.get_children().last()
    if before is None or parent_page_before == parent_page_after or last.pk != instance.pk:
        moved(SITE)
    else:
        moved(*changed_since(Page.objects.get(pk=instance.pk), before))
    pay()
