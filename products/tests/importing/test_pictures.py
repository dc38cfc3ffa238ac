"""Pictures from addresses and folders: what is taken, what is refused, what is kept once."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from content.models import Picture
from products.importing.pages import fetching
from products.importing.pages.fetching import NotFetched, fetch, is_public
from products.importing.pages.pictures import Pictures, source_of
from products.models import FetchedPicture, ProductPage
from products.tests.importing.records import bring_one, page_called, record, variant, whole_shop

pytestmark = pytest.mark.django_db


def image(kind: str = "PNG", colour: str = "navy", size: tuple[int, int] = (40, 50)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, kind)
    return data.getvalue()


class Shop:
    """Somebody else's server. `answers` are (status, headers, body) by path."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked.append(self.path)
                if self.path == "/drip":
                    self.drip()
                    return
                status, headers, body = shop.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def drip(self) -> None:
                """A letter of a header now and then, for ever."""
                try:
                    while True:
                        self.wfile.write(b"X")
                        time.sleep(0.05)
                except OSError:
                    pass

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def serve(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        self.answers[path] = (status, headers, body)
        return self.url(path)


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    settings.IMPORT_FROM_LOOPBACK = True
    shop = Shop()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


def problem(address: str, **kwargs: Any) -> str:
    [why] = Pictures(**kwargs).bring([(address, "")]).problems.values()
    return str(why)


# --- Kept -------------------------------------------------------------------------------------


def test_bring__a_new_product_hangs_its_pictures_in_order(shop: Shop) -> None:
    first = shop.serve("/one.png", image("PNG", "navy"))
    second = shop.serve("/two%20b.jpg?v=2", image("JPEG", "gold"))
    bring_one(
        record(
            "flow",
            variant("FLOW", picture=second),
            pictures=(first, second),
            body=f'<p>Look:</p><img src="{first}" alt="Lines">',
        )
    )
    page = page_called("Flow")
    assert [entry.picture.title for entry in page.pictures()] == ["one", "two b"]
    assert page.offers()[0].picture.title == "two b"
    assert page.body[1].value["picture"].title == "one"
    assert page.body[1].value["picture"].contextual_alt_text == "Lines"


def test_bring__is_fetched_once_however_often_it_is_named(shop: Shop) -> None:
    address = shop.serve("/one.png", image())
    bring_one(record("a", pictures=(address,)))
    bring_one(record("b", variant("B"), pictures=(address,)))
    assert shop.asked == ["/one.png"]
    assert (Picture.objects.count(), FetchedPicture.objects.count()) == (1, 1)


def test_bring__the_same_picture_at_two_addresses_is_kept_once(shop: Shop) -> None:
    addresses = [shop.serve(path, image()) for path in ("/one.png", "/again.png")]
    bring_one(record(pictures=addresses))
    assert Picture.objects.count() == 1
    assert len(page_called("Flow").pictures()) == 1


def test_bring__the_shops_own_pictures_are_not_fetched(shop: Shop) -> None:
    bring_one(record("a", pictures=(shop.serve("/one.png", image()),)))
    picture = Picture.objects.get()
    bring_one(record("b", variant("B"), pictures=(source_of(picture),)))
    assert shop.asked == ["/one.png"]
    assert page_called("B").pictures()[0].picture == picture


def test_bring__the_name_and_the_header_do_not_decide(shop: Shop) -> None:
    headers = {"Content-Type": "text/html"}
    shop.answers["/page.html"] = (200, headers, image("WEBP"))
    bring_one(record(pictures=(shop.url("/page.html"),)))
    assert Picture.objects.get().file.name.endswith("page.webp")


def test_redirects__are_followed_a_few_times(shop: Shop) -> None:
    shop.serve("/real.png", image())
    shop.answers["/moved"] = (302, {"Location": "/real.png"}, b"")
    shop.answers["/round"] = (302, {"Location": "/round"}, b"")
    bring_one(record(pictures=(shop.url("/moved"),)))
    assert Picture.objects.count() == 1
    assert problem(shop.url("/round")) == "it is redirected too often"


# --- Missing ----------------------------------------------------------------------------------


def test_missing__the_product_comes_in_and_the_next_import_tries_again(shop: Shop) -> None:
    good, bad = shop.serve("/one.png", image()), shop.url("/two.png")
    file = record("flow", variant("FLOW", picture=bad), pictures=(bad, good))
    result = bring_one(file)
    assert (result.outcome, result.notes) == (
        "created",
        (f"Without the picture {bad}: the server answered 404. The next import tries again.",),
    )
    before = whole_shop()
    assert bring_one(file).outcome == "unchanged"
    assert whole_shop() == before
    shop.serve("/two.png", image("PNG", "gold"))
    result = bring_one(file)
    assert (result.outcome, result.changes) == ("changed", ("pictures that were missing",))
    page = page_called("Flow")
    assert [entry.picture.title for entry in page.pictures()] == ["two", "one"]
    assert page.offers()[0].picture.title == "two"
    before = whole_shop()
    assert bring_one(file).outcome == "unchanged"
    assert whole_shop() == before


def test_missing__what_editors_arranged_meanwhile_is_added_to(shop: Shop) -> None:
    first, late = shop.serve("/one.png", image()), shop.url("/late.png")
    third = shop.serve("/three.png", image("PNG", "red"))
    file = record(pictures=(first, late, third))
    bring_one(file)
    page = page_called("Flow")
    entries = list(page.gallery.all())[::-1]
    for order, entry in enumerate(entries):
        entry.sort_order = order
    page.gallery = entries
    page.save_revision().publish()
    shop.serve("/late.png", image("PNG", "gold"))
    bring_one(file)
    titles = [entry.picture.title for entry in page_called("Flow").pictures()]
    assert titles == ["three", "one", "late"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "it is no JPEG, PNG, WebP, AVIF or GIF picture"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            "it is no JPEG, PNG, WebP, AVIF or GIF picture",
        ),
        (image("BMP"), "it is no JPEG, PNG, WebP, AVIF or GIF picture"),
        (image()[:60], "it is no JPEG, PNG, WebP, AVIF or GIF picture"),
        (image("PNG", size=(10_000, 6_000)), "it has more than 50 million pixels"),
        (b"", "it is no JPEG, PNG, WebP, AVIF or GIF picture"),
    ],
    ids=["a page", "SVG", "BMP", "half a PNG", "huge", "empty"],
)
def test_refused__by_its_bytes(shop: Shop, body: bytes, why: str) -> None:
    assert problem(shop.serve("/x.png", body)) == why
    assert not Picture.objects.exists()


