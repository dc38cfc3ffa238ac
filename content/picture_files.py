"""Whether a file is a picture that the shop can show: asked of uploads and of imports alike."""

from __future__ import annotations

import re
import zipfile
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

# Formats by the name that Pillow has for them, and the ending of their files.
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
MAX_PIXELS = 50_000_000
# Of all pictures of an animation together.
MAX_ANIMATED_PIXELS = 200_000_000
# What makes a file something else as well: a page, a script, a document.
_SOMETHING_ELSE = re.compile(rb"<script|<html|<svg|<!doctype|<\?php|%PDF-", re.IGNORECASE)
_PIECE = 1024 * 1024


class NotAPicture(Exception):
    """Why, in words for whoever brought it."""


def kind_of(file: IO[bytes]) -> str:
    """The format that the bytes themselves are in: a key of `EXTENSIONS`. Raises NotAPicture.

    Read to the end: a broken picture would trouble every page that shows it.
    """
    try:
        kind = _decoded(file)
        if _is_something_else(file):
            raise NotAPicture(
                _("it holds more than a picture. Save it anew in an image editor and try again")
            )
    finally:
        file.seek(0)
    return kind


def _decoded(file: IO[bytes]) -> str:
    file.seek(0)
    try:
        with Image.open(file, formats=list(EXTENSIONS)) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise NotAPicture(_("it has more than 50 million pixels"))
            if pixels * getattr(image, "n_frames", 1) > MAX_ANIMATED_PIXELS:
                raise NotAPicture(_("its animation is too long"))
            image.load()
            return str(image.format)
    except Image.DecompressionBombError as error:
        raise NotAPicture(_("it has more than 50 million pixels")) from error
    except (OSError, SyntaxError, ValueError, MemoryError, EOFError) as error:
        raise NotAPicture(_("it is no JPEG, PNG, WebP, AVIF or GIF picture")) from error


def _is_something_else(file: IO[bytes]) -> bool:
    file.seek(0)
    seam = b""
    while piece := file.read(_PIECE):
        if _SOMETHING_ELSE.search(seam + piece):
            return True
        seam = piece[-16:]
    return zipfile.is_zipfile(file)
