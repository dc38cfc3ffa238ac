from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from products.fields import SKU_MAX_LENGTH, valid_sku_code
from products.models import OptionValue, ProductPage, Sku, StockState, Variant
from products.sku_codes import make_sku_code, refuse_taken_sku
from products.tests.factories import make_option, make_product, make_variant

db = pytest.mark.django_db


@db
def test_variant__brings_its_sku_into_being_with_nothing_on_hand() -> None:
    page = make_product(sku="FLOW-A3")
    Variant.objects.create(page=page, sku_id="FLOW-A4", price=Decimal(14))
    sku = Sku.objects.get(code="FLOW-A4")
    assert (sku.on_hand, sku.reserved, sku.movements.count()) == (0, 0, 0)


@db
def test_variant__saved_again_leaves_its_sku_alone() -> None:
    make_product(sku="FLOW-A3", on_hand=7)
    variant = Variant.objects.get()
    variant.price = Decimal(99)
    variant.save()
    sku = Sku.objects.get()
    assert (sku.on_hand, sku.movements.count()) == (7, 1)


@db
def test_simple_product__has_exactly_one_variant_without_options() -> None:
    page = make_product(sku="FLOW-A3")
    variant = Variant.objects.get(page=page)
    assert (variant.options, variant.options_label, str(variant)) == ([], "", "FLOW-A3")


@db
def test_options__are_named_in_their_order() -> None:
    a3, oak = make_option("Size", "A3")[0], make_option("Frame", "Oak")[0]
    make_product(variants=[make_variant("FLOW-A3", "24.00", a3, oak)])
    variant = Variant.objects.get()
    assert variant.options_label == "Size: A3, Frame: Oak"
    assert str(variant) == "FLOW-A3 Size: A3, Frame: Oak"


@db
def test_option__deleted_leaves_the_variant_and_its_old_revision_readable() -> None:
    a3, a4 = make_option("Size", "A3", "A4")
    page = make_product(
        variants=[make_variant("FLOW-A3", "24.00", a3), make_variant("FLOW-A4", "14.00", a4)]
    )
    OptionValue.objects.filter(pk=a4.pk).delete()
    assert list(Variant.objects.order_by("sku_id").values_list("sku_id", "option_1")) == [
        ("FLOW-A3", a3.pk),
        ("FLOW-A4", None),
    ]
    restored = page.get_latest_revision_as_object()
    assert [variant.options_label for variant in restored.variants.all()] == ["Size: A3", ""]
    restored.save_revision().publish()
    assert Variant.objects.filter(page=page).count() == 2


@db
def test_sku__of_a_variant_is_protected() -> None:
    make_product(sku="FLOW-A3", on_hand=0)
    with pytest.raises((ProtectedError, TypeError)):
        Sku.objects.filter(code="FLOW-A3").delete()
    assert Variant.objects.get().sku.code == "FLOW-A3"


@pytest.mark.parametrize(
    ("price", "compare_at", "is_right"),
    [
        pytest.param("24.00", None, True, id="no sale"),
        pytest.param("24.00", "30.00", True, id="a sale"),
        pytest.param("24.00", "24.00", False, id="the same"),
        pytest.param("24.00", "20.00", False, id="below the price"),
        pytest.param("0", "0.01", True, id="given away"),
    ],
)
def test_compare_at__must_be_above_the_price(
    price: str, compare_at: str | None, is_right: bool
) -> None:
    variant = Variant(price=Decimal(price), compare_at=Decimal(compare_at) if compare_at else None)
    if is_right:
        variant.clean()
        assert variant.on_sale is (compare_at is not None)
        return
    with pytest.raises(ValidationError) as refusal:
        variant.clean()
    assert refusal.value.message_dict == {
        "compare_at": ["The compare-at price must be above the price, or empty."]
    }


@db
def test_price__below_zero_is_refused_by_the_database() -> None:
    make_product(sku="FLOW-A3", price="24.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.update(price=Decimal("-0.01"))
    assert Variant.objects.get().price == Decimal("24.00")


@db
def test_availability__of_a_sku_that_is_only_typed_is_sold_out() -> None:
    variant = Variant(sku_id="NOT-YET", price=Decimal(1))
    assert variant.known_sku is None
    assert variant.availability.state == StockState.SOLD_OUT
    assert not Sku.objects.exists()


# --- SKU codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["FLOW-A3", "flow_a3", "4006381333931", "A", "A/3.b-4_c", pytest.param("A" * 64, id="64")],
)
def test_sku_code__takes(code: str) -> None:
    valid_sku_code(code)
    assert Variant._meta.get_field("sku").formfield().clean(code) == code


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("FLOW A3", id="a space"),
        pytest.param("-FLOW", id="a hyphen first"),
        pytest.param("FLÖW", id="an umlaut"),
        pytest.param("=1+1", id="a formula"),
        pytest.param("FLOW<b>", id="markup"),
        pytest.param("FLOW\x00", id="NUL"),
        pytest.param("FLOW\nA3", id="two lines"),
        pytest.param("A" * 65, id="65 characters"),
    ],
)
def test_sku_code__refuses(code: str) -> None:
    with pytest.raises(ValidationError):
        Variant._meta.get_field("sku").formfield().clean(code)


@db
def test_taken_sku__is_refused_with_the_page_that_has_it() -> None:
    theirs = make_product("Satin Flow", sku="FLOW-A3")
    with pytest.raises(ValidationError) as refusal:
        refuse_taken_sku("FLOW-A3", page_id=None)
    assert refusal.value.messages == [
        "“Satin Flow” has this SKU already. A SKU belongs to one product."
    ]
    refuse_taken_sku("FLOW-A3", page_id=theirs.pk)
    refuse_taken_sku("FLOW-A4", page_id=None)


@db
def test_retired_sku__is_refused_for_a_new_variant() -> None:
    Sku.objects.create(code="OLD", retired=True)
    with pytest.raises(ValidationError, match="This SKU is retired"):
        refuse_taken_sku("OLD", page_id=None)


@db
@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["Satin Flow", "A3"], "SATIN-FLOW-A3", id="title and option"),
        pytest.param(["Blütenstaub & Co."], "BLUTENSTAUB-CO", id="letters only"),
        pytest.param(["日本"], "SKU", id="nothing to make it from"),
        pytest.param(["x" * 200], "X" * (SKU_MAX_LENGTH - 5), id="very long"),
        pytest.param(["Taken"], "TAKEN-2", id="in stock already"),
        pytest.param(["In", "the form"], "IN-THE-FORM-2", id="taken in the same form"),
    ],
)
def test_make_sku_code__from_words(words: list[str], code: str) -> None:
    Sku.objects.create(code="TAKEN")
    made = make_sku_code(words, {"IN-THE-FORM", None})
    assert made == code
    valid_sku_code(made)


@db
def test_make_sku_code__counts_on_where_numbers_are_taken() -> None:
    for code in ("FLOW", "FLOW-2", "FLOW-3"):
        Sku.objects.create(code=code)
    assert make_sku_code(["Flow"], set()) == "FLOW-4"


@db
def test_product_page__keeps_the_editor_s_order_of_variants() -> None:
    variants = [
        make_variant("C", "3.00", sort_order=0),
        make_variant("A", "1.00", sort_order=1),
        make_variant("B", "2.00", sort_order=2),
    ]
    page = make_product(variants=variants)
    assert [v.sku_id for v in ProductPage.objects.get(pk=page.pk).offers()] == ["C", "A", "B"]
