"""From HTML to a tagged PDF. Imported only where a document is made: WeasyPrint is slow to load.

What costs time is made once a process: the fetcher (each that WeasyPrint makes by itself builds an
SSL context), the font configuration and the parsed style sheets.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from content import stylesheets

# WeasyPrint sets this for the whole process: half a picture would count as one in every upload
# and import that the process sees from then on.
ImageFile.LOAD_TRUNCATED_IMAGES = False

FONTS = (settings.BASE_DIR / "static/fonts").resolve()
# What a style sheet's relative addresses begin at, as in the browser.
STYLES = settings.BASE_DIR / "static/css/"
# Fonts are shared by the process, and Pango's are not safe in two threads at once.
_ONE_AT_A_TIME = Lock()


class OwnFontsOnly(URLFetcher):
    """Reads font files of the shop, and pictures that the document itself holds; nothing else."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        if url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
            return super().fetch(url, headers)
        parts = urlsplit(url)
        path = Path(url2pathname(parts.path)).resolve()
        is_ours = path.is_relative_to(FONTS) and path.suffix == ".woff2" and path.is_file()
        if parts.scheme != "file" or parts.netloc or not is_ours:
            raise ValueError(f"A document fetches nothing but the shop's fonts: {url[:80]}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff2"})


@cache
def fetcher() -> OwnFontsOnly:
    return OwnFontsOnly()


@cache
def fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def style_sheet(name: str) -> CSS:
    """`static/css/<name>`, which may name fonts as our style sheets do."""
    return CSS(
        string=stylesheets.read(name),
        base_url=STYLES.as_uri() + "/",
        url_fetcher=fetcher(),
        font_config=fonts(),
    )


def render(html: str, *styles: str) -> bytes:
    """A PDF/UA document, in the style sheets of these names."""
    with _ONE_AT_A_TIME:
        pdf = HTML(string=html, url_fetcher=fetcher()).write_pdf(
            stylesheets=[style_sheet(name) for name in styles],
            font_config=fonts(),
            pdf_variant="pdf/ua-1",
            pdf_tags=True,
        )
    return bytes(pdf)
