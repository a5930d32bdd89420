"""Records and pairs are worked on in portions; their size is never seen in the result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.linking.people import people, person
from tests.support import xinjiang
from tests.support.xinjiang import link

from habeas.linking import LinkageRun, LinkingSettings, LinkRecord, arranging, comparing, reading
from habeas.linking.blocking import Blocking, MeetingRule
from habeas.linking.engine import by_column, open_engine
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


def whole(linkage: LinkageRun) -> tuple[object, ...]:
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
    which, columns, words = arranging.arrange_pairs(names, xinjiang.XINJIANG)
    together = {
        int(at): ((words[one], words[other]),)
        for at, (one, other) in zip(which, columns, strict=True)
    }
    for at, name in enumerate(names):
        alone = arranging.arrange_plain(name, xinjiang.XINJIANG)
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
        {"birth_from": 10**20},
        {"birth_to": float("nan")},
        {"birth_from": 1990, "birth_to": 1980},
    ],
)
def test_a_wrong_year_among_many_records_is_named(wrong: dict[str, float]) -> None:
    records = [*people(200)[0], person("wrong one", "Memet", **wrong), *people(200, 6)[0]]
    with pytest.raises(BadRecord, match="wrong one"):
        link([r._replace(id=f"{r.id} {at}") for at, r in enumerate(records)])


def test_a_year_that_is_no_whole_number_is_not_made_one() -> None:
    for year in (1980.5, "1980"):
        with pytest.raises(TypeError):
            link([person("a", "Memet", birth_from=year)])


def test_portions_are_even_also_where_those_who_meet_lie_together() -> None:
    """The first tenth is large families, one after the other; the others are alone."""
    settings = LinkingSettings()
    engine = open_engine(settings)
    try:
        engine.put(
            "blocks",
            by_column(
                ("rule", "a", "y", "p", "rid", "new"),
                [(1, at // 200, 0, 0, at + 1, 1) for at in range(1_000)],
            ),
        )
        found = Blocking(engine, settings, "person", 10_000)
        found.rules = [MeetingRule("g", 1, 5 * 200 * 199 // 2, 1_000)]
        sizes = [len(list(engine.rows(chunk))) for chunk in found.chunks(10_000)]
    finally:
        engine.close()
    assert sum(sizes) == 5 * 200 * 199 // 2
    assert len(sizes) == 10
    assert max(sizes) < 2 * 10_000


def test_a_name_too_long_to_be_one_is_refused_and_not_remembered() -> None:
    long = " ".join(["Memet", "Tursun"] * 40)
    found = link([person("a", long), person("b", "Memet", given_name=long), person("c", "Memet")])
    assert [lost.ids for lost in found.lost if lost.kind == "name"] == [("a",), ("b",)]
    before = arranging._read_word.cache_info().currsize
    assert arranging.arrange_plain(long, xinjiang.XINJIANG) == ()
    assert arranging.plain_word(long, xinjiang.XINJIANG) == ""
    assert arranging._read_word.cache_info().currsize == before
