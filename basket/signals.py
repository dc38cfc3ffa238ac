from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from basket import basket, store
from basket.contents import Contents
from basket.models import SavedBasket


@receiver(user_logged_in)
def merge_baskets(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    """Put the session's basket and the account's together when somebody signs in."""
    if request is None:
        return
    row = SavedBasket.objects.filter(user=user).first()
    saved = Contents.from_json(row.contents) if row else Contents()
    current = Contents.from_json(request.session.get(store.SESSION_KEY))
    if not saved and not current:
        return
    # Who signed in stands in the session but not yet in its row, which a change reads again. Nobody
    # else knows the new session, so storing it now writes over nothing.
    request.session.save()
    with store.changing(request) as contents:
        merged = contents.merged_with(saved)
        contents.lines, contents.coupon = merged.lines, merged.coupon
    # The session of a fresh sign-in is stored once more when the request ends: it is new.
    request.session.modified = True
    basket.forget(request)
    if saved and set(saved.lines) - set(current.lines):
        messages.info(request, _("We put the basket of your last visit and this one together."))
