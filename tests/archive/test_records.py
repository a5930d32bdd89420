"""Records: joined by judgement, parted exactly by undoing it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archive.making import add_reviewer, place_mention

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.components import components
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.rebuilding import digests
from habeas.archive.opening import Archive
from habeas.archive.records import canonical_map, members


def canonical() -> dict[int, int]:
    return dict(m.Mention.objects.values_list("position", "canonical"))


def test_undoing_a_judgement_restores_both_records_exactly(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing() as batch:
        a, b, c = (place_mention(batch, name) for name in "abc")
    before, table = canonical(), digests()["projection_mention"]
    with archive.writing(reviewer) as batch:
        first = verbs.judge(batch, b, c, "same", "One town, two spellings.")
        second = verbs.judge(batch, a, b, "same", "The county seat.")
    joined_at = archive.size
    assert set(canonical().values()) == {a.position}
    assert members(c.position) == [a.position, b.position, c.position]
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, second.position, "judgement", "They are two towns.")
    assert canonical() == before | {c.position: b.position}
    assert members(c.position, as_of=joined_at) == [a.position, b.position, c.position]
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, first.position, "judgement", "Also wrong.")
    assert canonical() == before
    assert digests()["projection_mention"] == table


def test_a_second_path_keeps_a_record_whole(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        a, b, c = (place_mention(batch, name) for name in "abc")
        first = verbs.judge(batch, a, b, "same", "x")
        verbs.judge(batch, b, c, "same", "x")
        verbs.judge(batch, a, c, "same", "x")
    with archive.writing(reviewer) as batch:
        verbs.retract(batch, first, "judgement", "Not by itself.")
    assert set(canonical().values()) == {a.position}


def test_two_kinds_cannot_be_the_same(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with (
        pytest.raises(EntryRefused, match="cannot be the same"),
        archive.writing(reviewer) as batch,
    ):
        verbs.judge(batch, place_mention(batch), verbs.mention(batch, "person", "P"), "same", "x")


def test_different_and_cannot_tell_join_nothing(archive: Archive) -> None:
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        a, b = place_mention(batch, "a"), place_mention(batch, "b")
        verbs.judge(batch, a, b, "different", "Two counties.")
    assert canonical_map(archive.size) == {}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20))
def test_components_do_not_depend_on_the_order_of_judgements(pairs: list[tuple[int, int]]) -> None:
    whole = components(range(13), pairs)
    assert whole == components(range(13), list(reversed(pairs)))
    assert all(whole[left] == whole[right] for left, right in pairs)
    assert all(root <= mention for mention, root in whole.items())
