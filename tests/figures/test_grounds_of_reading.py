"""Places, periods, origins and the printed tree: the small pure parts."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.figures.evaluation.rows import Origins
from habeas.figures.evaluation.times import is_vague, period, year_month
from habeas.figures.places import lies_in, placing_claims
from habeas.figures.why.nodes import Node, NodeFact, as_json
from habeas.figures.why.printing import as_text, cells, safe, wrap
from habeas.vocabulary.answers import Answer

REGION, HOTAN, KASHGAR, LOP, CAMP, FAR = range(1, 7)
ABOVE = {
    HOTAN: {REGION: (51,)},
    KASHGAR: {REGION: (52,)},
    LOP: {HOTAN: (53,)},
    CAMP: {LOP: (54, 55)},
}


@pytest.mark.parametrize(
    ("record", "place", "answer"),
    [
        (CAMP, LOP, Answer.YES),
        (CAMP, REGION, Answer.YES),
        (CAMP, KASHGAR, Answer.UNKNOWN),  # nobody says that Hotan lies outside of it
        (HOTAN, LOP, Answer.NO),  # it contains it
        (FAR, HOTAN, Answer.UNKNOWN),  # nobody says where it lies
        (CAMP, FAR, Answer.UNKNOWN),  # the tree does not reach that place
        (HOTAN, HOTAN, Answer.YES),
    ],
)
def test_lying_in_a_place(record: int, place: int, answer: Answer) -> None:
    assert lies_in(record, [place], ABOVE) is answer


def test_a_record_known_to_lie_in_the_region_may_lie_in_the_county() -> None:
    assert lies_in(9, [LOP], {**ABOVE, 9: {REGION: (56,)}}) is Answer.UNKNOWN


def test_what_puts_a_record_in_its_place_is_every_claim_on_the_way() -> None:
    assert placing_claims([CAMP], ABOVE) == {51, 53, 54, 55}


def test_places_in_a_ring_do_not_hang() -> None:
    assert lies_in(1, [3], {1: {2: (5,)}, 2: {1: (6,)}}) is Answer.UNKNOWN


@given(st.dates())
def test_year_and_month_agree_with_the_calendar(day: datetime.date) -> None:
    assert year_month(day.toordinal()) == (day.year, day.month)


def test_periods() -> None:
    first = datetime.date(2018, 1, 1).toordinal()
    last = datetime.date(2018, 12, 31).toordinal()
    assert period("2018", "year") == "2018"
    assert period("2018", "month") == ""
    assert period("2018", "decade") == "201X"
    assert period("../2018", "year") == ""
    assert (period("-2015", "decade"), period("-0004", "decade")) == ("-201X", "-000X")
    assert period("2018?", "decade") == ""
    assert not is_vague("2018", first, last)
    assert is_vague("2018~", first, last)
    assert is_vague("2018/..", first, None)


def test_origins_follow_lineage_and_rings_are_one() -> None:
    origins = Origins([(2, 1), (3, 2), (4, 5), (5, 4), (6, 1), (6, 4)], first={12: 2})
    assert origins.of(3) == origins.of(12) == frozenset({1})
    assert origins.of(4) == origins.of(5) == frozenset({4})
    assert origins.of(6) == frozenset({1, 4})
    assert len(origins.of_all([1, 2, 3, 7])) == 2
    assert origins.repeats(12)
    assert not origins.repeats(1)


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20))
def test_every_source_has_an_origin(pairs: list[tuple[int, int]]) -> None:
    origins = Origins(pairs)
    for source in range(1, 9):
        assert origins.of(source)
        for origin in origins.of(source):
            assert origins.of(origin) == {origin}


# --- the printed tree ---------------------------------------------------------------------

TREE = Node(
    "figure",
    "States",
    (NodeFact("counted", "27 states"),),
    (
        Node("rule", "1. a claim", (NodeFact("waterfall", "40 in, 13 dropped, 27 on"),)),
        Node("record", "A", (), (Node("proof", "proof: in the log", sound=True),), 12, more=3),
        Node("not-known", "Not known: 2"),
    ),
    7,
)


def test_the_tree_is_drawn_with_boxes() -> None:
    assert as_text(TREE) == (
        "States #7\n"
        "│   counted: 27 states\n"
        "│\n"
        "├── 1. a claim\n"
        "│       waterfall: 40 in, 13 dropped, 27 on\n"
        "├── A #12\n"
        "│   ├── proof: in the log ✓\n"
        "│   └── … 3 more\n"
        "└── Not known: 2\n"
    )


def test_the_tree_is_drawn_in_ascii() -> None:
    assert as_text(TREE, ascii=True).isascii()
    assert "|-- A #12\n|   |-- proof: in the log ok\n|   `-- ... 3 more\n" in as_text(
        TREE, ascii=True
    )


def test_the_json_says_the_same() -> None:
    data = as_json(TREE)
    assert data["facts"] == [{"label": "counted", "value": "27 states"}]
    assert data["children"][1]["more"] == 3
    assert data["children"][1]["children"][0]["sound"] is True


UYGHUR = "قايتا تەربىيەلەش لاگېرلىرى"


def test_right_to_left_text_is_isolated_on_each_line() -> None:
    text = as_text(Node("claim", f"name: {UYGHUR} (Uyghur)"), width=30)
    for line in text.splitlines():
        assert line.count("\u2068") == line.count("\u2069") <= 1
    assert "\u2068" in text
    assert (
        text.replace("\u2068", "").replace("\u2069", "").split()
        == f"name: {UYGHUR} (Uyghur)".split()
    )


def test_han_takes_two_columns_and_is_cut_between_letters() -> None:
    assert cells("职业") == 4
    lines = wrap("职业技能教育培训中心" * 4, 24)
    assert "".join(lines) == "职业技能教育培训中心" * 4
    assert all(cells(line) <= 24 for line in lines)


def test_evidence_cannot_steer_the_terminal() -> None:
    assert safe("a\x1b[2Jb\u202ec\nd\x9b") == "a\ufffd[2Jb\ufffdc d\ufffd"


@given(st.text(max_size=200), st.integers(40, 100))
def test_no_line_is_wider_than_asked(text: str, width: int) -> None:
    node = Node("claim", text, (NodeFact("quote", text),), (Node("passage", text),), 5)
    for line in as_text(node, width=width).splitlines():
        assert cells(line) <= width + 12
        assert "\x1b" not in line
