"""A figure beside another of itself: asked otherwise, or as of another ledger size.

Both numbers stand side by side; then who leaves, who enters, and why, each with what was left out
or recorded. Nothing is compared where a reader has not said with what: the page then only asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.display import words
from habeas.display.asking import NotThere, Query, cut
from habeas.display.figures.drawings import ClaimNumber, claim_numbers
from habeas.display.figures.figure import RecordCaption
from habeas.display.figures.heading import FigureNumber, RefusedHeading, heading, number
from habeas.display.references import Marked, Target, Turning, optional
from habeas.figures.changes.between import between, size_of
from habeas.figures.changes.comparison import (
    FigureComparison,
    MemberState,
    MovedMember,
    MovingCause,
)
from habeas.figures.changes.otherwise import beside, words_of
from habeas.figures.definition.definitions import FigureDefinition
from habeas.figures.definition.recorded import named
from habeas.figures.definition.wording import grouped
from habeas.figures.errors import UnknownFigure
from habeas.figures.evaluation.loading import all_sources
from habeas.figures.evaluation.variants import Variant

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MOVED = 50  # in one part
MOST_ORIGINS = 99


@dataclass(frozen=True, slots=True)
class SourceChoice(Marked):
    """A source that may be left out."""

    code: str
    name: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class ComparisonAsked:
    """What a reader asks to compare with: ``of`` is "otherwise" or "sizes"."""

    of: str
    without: str
    origins: int
    sharp: bool
    before: str
    after: str
    sources: tuple[SourceChoice, ...]


@dataclass(frozen=True, slots=True)
class CauseWords:
    """What moved a member, with the claim or the entry by which."""

    words: str
    entry: int | None
    claim: ClaimNumber | None


@dataclass(frozen=True, slots=True)
class MovedShown:
    """Who is in one of the two only: where it stood or stands in the other, and why."""

    record: RecordCaption
    elsewhere: str
    joined: RecordCaption | None
    claims: tuple[ClaimNumber, ...]
    causes: tuple[CauseWords, ...]


@dataclass(frozen=True, slots=True)
class TwoFigures(Marked):
    """The two numbers, with what differs for all; ``unsettled``: not known in one of them only."""

    before: FigureNumber
    before_words: str
    after: FigureNumber
    after_words: str
    came_in_all: int
    left_in_all: int
    unsettled_in_all: int
    notes: tuple[CauseWords, ...]
    came: tuple[MovedShown, ...]
    came_pages: Turning
    left: tuple[MovedShown, ...]
    left_pages: Turning
    unsettled: tuple[MovedShown, ...]
    unsettled_pages: Turning


@dataclass(frozen=True, slots=True)
class FigureBeside:
    """A figure to be compared; ``compared`` is None until a reader says with what."""

    title: str
    figure: RefusedHeading
    asked: ComparisonAsked
    command: str
    compared: TwoFigures | None = optional()


def otherwise_asked(query: Query) -> Variant:
    """The variant that an address asks for; ``NotThere`` for what no page could have asked."""
    origins = query.number("origins", most=MOST_ORIGINS)
    if query.text("sharp") not in ("", "yes"):
        raise NotThere
    return Variant(query.text("without"), max(1, origins or 1), bool(query.text("sharp")))


def otherwise(archive: Archive, viewer: Viewer, key: str, query: Query) -> FigureBeside:
    """A count beside the same count asked otherwise."""
    as_of = query.number("as_of")
    definition = _named(viewer, key, as_of)
    variant = otherwise_asked(query)
    sources, _first = all_sources(viewer, archive.size)
    chosen = {
        row.code: SourceChoice(row.code, words.text(row.title), Target("source", row.position))
        for row in sources.values()
    }
    asked = ComparisonAsked(
        "otherwise",
        variant.without,
        variant.origins,
        variant.sharp,
        "",
        "",
        tuple(sorted(chosen.values(), key=lambda each: (each.name.text.casefold(), each.code))),
    )
    found = None
    if variant.changes:
        both = beside(archive, viewer, definition, variant, as_of)
        after_words = "; ".join(words_of(variant))
        found = _shown(both, query, (_("as defined"), after_words), tuple, as_of)
    return FigureBeside(
        _("Counted otherwise: %(title)s") % {"title": definition.title},
        heading(definition, as_of),
        asked,
        _command(key, variant, as_of),
        compared=found,
    )


def at_two_sizes(archive: Archive, viewer: Viewer, key: str, query: Query) -> FigureBeside:
    """A figure as of two ledger sizes, or at the ends of two days."""
    definition = _named(viewer, key, None)
    earlier, later = query.text("from"), query.text("to")
    asked = ComparisonAsked("sizes", "", 1, sharp=False, before=earlier, after=later, sources=())
    found = None
    if earlier:
        first = size_of(archive, earlier)
        second = size_of(archive, later) if later else archive.size
        both = between(archive, viewer, key, first, second)
        sized = tuple(_at_size(size) for size in both.sizes)
        found = _shown(both.comparison, query, (sized[0], sized[1]), both.explained, None)
    command = f"habeas figure diff {key} {earlier or 'SIZE'}{f' {later}' if later else ''}"
    return FigureBeside(
        _("At two sizes: %(title)s") % {"title": definition.title},
        heading(definition),
        asked,
        command,
        compared=found,
    )


def _named(viewer: Viewer, key: str, as_of: int | None) -> FigureDefinition:
    try:
        return named(viewer, key, as_of)
    except UnknownFigure as error:
        raise NotThere from error


def _command(key: str, variant: Variant, as_of: int | None) -> str:
    """What gives the same in the terminal."""
    parts = [f"habeas figure compare {key}"]
    if variant.without:
        parts.append(f"--without {variant.without}")
    if variant.origins > 1:
        parts.append(f"--origins {variant.origins}")
    if variant.sharp:
        parts.append("--sharp")
    if as_of is not None:
        parts.append(f"--as-of {as_of}")
    return " ".join(parts)


def _at_size(size: int) -> str:
    return _("as of %(size)s ledger entries") % {"size": grouped(size)}


def _shown(
    both: FigureComparison,
    query: Query,
    said: tuple[str, str],
    explained: Callable[[Sequence[MovedMember]], tuple[MovedMember, ...]],
    as_of: int | None,
) -> TwoFigures:
    came, came_pages = cut(both.came, query, MOVED, cursor="came", section="came")
    left, left_pages = cut(both.left, query, MOVED, cursor="left", section="left")
    open_ones, open_pages = cut(
        both.unsettled, query, MOVED, cursor="unsettled", section="unsettled"
    )
    captions = {**both.before.captions, **both.after.captions}
    kind = both.after.kind
    sizes = (both.before.as_of, both.after.as_of)
    asked = (as_of, as_of) if sizes[0] == sizes[1] else sizes
    return TwoFigures(
        before=number(both.before, asked[0]),
        before_words=said[0],
        after=number(both.after, asked[1]),
        after_words=said[1],
        came_in_all=len(both.came),
        left_in_all=len(both.left),
        unsettled_in_all=len(both.unsettled),
        notes=tuple(_cause(each) for each in both.notes),
        came=tuple(_moved(each, _was(each.before, kind), captions) for each in explained(came)),
        came_pages=came_pages,
        left=tuple(_moved(each, _is(each.after, kind), captions) for each in explained(left)),
        left_pages=left_pages,
        unsettled=tuple(_moved_open(each, kind, captions) for each in explained(open_ones)),
        unsettled_pages=open_pages,
        handling=both.handling,
    )


def _moved(each: MovedMember, elsewhere: str, captions: Mapping[int, str]) -> MovedShown:
    joined = None
    with_ = next((s.record for s in (each.before, each.after) if s.record is not None), None)
    if with_ is not None:
        joined = _caption(with_, captions.get(with_, ""))
    return MovedShown(
        record=_caption(each.record, each.caption),
        elsewhere=elsewhere,
        joined=joined,
        claims=claim_numbers(each.claims[:6]),
        causes=tuple(_cause(cause) for cause in each.causes),
    )


def _moved_open(each: MovedMember, kind: str, captions: Mapping[int, str]) -> MovedShown:
    """What is counted as one with another stands last, before the name of that other."""
    words = [_was(each.before, kind), _is(each.after, kind)]
    if each.before.record is not None:
        words.reverse()
    return _moved(each, "; ".join(words), captions)


def _caption(position: int, caption: str) -> RecordCaption:
    return RecordCaption(words.text(caption or f"#{position}"), Target("record", position))


def _was(state: MemberState, kind: str) -> str:
    """Where something stood in the first of the two, among whose members it was not."""
    if state.state == "dropped":
        if kind == "reported":
            return _("was left out by rule %(rule)s") % {"rule": state.rule}
        return _("was not counted, by rule %(rule)s") % {"rule": state.rule}
    if state.state == "not-known":
        return _("was not known, by rule %(rule)s") % {"rule": state.rule}
    if state.state == "joined":
        return _("was counted as one with")
    return _("was not there")


def _is(state: MemberState, kind: str) -> str:
    """Where something stands in the second of the two, among whose members it is not."""
    if state.state == "dropped":
        if kind == "reported":
            return _("is left out by rule %(rule)s") % {"rule": state.rule}
        return _("is not counted, by rule %(rule)s") % {"rule": state.rule}
    if state.state == "not-known":
        return _("is not known, by rule %(rule)s") % {"rule": state.rule}
    if state.state == "joined":
        return _("is counted as one with")
    return _("is not there")


def _cause(cause: MovingCause) -> CauseWords:
    claim = claim_numbers((cause.about,))[0] if cause.about is not None and cause.of_claim else None
    return CauseWords(cause.words, cause.entry, claim)
