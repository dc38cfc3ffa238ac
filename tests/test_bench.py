"""The arithmetic of `make bench`: what a round's figures become in its report."""

from __future__ import annotations

from functools import partial

import pytest

from bench import report, scale
from bench.goals import GOALS, Goal, Medians, judged
from bench.measuring import Figures
from bench.oscar import OscarShop
from bench.ours import OurShop
from bench.rounds import in_rounds, spread, table
from bench.running import BARE_TARGET, Needs, Place, Run
from bench.targets import BARE_VIEW, OSCAR, OURS, Target, nothing
from bench.visitor import Answer, Visitor, WrongAnswer, path_of

pytestmark = pytest.mark.pure


def of(server_ms: float, *, rate: float = 100, queries: int | None = 5) -> Medians:
    return Medians(server_ms, 1.0, 0.0, rate, queries)


def test_figures__of_a_visit() -> None:
    figures = Figures(visits=100, seconds=2, server=0.5, database=0.1, worker=0.2)

    assert figures.server_ms == pytest.approx(5)
    assert figures.database_ms == pytest.approx(1)
    assert figures.worker_ms == pytest.approx(2)
    assert figures.rate == pytest.approx(50)


def test_medians__over_the_rounds() -> None:
    rounds = [Figures(10, 1, seconds, 0.01, 0.0) for seconds in (0.03, 0.01, 0.02)]

    assert Medians.of(rounds, 3).server_ms == pytest.approx(2)


def test_in_rounds__each_task_once_a_round() -> None:
    seen: list[str] = []

    def task(name: str) -> int:
        seen.append(name)
        return len(seen)

    found = in_rounds({name: partial(task, name) for name in "ab"}, 3)

    assert [set(seen[at : at + 2]) for at in (0, 2, 4)] == [{"a", "b"}] * 3
    assert sorted(found["a"] + found["b"]) == [1, 2, 3, 4, 5, 6]


def test_spread__is_the_range_by_the_median() -> None:
    assert spread([1.0, 2.0, 3.0]) == 1.0


@pytest.mark.parametrize(
    ("ours", "queries", "met"),
    [(10, 5, True), (10, 6, False), (11, 5, False)],
    ids=["as good as wanted", "a query too many", "too dear"],
)
def test_goal__times_less_with_few_queries(ours: float, queries: int, met: bool) -> None:
    goal = Goal("a page", "ours", "theirs", 3, queries=5)

    found = {"ours": of(ours, queries=queries), "theirs": of(30)}

    assert goal.is_met(found) is met


def test_goal__counts_the_tasks_that_follow() -> None:
    found = {"ours": Medians(5, 0, 5, 1, 0), "theirs": of(30)}

    got = Goal("an order", "ours", "theirs", 3).got(found)

    assert got == "3.00 × (with PostgreSQL 3.1 ×, without the worker 6 ×)"


def test_judged__only_what_was_measured() -> None:
    bare, product = GOALS[0].theirs, GOALS[0].ours

    rows = judged({bare: of(1), product: of(1.2)})

    assert [row[1:] for row in rows] == [["≤ 1.3 ×", "1.20 × (with PostgreSQL 1.1 ×)", "yes"]]


def test_goals__each_of_something_that_is_measured() -> None:
    place = {"path": "/prints/", "title": "Prints"}
    product = {"id": 1, "sku": "P-1", **place}
    names = ("category", "landing", "article")
    pages = {"products": [product], "invoice": "/i.pdf", **dict.fromkeys(names, place)}
    targets = [
        *OurShop(pages).targets(),
        *OscarShop({"products": [product], "category": "/prints/"}).targets(),
    ]
    measured = [BARE_VIEW, *(target.name for target in targets)]

    assert {goal.ours for goal in GOALS} | {goal.theirs for goal in GOALS} <= set(measured)
    assert len(set(measured)) == len(measured)


def test_report__of_a_run_beside_oscar() -> None:
    rounds = [Figures(10, 1, 0.01, 0.0, 0.0)]
    run = Run(
        ["40 products"],
        [BARE_TARGET, Target("add to basket", "basket", OURS, nothing)],
        {BARE_VIEW: rounds, "add to basket": rounds},
        {"add to basket": 3},
        {OURS: Needs(300, 150, 3.0), OSCAR: Needs(200, 100, 2.0)},
    )

    text = report.written(run, {"Invoices": "100 ms\n"})

    assert "| memory of a worker |  | 150 MB, Oscar's 100 MB: 1.50 × |  |" in text
    assert "| add to basket | 1.00 | 1.0 | 0.00 | 0.00 | 10 | 3 | 0% |" in text
    assert text.endswith("## Invoices\n\n```\n100 ms\n```\n")


def test_scale__judges_the_largest_by_the_smallest() -> None:
    target = Target("search", "search", OURS, nothing)
    shops = [scale.Sized(size, Place("bowerbird.wsgi", {}), [target]) for size in (60, 600)]

    text = scale._compared(
        shops, {"search, 60": of(9, queries=8), "search, 600": of(14, queries=8)}
    )

    assert "| search | 10.0 (8) | 15.0 (8) | 1.50 | **no** |" in text


def test_table__in_markdown() -> None:
    assert table(["what", "ms"], [["a", "1"]]) == "| what | ms |\n| --- | ---: |\n| a | 1 |\n"


def test_answer__finds_its_headers_whatever_their_case() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /basket/\r\nset-cookie: a=1\r\nSet-Cookie: b=2"
    answer = Answer(302, head, b"")

    assert list(answer.headers("Set-Cookie")) == ["a=1", "b=2"]
    assert answer.text == "/basket/"


@pytest.mark.parametrize(("shown", "right"), [(2, False), (3, True), (4, False)])
def test_visitor__counts_what_a_page_shows(
    shown: int, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer(200, b"HTTP/1.1 200 OK", b"<li>" * shown)
    monkeypatch.setattr(Visitor, "ask", lambda *_others: answer)

    if right:
        assert Visitor(80).get("/basket/", "<li>", times=3) is answer
    else:
        with pytest.raises(WrongAnswer, match="3 times"):
            Visitor(80).get("/basket/", "<li>", times=3)


def test_path_of__leaves_the_host_away() -> None:
    assert path_of("https://shop.example/prints/?page=2") == "/prints/?page=2"
