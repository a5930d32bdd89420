"""What goes with what: the closure rule, against the same rule written as slowly as it reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from habeas.archive.erasing.closure import LEFT_WITH_NOTHING, Graph, close, versions
from habeas.archive.projection.erased_entries import (
    EndedByErased,
    ErasureRecord,
    Thing,
    positions_of,
    runs,
)

KINDS = (
    *("exhibit", "layer", "passage", "mention", "person", "source", "claim", "judgement", "new"),
    "grouping",
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A ledger of up to 25 entries that name earlier ones."""
    whole = Graph()
    for position in range(draw(st.integers(1, 25))):
        kind = draw(st.sampled_from(KINDS))
        whole.kinds[position] = kind
        earlier = list(range(position))
        if not earlier:
            continue
        names = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True))
        if kind == "claim":
            cited = [p for p in names if whole.kinds[p] == "passage"]
            if cited:
                whole.cites[position] = tuple(cited)
            names = [p for p in names if p not in cited]
            before = [p for p in names if whole.kinds[p] == "claim"]
            names = [p for p in names if p not in before]
            if before:
                whole.corrects[position] = before[0]
        if names:
            whole.names[position] = tuple(names)
        if kind == "grouping":
            grouped = [p for p in names if whole.kinds[p] == "claim"]
            if grouped:
                whole.cites[position] = tuple(grouped)
            names = [p for p in names if whole.kinds[p] == "mention"][:1]
        owners = [p for p in names if whole.kinds[p] == "mention" and p not in whole.owner]
        if kind == "mention" and owners and draw(st.booleans()):
            whole.owner[position] = owners[0]
        if kind == "exhibit":
            origins = [p for p in earlier if whole.kinds[p] == "exhibit"]
            if origins and draw(st.booleans()):
                origin = draw(st.sampled_from(origins))
                whole.made[origin] = (*whole.made.get(origin, ()), position)
    return whole


def slowly(whole: Graph, targets: set[int], kept: set[int]) -> set[int]:
    """The rule as it is written, applied until nothing changes."""
    erased = set(targets)
    while True:
        more: set[int] = set()
        for position, kind in whole.kinds.items():
            claims = {
                p
                for p, k in whole.kinds.items()
                if k in ("claim", "grouping")
                and {position, *(o for o, whose in whole.owner.items() if whose == position)}
                & set((whole.cites if kind == "passage" else whole.names).get(p, ()))
            }
            cited = set(whole.cites.get(position, ()))
            if (
                erased & set(whole.names.get(position, ()))
                or (cited and cited <= erased)
                or (kind in LEFT_WITH_NOTHING and claims and claims <= erased)
            ):
                more.add(position)
        for origin, made in whole.made.items():
            if origin in erased:
                more |= set(made) - kept
        if more <= erased:
            return erased
        erased |= more


@given(graphs(), st.data())
def test_the_closure_is_the_rule(whole: Graph, data: st.DataObject) -> None:
    targets = set(data.draw(st.lists(st.sampled_from(sorted(whole.kinds)), min_size=1)))
    made = sorted({d for several in whole.made.values() for d in several})
    kept = set(data.draw(st.lists(st.sampled_from(made)))) if made else set()
    closed = close(whole, targets, kept)
    assert closed.erased == slowly(whole, targets, kept)
    for shell, lost in closed.shells.items():
        assert shell not in closed.erased
        assert set(lost) <= closed.erased
        assert set(whole.cites.get(shell, ())) - closed.erased or shell in whole.corrects
    # Nothing that stays names something that goes, except where it is said to be a shell.
    for position in set(whole.kinds) - closed.erased:
        assert not closed.erased & set(whole.names.get(position, ()))
        lost_here = closed.erased & {
            *whole.cites.get(position, ()),
            *({whole.corrects[position]} if position in whole.corrects else ()),
        }
        assert bool(lost_here) == (position in closed.shells)


@given(graphs(), st.data())
def test_more_targets_never_save_anything(whole: Graph, data: st.DataObject) -> None:
    some = st.lists(st.sampled_from(sorted(whole.kinds)), min_size=1)
    one, other = set(data.draw(some)), set(data.draw(some))
    assert close(whole, one).erased <= close(whole, one | other).erased


@given(graphs())
def test_all_versions_of_a_claim_go_together(whole: Graph) -> None:
    for claim in whole.corrects:
        found = versions(whole, claim)
        assert all(versions(whole, other) == found for other in found)


POSITIONS = st.sets(st.integers(0, 60))


@given(POSITIONS)
def test_positions_are_written_as_runs_and_read_again(positions: set[int]) -> None:
    assert positions_of(runs(positions)) == sorted(positions)


@given(POSITIONS, POSITIONS, st.booleans())
def test_a_record_is_read_as_it_was_written(one: set[int], other: set[int], two: bool) -> None:
    needs = frozenset({(3, 1), (None, 2), ("consent", 7)})
    things = [Thing(p, "claim", needs) for p in one]
    things += [Thing(p, "exhibit", frozenset({(3, 0)})) for p in other - one]
    ended = [
        EndedByErased(1, "claim", "superseded", 4, (2, 3)),
        EndedByErased(1, "consent", "withdrawn", None, (5,)),
    ]
    record = ErasureRecord.of(things, ended if two else ())
    assert ErasureRecord.read(record.fields()) == record
