"""The product editor, by real requests: what an editor sees, saves, previews and is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page

from accounts.tests.factories import make_user
from products.models import ProductPage, Sku, Variant
from products.tests.factories import make_category, make_option, make_product

pytestmark = pytest.mark.django_db
AUTOSAVE = {"accept": "application/json"}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_user("editor@example.com", is_superuser=True))
    return client


def row(number: int, **values: Any) -> dict[str, Any]:
    """One row of the variant table as the browser posts it."""
    fields: dict[str, Any] = {
        "id": "",
        "sku": "",
        "price": "",
        "compare_at": "",
        "option_1": "",
        "option_2": "",
        "option_3": "",
        "picture": "",
        "ORDER": number + 1,
        "DELETE": "",
    }
    return {f"variants-{number}-{name}": value for name, value in (fields | values).items()}


def posted(title: str, *rows: dict[str, Any], initial: int = 0, **more: Any) -> dict[str, Any]:
    """The whole form of a product."""
    data: dict[str, Any] = {
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "summary": "",
        "body-count": "0",
        "gallery-TOTAL_FORMS": "0",
        "gallery-INITIAL_FORMS": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "variants-TOTAL_FORMS": str(len(rows)),
        "variants-INITIAL_FORMS": str(initial),
    }
    for number, values in enumerate(rows):
        data |= row(number, **values)
    return data | more


def add_url(category: Page) -> str:
    return reverse("wagtailadmin_pages:add", args=["products", "productpage", category.pk])


def edit_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def publish(client: Client, data: dict[str, Any], category: Page | None = None) -> Any:
    category = category or make_category()
    return client.post(add_url(category), data | {"action-publish": "1"})


def row_errors(response: Any, number: int = 0) -> dict[str, Any]:
    form = response.context["form"]
    return dict(form.formsets["variants"].forms[number].errors)


def test_publishing_a_new_product__two_variants(editor: Client) -> None:
    small, large = make_option("Size", "A4", "A3")
    data = posted(
        "Satin flow",
        {"sku": "SF-A4", "price": "24.00", "option_1": small.pk},
        {"sku": "SF-A3", "price": "36.50", "compare_at": "40", "option_1": large.pk},
    )
    assert publish(editor, data).status_code == 302
    page = ProductPage.objects.get(title="Satin flow")
    assert page.live
    assert [(v.sku_id, v.price, v.compare_at) for v in page.variants.all()] == [
        ("SF-A4", Decimal("24.000"), None),
        ("SF-A3", Decimal("36.500"), Decimal("40.000")),
    ]
    assert set(Sku.objects.values_list("code", "on_hand")) == {("SF-A4", 0), ("SF-A3", 0)}


def test_the_editor_shows_the_table__with_stock_and_options(editor: Client) -> None:
    make_option("Size", "A4", "A3")
    page = make_product(sku="SHOWN", on_hand=7)
    html = editor.get(edit_url(page)).content.decode()
    assert reverse("stock:inspect", args=[Sku.objects.get(code="SHOWN").pk]) in html
    assert "7 on hand, 0 reserved" in html
    assert '<optgroup label="Size">' in html
    assert 'value="24.00"' in html


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"price": "-1"}, "price", "negative"),
        ({"price": "1.005"}, "price", "2 decimal places"),
        ({"price": ""}, "price", "required"),
        ({"price": "abc"}, "price", "number"),
        ({"price": "10", "compare_at": "10"}, "compare_at", "above the price"),
        ({"price": "10", "compare_at": "9.99"}, "compare_at", "above the price"),
        ({"price": "10", "sku": "two words"}, "sku", "without spaces"),
        ({"price": "10", "sku": "TAKEN"}, "sku", "“Other” has this SKU already"),
        ({"price": "10", "sku": "RETIRED"}, "sku", "retired"),
    ],
)
def test_publishing__refused_at_the_field(
    editor: Client, values: dict[str, str], field: str, words: str
) -> None:
    make_product("Other", sku="TAKEN")
    Sku.objects.create(code="RETIRED", retired=True)
    response = publish(editor, posted("Refused", {"sku": "NEW", **values}))
    assert response.status_code == 200
    assert words in str(row_errors(response)[field])
    assert not Page.objects.filter(title="Refused").exists()
    assert not Sku.objects.filter(code="NEW").exists()


def test_publishing__one_sku_twice_in_the_table(editor: Client) -> None:
    a4, a3 = make_option("Size", "A4", "A3")
    data = posted(
        "Twice",
        {"sku": "SAME", "price": "1", "option_1": a4.pk},
        {"sku": "SAME", "price": "2", "option_1": a3.pk},
    )
    response = publish(editor, data)
    assert row_errors(response, 1) == {"sku": ["This SKU stands twice in the table."]}


def test_publishing__two_variants_alike(editor: Client) -> None:
    (oak,) = make_option("Frame", "Oak")
    data = posted("Alike", {"price": "1", "option_1": oak.pk}, {"price": "2", "option_2": oak.pk})
    assert "same options" in str(row_errors(publish(editor, data), 1)["option_1"])


def test_publishing__one_option_twice_in_a_variant(editor: Client) -> None:
    a4, a3 = make_option("Size", "A4", "A3")
    data = posted("Both", {"price": "1", "option_1": a4.pk, "option_2": a3.pk})
    assert "Choose each option once" in str(row_errors(publish(editor, data))["option_1"])


def test_publishing__no_variant(editor: Client) -> None:
    response = publish(editor, posted("Bare", {}))
    errors = response.context["form"].formsets["variants"].non_form_errors()
    assert errors == ["A product needs a variant with a price."]
    assert not Page.objects.filter(title="Bare").exists()


def test_an_empty_sku__is_made_and_stands_in_the_revision(editor: Client) -> None:
    a4, a3 = make_option("Size", "A4", "A3")
    data = posted(
        "Satin flow",
        {"price": "1", "option_1": a4.pk},
        {"price": "2", "option_1": a3.pk},
    )
    publish(editor, data)
    page = ProductPage.objects.get(title="Satin flow")
    made = ["SATIN-FLOW-A4", "SATIN-FLOW-A3"]
    assert [variant.sku_id for variant in page.variants.all()] == made
    assert [v.sku_id for v in page.latest_revision.as_object().variants.all()] == made


def test_an_empty_row_more__is_no_variant(editor: Client) -> None:
    publish(editor, posted("One", {"sku": "ONE", "price": "5"}, {}))
    assert [v.sku_id for v in Variant.objects.all()] == ["ONE"]


def test_saving_a_draft_of_a_live_page__leaves_the_price(editor: Client) -> None:
    page = make_product("Quiet", sku="QUIET", price="24.00")
    variant = page.variants.get()
    data = posted("Quiet", {"id": variant.pk, "sku": "QUIET", "price": "30"}, initial=1)
    assert editor.post(edit_url(page), data).status_code == 302
    assert Variant.objects.get().price == Decimal("24.000")
    draft = ProductPage.objects.get().get_latest_revision_as_object()
    assert draft.variants.get().price == Decimal("30.000")
    editor.post(edit_url(page), data | {"action-publish": "1"})
    assert Variant.objects.get().price == Decimal("30.000")


def test_preview__with_a_price_that_is_not_saved(editor: Client) -> None:
    page = make_product("Seen", sku="SEEN", price="24.00")
    data = posted(
        "Seen",
        {"id": page.variants.get().pk, "sku": "SEEN", "price": "31.75"},
        {"sku": "ONLY-TYPED", "price": "99", "option_1": make_option("Size", "A4")[0].pk},
        initial=1,
    )
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    assert editor.post(url, data).json() == {"is_valid": True, "is_available": True}
    response = editor.get(url)
    assert response.status_code == 200
    prices = [offer.price for offer in response.context["offers"]]
    assert prices == [Decimal("31.75"), Decimal("99")]
    assert Variant.objects.get().price == Decimal("24.000")
    assert not Sku.objects.filter(code="ONLY-TYPED").exists()


def test_preview__of_a_page_that_is_not_saved(editor: Client) -> None:
    category = make_category()
    url = reverse(
        "wagtailadmin_pages:preview_on_add", args=["products", "productpage", category.pk]
    )
    assert editor.post(url, posted("New", {"price": "12.50"})).json()["is_valid"]
    response = editor.get(url)
    assert response.status_code == 200
    assert [offer.price for offer in response.context["offers"]] == [Decimal("12.50")]
    assert not Sku.objects.exists()


# --- The editor saves by itself -------------------------------------------------------------------


def test_autosave__title_only(editor: Client) -> None:
    response = editor.post(add_url(make_category()), posted("Sat", {}), headers=AUTOSAVE)
    assert response.json()["success"] is True
    assert not Variant.objects.exists()


def test_autosave__half_a_sku_makes_no_stock(editor: Client) -> None:
    category = make_category()
    answer = editor.post(
        add_url(category), posted("Satin", {"sku": "SAT", "price": "24"}), headers=AUTOSAVE
    ).json()
    assert answer["success"] is True
    page = ProductPage.objects.get()
    assert not Sku.objects.exists()

    row_id = answer["field_updates"]["variants-0-id"]
    data = posted("Satin", {"id": row_id, "sku": "SATIN-1", "price": "24"}, initial=1)
    data |= {"overwrite_revision_id": answer["revision_id"]}
    assert editor.post(edit_url(page), data, headers=AUTOSAVE).json()["success"] is True
    assert not Sku.objects.exists()
    draft = ProductPage.objects.get().get_latest_revision_as_object()
    assert [v.sku_id for v in draft.variants.all()] == ["SATIN-1"]
    assert editor.get(edit_url(page)).status_code == 200

    editor.post(edit_url(page), data)
    assert [sku.code for sku in Sku.objects.all()] == ["SATIN-1"]


def test_autosave__makes_no_code_from_half_a_title(editor: Client) -> None:
    editor.post(add_url(make_category()), posted("Sat", {"price": "24"}), headers=AUTOSAVE)
    page = ProductPage.objects.get()
    variant = page.variants.get()
    assert variant.sku_id is None
    assert editor.get(edit_url(page)).status_code == 200
    data = posted("Satin", {"id": variant.pk, "price": "24"}, initial=1)
    editor.post(edit_url(page), data | {"action-publish": "1"})
    assert Variant.objects.get().sku_id == "SATIN"


def test_autosave__of_a_live_page_with_a_new_variant(editor: Client) -> None:
    page = make_product("Live", sku="LIVE")
    data = posted(
        "Live",
        {"id": page.variants.get().pk, "sku": "LIVE", "price": "24"},
        {"sku": "LI", "price": "30", "option_1": make_option("Size", "A4")[0].pk},
        initial=1,
    )
    assert editor.post(edit_url(page), data, headers=AUTOSAVE).json()["success"] is True
    assert [sku.code for sku in Sku.objects.all()] == ["LIVE"]
    assert editor.get(edit_url(page)).status_code == 200  # though the draft names no known SKU
    assert Variant.objects.sellable().count() == 1


def test_a_draft_published_without_its_form__still_has_codes(editor: Client) -> None:
    editor.post(add_url(make_category()), posted("Sat", {"price": "24"}), headers=AUTOSAVE)
    ProductPage.objects.get().latest_revision.publish()
    assert Variant.objects.get().sku_id == "SAT"
    assert Variant.objects.sellable().count() == 1


# --- Translations, copies, aliases ----------------------------------------------------------------


def test_a_translation__shows_a_note_in_place_of_the_table(editor: Client) -> None:
    page = make_product("Flow", sku="FLOW")
    german = Locale.objects.create(language_code="de")
    translated = page.copy_for_translation(german, copy_parents=True)
    assert not translated.variants.exists()
    html = editor.get(edit_url(translated)).content.decode()
    assert f'href="{edit_url(page)}"' in html
    assert "shows the variants, prices and stock of" in html
    assert "variants-TOTAL_FORMS" not in html
    data = posted("Fluss") | {"action-publish": "1"}
    assert editor.post(edit_url(translated), data).status_code == 302
    assert Variant.objects.count() == 1


def test_a_copy__comes_without_variants_and_says_so(editor: Client) -> None:
    page = make_product("Flow", sku="FLOW")
    response = editor.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "Flow two",
            "new_slug": "flow-two",
            "new_parent_page": page.get_parent().pk,
            "publish_copies": "",
            "alias": "",
        },
        follow=True,
    )
    assert "Variants, prices and stock stay with the original" in response.content.decode()
    copy = ProductPage.objects.get(slug="flow-two")
    assert not copy.variants.exists()
    assert not copy.get_latest_revision_as_object().variants.exists()
    assert Variant.objects.get().page_id == page.pk


def test_an_alias__has_no_variants_of_its_own(editor: Client) -> None:
    page = make_product("Flow", sku="FLOW")
    alias = page.create_alias(update_slug="flow-alias", parent=make_category("Elsewhere"))
    assert Variant.objects.count() == 1
    assert [variant.sku_id for variant in alias.specific.offers()] == ["FLOW"]
    assert editor.get(edit_url(alias)).status_code == 200
