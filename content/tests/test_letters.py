"""Words with placeholders: filled in one pass, refused where they cannot be, never executed."""

from __future__ import annotations

import pytest

from content.letters import Contents, Letter, problems_in, words_of

NAMES = ("number", "name")
LETTER = Letter(
    name="test",
    label="Test",
    subject="Order {number}",
    heading="Hello {name}",
    opening="First.\n\nSecond {number}.",
    sample=lambda: Contents("", {}, {}),
)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("Order {number} of {name}", [], id="known"),
        pytest.param("{number}{number}", [], id="twice"),
        pytest.param("{total}", ["{total}"], id="unknown"),
        pytest.param("{total} {total}", ["{total}"], id="unknown, named once"),
        pytest.param("{total} {x}", ["{total}", "{x}"], id="each unknown"),
        pytest.param("{number", ["“{”"], id="never closed"),
        pytest.param("number}", ["“}”"], id="never opened"),
        pytest.param("{{number}}", ["“{”", "“}”"], id="of a template language"),
        pytest.param("{}", ["{}"], id="empty"),
        pytest.param("{ number }", ["{ number }"], id="with spaces"),
        pytest.param("{number.real}", ["{number.real}"], id="an attribute"),
        pytest.param("{number!r:>99}", ["{number!r:>99}"], id="a format"),
        pytest.param("{Number}", ["{Number}"], id="another case"),
        pytest.param("%(number)s $name", [], id="other languages are plain text"),
    ],
)
def test_problems__are_named(text: str, problems: list[str]) -> None:
    found = list(problems_in(text, NAMES))

    assert len(found) == len(problems)
    for message, problem in zip(found, problems, strict=True):
        assert problem in message


def test_words__standard_where_nothing_else_is_written() -> None:
    words = words_of(LETTER, {"heading": "", "subject": "Yours: {number}"}, {"number": 7})

    assert words.subject == "Yours: 7"
    assert words.heading == "Hello"
    assert words.opening == ["First.", "Second 7."]
    assert words.closing == []


def test_words__a_value_is_never_read_as_words() -> None:
    values = {"number": "{name}", "name": "{number} {{ shop }} {% now %} %(name)s"}

    words = words_of(LETTER, {}, values)

    assert words.subject == "Order {name}"
    assert words.heading == "Hello {number} {{ shop }} {% now %} %(name)s"


def test_words__a_subject_is_one_line() -> None:
    values = {"number": "7\r\nBcc: everyone@example.com\u2028\x0b\x85end"}

    assert words_of(LETTER, {}, values).subject == "Order 7 Bcc: everyone@example.com end"


def test_words__paragraphs_by_empty_lines() -> None:
    own = {"closing": "\r\nOne,\r\nstill one.\r\n \r\n\r\nTwo.\r\n"}

    assert words_of(LETTER, own, {}).closing == ["One,\nstill one.", "Two."]


def test_words__a_placeholder_that_is_gone_leaves_a_gap() -> None:
    """Saved before an update took it away: the e-mail still goes out."""
    assert words_of(LETTER, {"subject": "Order {gone}!"}, {}).subject == "Order !"
