"""Evaluation: a definition, asked of one viewer's rows as of one ledger size.

``compute`` is pure (rows in, result out); ``evaluate`` reads the rows and remembers
results. A remembered result is keyed by everything it depends on: archive, ledger size,
as-of size, definition, what the viewer may see, and the day (consents end on a day).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from habeas.archive.access import Viewer
from habeas.archive.blast_radius import blast_radius
from habeas.archive.store import forgetting
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.errors import AheadOfLedger, NeedsPurpose
from habeas.figures.evaluation import (
    disagreement,
    estimates,
    kept_values,
    parts,
    undecided,
    weakness,
)
from habeas.figures.evaluation.capturing import capture
from habeas.figures.evaluation.counting import Counted, count
from habeas.figures.evaluation.gathering import load
from habeas.figures.evaluation.handling import handling_of
from habeas.figures.evaluation.kept_values import FigureValue
from habeas.figures.evaluation.loading import Ground
from habeas.figures.evaluation.measured import MeasuredFigure
from habeas.figures.evaluation.measuring import measure
from habeas.figures.evaluation.reporting import report
from habeas.figures.evaluation.results import (
    EstimatedFigure,
    Evaluation,
    FigureMember,
    ReportedFigure,
    WaterfallStep,
)
from habeas.figures.evaluation.rows import Facts
from habeas.figures.evaluation.summing import Spoken, Sum
from habeas.figures.evaluation.variants import (
    ClaimsLeftOut,
    Variant,
    altered,
    leaving_out,
    source_named,
)
from habeas.vocabulary import schema as vocabulary
from habeas.vocabulary.schema import Schema

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

REMEMBERED_CLAIMS = 1_000_000  # how many claim rows the remembered results may hold together
REMEMBERED_RESULTS = 256


def compute(
    definition: FigureDefinition,
    facts: Facts,
    schema: Schema,
    *,
    as_of: int,
    viewer: str,
    scope: str,
) -> Evaluation:
    """The result of a definition over plain rows."""
    if definition.kind == "reported":
        return _reported(definition, facts, schema, as_of, viewer, scope)
    if definition.kind == "measured":
        return _measured(definition, facts, as_of, viewer, scope)
    if definition.kind == "estimated":
        counted = count(definition, facts)
        return _estimated(definition, facts, counted, as_of, viewer, scope)
    summed = Sum(definition, schema)
    summed.add(facts)
    captions = parts.WholeFacts(facts).captions
    return summed.figure(facts, captions, as_of=as_of, viewer=viewer, scope=scope)


def _reported(
    definition: FigureDefinition,
    facts: Facts,
    schema: Schema,
    as_of: int,
    viewer: str,
    scope: str,
) -> ReportedFigure:
    reported = report(definition, facts)
    rows = {row.position: row for row in facts.claims if row.position in reported.grounds}
    shown = [rows[point.claim] for point in reported.points]
    concerned = {row.record for row in rows.values()}
    return ReportedFigure(
        definition=definition,
        as_of=as_of,
        viewer=viewer,
        scope=scope,
        steps=reported.steps,
        grounds=reported.grounds,
        not_known=sum(len(step.not_known) for step in reported.steps),
        undecided=tuple(
            FigureMember(rows[claim].record, (claim,))
            for step in reported.steps
            for claim in step.not_known
        ),
        points=reported.points,
        weak=weakness.of_points(shown, facts),
        conflicts=tuple(disagreement.between(shown, schema, facts.kinds)),
        claims=rows,
        captions=_captions(facts, concerned, rows.values()),
        sources=_speakers(facts, rows.values()),
    )


def _measured(
    definition: FigureDefinition, facts: Facts, as_of: int, viewer: str, scope: str
) -> MeasuredFigure:
    found = measure(definition, facts, count(definition, facts))
    rows = {row.position: row for row in facts.claims if row.position in found.grounds}
    concerned = {each.position for each in (*found.members, *found.undecided)}
    return MeasuredFigure(
        definition=definition,
        as_of=as_of,
        viewer=viewer,
        scope=scope,
        steps=found.steps,
        grounds=found.grounds,
        not_known=len(found.undecided),
        members=found.members,
        undecided=found.undecided,
        sites=found.sites,
        weak=found.weak,
        claims=rows,
        captions=_captions(facts, concerned | {row.record for row in rows.values()}, rows.values()),
        sources=_speakers(facts, rows.values()),
    )


def _estimated(
    definition: FigureDefinition,
    facts: Facts,
    counted: Counted,
    as_of: int,
    viewer: str,
    scope: str,
) -> EstimatedFigure:
    """What an estimate is made from: those counted who are on at least one of its lists."""
    captured = capture(definition, facts, (member.position for member in counted.members))
    members = tuple(
        replace(m, claims=tuple(sorted({*m.claims, *captured.grounds[m.position]})))
        for m in counted.members
        if m.position in captured.grounds
    )
    unlisted = tuple(m.position for m in counted.members if m.position not in captured.grounds)
    listed = WaterfallStep(
        "on-a-list", "is on at least one list", len(counted.members), unlisted, ()
    )
    grounds = frozenset(claim for member in members for claim in member.claims)
    grounds |= counted.grounds
    rows = {row.position: row for row in facts.claims if row.position in grounds}
    listed_records = {member.position for member in members}
    concerned = listed_records | {
        record for pair in captured.pairs for record in (pair.left, pair.right)
    }
    return EstimatedFigure(
        definition=definition,
        as_of=as_of,
        viewer=viewer,
        scope=scope,
        steps=(*counted.steps, listed),
        grounds=grounds,
        not_known=len(counted.undecided),
        members=members,
        fewest=undecided.fewest(listed_records, captured.pairs),
        undecided=counted.undecided,
        claims=rows,
        captions=_captions(facts, concerned, rows.values()),
        sources={p: facts.sources[p] for each in captured.lists for p in each.sources},
        capture=captured,
    )


def _captions(facts: Facts, records: set[int], rows: Any) -> dict[int, str]:
    wanted = set(records) | {row.ref_record for row in rows if row.ref_record is not None}
    return {record: facts.captions[record] for record in wanted if record in facts.captions}


def _speakers(facts: Facts, rows: Any) -> dict[int, Any]:
    return {row.source: facts.sources[row.source] for row in rows if row.source in facts.sources}


def scope_words(viewer: Viewer) -> str:
    """Over what a figure is computed, in words: never how much there is beyond it."""
    if viewer.is_owner:
        return "Computed over everything in this archive."
    if viewer.is_team:
        return f"Computed over what {viewer.name} may see in this archive."
    return "Computed over what this archive makes public."


class Remembered:
    """The latest results, bounded by number and by the claims that they hold."""

    def __init__(self, results: int, claims: int) -> None:
        self._results = results
        self._claims = claims
        self._kept: OrderedDict[tuple[Any, ...], Evaluation] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...]) -> Evaluation | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[Any, ...], evaluation: Evaluation) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = evaluation
            self._weight += _weight(evaluation)
            while len(self._kept) > 1 and (
                len(self._kept) > self._results or self._weight > self._claims
            ):
                _, dropped = self._kept.popitem(last=False)
                self._weight -= _weight(dropped)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._weight = 0


def _weight(evaluation: Evaluation) -> int:
    dropped = sum(len(step.dropped) for step in evaluation.steps)
    return len(evaluation.claims) + len(evaluation.members) + dropped // 8 + 1


remembered = Remembered(REMEMBERED_RESULTS, REMEMBERED_CLAIMS)
forgetting.with_archive(remembered.clear)


def evaluate(
    archive: Archive,
    definition: FigureDefinition,
    viewer: Viewer,
    as_of: int | None = None,
    *,
    shown: bool = True,
    ground: Ground | None = None,
    size: int | None = None,
) -> Evaluation:
    """The figure as this viewer may see it, as of a ledger size (now when None).

    Where many are evaluated in a row, ``ground`` spares reading what they have in common again; it
    is of this viewer, and used where it is of the size asked for. ``size``: the archive's, where it
    has just been asked.

    One that picks people by what marks them is refused to a viewer without a purpose
    (``NeedsPurpose``); ``shown`` is False where no value or member of it is shown to anybody.

    A definition that pins a size is never evaluated beyond it. An estimate that was not
    computed yet is None (``estimates.compute``). Raises ``UnknownRecord``, ``UnknownSource``
    and ``AheadOfLedger``.
    """
    if shown:
        require_purpose(definition, viewer)
    size = archive.size if size is None else size
    n = size_asked(definition, size, as_of)
    key = _depends_on(archive, size, definition, viewer, n)
    found = remembered.get(key)
    if found is None:
        if ground is None or ground.as_of != n:
            ground = Ground(viewer, n)
        found = _computed(definition, ground)
        remembered.put(key, found)
        if n == size:
            kept_values.keep(archive, size, key, found)
    if isinstance(found, EstimatedFigure):  # computed apart, and perhaps since
        return replace(found, estimates=estimates.kept(archive, found))
    return found


def is_remembered(
    archive: Archive, definition: FigureDefinition, viewer: Viewer, size: int
) -> bool:
    """Whether the figure was evaluated as of now, when the archive had this size."""
    try:
        n = size_asked(definition, size, None)
    except AheadOfLedger:
        return False
    return remembered.get(_depends_on(archive, size, definition, viewer, n)) is not None


def value_kept(
    archive: Archive, definition: FigureDefinition, viewer: Viewer, ground: Ground
) -> FigureValue | None:
    """What an overview shows of a count that is too large to be made for it.

    ``ground`` is of the archive as it is now. None where it is not kept: nobody has asked for it
    since the newest entry. Raises ``NeedsPurpose``.
    """
    require_purpose(definition, viewer)
    size = ground.as_of
    key = _depends_on(archive, size, definition, viewer, size)
    return kept_values.kept(archive, size, key)


def is_too_large(definition: FigureDefinition, ground: Ground) -> bool:
    """Whether an overview leaves it to the reader to ask for a count: it is read in parts.

    One that pins a ledger size is the same after every entry; it is counted once a process.
    """
    return (
        definition.kind == "counted"
        and definition.as_of is None
        and not ground.holds(definition)
        and parts.is_large(definition, ground)
    )


def _depends_on(
    archive: Archive, size: int, definition: FigureDefinition, viewer: Viewer, n: int
) -> tuple[Any, ...]:
    """All that a figure's value depends on."""
    return (
        str(archive.directory),
        archive.origin,
        size,
        n,
        definition.digest,
        definition.position,
        viewer.name,
        viewer.key,
    )


