from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from content.picture_files import NotAPicture, kind_of


class PictureField(WagtailImageField):
    """Looks at the bytes before Wagtail does, whose own check fails on some broken pictures."""

    def to_python(self, data: Any) -> Any:
        if data not in self.empty_values:
            try:
                kind_of(data)
            except NotAPicture as reason:
                message = _("This file cannot be used: %(reason)s.") % {"reason": reason}
                raise ValidationError(message, code="invalid_image") from reason
        return super().to_python(data)


class PictureForm(BaseImageForm):
    file = PictureField(label=gettext_lazy("File"), widget=BaseImageForm.Meta.widgets["file"])
