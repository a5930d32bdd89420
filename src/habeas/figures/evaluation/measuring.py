"""Measured figures: areas of sites from their outlines, and by how much a site grew.

The rules choose facilities as those of a count do. Each outline that is asserted of a facility, or
of an observation of it, is measured by itself, with the error of its corners; what two analysts
trace is two measurements, side by side. A growth is that from each outline of the earliest time to
each of the latest, so that no analyst is preferred. Invariants: what others report of a site's
growth is never among these; an outline of which the time is not known is shown and never compared;
the work grows with the outlines, but for the few of one site and time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.evaluation.counting import Counted
from habeas.figures.evaluation.measured import MeasuredOutline, MeasuredSite, OutlineChange
from habeas.figures.evaluation.results import FigureMember, WaterfallStep, Weakness
from habeas.figures.evaluation.rows import ClaimRow, Facts, value_of
from habeas.vocabulary import areas, edtf
from habeas.vocabulary.answers import Answer
from habeas.vocabulary.counts import Count
from habeas.vocabulary.outlines import Outline

MOST_AT_ONE_TIME = 20  # outlines of one site and time that are compared with those of another


@dataclass(frozen=True, slots=True)
class MeasuredSites:
    """The sites that could be measured, how the others fared, and the claims that decided."""

    sites: tuple[MeasuredSite, ...]
    members: tuple[FigureMember, ...]
    undecided: tuple[FigureMember, ...]
    steps: tuple[WaterfallStep, ...]
    grounds: frozenset[int]
    weak: tuple[Weakness, ...]


def measure(definition: FigureDefinition, facts: Facts, counted: Counted) -> MeasuredSites:
    """Measure the outlines of the facilities that the rules kept."""
    by_owner = _claims_by_site(facts)
    sites: list[MeasuredSite] = []
    members: list[FigureMember] = []
    open_ones: list[FigureMember] = []
    without: list[int] = []
    unmeasured: list[int] = []
    for member in counted.members:
        said = by_owner.get(member.position, ())
        outlines = outlines_of(member.position, said, facts.episodes.about)
        used = tuple(sorted({*member.claims, *(c for one in outlines for c in one.claims)}))
        changes: tuple[OutlineChange, ...] = ()
        if definition.measures == "area-change":
            changes, answer = changes_of(outlines, definition.between)
        else:
            answer = Answer.YES if outlines else Answer.NO
        if answer is Answer.YES:
            caption = facts.captions.get(member.position, "")
            sites.append(MeasuredSite(member.position, caption, outlines, changes))
            members.append(FigureMember(member.position, used))
        elif answer is Answer.UNKNOWN:
            open_ones.append(FigureMember(member.position, used))
            unmeasured.append(member.position)
        else:
            without.append(member.position)
    step = WaterfallStep(
        "outline", _step_words(definition), len(counted.members), tuple(without), tuple(unmeasured)
    )
    grounds = {claim for each in (*members, *open_ones) for claim in each.claims}
    return MeasuredSites(
        tuple(sites),
        tuple(members),
        tuple(sorted((*counted.undecided, *open_ones), key=lambda each: each.position)),
        (*counted.steps, step),
        counted.grounds | grounds,
        tuple(_weak(sites)),
    )


def _step_words(definition: FigureDefinition) -> str:
    if definition.measures == "area":
        return "an outline is recorded of it"
    if definition.between:
        first, last = (edtf.describe(edtf.parse(text)) for text in definition.between)
        return f"an outline of {first} and one of {last} are recorded of it"
    return "outlines of two times are recorded of it"


def _claims_by_site(facts: Facts) -> Mapping[int, list[ClaimRow]]:
    """What is asserted of each facility and of its observations, of the properties measured."""
    found: dict[int, list[ClaimRow]] = defaultdict(list)
    for claim in facts.claims:
        if claim.stance == "asserts":
            found[claim.record].append(claim)
    return found


def outlines_of(
    site: int, claims: Iterable[ClaimRow], views: Mapping[int, int]
) -> tuple[MeasuredOutline, ...]:
    """The outlines of a site in order of time; those without a time last.

    ``views``: by claim the observation that it is about, where it is about one.
    """
    of_view: dict[int, dict[str, list[ClaimRow]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        of_view[views.get(claim.position, claim.record)][claim.property].append(claim)
    found = []
    for view, said in of_view.items():
        for claim in said.get("outline", ()):
            outline = value_of(claim.value).normal
            if not isinstance(outline, Outline):
                continue  # not known, or withheld
            observed = {row.value_key for row in said.get("observed", ()) if row.value_key}
            when = claim.holds if view == site else observed.pop() if len(observed) == 1 else ""
            coarsest = _largest(said.get("resolution", ()))
            stated = _largest(said.get("corner_error", ()))
            beside = ("observed", "corner_error" if stated is not None else "resolution")
            used = {row.position for name in beside for row in said.get(name, ())}
            found.append(
                MeasuredOutline(
                    claim.position,
                    view,
                    when,
                    areas.measure(outline, areas.corner_metres(coarsest, stated)),
                    stated is not None,
                    claim.source,
                    tuple(sorted({claim.position, *used} if view != site else {claim.position})),
                )
            )
    return tuple(sorted(found, key=lambda one: (not one.when, _order(one.when), one.claim)))


def _largest(claims: Sequence[ClaimRow]) -> float | None:
    """The largest bound that any account gives: None where one gives none above."""
    counts = [value_of(claim.value).normal for claim in claims]
    bounds = [count.high for count in counts if isinstance(count, Count)]
    known = [bound for bound in bounds if bound is not None]
    return float(max(known)) if known and len(known) == len(bounds) else None


def _order(when: str) -> tuple[float, float]:
    if not when:
        return 0.0, 0.0
    low, high = edtf.hull(edtf.parse(when))
    return low, high


def changes_of(
    outlines: Sequence[MeasuredOutline], between: Sequence[str] = ()
) -> tuple[tuple[OutlineChange, ...], Answer]:
    """From each outline of the first time to each of the last, and whether there are such."""
    dated = [one for one in outlines if one.when]
    if between:
        first, last = ([one for one in dated if _within(one.when, text)] for text in between)
    else:
        first, last = _ends(dated)
    pairs = [
        (one, other)
        for one in first[:MOST_AT_ONE_TIME]
        for other in last[:MOST_AT_ONE_TIME]
        if edtf.before(edtf.parse(one.when), edtf.parse(other.when)) is Answer.YES
    ]
    if not pairs:
        return (), Answer.UNKNOWN if len(outlines) > 1 else Answer.NO
    return (
        tuple(
            OutlineChange(one.claim, other.claim, one.when, other.when,
                          areas.growth(one.area, other.area))
            for one, other in pairs
        ),
        Answer.YES,
    )  # fmt: skip


def _ends(
    dated: Sequence[MeasuredOutline],
) -> tuple[list[MeasuredOutline], list[MeasuredOutline]]:
    """Those that none certainly precedes, and those that certainly precede none."""
    spans = [(one, *_order(one.when)) for one in dated]
    earliest_end = min((end for _, _, end in spans), default=0.0)
    latest_start = max((start for _, start, _ in spans), default=0.0)
    return (
        [one for one, start, _ in spans if start <= earliest_end],
        [one for one, _, end in spans if end >= latest_start],
    )


def _within(when: str, window: str) -> bool:
    return edtf.within(edtf.parse(when), edtf.parse(window)) is Answer.YES


def _weak(sites: Sequence[MeasuredSite]) -> Iterable[Weakness]:
    outlines = [one for site in sites for one in site.outlines]
    changes = [change for site in sites for change in site.changes]
    by_pixel = [one for one in outlines if one.area.deviation is not None and not one.error_stated]
    may_be_none = [
        change
        for change in changes
        if change.growth.interval_95 is not None
        and change.growth.interval_95[0] <= 0 <= change.growth.interval_95[1]
    ]
    for name, part, whole, words in (
        (
            "no-error",
            [one for one in outlines if one.area.deviation is None],
            outlines,
            "outlines have neither a resolution nor an error: how far the area is off is not known",
        ),
        (
            "undated",
            [one for one in outlines if not one.when],
            outlines,
            "outlines have no time, so they are not compared",
        ),
        (
            "may-not-have-changed",
            may_be_none,
            changes,
            "changes are smaller than their error: the site may not have changed",
        ),
        (
            "by-a-pixel",
            by_pixel,
            outlines,
            "outlines have no stated error: one pixel of the picture is taken for each corner",
        ),
    ):
        yield Weakness(name, f"{len(part):,} of {len(whole):,} {words}", len(part), len(whole))
