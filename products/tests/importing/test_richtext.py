from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.importing.files.richtext import clean, clean_wordpress, facts

ALLOWED = {"h2", "h3", "h4", "p", "b", "i", "ul", "ol", "li", "a", "hr", "blockquote", "img", "br"}


@pytest.mark.parametrize(
    ("source", "body"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("One.\nTwo &amp; <3.", "<p>One.</p><p>Two &amp; &lt;3.</p>", id="plain text"),
        pytest.param("<p>One</p>\n<p>Two</p>", "<p>One</p><p>Two</p>", id="paragraphs"),
        pytest.param("<p>One<p>Two", "<p>One</p><p>Two</p>", id="unclosed"),
        pytest.param("<div>One<div>Two</div></div>", "<p>One</p><p>Two</p>", id="divs"),
        pytest.param("One<br><br/>Two", "<p>One</p><p>Two</p>", id="line breaks for a paragraph"),
        pytest.param("<p>One<br>Two<br></p>", "<p>One<br/>Two</p>", id="a line break"),
        pytest.param("<p>&nbsp;</p><p> </p><p>x</p>", "<p>x</p>", id="empty paragraphs"),
        pytest.param("<p>a\n   b</p>", "<p>a b</p>", id="line ends in HTML are spaces"),
        pytest.param("<h1>A</h1><h5>B</h5>", "<h2>A</h2><h4>B</h4>", id="headings"),
        pytest.param("<h2><strong>A</strong></h2>", "<h2>A</h2>", id="bold heading"),
        pytest.param(
            "<p><strong>a <em>b</em></strong><em> c</em></p>",
            "<p><b>a <i>b</i></b><i> c</i></p>",
            id="marks",
        ),
        pytest.param(
            '<b style="x">a<div>b</div></b>',
            "<p><b>a</b></p><p><b>b</b></p>",
            id="over blocks",
        ),
        pytest.param(
            "<ul><li>a<ol><li>b</ol><li><p>c</p></ul>",
            "<ul><li>a <ol><li>b</li></ol></li><li>c</li></ul>",
            id="lists",
        ),
        pytest.param("<blockquote><p>a</p>b</blockquote>c", None, id="quote"),
        pytest.param("a<hr>b", "<p>a</p><hr/><p>b</p>", id="rule"),
        pytest.param(
            '<p><a href="https://a.example/?x=1&y=2" onclick="x()">a <b>b</b></a></p>',
            '<p><a href="https://a.example/?x=1&amp;y=2">a <b>b</b></a></p>',
            id="link",
        ),
        pytest.param(
            '<img src="//cdn.example/1.jpg" alt="A &quot;pot&quot;" onerror="x()">',
            '<img src="https://cdn.example/1.jpg" alt="A &quot;pot&quot;"/>',
            id="picture",
        ),
        pytest.param("<p>a<!-- b --><o:p>c</o:p><font>d</font></p>", "<p>acd</p>", id="Word"),
        pytest.param("<dl><dt>a</dt><dd>b</dd></dl>", "<p>a</p><p>b</p>", id="definitions"),
    ],
)
def test_clean__is_what_our_editor_knows(source: str, body: str | None) -> None:
    expected = "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>" if body is None else body
    assert clean(source).body == expected
    assert clean(source).left_out == ()


VIDEO = "A video or other embedded content was left out of the description."
SCRIPT = "A script or form was left out of the description."
LINK = "A link into the old shop became plain text."
PICTURE = "A picture without a public address was left out of the description."
TABLE = "A table of the description became a list."


