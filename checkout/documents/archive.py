"""Documents are rendered once and kept with their SHA-256; a damaged file is never passed over."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from checkout.models.documents import Paper

logger = logging.getLogger(__name__)

# How long a reader waits for what a worker is rendering, in seconds.
PATIENCE = 8

P = TypeVar("P", bound=Paper)


class DocumentDamaged(Exception):
    """The kept file is lost, or is not what was rendered. `what` is "lost" or "changed"."""

    def __init__(self, paper: Any, what: str) -> None:
        super().__init__(f"{paper}: the file {paper.pdf.name} is {what}")
        self.what = what


class BeingRendered(Exception):
    """Another worker is at it: ask again in a moment."""


class DocumentSound(Exception):
    """There is nothing to mend: the file is what was rendered."""


def read(paper: Any) -> bytes:
    """A document that is kept, as it was rendered.

    Raises DocumentDamaged, after noting it for staff: it is not rendered a second time by itself.
    """
    try:
        content = _checked(paper)
    except DocumentDamaged as damage:
        _note(paper, damage)
        raise
    if paper.damaged_at:  # put back, from a backup say
        type(paper).objects.filter(pk=paper.pk).update(damaged_at=None)
    return content


def keep(paper: P, render: Callable[[P], bytes]) -> P:
    """Render and keep it, unless that has happened. Raises BeingRendered."""
    if paper.pdf:
        return paper
    papers = type(paper).objects
    with papers.filter(pdf="").claimed(paper.pk) as mine:
        if mine:
            file = _stored(paper, render(paper))
            if not papers.filter(pk=paper.pk, pdf="").update(**file):  # the claim had run out
                paper.pdf.storage.delete(file["pdf"])
    paper.refresh_from_db()
    if not paper.pdf:
        raise BeingRendered(str(paper))
    return paper


def patiently(read: Callable[[], bytes]) -> bytes:
    """For a reader: what another worker is rendering is there in a moment. Raises as `read`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return read()
        except BeingRendered:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def render_again(paper: Any, render: Callable[[Any], bytes], actor: Any) -> None:
    """Staff replace a file that is lost or changed; what was there stays on disk, and on record.

    From the facts that the document keeps, though in today's layout. Raises DocumentSound where
    there is nothing to mend.
    """
    damage = damage_of(paper)
    if damage is None:
        raise DocumentSound(str(paper))
    file = _stored(paper, render(paper))
    found = type(paper).objects.filter(pk=paper.pk, sha256=paper.sha256, pdf=paper.pdf.name)
    with transaction.atomic():
        if mended := found.update(**file, damaged_at=None):
            paper.order.record(
                "document_rendered_again",
                actor=actor,
                number=paper.number,
                damage=damage.what,
                was=paper.sha256,
                now=file["sha256"],
            )
    if not mended:  # by somebody else, a moment ago
        paper.pdf.storage.delete(file["pdf"])
        raise DocumentSound(str(paper))
    paper.refresh_from_db()


def damage_of(paper: Any) -> DocumentDamaged | None:
    """What is wrong with the kept file, now; None where nothing is, or nothing is kept yet."""
    if not paper.pdf:
        return None
    try:
        _checked(paper)
    except DocumentDamaged as damage:
        return damage
    return None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _stored(paper: Any, content: bytes) -> dict[str, Any]:
    """The fields of a document whose file has just been written."""
    name = paper.pdf.storage.save(f"{paper.folder}/{paper.file_name}", ContentFile(content))
    return {"pdf": name, "sha256": digest(content), "rendered_at": timezone.now()}


def _checked(paper: Any) -> bytes:
    try:
        with paper.pdf.open("rb") as file:
            content = bytes(file.read())
    except OSError as error:
        raise DocumentDamaged(paper, "lost") from error
    if digest(content) != paper.sha256:
        raise DocumentDamaged(paper, "changed")
    return content


def _note(paper: Any, damage: DocumentDamaged) -> None:
    """In the log each time; for staff, and in the order's history, once."""
    logger.error("%s", damage)
    found = type(paper).objects.filter(pk=paper.pk, damaged_at__isnull=True)
    if found.update(damaged_at=timezone.now()):
        paper.order.record("document_damaged", number=paper.number, damage=damage.what)
