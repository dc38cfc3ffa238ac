"""Importing from the admin: upload, preview, confirm, progress, report; and who may."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from products.admin import import_form
from products.models import ImportStatus, ProductImport, ProductPage
from products.tests.factories import make_category, make_product
from products.tests.importing.records import whole_shop

pytestmark = pytest.mark.django_db

HEADER = "Product key,Title,SKU,Price\n"
FILE = HEADER + "new,<b>New</b> & co,NEW,9.00\nhere,Here,HERE,30.00\nbad,Bad,BAD,cheap\n"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


def upload(client: Client, text: str = FILE, name: str = "my products.csv", **data: Any) -> Any:
    file = SimpleUploadedFile(name, text.encode(), "text/csv")
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(reverse("imports:new"), {"file": file} | data)


def the_run() -> Any:
    return ProductImport.objects.get()


def downloaded(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def answer(client: Client, run: ProductImport, do: str) -> Any:
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(run_page(run), {"do": do})
    run.refresh_from_db()
    return client.get(run_page(run))


def run_page(run: ProductImport) -> str:
    return reverse("imports:inspect", args=[run.pk])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_upload__leads_to_a_preview_that_wrote_nothing(manager: Client) -> None:
    make_product("Here", sku="HERE", price="24.00")
    before = whole_shop()
    response = upload(manager)
    run = the_run()
    assert response.url == run_page(run)
    assert whole_shop() == before
    shown = text_of(manager.get(run_page(run)))
    assert "Nothing is written yet." in shown
    assert "Import 2 products" in shown
    assert "HERE: price £24.00 → £30.00" in shown
    assert "“cheap” is not a number." in shown


def test_confirm__ends_on_the_report(manager: Client) -> None:
    make_product("Here", sku="HERE", price="24.00")
    upload(manager)
    run = the_run()
    response = answer(manager, run, "confirm")
    assert run.status == ImportStatus.DONE
    assert [(o.value, count) for o, count in response.context["counts"]] == [
        ("created", 1),
        ("changed", 1),
        ("unchanged", 0),
        ("skipped", 1),
    ]
    assert ProductPage.objects.filter(live=True).count() == 2
    assert run.rows.first().page.latest_revision.user.email == "manager@example.com"


def test_confirm__twice_imports_once(manager: Client) -> None:
    upload(manager)
    run = the_run()
    answer(manager, run, "confirm")
    before = whole_shop()
    response = answer(manager, run, "confirm")
    assert "confirmed or dropped already" in text_of(response)
    assert whole_shop() == before


def test_drop__nothing_comes_in(manager: Client) -> None:
    upload(manager)
    run = the_run()
    answer(manager, run, "stop")
    answer(manager, run, "confirm")
    assert run.status == ImportStatus.STOPPED
    assert not ProductPage.objects.exists()


def test_upload__options_are_kept(manager: Client) -> None:
    shelf = make_category("Shelf")
    upload(manager, category=shelf.pk, format="bowerbird", recreate="on")
    run = the_run()
    assert (run.category, run.format, run.recreate) == (shelf, "bowerbird", True)
    assert (run.name, run.user.email) == ("my products.csv", "manager@example.com")
    assert run.file.name.startswith("imports/products")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "This field is required."),
        ({"file": ContentFile(b"", "empty.csv")}, "The submitted file is empty."),
        ({"file": ContentFile(b"x" * 200, "big.csv")}, "The file is larger than 100 MB."),
    ],
)
def test_upload__is_refused_with_the_reason(
    manager: Client, monkeypatch: pytest.MonkeyPatch, data: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(import_form, "MAX_BYTES", 100)
    response = manager.post(reverse("imports:new"), data)
    assert response.status_code == 422
    assert why in text_of(response)
    assert not ProductImport.objects.exists()


def test_upload__a_file_that_is_no_product_file_is_refused(manager: Client) -> None:
    upload(manager, "a,b\n1,2\n", name="<i>.csv")
    run = the_run()
    shown = text_of(manager.get(run_page(run)))
    assert run.status == ImportStatus.REFUSED
    assert "The first row does not name the columns" in shown
    assert "<i>.csv" not in shown


def test_progress__reloads_by_itself_until_it_is_told_not_to(manager: Client) -> None:
    run = ProductImport.objects.create(
        name="a.csv",
        file="imports/a.csv",
        status=ImportStatus.RUNNING,
        row_count=1_200,
        rows_done=300,
        beat_at=timezone.now(),
    )
    response = manager.get(run_page(run))
    assert response["Refresh"] == "3"
    assert '<progress id="progress" max="100" value="25">' in text_of(response)
    assert "300 of 1,200 rows" in text_of(response)
    assert "Refresh" not in manager.get(f"{run_page(run)}?still")
    run.status = ImportStatus.DONE
    run.save()
    assert "Refresh" not in manager.get(run_page(run))


@pytest.mark.parametrize("percent", [(0, 0, 0), (0, 10, 0), (5, 10, 50), (10, 10, 99)])
def test_percent__is_complete_only_when_done(percent: tuple[int, int, int]) -> None:
    done, rows, expected = percent
    run = ProductImport(status=ImportStatus.RUNNING, rows_done=done, row_count=rows)
    assert run.percent == expected


def test_rows__are_filtered_paged_and_escaped(manager: Client) -> None:
    upload(
        manager, HEADER + "".join(f"p{n},Print {n},P{n},9.00\n" for n in range(60)) + "x,X,,no\n"
    )
    run = the_run()
    first, second = (manager.get(run_page(run), {"p": p}).context["rows"] for p in (1, 2))
    assert (len(first), len(second)) == (50, 11)
    skipped = manager.get(run_page(run), {"outcome": "skipped"}).context["rows"]
    assert [row.title for row, _state in skipped] == ["X"]
    upload(manager)
    assert "<b>New</b> & co" not in text_of(
        manager.get(run_page(ProductImport.objects.latest("pk")))
    )


def test_report__as_a_spreadsheet_that_runs_nothing(manager: Client) -> None:
    upload(manager, HEADER + '"=cmd",=HYPERLINK(1),EVIL,9.00\n')
    run = the_run()
    response = manager.get(reverse("imports:report", args=[run.pk]))
    assert response["Content-Disposition"] == f'attachment; filename="import-{run.pk}.csv"'
    assert list(csv.reader(io.StringIO(downloaded(response)))) == [
        ["Rows", "Product", "Outcome", "Changes", "Notes"],
        ["2", "'=HYPERLINK(1)", "New", "", ""],
    ]


def test_export__streams_the_products(manager: Client) -> None:
    make_product("Here", sku="HERE")
    response = manager.get(reverse("imports:export"))
    rows = csv.DictReader(io.StringIO(downloaded(response)))
    assert [row["SKU"] for row in rows] == ["HERE"]


@pytest.mark.parametrize("role", ["Editors", "Marketers", "Fulfilment", "Moderators"])
def test_only_shop_managers(client: Client, role: str) -> None:
    run = ProductImport.objects.create(name="a.csv", status=ImportStatus.CHECKED)
    client.force_login(make_user("staff@example.com", role))
    upload(client)
    answer(client, run, "confirm")
    assert (run.status, ProductImport.objects.count()) == (ImportStatus.CHECKED, 1)
    for url in (
        reverse("imports:index"),
        reverse("imports:new"),
        reverse("imports:export"),
        reverse("imports:report", args=[run.pk]),
        run_page(run),
    ):
        assert client.get(url).status_code == 302, url


def test_due__the_index_shows_runs(manager: Client) -> None:
    ProductImport.objects.create(
        name="<a>.csv", status=ImportStatus.DONE, created_at=timezone.now() - timedelta(days=1)
    )
    shown = text_of(manager.get(reverse("imports:index")))
    assert "&lt;a&gt;.csv" in shown
    assert "a command" in shown