def require_purpose(definition: FigureDefinition, viewer: Viewer) -> None:
    """Refuse a figure that picks people by what marks them to whom no purpose was stated."""
    if viewer.purpose is None and (marks := definition.picks_by):
        known = vocabulary.core().properties
        named = ", ".join(known[name].label.lower() for name in marks)
        raise NeedsPurpose(
            f"{definition.key} picks people by: {named}. That needs a purpose.",
            next_step=f"Give a purpose: `habeas figure show {definition.key} --purpose TEXT`, for "
            "pages `habeas serve --purpose TEXT`; it is recorded and signed.",
        )


def evaluate_afresh(
    definition: FigureDefinition, viewer: Viewer, as_of: int, *, without: int | None = None
) -> Evaluation:
    """The figure read from the rows; ``without`` leaves one judgement out."""
    return _computed(definition, Ground(viewer, as_of, without=without))


def _computed(definition: FigureDefinition, ground: Ground) -> Evaluation:
    words = scope_words(ground.viewer)
    as_of, viewer = ground.as_of, ground.viewer.name
    if definition.kind == "counted":
        with parts.undisturbed():
            return _counted(definition, ground, words)
    facts = load(definition, ground)
    found = compute(definition, facts, ground.vocabulary, as_of=as_of, viewer=viewer, scope=words)
    spoken = Spoken()
    spoken.add(found.claims.values(), facts)
    return replace(found, handling=handling_of(ground, facts, found, spoken))


