"""`manage.py import_products`, and runs that are broken off, taken over, stopped and run again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone

from products.importing import runs
from products.models import (
    ImportedRow,
    ImportStatus,
    ProductImport,
    ProductPage,
    StockMovement,
)
from products.tasks import work_on_due_imports, work_on_import
from products.tests.factories import make_category
from products.tests.importing.records import whole_shop

pytestmark = pytest.mark.django_db

HEADER = "Product key,Title,SKU,Price,On hand\n"
FILE = HEADER + "".join(f"p{n},Print {n},P-{n},1{n}.00,{n}\n" for n in range(1, 6))
BAD = HEADER + "good,Good,GOOD,9.00,\nbad,Bad,BAD,cheap,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(FILE)
    return path


def make_run(text: str = FILE, **fields: Any) -> ProductImport:
    run = ProductImport(name="products.csv", **{"status": ImportStatus.RUNNING} | fields)
    run.file.save("products.csv", ContentFile(text.encode()))
    return run


def work(run: ProductImport, seconds: float = 60) -> bool:
    more = runs.work_on(run.pk, seconds)
    run.refresh_from_db()
    return more


def catch_up() -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        work_on_due_imports.delay()


def titles() -> list[str]:
    return sorted(ProductPage.objects.values_list("title", flat=True))


# --- The command ------------------------------------------------------------------------------


def test_command__brings_in_and_reports(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(BAD)
    call_command("import_products", file)
    assert capsys.readouterr().out.splitlines() == [
        "  New             1",
        "  Changed         0",
        "  Unchanged       0",
        "  Skipped         1",
        "skipped: 3 Bad: Row 3: “cheap” is not a number.",
    ]
    run = ProductImport.objects.get()
    assert (run.status, run.format, run.row_count, run.rows_done) == ("done", "bowerbird", 2, 2)
    assert run.counts() == {"created": 1, "changed": 0, "unchanged": 0, "skipped": 1}


def test_command__twice_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_products", file)
    before = whole_shop()
    call_command("import_products", file)
    assert whole_shop() == before
    assert "Unchanged       5" in capsys.readouterr().out
    assert set(StockMovement.objects.values_list("reference", flat=True)) == {
        ProductImport.objects.earliest("pk").reference
    }


def test_command__dry_run_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = whole_shop()
    call_command("import_products", file, "--dry-run")
    assert whole_shop() == before
    assert not ProductImport.objects.exists()
    assert "New             5" in capsys.readouterr().out


def test_command__below_a_category_by_slug_or_title(file: Path) -> None:
    prints = make_category("Wall Prints")
    animals = make_category("Animals", prints)
    call_command("import_products", file, "--category", "wall-prints/ANIMALS")
    assert {page.get_parent().pk for page in ProductPage.objects.all()} == {animals.pk}


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("a,b\n1,2\n", [], "The first row does not name the columns"),
        (HEADER, [], "There are no products below the header."),
        (FILE, ["--format", "shopify"], "no column|does not name"),
        (FILE, ["--category", "nowhere"], "There is no category “nowhere”."),
        (FILE, ["--images", "/no/such/folder"], "There is no folder"),
    ],
)
def test_command__refuses(file: Path, text: str, options: list[str], why: str) -> None:
    file.write_text(text)
    before = whole_shop()
    with pytest.raises(CommandError, match=why) as refusal:
        call_command("import_products", file, *options)
    assert refusal.value.returncode == 1
    assert whole_shop() == before
    assert not ProductImport.objects.exists()


def test_command__a_missing_file_is_told() -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_products", Path("/no/such.csv"))


def test_command__broken_off_is_run_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring, calls = runs.Importer.bring, []

    def interrupted(self: Any, item: Any, done: Any) -> Any:
        calls.append(item)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return bring(self, item, done)

    with monkeypatch.context() as patch:
        patch.setattr(runs.Importer, "bring", interrupted)
        with pytest.raises(KeyboardInterrupt):
            call_command("import_products", file)
    assert ProductImport.objects.get().status == ImportStatus.STOPPED
    assert titles() == ["Print 1", "Print 2"]
    call_command("import_products", file)
    assert titles() == [f"Print {n}" for n in range(1, 6)]
    assert StockMovement.objects.count() == 5


# --- Runs -------------------------------------------------------------------------------------


def test_work__in_slices_goes_on_where_it_stood() -> None:
    run = make_run()
    seen = []
    while work(run, seconds=0):
        seen.append((run.position, run.rows_done, run.beat_at, run.is_in_work))
    assert seen == [(n, n, None, True) for n in range(1, 6)]
    assert (run.status, run.counts()["created"], run.row_count) == ("done", 5, 5)
    assert list(run.rows.values_list("position", "rows")) == [(n, str(n + 2)) for n in range(5)]


def test_work__two_workers_never_do_one_product_twice() -> None:
    run = make_run()
    mine = runs._claim(run.pk)
    assert mine is not None
    assert runs._claim(run.pk) is None
    assert not work(run)
    assert titles() == []


def test_work__who_was_taken_over_writes_nothing_more() -> None:
    run = make_run()
    slow = runs._claim(run.pk)
    assert slow is not None
    ProductImport.objects.update(beat_at=timezone.now() - timedelta(minutes=10))
    work(run)
    before = whole_shop()
    with pytest.raises(runs.TakenOver):
        runs._slice(slow, until=0)
    assert whole_shop() == before
    assert ImportedRow.objects.count() == 5


def test_due__a_killed_worker_is_noticed() -> None:
    run = make_run()
    assert runs._claim(run.pk)
    catch_up()
    assert titles() == []
    ProductImport.objects.update(beat_at=timezone.now() - timedelta(minutes=4))
    catch_up()
    run.refresh_from_db()
    assert (run.status, len(titles())) == (ImportStatus.DONE, 5)


def test_due__what_the_command_runs_is_not() -> None:
    ProductImport.objects.create(name="products.csv", status=ImportStatus.RUNNING)
    assert not ProductImport.objects.due().exists()


def test_work__a_product_that_kills_its_worker_is_given_up() -> None:
    run = make_run()
    ProductImport.objects.update(position=1, attempts=runs.TRIES_A_PRODUCT)
    assert not work(run)
    assert titles() == ["Print 3", "Print 4", "Print 5"]
    skipped = run.rows.get(outcome="skipped")
    assert (skipped.title, skipped.notes) == (
        "Print 2",
        ["The import broke off here again and again."],
    )


def test_work__a_run_that_fails_for_ever_is_stopped() -> None:
    run = make_run(attempts=runs.TRIES_A_RUN)
    assert not work(run)
    assert (run.status, run.problem) == ("stopped", "It failed again and again. See the log.")


def test_work__a_file_that_cannot_be_read_is_refused() -> None:
    run = make_run("a,b\n1,2\n", status=ImportStatus.CHECKING)
    assert not work(run)
    assert run.status == ImportStatus.REFUSED
    assert run.problem.startswith("products.csv: The first row does not name the columns")


def test_check_then_confirm__writes_only_then() -> None:
    run = make_run(status=ImportStatus.CHECKING)
    before = whole_shop()
    work_on_import.delay(run.pk)
    run.refresh_from_db()
    assert (run.status, run.counts()["created"]) == ("checked", 5)
    assert whole_shop() == before
    assert runs.confirm(run)
    assert not runs.confirm(run)
    work_on_import.delay(run.pk)
    run.refresh_from_db()
    assert (run.status, run.counts()["created"], len(titles())) == ("done", 5, 5)
    assert set(run.rows.values_list("page__title", flat=True)) == set(titles())


def test_stop__what_is_in_is_in_and_nothing_more_comes() -> None:
    run = make_run()
    work(run, seconds=0)
    assert runs.stop(run)
    assert not work(run)
    assert (run.status, titles()) == ("stopped", ["Print 1"])


def test_stop__while_a_worker_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run()
    bring, calls = runs.Importer.bring, []

    def stopped_meanwhile(self: Any, item: Any, done: Any) -> Any:
        calls.append(item)
        if len(calls) == 2:
            runs.stop(run)
        return bring(self, item, done)

    monkeypatch.setattr(runs.Importer, "bring", stopped_meanwhile)
    assert not work(run)
    assert (run.status, titles(), run.rows.count()) == ("stopped", ["Print 1"], 1)
