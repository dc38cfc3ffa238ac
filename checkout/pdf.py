"""From HTML to a tagged PDF. Imported only where a document is made: WeasyPrint is slow to load.

What costs time is made once a process: the fetcher (each that WeasyPrint makes by itself builds an
SSL context), the font configuration and the parsed style sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from PIL import ImageFile
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from checkout.documents import facturx
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
    return _write(html, styles, pdf_variant="pdf/ua-1")


def render_to_keep(html: str, *styles: str, made_at: datetime, xml: bytes | None = None) -> bytes:
    """PDF/A-3a and PDF/UA, with `xml` within as Factur-X.

    In one go: the factur-x library would write a second PDF around the first, and lose on the way
    that it is tagged.
    """
    options: dict[str, Any] = {"pdf_variant": "pdf/a-3a"}
    if xml is not None:
        options["attachments"] = [_factur_x(xml, made_at)]
    return _write(html, styles, finisher=_complete_files, **options)


def _write(html: str, styles: Sequence[str], finisher: Any = None, **options: Any) -> bytes:
    options["pdf_tags"] = True
    with _ONE_AT_A_TIME:
        sheets = [style_sheet(name) for name in styles]
        source = HTML(string=html, url_fetcher=fetcher())
        document = source.render(stylesheets=sheets, font_config=fonts(), **options)
        if "attachments" in options:
            _describe_factur_x(document.metadata)
        return bytes(document.write_pdf(finisher=finisher, **options))


def _factur_x(xml: bytes, made_at: datetime) -> Attachment:
    return Attachment(
        file_obj=BytesIO(xml),
        url_fetcher=fetcher(),
        name=facturx.FILE_NAME,
        description="Factur-X",
        created=made_at.astimezone(UTC),
        modified=made_at.astimezone(UTC),
        relationship="Alternative",
    )


def _describe_factur_x(metadata: Any) -> None:
    """Into the one RDF that XMP allows, beside what WeasyPrint says of the document."""
    plain = metadata.generate_rdf_metadata
    metadata.generate_rdf_metadata = lambda *what: plain(*what).replace(
        b"</rdf:RDF>", _xmp() + b"</rdf:RDF>"
    )


@cache
def _xmp() -> bytes:
    return (Path(__file__).parent / "documents/factur-x.xmp").read_bytes()


def _complete_files(document: Any, pdf: Any) -> None:
    """What Factur-X asks of an embedded file and WeasyPrint leaves out."""
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("Type") == "/Filespec":
            thing["EF"]["UF"] = thing["EF"]["F"]
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
