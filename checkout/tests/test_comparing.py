"""Two books side by side: what agrees, what differs, and how it reads."""

from __future__ import annotations

from decimal import Decimal

import pytest

from checkout.comparing import Entry, Key, What, differences

D = Decimal
PAID = Entry(D("28.000"), "GBP", "paid", "pi_1")


def changed(**facts: object) -> Entry:
    return Entry(**({"amount": D(28), "currency": "GBP", "state": "paid"} | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [
        pytest.param(PAID, PAID, None, id="the same"),
        pytest.param(PAID, changed(charge="pi_2"), None, id="named otherwise"),
        pytest.param(PAID, None, "not_there", id="only here"),
        pytest.param(None, PAID, "not_here", id="only there"),
        pytest.param(PAID, changed(amount=D("27.99")), "differs", id="a penny less"),
        pytest.param(PAID, changed(currency="EUR"), "differs", id="another currency"),
        pytest.param(PAID, changed(state="lost"), "differs", id="another state"),
    ],
)
def test_differences(what: What, ours: Entry | None, theirs: Entry | None, how: str | None) -> None:
    key = Key(what, "x_1")

    found = list(differences({key: ours} if ours else {}, {key: theirs} if theirs else {}))

    assert [one.kind for one in found] == ([f"{what.value}_{how}"] if how else [])
    assert [(one.key, one.ours, one.theirs) for one in found] == (
        [(key, ours, theirs)] if how else []
    )


def test_differences__each_thing_once_and_in_order() -> None:
    keys = [Key(What.REFUND, "re_2"), Key(What.PAYMENT, "cs_1"), Key(What.REFUND, "re_1")]

    found = differences(dict.fromkeys(keys, PAID), {keys[0]: PAID, Key(What.PAYMENT, "cs_0"): PAID})

    assert [(one.key.reference, str(one.kind)) for one in found] == [
        ("cs_0", "payment_not_here"),
        ("cs_1", "payment_not_there"),
        ("re_1", "refund_not_there"),
    ]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        pytest.param(PAID, "28.00 GBP, paid", id="pence"),
        pytest.param(changed(amount=D("2800.000"), currency="JPY"), "2800 JPY, paid", id="yen"),
        pytest.param(changed(amount=D("2.805"), currency="KWD"), "2.805 KWD, paid", id="fils"),
        pytest.param(changed(amount=D("0.001")), "0.001 GBP, paid", id="a crumb is shown"),
        pytest.param(changed(currency=""), "28.00 , paid", id="no currency"),
    ],
)
def test_entry__as_staff_read_it(entry: Entry, text: str) -> None:
    assert str(entry) == text