def evaluate_variant(
    definition: FigureDefinition, viewer: Viewer, as_of: int, variant: Variant
) -> tuple[Evaluation, ClaimsLeftOut]:
    """A count asked otherwise, and the claims that it leaves out.

    Raises ``NotCounted``, and ``UnknownSource`` for a source that the viewer does not see.
    """
    require_purpose(definition, viewer)
    ground, left_out = Ground(viewer, as_of), ClaimsLeftOut()
    asked = altered(definition, variant, ground.vocabulary)
    ending: frozenset[int] = frozenset()
    if variant.without:
        first = source_named(variant.without, ground.sources[0]).first
        versions = [row.position for row in ground.sources[0].values() if row.first == first]
        found = [blast_radius(viewer, version) for version in versions]
        ending = frozenset(claim for each in found if each for claim in each.claims)

    def without(facts: Facts) -> Facts:
        return leaving_out(definition, variant, facts, left_out, ending)

    with parts.undisturbed():
        return _counted(asked, ground, scope_words(viewer), without), left_out


def _counted(
    definition: FigureDefinition,
    ground: Ground,
    words: str,
    change: Callable[[Facts], Facts] = lambda facts: facts,
) -> Evaluation:
    asked = parts.asked(definition, ground)
    summed = Sum(definition, ground.vocabulary)
    for facts in asked:
        summed.add(change(facts))
    found = summed.figure(
        asked.whole,
        asked.captions,
        as_of=ground.as_of,
        viewer=ground.viewer.name,
        scope=words,
    )
    level = handling_of(ground, asked.whole, found, summed.spoken, asked.among())
    return replace(found, handling=level)


def size_asked(definition: FigureDefinition, size: int, as_of: int | None) -> int:
    """The ledger size to answer as of."""
    asked = [n for n in (as_of, definition.as_of) if n is not None]
    n = min(asked, default=size)
    if n > size:
        raise AheadOfLedger(
            f"The ledger has only {size:,} entries, not {n:,}.",
            next_step=f"Ask as of a size up to {size}.",
        )
    return n
