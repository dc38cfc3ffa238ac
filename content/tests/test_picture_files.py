"""What is taken for a picture, wherever it is brought in."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.tests.factories import make_user
from content.models import Picture
from content.picture_files import NotAPicture, kind_of

pytestmark = pytest.mark.django_db

ENDINGS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}


def picture(kind: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    data = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(data, kind, **options)
    return data.getvalue()


def bomb() -> bytes:
    """A PNG of some hundred bytes that says it is 60,000 pixels wide and high."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(7501) * 10)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def animation(frames: int) -> bytes:
    data = BytesIO()
    first, *others = (Image.new("P", (1500, 1500), colour) for colour in range(frames))
    first.save(data, "GIF", save_all=True, append_images=others)
    return data.getvalue()


def with_archive(start: bytes) -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("program.js", "alert(1)")
    return start + archive.getvalue()


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


BAD = {
    "empty.png": b"",
    "words.jpg": b"These are words.",
    "nul.gif": bytes(500),
    "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "bomb.png": bomb(),
    "long.gif": animation(100),
    "half.jpg": half(picture("JPEG")),
    "half.png": half(picture("PNG")),
    "half.gif": half(picture("GIF")),
    "half.webp": half(picture("WEBP")),
    "half.avif": half(picture("AVIF")),
    "head.gif": picture("GIF")[:12],
    "head.webp": picture("WEBP")[:20],
    "head.jpg": picture("JPEG")[:3],
    "page.gif": picture("GIF") + b"<script>alert(1)</script>",
    "comment.jpg": picture("JPEG", comment=b"<SCRIPT src=//evil.example>"),
    "program.png": picture("PNG") + b"<?php system($_GET['c']);",
    "document.jpg": picture("JPEG") + b"\n%PDF-1.7\n",
    "archive.gif": with_archive(picture("GIF")),
}


@pytest.mark.parametrize("kind", ENDINGS)
def test_kind__is_that_of_the_bytes(kind: str) -> None:
    file = BytesIO(picture(kind))
    assert kind_of(file) == kind
    assert file.tell() == 0


@pytest.mark.parametrize("name", BAD)
def test_kind__of_what_is_no_picture(name: str) -> None:
    file = BytesIO(BAD[name])
    with pytest.raises(NotAPicture):
        kind_of(file)
    assert file.tell() == 0


def test_kind__of_a_page_that_lies_across_two_pieces() -> None:
    gap = 1024 * 1024 - len(picture("PNG")) - 4
    with pytest.raises(NotAPicture):
        kind_of(BytesIO(picture("PNG") + bytes(gap) + b"<script>"))


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_user("editor@example.com", "Editors"))
    return client


@pytest.mark.parametrize("kind", ENDINGS)
def test_upload__of_a_picture(editor: Client, kind: str) -> None:
    file = SimpleUploadedFile(f"waves.{ENDINGS[kind]}", picture(kind))
    response = editor.post("/admin/images/add/", {"title": "Waves", "file": file})
    assert response.status_code == 302
    kept = Picture.objects.get()
    assert (kept.width, kept.height) == (60, 40)


@pytest.mark.parametrize("name", BAD)
def test_upload__of_what_is_no_picture_is_refused_with_a_word(editor: Client, name: str) -> None:
    file = SimpleUploadedFile(name, BAD[name])
    response = editor.post("/admin/images/add/", {"title": "Waves", "file": file})
    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert not Picture.objects.exists()


def test_upload__of_several_says_which_is_none(editor: Client) -> None:
    file = SimpleUploadedFile("half.gif", BAD["half.gif"])
    response = editor.post(
        "/admin/images/multiple/add/",
        {"title": "Waves", "files[]": file},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert response.status_code == 200
    assert response.json()["success"] is False
    assert "This file cannot be used" in response.json()["error_message"]
    assert not Picture.objects.exists()


def test_upload__while_choosing_is_refused_too(editor: Client) -> None:
    file = SimpleUploadedFile("half.webp", BAD["half.webp"])
    data = {"image-chooser-upload-title": "Waves", "image-chooser-upload-file": file}
    response = editor.post("/admin/images/chooser/create/", data)
    assert response.status_code == 200
    assert "This file cannot be used" in response.json()["htmlFragment"]
    assert not Picture.objects.exists()


def test_upload__another_file_for_a_picture_leaves_the_old_one(editor: Client) -> None:
    first = SimpleUploadedFile("waves.png", picture("PNG"))
    editor.post("/admin/images/add/", {"title": "Waves", "file": first})
    before = Picture.objects.get()
    bad = SimpleUploadedFile("half.png", BAD["half.png"])
    response = editor.post(f"/admin/images/{before.pk}/", {"title": "Waves", "file": bad})
    assert response.status_code == 200
    after = Picture.objects.get()
    assert (after.file.name, after.file.size) == (before.file.name, before.file_size)
