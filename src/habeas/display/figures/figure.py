"""One figure: its number and drawing, the waterfall, the members, a rule of it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.awaiting import unreviewed, unreviewed_words
from habeas.archive.models import Claim, Mention, Source
from habeas.display import cards, speakers, words
from habeas.display.asking import NotThere, Query, by_position, cut
from habeas.display.differences import Difference, differences
from habeas.display.figures.drawings import ClaimNumber, Drawing, MapShown, claim_numbers, drawn
from habeas.display.figures.estimates import EstimateShown, estimate
from habeas.display.figures.heading import (
    FigureNumber,
    as_of_asked,
    kind_meaning,
    number,
)
from habeas.display.figures.inventories import InventoriesShown, inventories
from habeas.display.figures.measured import MeasuredShown, measured
from habeas.display.references import Marked, Target, Turning
from habeas.display.words import Dated
from habeas.figures.definition.recorded import named
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.kept_values import StepNumbers
from habeas.figures.evaluation.results import (
    Evaluation,
    FigureMember,
    ReportedPoint,
    WaterfallStep,
)

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MEMBERS = 50  # in one part
DIFFERENCES = 5  # in one part
OPEN_PAIRS = 20  # the heaviest
FALLEN = 50  # of those that a rule dropped, or could not decide, in one part


@dataclass(frozen=True, slots=True)
class RuleStep(StepNumbers):
    """A rule with where those that it dropped are named; ``kept_share`` in percent."""

    kept_share: int
    url: Target


@dataclass(frozen=True, slots=True)
class NamedMember:
    """A record that is counted, with the claims behind it; ``more``: not all of them."""

    record: words.RecordLink | None
    claims: tuple[ClaimNumber, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class RecordCaption(Marked):
    """A record by the caption that a figure knows it under."""

    caption: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class SpeakerName(Marked):
    """The source that says a number."""

    name: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class ReportedAccount:
    """What one source says. ``low`` or ``high`` None: no bound on that side."""

    record: RecordCaption
    property: words.PropertyWords
    folded: bool
    stance: words.StanceWords
    words: str
    low: int | None
    high: int | None
    unit: str
    holds: Dated | None
    said: Dated | None
    source: SpeakerName
    basis: str
    method: str
    interests: tuple[cards.Interest, ...]
    through: tuple[str, ...]
    claim: ClaimNumber
    passages: tuple[cards.Cited, ...]


@dataclass(frozen=True, slots=True)
class UndecidedPair:
    """Two records that may be one, and which end of the range that moves."""

    left: RecordCaption
    right: RecordCaption
    upper_end: bool
    lower_end: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a careful reader would ask: ``part`` of ``whole``."""

    words: str
    part: int
    whole: int
    handling: str


