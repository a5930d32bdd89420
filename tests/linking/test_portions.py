"""Records and pairs are worked on in portions; their size is never seen in the result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.linking.people import people, person

from habeas.linking import Linkage, LinkRecord, arranging, comparing, link, reading
from habeas.linking.errors import BadRecord


def odd(number: int) -> list[LinkRecord]:
    """Made-up people, some with several names, parts of names apart or a name to be mended."""
    found = []
    for at, record in enumerate(people(number)[0]):
        if at % 7 == 0:
            record = record._replace(names=(record.names[0], f"Dr. {record.names[0]}", "Wang Wei"))
        if at % 11 == 0:
            record = record._replace(names=(f"{record.names[0]}\u200b",), father_name="Tursun")
        if at % 101 == 0:
            record = record._replace(names=("",))
        found.append(record)
    return found


def whole(linkage: Linkage) -> tuple[object, ...]:
    return (
        linkage.candidates, linkage.lost, linkage.changed, linkage.models, dict(linkage.counts),
    )  # fmt: skip


def test_how_many_are_read_or_compared_at_a_time_makes_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = odd(700)
    new, known = records[:300], records[300:]
    at_once = whole(link(records)), whole(link(new, known=known))
    monkeypatch.setattr(reading, "_BATCH", 37)
    monkeypatch.setattr(comparing, "CHUNK", 2_000)
    assert (whole(link(records)), whole(link(new, known=known))) == at_once


_words = st.sampled_from(
    ["Memet", "Tursun", "Wang", "Wei", "Xi", "买买提", "لەتىپە", "Мәмәт", "Dr.", "O'Hara", "a1", ""]
)


@given(st.lists(st.lists(_words, max_size=4).map(" ".join) | st.text(max_size=12), max_size=8))
def test_names_read_together_are_read_as_each_alone(names: list[str]) -> None:
    which, columns, words = arranging.arrange_pairs(names)
    together = {
        int(at): ((words[one], words[other]),)
        for at, (one, other) in zip(which, columns, strict=True)
    }
    for at, name in enumerate(names):
        alone = arranging.arrange_plain(name)
        assert together.get(at, alone) == alone
        if len(alone) == 1 and name.replace("·", " ").count(" ") == 1:
            assert at in together


def test_half_a_character_is_refused_with_its_reason_and_nothing_else_is() -> None:
    found = link(
        [
            person("a", "Memet Tur\udc80sun"),
            person("b", "Memet Tursun"),
            person("c", "Memet Tursun"),
        ]
    )
    assert [lost.ids for lost in found.lost if lost.kind == "name"] == [("a",)]
    assert [(c.left, c.right) for c in found.candidates] == [("b", "c")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_from": 0},
        {"birth_to": 2400},
        {"birth_from": -3},
        {"birth_from": 1990, "birth_to": 1980},
    ],
)
def test_a_wrong_year_among_many_records_is_named(wrong: dict[str, int]) -> None:
    records = [*people(200)[0], person("wrong one", "Memet", **wrong), *people(200, 6)[0]]
    with pytest.raises(BadRecord, match="wrong one"):
        link([r._replace(id=f"{r.id} {at}") for at, r in enumerate(records)])
