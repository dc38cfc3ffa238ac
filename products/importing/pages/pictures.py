"""Pictures of imported products: found, fetched or read from a folder, and kept once.

Nothing of this runs in a transaction: other people's servers are slow. A picture that is kept
although its product then fails is found again by the next import.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.files.images import ImageFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from content.models import Picture
from content.picture_files import EXTENSIONS, NotAPicture, kind_of
from products.importing.pages.fetching import MAX_BYTES, NotFetched, fetch
from products.models import FetchedPicture

AT_ONCE = 4
# All the pictures of one product; what is late then is for the next import.
SECONDS_A_PRODUCT = 40


@dataclass(frozen=True)
class Brought:
    """Picture ids by their sources, and what is to be said of the sources that gave none."""

    ids: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


class Pictures:
    """`folder` is where file names are looked up; without one they are missing."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._in_folder: dict[str, Path] | None = None

    def bring(self, wanted: Iterable[tuple[str, str]]) -> Brought:
        """`wanted` are sources with their descriptions, each brought once."""
        alts = dict(reversed([*wanted]))
        ids = known(alts)
        missing = [source for source in alts if source not in ids]
        problems: dict[str, str] = {}
        with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
            deadline = time.monotonic() + SECONDS_A_PRODUCT
            files = {source: stack.enter_context(TemporaryFile()) for source in missing}
            tried = pool.map(lambda source: self._try(source, files[source], deadline), missing)
            for source, (kind, problem) in zip(missing, tried, strict=True):
                if problem:
                    problems[source] = problem
                else:
                    ids[source] = _keep(source, files[source], EXTENSIONS[kind], alts[source])
        return Brought(ids, problems)

    def _try(self, source: str, into: IO[bytes], deadline: float) -> tuple[str, str]:
        """The kind of picture that is now in `into`, and what went wrong. Runs in a thread."""
        try:
            if is_address(source):
                fetch(source, into, deadline - time.monotonic())
            else:
                self._read(source, into)
            return kind_of(into), ""
        except (NotFetched, NotAPicture) as error:
            return "", str(error)

    def _read(self, name: str, into: IO[bytes]) -> None:
        path = self._files().get(_base_name(name).casefold())
        if path is None:
            raise NotFetched(_("there is no such file among the pictures"))
        try:
            if path.stat().st_size > MAX_BYTES:
                raise NotFetched(_("it is larger than 20 MB"))
            into.write(path.read_bytes())
        except OSError as error:
            raise NotFetched(_("the file cannot be read")) from error

    def _files(self) -> dict[str, Path]:
        """What is in the folder, by name: no name in a file can lead out of it."""
        if self._in_folder is None:
            found = sorted(self.folder.rglob("*"), reverse=True) if self.folder else []
            inside = (path for path in found if path.is_file() and not path.is_symlink())
            self._in_folder = {path.name.casefold(): path for path in inside}
        return self._in_folder


def is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def source_of(picture: Picture) -> str:
    """What an export calls the picture: where another shop can fetch it."""
    url = picture.file.url
    return url if is_address(url) else f"{settings.BASE_URL}{url}"


# --- Kept once ------------------------------------------------------------------------------------


def known(sources: Iterable[str]) -> dict[str, int]:
    """Those that were fetched before, and those that are this shop's own."""
    digests = {_digest(source): source for source in sources if is_address(source)}
    rows = FetchedPicture.objects.filter(digest__in=digests).values_list("digest", "picture_id")
    known = {digests[digest]: picture for digest, picture in rows}
    ours = {name: source for source in digests.values() if (name := _own_name(source))}
    if ours:
        own = Picture.objects.filter(file__in=ours).values_list("file", "pk")
        known |= {ours[name]: pk for name, pk in own}
    return known


def _own_name(source: str) -> str:
    """The name in our storage, if the address is one that `source_of` gives."""
    media = settings.MEDIA_URL
    prefix = media if is_address(media) else f"{settings.BASE_URL}{media}"
    return unquote(source.removeprefix(prefix)) if source.startswith(prefix) else ""


def _keep(source: str, file: IO[bytes], extension: str, alt: str) -> int:
    """The picture with these bytes, taken into the library unless it is there."""
    digest = hashlib.file_digest(file, "sha1").hexdigest()  # type: ignore[arg-type]
    picture = Picture.objects.filter(file_hash=digest).order_by("pk").first()
    if picture is None:
        file.seek(0)
        stem = Path(_base_name(source)).stem[:80] or "picture"
        name = f"{get_valid_filename(stem) if stem.strip('. ') else 'picture'}.{extension}"
        picture = Picture(
            title=stem, description=alt[:255], file=ImageFile(file, name=name), file_hash=digest
        )
        picture.file_size = file.seek(0, 2)
        file.seek(0)
        picture.save()
    if is_address(source):
        FetchedPicture.objects.get_or_create(
            digest=_digest(source), defaults={"source": source, "picture": picture}
        )
    return int(picture.pk)


def _base_name(source: str) -> str:
    """The last part of an address or path, of either kind of slash."""
    path = unquote(urlsplit(source).path) if is_address(source) else source
    return PurePosixPath(path.replace("\\", "/")).name


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