@dataclass(frozen=True, slots=True)
class FigureShown:
    """One figure with all that it rests on; ``speakers``: of what is listed in this part of it."""

    title: str
    figure: FigureNumber
    meaning: str
    as_of: str
    size: int
    drawing: Drawing | None
    estimate: EstimateShown | None
    measured: MeasuredShown | None
    inventories: InventoriesShown | None
    waterfall: tuple[RuleStep, ...]
    members: tuple[NamedMember, ...]
    accounts: tuple[ReportedAccount, ...]
    pages: Turning
    undecided: int
    open_pairs: tuple[UndecidedPair, ...]
    weak: tuple[Doubt, ...]
    differences: tuple[Difference, ...]
    differences_in_all: int
    differences_pages: Turning
    definition: str
    speakers: tuple[speakers.SpeakerShown, ...]


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One rule of a figure: every record or account that it dropped or could not decide."""

    title: str
    figure: FigureNumber
    number: int
    step: RuleStep
    dropped: tuple[NamedMember, ...] | tuple[cards.Card, ...]
    dropped_pages: Turning
    not_known: tuple[NamedMember, ...] | tuple[cards.Card, ...]
    not_known_pages: Turning


def evaluated(archive: Archive, viewer: Viewer, key: str, as_of: int | None) -> Evaluation:
    """The figure of a key for this viewer, as of a size; ``NotThere`` when there is none."""
    try:
        definition = named(viewer, key, as_of)
    except UnknownFigure as error:
        raise NotThere from error
    return evaluate(archive, definition, viewer, as_of)


def figure(archive: Archive, viewer: Viewer, key: str, query: Query) -> FigureShown:
    """One figure: number, drawing, waterfall, members, weak points, differences."""
    as_of = query.number("as_of")
    found = evaluated(archive, viewer, key, as_of)
    members, accounts, pages = _members(viewer, found, query)
    conflicts, differing = cut(
        found.conflicts, query, DIFFERENCES, cursor="differ", section="differ"
    )
    return FigureShown(
        title=found.definition.title,
        figure=number(found, as_of),
        meaning=kind_meaning(found.kind),
        as_of=query.text("as_of"),
        size=archive.size,
        drawing=_with_speakers(viewer, drawn(found, query, as_of)),
        estimate=estimate(found, as_of),
        measured=measured(viewer, found, query),
        inventories=inventories(found, query),
        waterfall=tuple(_step(found.key, step, n, as_of) for n, step in enumerate(found.steps, 1)),
        members=members,
        accounts=accounts,
        pages=pages,
        undecided=len(found.undecided),
        open_pairs=tuple(
            UndecidedPair(
                _caption(each.pair.left, found.captions.get(each.pair.left, "")),
                _caption(each.pair.right, found.captions.get(each.pair.right, "")),
                bool(each.if_same),
                bool(each.if_different),
            )
            for each in found.open_pairs[:OPEN_PAIRS]
        ),
        weak=(
            *(
                Doubt(weak.words, weak.part, weak.whole, found.handling)
                for weak in found.weak
                if weak.part
            ),
            *_unreviewed(found),
        ),
        differences=differences(viewer, conflicts),
        differences_in_all=len(found.conflicts),
        differences_pages=differing,
        definition=found.definition.text,
        speakers=speakers.speakers(viewer, _listed(members, accounts)),
    )


def _with_speakers(viewer: Viewer, drawing: Drawing | None) -> Drawing | None:
    """A map with who says of each place where it is; any other drawing as it is."""
    if not isinstance(drawing, MapShown):
        return drawing
    claims = {claim.position for place in drawing.places for claim in place.claims}
    named = speakers.speaker_of_each(viewer, claims)
    found = tuple(
        replace(place, speaker=next((named.get(each.position) for each in place.claims), None))
        for place in drawing.places
    )
    return replace(drawing, places=found)


def _listed(members: Sequence[NamedMember], accounts: Sequence[ReportedAccount]) -> set[int]:
    """The claims of a part of the records counted, or of the accounts reported."""
    named = {claim.position for member in members for claim in member.claims}
    return named | {account.claim.position for account in accounts}


def _unreviewed(found: Evaluation) -> tuple[Doubt, ...]:
    """How much of it no one has accepted; such claims count as they did, but are said."""
    part, whole = unreviewed(found.grounds), len(found.grounds)
    words_ = unreviewed_words(part, whole)
    return (Doubt(words_, part, whole, found.handling),) if part else ()


def _caption(position: int, caption: str) -> RecordCaption:
    return RecordCaption(words.text(caption), Target("record", position))


def _members(
    viewer: Viewer, evaluation: Evaluation, query: Query
) -> tuple[tuple[NamedMember, ...], tuple[ReportedAccount, ...], Turning]:
    """One part of the records counted, or of the accounts reported."""
    if evaluation.kind != "reported":
        found, pages = cut(evaluation.members_by_name, query, MEMBERS)
        return _records(viewer, found), (), pages
    points, pages = cut(evaluation.points, query, MEMBERS)
    cited = cards.grounds(viewer, [point.claim for point in points])
    sources = by_position(viewer, Source, {point.source for point in points})
    told = (
        _account(point, cited.get(point.claim, ()), sources.get(point.source)) for point in points
    )
    return (), tuple(told), pages


def _records(viewer: Viewer, members: Sequence[FigureMember]) -> tuple[NamedMember, ...]:
    mentions = by_position(viewer, Mention, [m.record for m in members])
    of = _whose(viewer, [m.record for m in members if m.record not in mentions])
    return tuple(
        NamedMember(
            words.record_link(mentions.get(member.record) or of.get(member.record)),
            claim_numbers(member.claims[:6]),
            len(member.claims) > 6,
        )
        for member in members
    )


def _whose(viewer: Viewer, claims: Sequence[int]) -> dict[int, Mention]:
    """Of claims that read as one possible episode each, the record that they are about."""
    if not claims:
        return {}
    about = {at: row.subject for at, row in by_position(viewer, Claim, claims).items()}
    mentions = by_position(viewer, Mention, about.values())
    return {at: mentions[subject] for at, subject in about.items() if subject in mentions}


def _account(
    point: ReportedPoint, passages: tuple[cards.Cited, ...], source: Source | None
) -> ReportedAccount:
    return ReportedAccount(
        record=_caption(point.record, point.about),
        property=words.property_words(point.property),
        folded=words.is_folded(point.property, ""),
        stance=words.stance(point.stance),
        words=point.words,
        low=point.low,
        high=point.high,
        unit=point.unit,
        holds=words.date_words(point.holds),
        said=words.date_words(point.said),
        source=SpeakerName(words.text(point.source_title), Target("source", point.source)),
        basis=words.code_words("basis", point.basis),
        method=point.method,
        interests=() if source is None else cards.interests(source),
        through=tuple(point.through),
        claim=claim_numbers((point.claim,))[0],
        passages=passages,
    )


def _step(key: str, step: WaterfallStep, number: int, as_of: int | None) -> RuleStep:
    """One rule with how many it kept, dropped and could not decide, and where they are named."""
    return RuleStep(
        rule=step.rule,
        words=step.words,
        entered=step.entered,
        kept=step.kept,
        dropped=len(step.dropped),
        not_known=len(step.not_known),
        kept_share=round(100 * step.kept / step.entered) if step.entered else 0,
        url=Target("rule", (key, number), as_of_asked(as_of)),
    )


def rule(archive: Archive, viewer: Viewer, key: str, at: int, query: Query) -> RuleShown:
    """One rule of a figure, by its number."""
    as_of = query.number("as_of")
    found = evaluated(archive, viewer, key, as_of)
    if not 1 <= at <= len(found.steps):
        raise NotThere
    step = found.steps[at - 1]
    dropped, pages = cut(step.dropped, query, FALLEN, section="dropped")
    open_ones, open_pages = cut(step.not_known, query, FALLEN, cursor="open", section="not-known")
    return RuleShown(
        title=_("Rule %(number)s: %(words)s") % {"number": at, "words": step.words},
        figure=number(found, as_of),
        number=at,
        step=_step(found.key, step, at, as_of),
        dropped=_fallen(viewer, found, dropped),
        dropped_pages=pages,
        not_known=_fallen(viewer, found, open_ones),
        not_known_pages=open_pages,
    )


def _fallen(
    viewer: Viewer, evaluation: Evaluation, positions: Sequence[int]
) -> tuple[NamedMember, ...] | tuple[cards.Card, ...]:
    """Records (of a counted figure) with the claims that left them open, or claims as cards."""
    if evaluation.kind != "reported":
        undecided = {member.position: member for member in evaluation.undecided}
        return _records(viewer, [undecided.get(p, FigureMember(p, ())) for p in positions])
    found = by_position(viewer, Claim, positions)
    return cards.cards(viewer, [found[p] for p in positions if p in found])