@pytest.mark.parametrize(
    ("source", "body", "left_out"),
    [
        pytest.param("a<script>x()</script>", "<p>a</p>", (SCRIPT,), id="script"),
        pytest.param("<p>a<script>x(", "<p>a</p>", (SCRIPT,), id="script without end"),
        pytest.param("<style>p{}</style><p>a</p>", "<p>a</p>", (), id="style"),
        pytest.param(
            'a<iframe src="https://v.example"></iframe>', "<p>a</p>", (VIDEO,), id="frame"
        ),
        pytest.param('<a href="javascript:x()">a</a>', "<p>a</p>", (), id="script in a link"),
        pytest.param('<a href="/pages/care">a</a>', "<p>a</p>", (LINK,), id="link inside"),
        pytest.param(
            '<p>a</p><img src="data:image/png;base64,x">', "<p>a</p>", (PICTURE,), id="data"
        ),
        pytest.param(
            "<table><tr><th>Height</th><td>20 <b>cm</b></td></tr><tr><td>a</td><td>b<td>c",
            "<ul><li>Height: 20 <b>cm</b></li><li>a · b · c</li></ul>",
            (TABLE,),
            id="table",
        ),
        pytest.param(
            "<table><tr><td><p>a</p><p>b</p></td></tr></table>c",
            "<p>a b</p><p>c</p>",
            (),
            id="table for layout",
        ),
    ],
)
def test_clean__says_what_it_leaves_out(source: str, body: str, left_out: tuple[str, ...]) -> None:
    assert clean(source).body == body
    assert clean(source).left_out == left_out


@pytest.mark.parametrize(
    ("source", "body"),
    [
        pytest.param("One\\n\\nTwo\\n3", "<p>One</p><p>Two</p><p>3</p>", id="words for line ends"),
        pytest.param(
            "One <b>x</b>\n\nTwo\nThree", "<p>One <b>x</b></p><p>Two<br/>Three</p>", id="lines"
        ),
        pytest.param("<p>a\nb</p>\n\n<p>c</p>", "<p>a b</p><p>c</p>", id="paragraphs"),
        pytest.param("<ul>\n<li>a</li>\n</ul>\n", "<ul><li>a</li></ul>", id="list"),
        pytest.param("It is [sic] so [1]", "<p>It is [sic] so [1]</p>", id="an author's brackets"),
    ],
)
def test_clean_wordpress__knows_its_line_ends(source: str, body: str) -> None:
    assert clean_wordpress(source).body == body


def test_clean_wordpress__drops_shortcodes_and_says_so() -> None:
    cleaned = clean_wordpress('A [gallery ids="1,2"] b [vc_row]c[/vc_row] [sic]')
    assert cleaned.body == "<p>A b c [sic]</p>"
    assert cleaned.left_out == (
        "Shortcodes were left out of the description: [gallery], [vc_row].",
    )


def test_clean__of_endless_tags_keeps_the_words() -> None:
    cleaned = clean("<div>" * 20_001 + "deep")
    assert cleaned.body == "<p>deep</p>"
    assert cleaned.left_out == ("The description has too many tags: only its words came in.",)


def test_clean__of_our_own_export_keeps_relative_addresses() -> None:
    own = '<p><a href="/care/">a</a></p><img src="pot.webp" alt=""/>'
    assert clean(own, keep_relative=True).body == own


def test_facts__are_a_list() -> None:
    assert facts([("Fibre", "Wool & silk")]) == "<ul><li>Fibre: Wool &amp; silk</li></ul>"
    assert facts([]) == ""


PIECES = """
<p> </p> <div> </div> <b> </b> <i> </i> <ul> </ul> <li> </li> <h1> </h1> <br> <hr> <table> <tr>
<td> </td> </table> <blockquote> </blockquote> <a|href="https://a.example/"> </a> <a>
<img|src="https://a.example/1.jpg"> <script> </script> <svg> <x-y> word | &lt; &nbsp; é <!-- -->
"|onclick="x()" <p
"""
SOUP = st.lists(
    st.sampled_from([piece.replace("|", " ") for piece in PIECES.split()]), max_size=30
).map("".join)


@given(SOUP)
def test_clean__of_any_soup_is_clean_for_good(soup: str) -> None:
    body = clean(soup).body
    tags = re.findall(r"<(/?)([a-z0-9]+)([^>]*)>", body)
    assert {name for _slash, name, _rest in tags} <= ALLOWED
    assert {rest for _slash, name, rest in tags if name not in ("a", "img")} <= {"", "/"}
    assert clean(body).body == body
