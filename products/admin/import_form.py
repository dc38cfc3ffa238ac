"""The form that takes a file of products."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import CategoryPage, ImportFormat, ProductImport

MAX_BYTES = 100 * 1024 * 1024


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        max_length=255,
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        help_text=gettext_lazy("As Shopify, WooCommerce or this shop export it."),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        required=False,
        choices=[("", gettext_lazy("Find out by its header")), *ImportFormat.choices],
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("Put it below"),
        required=False,
        queryset=CategoryPage.objects.none(),
        empty_label=gettext_lazy("The front page"),
        help_text=gettext_lazy("The file's categories are found or made below this page."),
    )
    recreate = forms.BooleanField(
        label=gettext_lazy("Bring back products that were deleted here"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = CategoryPage.objects.filter(alias_of__isnull=True).order_by("path")
        field: Any = self.fields["category"]
        field.queryset = categories
        field.label_from_instance = lambda page: "– " * (page.depth - 3) + page.title

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 100 MB. Split it in two."))
        return file

    def save(self, user: Any) -> ProductImport:
        file = self.cleaned_data["file"]
        run = ProductImport(
            name=file.name[:255],
            format=self.cleaned_data["format"],
            category=self.cleaned_data["category"],
            recreate=self.cleaned_data["recreate"],
            user=user,
        )
        # Under a name of ours: theirs may be anything.
        run.file.save("products.csv", file, save=False)
        run.save()
        return run
