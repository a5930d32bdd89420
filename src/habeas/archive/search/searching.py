"""A query answered for one viewer: hits with their highlights, totals and facets.

Invariants: what the viewer may not see is left out inside the index, by the access label of
each passage, before anything is counted; every hit is asked for once more at
``access.visible``, and one that is not there is neither shown nor counted; expansions come
from tables and never from the archive; the order of hits is made from what a viewer may see;
where the caller set a deadline the search stops there, whole or not at all;
a query that is refused is refused before the index is opened, so that errors are the same
for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import tantivy
from tantivy import Occur, Query

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access import Viewer, visible, visible_labels
from habeas.archive.exhibits import places as placing
from habeas.archive.search import expanding
from habeas.archive.search import index as indexes
from habeas.archive.search import schema as fields
from habeas.archive.search.citable import CitablePlace, with_places
from habeas.archive.search.compiling import Compiled, Match, compiled
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.expanding import AddedSpellings
from habeas.archive.search.files import layers_with
from habeas.archive.search.language import Filter, InFile, Not, Tree, leaves
from habeas.archive.search.matching import marked
from habeas.archive.search.named import NamedRecords, named
from habeas.archive.search.parsing import parse
from habeas.archive.search.ranges import Range
from habeas.archive.search.refining import positive
from habeas.archive.search.sheet_rows import FoundRow, row_of
from habeas.archive.search.text_memory import texts
from habeas.archive.store import deadline
from habeas.archive.store.pieces import in_pieces

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.vocabulary.region import Region

PAGE = 10
DEEPEST = 10_000  # hits that can be paged to
MOST_VALUES = 12  # of a facet that are shown
_COUNTED = 65_000  # values of a facet that are counted exactly
EXCERPT = 360  # code points shown of a passage
_MOST_DROPPED = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. ``ranges`` and ``excerpt`` are code points of the layer.

    ``row`` where it is a row of a sheet; ``place`` where it can be cited other than by its words.
    """

    layer: int
    exhibit: int
    title: str
    filename: str
    inner_path: str
    start: int
    stop: int
    locator: dict[str, str | int]
    language: str
    script: str
    text: str  # of the excerpt
    excerpt: Range
    ranges: tuple[Range, ...]
    fault: str = ""
    row: FoundRow | None = None
    joined: tuple[str, ...] = ()  # words read as one over the end of a line
    place: CitablePlace | None = None  # where it is, as a place that is not words

    @property
    def segments(self) -> list[tuple[str, bool]]:
        """The excerpt cut into pieces, each with whether it is marked."""
        first, last = self.excerpt
        pieces: list[tuple[str, bool]] = []
        at = first
        for start, stop in self.ranges:
            start, stop = max(start, first), min(stop, last)
            if start >= stop:
                continue
            pieces.append((self.text[at - first : start - first], False))
            pieces.append((self.text[start - first : stop - first], True))
            at = stop
        pieces.append((self.text[at - first :], False))
        return [piece for piece in pieces if piece[0]]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet and how many of the passages found have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked through where nothing was found: exhibits with a text, and without one."""

    read: int
    unread: int


@dataclass(slots=True)
class SearchAnswer:
    """The answer. ``behind`` is how many ledger entries the index does not know yet.

    ``nowhere``: where nothing was found, the parts that every hit must have and no passage that
    the viewer may see has; told with the facets, as is ``looked``. ``named``: the records that go
    by a name asked, with the first hits.
    """

    tree: Tree
    total: int
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    added: list[AddedSpellings] = field(default_factory=list)
    nowhere: list[Tree] = field(default_factory=list)
    behind: int = 0
    named: NamedRecords = field(default_factory=NamedRecords)
    looked: Looked | None = None


def checked(text: str) -> Tree:
    """The tree of a query, with its filters checked. Errors: ``QueryRefused``."""
    tree = parse(text)
    for leaf in leaves(tree):
        if isinstance(leaf, Filter):
            fields.check(leaf)
    return tree


def _unindexed(viewer: Viewer, size: int, watermark: int) -> int:
    """How many entries the index does not know, where they hold any text; else 0.

    What is recorded for every search, its purpose, would otherwise leave each index behind.
    """
    new = visible(viewer, m.Layer).filter(position__gte=watermark, position__lt=size)
    return size - watermark if size > watermark and new.exists() else 0


def search(
    archive: Archive,
    viewer: Viewer,
    asked: str | Tree,
    *,
    exact: bool = False,
    first: int = 0,
    limit: int = PAGE,
    facets: bool = True,
) -> SearchAnswer:
    """What the viewer may see of what the query finds, the best first.

    Errors: ``QueryRefused``, ``IndexMissing``, ``IndexOutdated``.
    """
    tree = checked(asked) if isinstance(asked, str) else asked
    if first + limit > DEEPEST:
        raise QueryRefused(
            f"Only the first {DEEPEST:,} passages can be listed.",
            next_step="Add a word or a filter, or use `habeas search --batch`.",
        )
    region = regions.chosen()
    expanding.recall(archive.directory, region)
    _check_runs(tree, exact, region)
    opened = indexes.opened(archive)
    asking = _Asking(archive, viewer, opened, tree, exact, region)
    state = opened.state
    found = asking.answer(first, limit, facets)
    found.behind = _unindexed(viewer, archive.size, state.watermark)
    if facets and first == 0:
        found.named = named(viewer, tree, exact=exact)
    if facets and not found.total:
        found.looked = _looked(viewer)
    return found


def _looked(viewer: Viewer) -> Looked:
    exhibits = visible(viewer, m.Exhibit).count()
    layers = visible(viewer, m.Layer).values("exhibit").distinct().count()
    return Looked(layers, max(0, exhibits - layers))


def _check_runs(tree: Tree, exact: bool, region: Region) -> None:
    """Refuse what cannot be run, before anything is looked at."""
    nothing = Query.empty_query()
    has = dict.fromkeys(fields.LABELS, nothing)
    for each in (tree, *leaves(tree)):
        compiled(
            fields.schema(), each,
            exact=exact, has=has, files=lambda _: nothing, region=region,
        )  # fmt: skip


class _Asking:
    """One query over one state of the index."""

    def __init__(
        self,
        archive: Archive,
        viewer: Viewer,
        opened: indexes.OpenIndex,
        tree: Tree,
        exact: bool,
        region: Region,
    ) -> None:
        self.region = region
        self.archive = archive
        self.viewer = viewer
        self.schema = opened.schema
        self.searcher = opened.searcher()
        self.tree = tree
        self.exact = exact
        self.has = {name: self._labelled(name) for name in fields.LABELS}
        self.sees_all = False
        self.allowed = self._labelled("label")
        self.compiled = self._compiled(tree)

    def _compiled(self, tree: Tree) -> Compiled:
        return compiled(
            self.schema, tree, exact=self.exact, flat=not self.sees_all,
            has=self.has, files=self._files, region=self.region,
        )  # fmt: skip

    def _files(self, tree: Tree) -> Query:
        """The passages of the files that have it, by what the viewer may see of them."""
        there = layers_with(tree, self.searcher, self._seen)
        if not there:
            return Query.empty_query()
        return Query.term_set_query(self.schema, "layer", sorted(there))

    def _seen(self, leaf: Tree | None) -> Query:
        """The passages that the viewer may see; with a leaf, those where it stands."""
        deadline.check()
        if leaf is None:
            return self.allowed
        both = (self._compiled(leaf).query, self.allowed)
        return Query.boolean_query([(Occur.Must, query) for query in both])

    def _labelled(self, name: str) -> Query:
        """The passages that carry a label which the viewer may see."""
        there = [label for label, _ in self.searcher.terms_with_prefix(name, "")]
        if self.viewer.is_owner:
            seen = there
        else:
            seen = []
            for chunk in in_pieces(there):
                rows = visible_labels(self.viewer).filter(id__in=chunk)
                seen += rows.values_list("id", flat=True)
        if name == "label" and len(seen) == len(there):
            self.sees_all = True
            return Query.all_query()
        asked = Query.term_set_query(self.schema, name, seen) if seen else Query.empty_query()
        return Query.const_score_query(asked, 0.0)

    def answer(self, first: int, limit: int, facets: bool) -> SearchAnswer:
        """The page of hits. A hit that is no longer to be seen is taken out of the count too."""
        gone: list[int] = []
        while True:
            deadline.check()
            query = self._allowed(gone)
            result = self.searcher.search(query, max(1, limit), count=True, offset=first)
            hits, missing = self._hits([address for _, address in result.hits][:limit])
            if not missing or len(gone) > _MOST_DROPPED:
                break
            gone += missing
        found = SearchAnswer(self.tree, _count_of(result), hits, added=self.compiled.added)
        if facets:
            found.facets = self._facets(query)
            found.nowhere = [] if found.total else self._nowhere()
        deadline.check()
        return found

    def _nowhere(self) -> list[Tree]:
        parts = [part for item in positive(self.tree) for part in _each(item)]
        if len(parts) == 1:
            return parts
        asked = [part for part in parts if not isinstance(part, Not)]
        return [p for p in asked if not self._count(self._compiled(p).query, self.allowed)]

    def _allowed(self, gone: Sequence[int]) -> Query:
        parts = [(Occur.Must, self.compiled.query), (Occur.Must, self.allowed)]
        if gone:
            left_out = Query.term_set_query(self.schema, "layer", list(gone))
            parts.append((Occur.MustNot, left_out))
        return Query.boolean_query(parts)

    def _facets(self, query: Query) -> dict[str, list[FacetValue]]:
        deadline.check()
        asked = {
            name: {"terms": {"field": name, "size": MOST_VALUES, "segment_size": _COUNTED}}
            for name in fields.FACETS
        }
        told: dict[str, Any] = self.searcher.aggregate(query, asked)
        facets = {
            name: [FacetValue(str(b["key"]), int(b["doc_count"])) for b in told[name]["buckets"]]
            for name in fields.FACETS
        }
        facets["has"] = [
            FacetValue(value, count)
            for value, name in (("passage", "cited"), ("claim", "claimed"))
            if (count := self._count(query, self.has[name]))
        ]
        return facets

    def _count(self, *queries: Query) -> int:
        deadline.check()
        both = Query.boolean_query([(Occur.Must, query) for query in queries])
        return _count_of(self.searcher.search(both, 1, count=True))

    def _hits(self, addresses: Sequence[tantivy.DocAddress]) -> tuple[list[Hit], list[int]]:
        """The hits at these addresses, and the layers that are not to be seen."""
        if not addresses:
            return [], []
        columns = [
            self.searcher.fast_field_values(name, list(addresses))
            for name in ("layer", "exhibit", "start", "stop", "page", "beyond")
        ]
        places = [tuple(int(value or 0) for value in row) for row in zip(*columns, strict=True)]
        layers = _rows(self.viewer, m.Layer, {place[0] for place in places})
        exhibits = _rows(self.viewer, m.Exhibit, {place[1] for place in places})
        shown = _Shown(self.archive, self.compiled.matches)
        hits, missing = [], []
        for layer, exhibit, *place in places:
            if layer in layers and exhibit in exhibits:
                hits.append(shown.hit(layers[layer], exhibits[exhibit], *place))
            else:
                missing.append(layer)
        return with_places(self.archive, self.viewer, hits), missing


def _each(item: Tree) -> list[Tree]:
    """What of ``file:(…)`` can be sought in passages by itself; anything else as it is."""
    if not isinstance(item, InFile):
        return [item]
    return [part for part in positive(item.item) if not isinstance(part, Not)] or [item]


def _count_of(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # missing in the stub


def _rows(viewer: Viewer, model: type[Any], positions: Iterable[int]) -> dict[int, Any]:
    return {row.position: row for row in visible(viewer, model).filter(position__in=positions)}


class _Shown:
    """Makes hits of passages, reading each text once."""

    def __init__(self, archive: Archive, matches: Sequence[Match]) -> None:
        self.archive = archive
        self.matches = matches

    def hit(
        self, layer: m.Layer, exhibit: m.Exhibit, start: int, stop: int, number: int, beyond: int
    ) -> Hit:
        from habeas.errors import HabeasError

        text, fault = "", ""
        ranges: tuple[Range, ...] = ()
        joined: tuple[str, ...] = ()
        try:
            whole = texts.get(self.archive, layer)
        except HabeasError as error:
            fault = error.message
        else:
            found = marked(whole[start:stop], self.matches, whole[stop : max(stop, beyond)])
            ranges = tuple((start + first, start + last) for first, last in found.ranges)
            joined = tuple(dict.fromkeys(reading for _, reading in found.joined))
        first, last = excerpt(start, stop, ranges)
        locator: dict[str, str | int] = {"page": number}
        row = None
        if not number:  # the map of a book has a box for every word
            places = placing.of_layer(self.archive, layer)
            locator = places.locator(*(ranges or [(start, stop)])[0])
            row = None if fault else row_of(places, whole, start, ranges)
        if not fault:
            text = whole[first:last]
        return Hit(
            layer.position,
            exhibit.position,
            exhibit.title or exhibit.filename,
            exhibit.filename,
            layer.inner_path,
            start,
            stop,
            locator,
            "",
            "",
            text,
            (first, last),
            ranges,
            fault,
            row,
            joined,
        )


def excerpt(start: int, stop: int, marked: Sequence[Range]) -> Range:
    """The part of a passage that is shown: around where most of it is marked."""
    stop = max([stop, *(last for _, last in marked[-1:])])  # a phrase over the end of its page
    if stop - start <= EXCERPT or not marked:
        return start, min(stop, start + EXCERPT)
    best = max(
        (first for first, _ in marked),
        key=lambda first: (
            sum(1 for other, _ in marked if first <= other < first + EXCERPT * 2 // 3),
            -first,
        ),
    )
    begin = max(start, min(best - EXCERPT // 4, stop - EXCERPT))
    return begin, min(stop, begin + EXCERPT)
