"""What a search found, with its places, and filters by what it has.

Invariants: all that is shown went through ``archive.search.searching`` with the viewer; a query
that cannot run is shown again with the place that is wrong; what was added to the query is said,
with a link that leaves it out. Asking changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.access import Viewer
from habeas.archive.errors import TooLong
from habeas.archive.purposes import require_to_search
from habeas.archive.readings import locator_words
from habeas.archive.search import refining, searching
from habeas.archive.search.citable import CitablePlace
from habeas.archive.search.errors import IndexMissing, QueryRefused
from habeas.archive.search.expanding import AddedSpellings
from habeas.archive.search.language import Tree
from habeas.archive.search.languages import UNKNOWN
from habeas.archive.search.named import NamedRecord
from habeas.archive.search.searching import PAGE, Hit, Looked, SearchAnswer
from habeas.archive.store import deadline
from habeas.display import cards, words
from habeas.display.asking import Query, turning
from habeas.display.cited_hits import CitedHit, cited_for
from habeas.display.exhibits import layers
from habeas.display.in_row import InRow, RowPiece, in_row
from habeas.display.locations import CitedLocation, citing_command, of_location
from habeas.display.references import ALWAYS, EntryReference, Marked, Target, Turning, optional

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

LONGEST = 4_000  # characters that are read of the address
MOST_SECONDS = 15.0
_LESS = gettext_noop("Use fewer * and ?, fewer words, or a filter such as source: or date:.")

_FACETS = {
    "type": gettext_noop("File type"),
    "language": gettext_noop("Language"),
    "source": gettext_noop("Received from"),
    "year": gettext_noop("Received in"),
    "folder": gettext_noop("Folder"),
    "state": gettext_noop("How it was read"),
    "has": gettext_noop("Used in the archive"),
}
_FILTER = {"year": "date"}  # the name of a facet's filter, where it is another
_WORDS = {
    "ar": gettext_noop("Arabic"),
    "be": gettext_noop("Belarusian"),
    "en": gettext_noop("English"),
    "kk": gettext_noop("Kazakh"),
    "ky": gettext_noop("Kyrgyz"),
    "ru": gettext_noop("Russian"),
    "tr": gettext_noop("Turkish"),
    "uk": gettext_noop("Ukrainian"),
    "ug": gettext_noop("Uyghur"),
    "zh": gettext_noop("Chinese"),
    "ja": gettext_noop("Japanese"),
    UNKNOWN: gettext_noop("not determined"),
    "pdf": gettext_noop("PDF"),
    "word": gettext_noop("text document"),
    "sheet": gettext_noop("table"),
    "slides": gettext_noop("slides"),
    "mail": gettext_noop("mail"),
    "web": gettext_noop("web page"),
    "picture": gettext_noop("picture"),
    "text": gettext_noop("plain text"),
    "archive": gettext_noop("archive of files"),
    "other": gettext_noop("other"),
    "read": gettext_noop("whole"),
    "in-part": gettext_noop("in part"),
    "passage": gettext_noop("cited"),
    "claim": gettext_noop("a claim rests on it"),
}


@dataclass(frozen=True, slots=True)
class QueryFault:
    """Why a query cannot run; with a column, cut at the place that is wrong."""

    message: str
    next_step: str
    column: int | None = optional()
    before: str | None = optional()
    wrong: str | None = optional()
    after: str | None = optional()


@dataclass(frozen=True, slots=True)
class FoundLocation:
    """A hit as a place that is not words, and the command that cites it.

    ``exhibit`` is the recording where the hit is in a transcript of one.
    """

    exhibit: int
    place: CitedLocation
    url: Target
    command: str


@dataclass(frozen=True, slots=True)
class HitShown(Marked):
    """A passage that was found, with the words around; offsets are code points of the layer.

    ``speakers``: whose word is recorded from it. ``folded``: shown once a reader opens it.
    """

    exhibit: int
    layer: int
    title: words.TextWords
    inner_path: str
    place: str
    url: Target
    start: int
    stop: int
    ranges: tuple[tuple[int, int], ...]
    joined: tuple[str, ...]
    segments: tuple[RowPiece, ...]
    cut_before: bool
    cut_after: bool
    fault: str
    entry: EntryReference
    row: InRow | None
    located: FoundLocation | None
    speakers: tuple[cards.SourceLink, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value of a facet; ``url`` chooses it, or leaves it out again."""

    value: str
    words: str
    count: int
    chosen: bool
    url: Target


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet with its values."""

    name: str
    label: str
    values: tuple[FacetChoice, ...]


@dataclass(frozen=True, slots=True)
class WiderQuery:
    """What to ask next where each part is somewhere and no passage has all."""

    query: str
    url: Target


@dataclass(frozen=True, slots=True)
class NamedShown(Marked):
    """A record that goes by a name asked: what it is called, and how much is said of it."""

    position: int
    kind: str
    kind_words: str
    caption: words.TextWords
    forms: tuple[words.TextWords, ...]
    claims: int
    url: Target
    consent: str = field(default="", kw_only=True, metadata=ALWAYS)


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """A part of what was found; ``behind``: entries that the index does not know yet."""

    total: int
    first: int
    last: int
    hits: tuple[HitShown, ...]
    facets: tuple[FacetShown, ...]
    added: tuple[AddedSpellings, ...]
    without_added: Target
    with_added: Target
    nowhere: tuple[str, ...]
    next_try: str
    counterpart: str
    in_one_file: WiderQuery | None
    behind: int
    named: tuple[NamedShown, ...]
    named_more: bool
    names_asked: bool
    looked: Looked | None
    pages: Turning


@dataclass(frozen=True, slots=True)
class SearchShown:
    """What was asked, and what was found or is wrong; nothing of both where nothing was asked."""

    title: str
    query: str
    exact: bool
    error: QueryFault | None
    found: AnswerShown | None


def search(archive: Archive, viewer: Viewer, query: Query) -> SearchShown:
    """A part of what a query finds; without a query, nothing yet."""
    asked = query.text("q")[:LONGEST].strip()
    exact = query.text("expand") == "no"
    error: QueryFault | None = None
    found: AnswerShown | None = None
    if asked:
        require_to_search(viewer)
        first = query.number("after", most=searching.DEEPEST) or 0
        try:
            with deadline.within(MOST_SECONDS, _(_LESS)):
                answer = searching.search(
                    archive, viewer, asked, exact=exact, first=first, limit=PAGE
                )
            found = _found(viewer, answer, asked, exact, first)
        except QueryRefused as refused:
            error = _refused(asked, refused)
        except (IndexMissing, TooLong) as failed:
            error = QueryFault(failed.message, failed.next_step)
    return SearchShown(_("Search"), asked, exact, error, found)


def _refused(asked: str, error: QueryRefused) -> QueryFault:
    """The query cut at the place that is wrong."""
    start = min(error.column - 1, len(asked))
    stop = min(len(asked), start + error.width)
    return QueryFault(
        error.reason,
        error.next_step,
        column=error.column,
        before=asked[:start],
        wrong=asked[start:stop],
        after=asked[stop:],
    )


def _found(viewer: Viewer, found: SearchAnswer, asked: str, exact: bool, first: int) -> AnswerShown:
    following = first + PAGE if first + PAGE < min(found.total, searching.DEEPEST - PAGE) else None
    return AnswerShown(
        total=found.total,
        first=first + 1,
        last=first + len(found.hits),
        hits=tuple(map(_hit, found.hits, cited_for(viewer, found.hits))),
        facets=_facets(found, exact),
        added=tuple(found.added),
        without_added=_asking(asked, exact=True),
        with_added=_asking(asked, exact=False),
        nowhere=tuple(str(part) for part in found.nowhere),
        next_try=refining.next_try(found.nowhere) if found.nowhere else "",
        counterpart=refining.counterpart(found.nowhere),
        in_one_file=_in_one_file(found, exact),
        behind=found.behind,
        named=tuple(map(_record, found.named.records)),
        named_more=found.named.more,
        names_asked=bool(found.named.asked),
        looked=found.looked,
        pages=turning(first or None, following),
    )


def _record(one: NamedRecord) -> NamedShown:
    return NamedShown(
        position=one.position,
        kind=one.kind,
        kind_words=words.kind_words(one.kind),
        caption=words.text(one.name.text, one.name.language, one.name.script),
        forms=tuple(words.text(form.text, form.language, form.script) for form in one.forms),
        claims=one.claims,
        url=Target("record", one.position),
        handling=one.handling,
        consent=one.consent,
    )


def _in_one_file(found: SearchAnswer, exact: bool) -> WiderQuery | None:
    wider = None if found.total or found.nowhere else refining.spread(found.tree)
    return None if wider is None else WiderQuery(str(wider), _asking(str(wider), exact=exact))


def _hit(hit: Hit, cited: CitedHit) -> HitShown:
    start, stop = hit.ranges[0] if hit.ranges else (hit.start, hit.start)
    if not hit.ranges and hit.row is not None:
        start, stop = hit.row.start, hit.row.stop
    place = {"layer": hit.layer, "window": layers.window_of(start)}
    if stop > start:
        place |= {"from": start, "to": stop}
    asked = tuple((name, str(value)) for name, value in place.items())
    url = Target("exhibit", hit.exhibit, asked, "found" if stop > start else "text")
    return HitShown(
        exhibit=hit.exhibit,
        layer=hit.layer,
        title=words.text(hit.title),
        inner_path=hit.inner_path,
        place=locator_words(hit.locator),
        url=url,
        start=hit.start,
        stop=hit.stop,
        ranges=hit.ranges,
        joined=hit.joined,
        segments=tuple(RowPiece(text, marked) for text, marked in hit.segments),
        cut_before=hit.excerpt[0] > hit.start,
        cut_after=hit.excerpt[1] < hit.stop,
        fault=hit.fault,
        entry=EntryReference("layer", hit.layer),
        row=None if hit.row is None else in_row(hit.row),
        located=None if hit.place is None else _located(hit.place, url),
        speakers=cited.speakers,
        folded=cited.folded,
    )


def _located(found: CitablePlace, url: Target) -> FoundLocation:
    """A time is shown with its recording; a cell or a part of a picture where it was found."""
    place = of_location(found.location, found.inner_path)
    if found.transcript is not None:
        lines = (("transcript", str(found.transcript)),)
        url = Target("exhibit", found.exhibit, lines, "recording")
    url = replace(url, asked=(*url.asked, ("place", place.words)))
    return FoundLocation(found.exhibit, place, url, citing_command(found.exhibit, place))


def _facets(found: SearchAnswer, exact: bool) -> tuple[FacetShown, ...]:
    """Each facet with its values; one that tells nothing apart is left out."""
    shown = []
    for name, label in _FACETS.items():
        values = tuple(
            _choice(found.tree, name, v.value, v.count, exact) for v in found.facets[name]
        )
        if len(values) > 1 or any(value.chosen for value in values) or name == "has":
            shown.append(FacetShown(name, _(label), values))
    return tuple(facet for facet in shown if facet.values)


def _choice(tree: Tree, facet: str, value: str, count: int, exact: bool) -> FacetChoice:
    name = _FILTER.get(facet, facet)
    chosen = refining.chosen(tree, name, value)
    other = refining.widened(tree, name, value) if chosen else refining.narrowed(tree, name, value)
    return FacetChoice(
        value=value,
        words=_(_WORDS[value]) if facet != "source" and value in _WORDS else value,
        count=count,
        chosen=chosen,
        url=_asking("" if other is None else str(other), exact=exact),
    )


def _asking(asked: str, *, exact: bool) -> Target:
    return Target("search", None, (("q", asked), *((("expand", "no"),) if exact else ())))
