"""Which pairs of records are not decided, as of a ledger size, for one viewer.

A pair is open when a run proposed it, or somebody could not tell, and the two mentions are
neither one record nor judged different, themselves or through mentions judged the same as
they. What follows from judgements alone is never asked again; where judgements contradict
each other, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from habeas.archive import models as m
from habeas.archive.access import Viewer, live, newest, visible

#: The kinds of record that a run compares.
COMPARED_KINDS = ("person", "facility", "organisation", "place")
RecordOf = Callable[[int], int]


class OpenPair(NamedTuple):
    """Two records, left the earlier, of which nobody has decided whether they are one.

    ``ppm``: how probable a run found it, at best, in parts per million, None where none proposed
    it; ``linkage`` that run; ``judgement`` the entry in which somebody could not tell.
    ``mentions``: the two mentions that were proposed or judged.
    """

    left: int
    right: int
    ppm: int | None = None
    linkage: int | None = None
    judgement: int | None = None
    mentions: tuple[int, int] = (0, 0)

    @property
    def entry(self) -> int | None:
        """The entry that brought the pair up."""
        return self.linkage if self.judgement is None else self.judgement


class Judged(NamedTuple):
    """A live judgement on two mentions."""

    position: int
    left: int
    right: int
    verdict: str


def judged(viewer: Viewer, as_of: int) -> list[Judged]:
    """The judgements that stood, in ledger order."""
    rows = live(visible(viewer, m.Judgement), as_of).order_by("position")
    return [Judged(*row) for row in rows.values_list("position", "left", "right", "verdict")]


def proposed(
    viewer: Viewer, as_of: int, threshold_ppm: int, kind: str = ""
) -> list[tuple[int, int, int, int]]:
    """Left and right mention, parts per million and run of the pairs proposed."""
    runs = newest(viewer, m.Linkage, as_of)
    if kind:
        runs = runs.filter(kind=kind)
    rows = visible(viewer, m.Candidate).filter(
        linkage__in=list(runs.values_list("position", flat=True)), ppm__gte=threshold_ppm
    )
    return list(rows.order_by("left", "right").values_list("left", "right", "ppm", "linkage"))


def open_pairs(
    viewer: Viewer,
    record_of: RecordOf,
    as_of: int,
    *,
    threshold_ppm: int | None,
    kind: str = "",
) -> tuple[OpenPair, ...]:
    """The pairs that are not decided. ``threshold_ppm`` None: only where nobody could tell."""
    known = judged(viewer, as_of)
    apart = different(known, record_of)
    found: dict[tuple[int, int], OpenPair] = {}

    def add(
        left: int, right: int, ppm: int | None, linkage: int | None, judgement: int | None
    ) -> None:
        pair = ordered(record_of(left), record_of(right))
        if pair[0] == pair[1] or pair in apart:
            return
        old = found.get(pair)
        if old is None:
            found[pair] = OpenPair(*pair, ppm, linkage, judgement, (left, right))
        elif ppm is not None and (old.ppm is None or ppm > old.ppm):
            found[pair] = old._replace(ppm=ppm, linkage=linkage, mentions=(left, right))
        elif judgement is not None and old.judgement is None:
            found[pair] = old._replace(judgement=judgement)

    for asked in _asked(viewer, known, as_of, threshold_ppm, kind):
        add(*asked)
    return tuple(found[pair] for pair in sorted(found))


def settled(
    viewer: Viewer,
    record_of: RecordOf,
    as_of: int,
    *,
    threshold_ppm: int | None,
    kind: str = "",
) -> dict[tuple[int, int], int]:
    """The pairs of records that would be open had nobody judged them different; and that entry."""
    known = judged(viewer, as_of)
    apart = different(known, record_of)
    asked = _asked(viewer, known, as_of, threshold_ppm, kind)
    pairs = {ordered(record_of(left), record_of(right)) for left, right, *_ in asked}
    return {pair: apart[pair] for pair in pairs & apart.keys()}


def _asked(
    viewer: Viewer, known: Iterable[Judged], as_of: int, threshold_ppm: int | None, kind: str
) -> Iterator[tuple[int, int, int | None, int | None, int | None]]:
    """The pairs of mentions that a run proposed, then those of which somebody could not tell."""
    if threshold_ppm is not None:
        for left, right, ppm, linkage in proposed(viewer, as_of, threshold_ppm, kind):
            yield left, right, ppm, linkage, None
    for each in known:
        if each.verdict == "cannot-tell":
            yield each.left, each.right, None, None, each.position


def different(known: Iterable[Judged], record_of: RecordOf) -> dict[tuple[int, int], int]:
    """The pairs of records that are different, each with the judgement that says so.

    Two mentions that others make one record are no pair: ``contradictions``.
    """
    found = {
        ordered(record_of(each.left), record_of(each.right)): each.position
        for each in known
        if each.verdict == "different"
    }
    return {pair: position for pair, position in found.items() if pair[0] != pair[1]}


def contradictions(known: Iterable[Judged], record_of: RecordOf) -> list[Judged]:
    """The judgements "different" on two mentions that others make one record."""
    return [
        each
        for each in known
        if each.verdict == "different" and record_of(each.left) == record_of(each.right)
    ]


def ordered(left: int, right: int) -> tuple[int, int]:
    return (left, right) if left <= right else (right, left)
