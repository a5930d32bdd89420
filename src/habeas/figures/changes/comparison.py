"""Two values of one figure side by side: who came, who left, and why.

The two are of two ledger sizes, or the figure and a variant of it. Invariants: whoever is in one
and not in the other is named with the rule at which it fell, or with the record that it has become
one with; nobody is named twice; the level is the stricter of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from habeas.archive import openness
from habeas.figures.evaluation.results import Evaluation

COUNTED, NOT_KNOWN, DROPPED, JOINED, ABSENT = "counted", "not-known", "dropped", "joined", "absent"


@dataclass(frozen=True, slots=True)
class MemberState:
    """Where something stands in a figure: counted, not known, dropped, joined or not there.

    ``rule``: the number of the rule that decides, from 1, None where none does; ``words``: what it
    asks; ``record``: with which it was joined.
    """

    state: str
    rule: int | None = None
    words: str = ""
    record: int | None = None


@dataclass(frozen=True, slots=True)
class MovingCause:
    """What moved a member: what happened, the entry by which, and the thing that it is about.

    ``of_claim``: whether that is a claim.
    """

    words: str
    entry: int | None = None
    about: int | None = None
    of_claim: bool = False


@dataclass(frozen=True, slots=True)
class MovedMember:
    """Somebody, or an account, that is in one of the two and not in the other.

    ``claims``: what it rests on where it is counted; ``causes`` as far as they are known.
    """

    record: int
    caption: str
    before: MemberState
    after: MemberState
    claims: tuple[int, ...]
    causes: tuple[MovingCause, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureComparison:
    """A figure twice. ``notes``: what else differs, such as the definition.

    ``unsettled``: who is not known in one of the two, and counted in neither.
    """

    before: Evaluation
    after: Evaluation
    came: tuple[MovedMember, ...]
    left: tuple[MovedMember, ...]
    unsettled: tuple[MovedMember, ...]
    handling: str
    notes: tuple[MovingCause, ...] = ()


RecordOf = Callable[[int], int]


def _as_it_is(record: int) -> int:
    return record


def compared(
    before: Evaluation,
    after: Evaluation,
    *,
    then: RecordOf = _as_it_is,
    now: RecordOf = _as_it_is,
    notes: tuple[MovingCause, ...] = (),
    more: str = openness.PUBLIC,
) -> FigureComparison:
    """Who is in one of two and not in the other.

    ``then`` and ``now`` give the record that a mention was part of; ``more``: how strict the
    comparison is at least.
    """
    was, is_ = _members(before), _members(after)
    came = _moved(was, is_, before, then)
    left = _moved(is_, was, after, now)
    return FigureComparison(
        before,
        after,
        tuple(_told(after, is_[key], state, came=True) for key, state in came),
        tuple(_told(before, was[key], state, came=False) for key, state in left),
        tuple(_unsettled(before, after, then, now)),
        openness.strictest([before.handling, after.handling, more]),
        notes,
    )


_Member = tuple[int, tuple[int, ...]]  # the record, and on which claims it rests


def _members(evaluation: Evaluation) -> dict[int, _Member]:
    """What is in a figure: records, or of a reported one claims."""
    if evaluation.kind == "reported":
        return {point.claim: (point.record, (point.claim,)) for point in evaluation.points}
    return {member.position: (member.record, member.claims) for member in evaluation.members}


def _moved(
    others: Mapping[int, _Member],
    members: Mapping[int, _Member],
    elsewhere: Evaluation,
    record_of: RecordOf,
) -> list[tuple[int, MemberState]]:
    """Who is among ``members`` and not among ``others``, with where it stands ``elsewhere``."""
    missing = [key for key in members if key not in others]
    if not missing:
        return []
    fates = _fates(elsewhere)
    if elsewhere.kind == "reported":
        return [(key, _stands(key, key, others, fates)) for key in sorted(missing)]
    stands = _within(missing, others, record_of)
    return [(key, _stands(stands(key), key, others, fates)) for key in sorted(missing)]


def _within(
    missing: Collection[int], members: Mapping[int, _Member], record_of: RecordOf
) -> RecordOf:
    """Of which member each is part: by a join, or as a claim in the detention of its grouping."""
    claims = set(missing)
    grouped = {c: record for record, (_, of) in members.items() for c in claims.intersection(of)}
    return lambda key: grouped.get(key) or record_of(key)


def _stands(
    record: int, key: int, members: Collection[int], fates: Mapping[int, MemberState]
) -> MemberState:
    """Where something stands in a figure with these members: there it is part of ``record``."""
    if record != key and record in members:
        return MemberState(JOINED, record=record)
    return fates.get(record, MemberState(ABSENT))


def _fates(evaluation: Evaluation) -> dict[int, MemberState]:
    """Where everything fell that was not counted."""
    found: dict[int, MemberState] = {}
    for number, step in enumerate(evaluation.steps, 1):
        found.update(dict.fromkeys(step.dropped, MemberState(DROPPED, number, step.words)))
        found.update(dict.fromkeys(step.not_known, MemberState(NOT_KNOWN, number, step.words)))
    return found


def _unsettled(
    before: Evaluation, after: Evaluation, then: RecordOf, now: RecordOf
) -> Iterator[MovedMember]:
    """Those that are not known in one of the two only, and counted as themselves in neither."""
    if before.kind == "reported":
        return
    were = {member.position: member for member in before.undecided}
    are = {member.position: member for member in after.undecided}
    earlier, later = _members(before), _members(after)
    moved = (were.keys() ^ are.keys()) - earlier.keys() - later.keys()
    if not moved:
        return
    fates_then, fates_now = _fates(before), _fates(after)
    then, now = _within(moved, earlier, then), _within(moved, later, now)
    for record in sorted(moved):
        member = were.get(record) or are[record]
        caption = before.captions.get(record) or after.captions.get(record, "")
        was = _stands(then(record), record, earlier, fates_then)
        is_ = _stands(now(record), record, later, fates_now)
        yield MovedMember(member.record, caption, was, is_, member.claims)


def _told(
    evaluation: Evaluation, member: _Member, elsewhere: MemberState, *, came: bool
) -> MovedMember:
    record, claims = member
    caption = evaluation.captions.get(record, "")
    here = MemberState(COUNTED)
    before, after = (elsewhere, here) if came else (here, elsewhere)
    return MovedMember(record, caption, before, after, claims)
