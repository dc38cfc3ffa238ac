"""Where shop managers write the words of e-mails. A preview writes nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.viewsets.base import ViewSet
from wagtail.log_actions import log
from wagtail.models import Site

from content import letters
from content.admin.permitted import PermittedMenuItem, PermittedPage
from content.letters import Letter
from content.mail import compose
from content.models import ShopSettings, Wording

CHANGE_WORDING = "content.change_wording"


class WordingForm(forms.ModelForm):
    """Shows the words as they go out; keeps those that are not the standard ones."""

    class Meta:
        model = Wording
        fields = letters.PARTS
        widgets = {
            "subject": forms.TextInput,
            "heading": forms.TextInput,
            "opening": forms.Textarea(attrs={"rows": 5}),
            "closing": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter = letter
        with translation.override(self.instance.language):
            self.standard = {part: letter.standard(part) for part in letters.PARTS}
        for part, text in self.standard.items():
            self.initial[part] = self.initial.get(part) or text
            self.fields[part].help_text = _("Standard: %(words)s") % {"words": text or "–"}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for part in letters.PARTS:
            text = values.get(part, "").replace("\r\n", "\n").strip()
            problems = list(letters.problems_in(text, self.letter.placeholders))
            if problems:
                self.add_error(part, ValidationError(problems))
            values[part] = "" if text == self.standard[part] else text
        return values

    @property
    def is_standard(self) -> bool:
        return not any(self.cleaned_data[part] for part in letters.PARTS)


class LettersPage(PermittedPage):
    permission = CHANGE_WORDING
    page_title = gettext_lazy("Words of e-mails")
    header_icon = "mail"


class LetterIndexView(LettersPage):
    template_name = "content/admin/letters.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        own = set(Wording.objects.values_list("letter", "language"))
        rows = [
            (letter, [(*language, (letter.name, language[0]) in own) for language in _languages()])
            for letter in letters.every()
        ]
        return self.render_to_response(self.get_context_data(rows=rows))

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [{"url": "", "label": str(self.page_title)}]


class LetterView(LettersPage):
    """Three buttons: save, look at it, back to the standard words."""

    template_name = "content/admin/letter.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.language = kwargs["language"]
        if self.language not in dict(_languages()):
            raise Http404
        try:
            self.letter = letters.get(kwargs["letter"])
        except KeyError:
            raise Http404 from None
        names = {"letter": self.letter.name, "language": self.language}
        self.wording = Wording.objects.filter(**names).first() or Wording(**names)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._show(WordingForm(instance=self.wording, letter=self.letter))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "reset" in request.POST:
            return self._back_to_standard()
        form = WordingForm(request.POST, instance=self.wording, letter=self.letter)
        if not form.is_valid():
            return self._show(form, status=422)
        if "preview" in request.POST:
            return self._show(form, preview=self._preview(form))
        return self._save(form)

    def get_page_subtitle(self) -> str:
        return str(self.letter.label)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("letters:index"), "label": str(self.page_title)},
            {"url": "", "label": str(self.letter.label)},
        ]

    def _show(self, form: WordingForm, status: int = 200, preview: Any = None) -> HttpResponse:
        context = self.get_context_data(
            letter=self.letter,
            language=dict(_languages())[self.language],
            form=form,
            is_own=bool(self.wording.pk),
            preview=preview,
        )
        return self.render_to_response(context, status=status)

    def _preview(self, form: WordingForm) -> dict[str, str]:
        shop = ShopSettings.for_site(Site.objects.get(is_default_site=True))
        with translation.override(self.language):
            message = compose(self.letter, self.letter.sample(), shop, form.cleaned_data, to="")
        html, _kind = message.alternatives[0]
        return {"subject": str(message.subject), "text": str(message.body), "html": str(html)}

    def _save(self, form: WordingForm) -> HttpResponse:
        if form.is_standard:
            return self._back_to_standard()
        wording = form.save()
        log(instance=wording, action="wagtail.edit", user=self.request.user)
        messages.success(self.request, _("Saved. The next e-mail goes out in these words."))
        return redirect("letters:index")

    def _back_to_standard(self) -> HttpResponse:
        if self.wording.pk:
            log(instance=self.wording, action="wagtail.delete", user=self.request.user)
            self.wording.delete()
        messages.success(self.request, _("This e-mail goes out in the standard words."))
        return redirect("letters:index")


class LettersMenuItem(PermittedMenuItem):
    permission = CHANGE_WORDING


class LettersViewSet(ViewSet):
    name = "letters"
    icon = "mail"
    menu_label = gettext_lazy("E-mails")
    menu_item_class = LettersMenuItem
    add_to_settings_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        index = self.construct_view(LetterIndexView)
        letter = self.construct_view(LetterView)
        return [
            path("", index, name="index"),
            path("<slug:letter>/<slug:language>/", letter, name="edit"),
        ]


def _languages() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]