def test_refused__half_a_picture_also_beside_the_maker_of_pdfs(shop: Shop) -> None:
    """WeasyPrint would have Pillow accept it, in the whole process."""
    importlib.import_module("checkout.pdf")
    assert problem(shop.serve("/x.png", image()[:60])).startswith("it is no JPEG")


def test_refused__too_large(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    assert problem(shop.serve("/x.png", b"x" * 200_000)) == "it is larger than 20 MB"


def test_refused__a_server_that_drips(shop: Shop) -> None:
    begun = time.monotonic()
    with pytest.raises(NotFetched, match="too long"):
        fetch(shop.url("/drip"), BytesIO(), seconds=0.4)
    assert time.monotonic() - begun < 3


def test_refused__less_than_was_announced(shop: Shop) -> None:
    body = image()
    shop.answers["/x.png"] = (200, {"Content-Length": str(len(body) + 50)}, body)
    assert problem(shop.url("/x.png")) == "the server did not answer as it should"


# --- Where we do not go -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "ff02::1",
    ],
)
def test_is_public__not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://127.0.0.1/x.png", "its server is not on the public internet"),
        ("http://localhost:8000/x.png", "its server is not on the public internet"),
        ("http://2130706433/x.png", "its server is not on the public internet"),
        ("http://0x7f.1/x.png", "its server is not on the public internet"),
        ("http://[::1]/x.png", "its server is not on the public internet"),
        ("http://no-such-host.invalid/x.png", "its server is not known"),
        ("http://", "this is no web address"),
        ("https://[broken/x.png", "this is no web address"),
        ("http://host:99999/x.png", "this is no web address"),
    ],
)
def test_refused__by_its_address(address: str, why: str) -> None:
    assert problem(address) == why


def test_refused__a_redirect_into_the_house(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.answers["/away"] = (302, {"Location": "http://10.0.0.1/secret"}, b"")
    assert problem(shop.url("/away")) == "its server is not on the public internet"


def test_refused__a_name_with_one_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert problem("http://two-faced.example/x.png") == "its server is not on the public internet"


# --- From a folder ----------------------------------------------------------------------------


def test_folder__by_name_whatever_the_path_and_case(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "Flow.PNG").write_bytes(image())
    for number, name in enumerate(("flow.png", "C:\\pictures\\flow.png", "wp/2024/FLOW.png")):
        bring_one(record(f"p{number}", pictures=(name,)), folder=tmp_path)
    assert Picture.objects.count() == 1
    assert all(len(page.pictures()) == 1 for page in ProductPage.objects.all())


def test_folder__no_name_leads_out_of_it(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.png").write_bytes(image())
    (inside / "link.png").symlink_to(tmp_path / "secret.png")
    for name in ("../secret.png", str(tmp_path / "secret.png"), "link.png", "", "..", "missing"):
        assert problem(name, folder=inside) == "there is no such file among the pictures"


def test_folder__without_one_names_are_missing() -> None:
    assert problem("flow.png") == "there is no such file among the pictures"
