"""What an export holds, and that importing it changes nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from content.tests.factories import make_picture
from products.importing import exporting, reading, runs
from products.importing.apply import Importer, Result
from products.importing.exporting import lines, records, records_of
from products.models import Brand, ImportedProduct, ProductPage, ProductPicture, TaxClass
from products.tests.factories import make_category, make_option, make_product, make_variant
from products.tests.importing.records import whole_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ProductPage:
    """One product that has everything, a plain one and a draft."""
    small, large = make_option("Size", "A4", "A3")
    prints = make_category("Prints, cards & more")
    sale = make_category("Sale > now")
    picture = make_picture("Lines")
    page = make_product(
        "Satin “Flow”",
        category=make_category("Animals", prints),
        variants=[
            make_variant("FLOW-A4", "24.00", small, picture=picture),
            make_variant("FLOW-A3", "34.50", large, compare_at=Decimal("40.00")),
        ],
        summary="=1+1 is a formula",
        brand=Brand.objects.create(name="Bower, Ltd"),
        tax_class=TaxClass.objects.get(code="reduced"),
        manufacturer="Bower\nBristol",
        safety_information="None, really.\n\nTruly.",
        search_description="- a print",
    )
    page.categories = [sale]
    page.tags.set(["blue", "two words", "comma, kept"])
    page.gallery = [ProductPicture(picture=picture, alt='Lines, "drawn"')]
    page.body = [
        ("text", f'<p>One &amp; <b>two</b> <a linktype="page" id="{sale.pk}">sale</a></p><hr/>'),
        ("text", "<ul><li>three</li><li><i>four</i></li></ul>"),
        ("heading", "How <it> is made"),
        ("quote", {"text": "First line\nSecond line", "attribution": "Field notes"}),
        ("faq", {"heading": "Asked", "questions": []}),
    ]
    page.save_revision().publish()
    make_product("Plain", sku="PLAIN", on_hand=0)
    make_product("Draft", sku="DRAFT", live=False)
    return ProductPage.objects.get(pk=page.pk)


def exported() -> str:
    return "".join(lines())


def import_file(text: str, **options: Any) -> list[Result]:
    source = reading.read(io.BytesIO(text.encode()), name="products.csv")
    importer = Importer(source.format, silent_on=runs.silent_fields(source), **options)
    return [importer.bring(item) for item in source]


def table() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported().removeprefix("\ufeff"))))


def edited(**cells: str) -> str:
    """The export with cells of its first row changed."""
    rows = table()
    rows[0] |= {name.replace("_", " "): cell for name, cell in cells.items()}
    return written(rows)


def written(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def but_memory(shop: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in shop.items() if name != "ImportedProduct"}


def test_round_trip__importing_an_export_changes_nothing(shop: ProductPage) -> None:
    before = but_memory(whole_shop())
    results = import_file(exported())
    assert [(r.outcome, r.changes, r.notes) for r in results] == [("unchanged", (), ())] * 3
    assert but_memory(whole_shop()) == before
    before = whole_shop()
    assert {result.outcome for result in import_file(exported())} == {"unchanged"}
    assert whole_shop() == before


def test_round_trip__an_edited_cell_changes_that_and_nothing_else(shop: ProductPage) -> None:
    [old] = records_of([shop])
    results = import_file(edited(Title="New title", Price="26.00"))
    assert [(r.outcome, r.changes) for r in results] == [
        ("changed", ("title", "FLOW-A4: price £24.00 → £26.00")),
        ("unchanged", ()),
        ("unchanged", ()),
    ]
    [record] = records_of([ProductPage.objects.get(pk=shop.pk)])
    before = replace(old, title="New title")
    cheaper, *others = before.variants
    assert record == replace(before, variants=(replace(cheaper, price=Decimal(26)), *others))


def test_round_trip__an_emptied_cell_empties_the_field(shop: ProductPage) -> None:
    [result, *_others] = import_file(edited(Brand="", Tags=""))
    assert result.changes == ("brand", "tags")
    page = ProductPage.objects.get(pk=shop.pk)
    assert (page.brand, page.tags.count()) == (None, 0)


def test_round_trip__a_column_that_is_not_there_says_nothing(shop: ProductPage) -> None:
    import_file(exported())
    keep = ("Product key", "Title", "SKU", "Option 1 name", "Option 1 value", "Price")
    rows = [{name: row[name] for name in keep} for row in table()]
    rows[0]["Price"] = "25.00"
    results = import_file(written(rows))
    assert [result.changes for result in results] == [("FLOW-A4: price £24.00 → £25.00",), (), ()]
    page = ProductPage.objects.get(pk=shop.pk)
    assert (page.brand.name, page.live, page.tags.count()) == ("Bower, Ltd", True, 3)
    assert [row.options_label for row in page.variants.all()] == ["Size: A4", "Size: A3"]


def test_round_trip__publishing_by_the_file(shop: ProductPage) -> None:
    rows = table()
    [draft] = [row for row in rows if row["SKU"] == "DRAFT"]
    draft["Published"], rows[0]["Published"] = "yes", "no"
    import_file(written(rows))
    assert ProductPage.objects.get(title="Draft").live
    assert not ProductPage.objects.get(pk=shop.pk).live


def test_round_trip__into_an_empty_shop_makes_the_same_again(shop: ProductPage) -> None:
    file, before = exported(), [vars(record) | {"key": ""} for record in records()]
    for page in ProductPage.objects.all():
        page.delete()
    assert {result.outcome for result in import_file(file)} == {"created"}
    assert [vars(record) | {"key": ""} for record in records()] == before


def test_export__translations_and_aliases_are_not_products_of_their_own(
    shop: ProductPage,
) -> None:
    german = Locale.objects.create(language_code="de")
    shop.copy_for_translation(german, copy_parents=True)
    shop.create_alias(parent=make_category("Elsewhere"))
    titles = sorted(record.title for record in records())
    assert titles == ["Draft", "Plain", "Satin “Flow”"]


def test_export__formulas_are_guarded(shop: ProductPage) -> None:
    [row, *_others] = table()
    assert row["Summary"] == "'=1+1 is a formula"
    assert row["SEO description"] == "'- a print"


def test_export__queries_do_not_grow_with_the_products(
    shop: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert list(records())
        return len(queries)

    count()  # Wagtail remembers where sites begin
    few = count()
    for number in range(5):
        make_product(f"More {number}")
    assert count() == few
    monkeypatch.setattr(exporting, "PAGES_AT_A_TIME", 2)
    assert [record.title for record in records()] == [page.title for page in exporting.exported()]


def test_command__writes_a_file_or_to_the_standard_output(
    shop: ProductPage, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "products.csv"
    call_command("export_products", path)
    call_command("export_products")
    assert path.read_bytes().decode() == exported()
    assert capsys.readouterr().out == exported()
    assert not ImportedProduct.objects.exists()
