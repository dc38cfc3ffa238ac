"""Notes and tags of an order, written on its page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.forms import TagField, TagWidget
from wagtail.admin import messages

from checkout import notes
from checkout.admin.order_actions import CHANGE_ORDERS
from checkout.admin.order_pages import OrderForm, OrderPage
from checkout.models import OrderTag

MAX_TAGS, TAG_LENGTH, SHOWN_TAGS = 20, 40, 50


class NoteForm(OrderForm):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For colleagues. The customer never sees it, and it stays."),
    )


class NoteView(OrderPage):
    permission = CHANGE_ORDERS
    form_class = NoteForm
    page_title = gettext_lazy("Add a note")
    button = gettext_lazy("Add the note")

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        notes.add_note(self.order, form.cleaned_data["text"], request.user)
        messages.success(request, _("The note stands under “Notes”."))
        return self.back()


class TagsForm(OrderForm):
    tags = TagField(
        label=gettext_lazy("Tags"),
        required=False,
        widget=TagWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = ", ".join(OrderTag.objects.values_list("name", flat=True)[:SHOWN_TAGS])
        self.fields["tags"].help_text = _(
            "With commas between them. The listing can be filtered by tags. In use: %(tags)s"
        ) % {"tags": used or "–"}

    def clean_tags(self) -> list[str]:
        names: list[str] = self.cleaned_data["tags"]
        if len(names) > MAX_TAGS or any(len(name) > TAG_LENGTH for name in names):
            message = _("At most %(n)d tags, of at most %(length)d characters each.")
            raise ValidationError(message % {"n": MAX_TAGS, "length": TAG_LENGTH})
        return names


class TagsView(OrderPage):
    permission = CHANGE_ORDERS
    form_class = TagsForm
    page_title = gettext_lazy("Change the tags")

    def get_initial(self) -> dict[str, Any]:
        return {"tags": self.order.tags.all()}

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        notes.set_tags(self.order, form.cleaned_data["tags"], request.user)
        messages.success(request, _("The tags are saved."))
        return self.back()
