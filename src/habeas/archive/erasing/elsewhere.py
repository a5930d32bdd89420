"""What an erasure leaves behind elsewhere: the same bytes, and the same text.

Nothing refers from a letter to the zip in which somebody sent it again, nor from a statement to
the report that prints it. So they do not go with it; they are found by what they hold, and shown
before anybody signs.

*Bytes*: an exhibit that goes, or a file inside one, is compared by SHA-256 with every exhibit and
with every file that a reading found inside one. *Text*: of each text layer and quote that goes,
runs of ``RUN`` folded words (a Han character is a word) are asked of the search index, one after
the other, so that whatever repeats ``OtherTraces.found_from`` words in a row within one passage is
found. Texts that the index does not hold (new, replaced by a later reading, blocked) are read.

Invariants: the number of questions follows what is erased, never the archive, and is bounded by
``MOST_RUNS``: a longer text is asked at wider steps, which is said; positions and paths inside
exhibits only, no words; what was not looked at is counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from tantivy import Query

from habeas.archive import folding
from habeas.archive import models as m
from habeas.archive.erasing.retold import Run, retold
from habeas.archive.readings import layer_text
from habeas.archive.search import documents, index
from habeas.archive.search.errors import SearchError
from habeas.archive.search.schema import sequence_query
from habeas.archive.store.pieces import in_pieces
from habeas.errors import HabeasError
from habeas.reading.documents import State

if TYPE_CHECKING:
    import tantivy

    from habeas.archive.opening import Archive

RUN: Final = 8  # words asked for at once
SHORTEST: Final = 3  # words; a text of fewer is not looked for
MOST_RUNS: Final = 3_000
COMMON: Final = 200  # passages; a run that stands in more is the wording of a form
MOST_READ: Final = 20_000_000  # code points of texts that the index does not hold
_MANY: Final = 500
_NOTHING: Final = sha256(b"").hexdigest()
_OPENED: Final = (str(State.READ), str(State.EMPTY))

#: How something that stays holds what goes, the surest first.
HOW: Final = ("bytes", "file", "text", "cited", "part")


@dataclass(frozen=True, slots=True)
class Copy:
    """What stays. ``how`` (``HOW``): the exhibit has the same bytes; a file inside it has; a text
    of it is the same; it is what a passage that goes was cited from; or a text holds some of it.

    ``inner_path``: the file inside the exhibit, '' for itself. ``runs``: of the runs asked for,
    how many stand in this text.
    """

    exhibit: int
    inner_path: str
    how: str
    runs: int = 0


@dataclass(frozen=True, slots=True)
class OtherTraces:
    """All of it. ``unread``: exhibits that stay and were not, or not wholly, opened; ``unasked``:
    texts that could not be looked into; ``common``: runs left out, because forms are worded so;
    ``retold``: kind and position of what somebody wrote freely with it.
    """

    copies: tuple[Copy, ...] = ()
    found_from: int = RUN  # words in a row
    runs: int = 0
    common: int = 0
    unread: int = 0
    unasked: int = 0
    retold: tuple[tuple[str, int], ...] = ()

    @property
    def exhibits(self) -> tuple[int, ...]:
        return tuple(sorted({copy.exhibit for copy in self.copies}))


def elsewhere(archive: Archive, erased: Collection[int]) -> OtherTraces:
    """What stays although something that goes says or holds the same."""
    gone = frozenset(erased)
    best: dict[tuple[int, str], Copy] = {}

    def found(copies: Iterable[Copy]) -> None:
        for copy in copies:
            place = (copy.exhibit, copy.inner_path)
            if place not in best or HOW.index(copy.how) < HOW.index(best[place].how):
                best[place] = copy

    found(_same_bytes(gone))
    found(_same_texts(gone))
    found(_cited(gone))
    texts, unread_texts = _texts(archive, gone)
    sought, step = _runs(texts)
    told, common, unasked = _holding(archive, sought, gone)
    for layer in _in_bulk(m.Layer, told):
        found([Copy(layer.exhibit, layer.inner_path, "part", told[layer.position])])
    copies = sorted(
        best.values(), key=lambda c: (HOW.index(c.how), -c.runs, c.exhibit, c.inner_path)
    )
    return OtherTraces(
        copies=tuple(copies),
        found_from=step + RUN - 1,
        runs=len(sought),
        common=common,
        unread=_unread(gone),
        unasked=unasked + unread_texts,
        retold=retold(gone, sought),
    )


# --- bytes ----------------------------------------------------------------------------------


def _same_bytes(gone: frozenset[int]) -> Iterator[Copy]:
    digests = {row.plain_sha256 for row in _in_bulk(m.Exhibit, gone)}
    digests |= {row.inner_sha256 for row in _in_bulk(m.Reading, gone)} - {""}
    digests.discard(_NOTHING)
    for position, _ in _alike(m.Exhibit, "plain_sha256", digests, ("plain_sha256",)):
        if position not in gone:
            yield Copy(position, "", "bytes")
    inside = _alike(m.Reading, "inner_sha256", digests, ("exhibit", "inner_path"))
    for position, (exhibit, path) in inside:
        if position not in gone:
            yield Copy(exhibit, path, "file")


def _same_texts(gone: frozenset[int]) -> Iterator[Copy]:
    digests = {row.text_sha256 for row in _in_bulk(m.Layer, gone) if row.length}
    inside = _alike(m.Layer, "text_sha256", digests, ("exhibit", "inner_path"))
    for position, (exhibit, path) in inside:
        if position not in gone:
            yield Copy(exhibit, path, "text")


def _cited(gone: frozenset[int]) -> Iterator[Copy]:
    """Exhibits that stay though passages of them go: the words stand there as before."""
    layers = dict(m.Layer.objects.values_list("position", "inner_path").iterator())
    for passage in _in_bulk(m.Passage, gone):
        if passage.exhibit not in gone:
            yield Copy(passage.exhibit, layers.get(passage.layer, passage.inner_path), "cited")


def _alike(
    model: type[Any], name: str, digests: set[str], wanted: tuple[str, ...]
) -> Iterator[tuple[int, Any]]:
    """Rows whose digest is one of these: position, and what is wanted of each."""
    if not digests:
        return
    rows = model._default_manager.exclude(**{name: ""})
    if len(digests) <= _MANY:
        rows = rows.filter(**{f"{name}__in": list(digests)})
    for position, digest, *rest in rows.values_list("position", name, *wanted).iterator():
        if digest in digests:
            yield position, rest


def _unread(gone: frozenset[int]) -> int:
    """Exhibits that stay of which it is not known what is in them, or not of all."""
    held = set(m.Exhibit.objects.values_list("position", flat=True).iterator())
    known = set(m.Layer.objects.filter(inner_path="").values_list("exhibit", flat=True).iterator())
    now = m.Reading.objects.filter(ended_at__isnull=True)
    for exhibit, state in now.values_list("exhibit", "state").iterator():
        if state in _OPENED:
            known.add(exhibit)
    for exhibit, state in now.values_list("exhibit", "state").iterator():
        if state not in _OPENED:
            known.discard(exhibit)
    return len(held - known - gone)


# --- text -----------------------------------------------------------------------------------


def _texts(archive: Archive, gone: frozenset[int]) -> tuple[list[list[str]], int]:
    """The folded words of each text and quote that goes; and how many texts cannot be read."""
    texts: dict[str, list[str]] = {}
    unread = 0
    for layer in _in_bulk(m.Layer, gone):
        if layer.text_sha256 in texts:
            continue
        try:
            text = layer_text(archive, layer, even_blocked=True)
        except HabeasError:
            unread += 1
        else:
            texts[layer.text_sha256] = folding.words(text)
    for passage in _in_bulk(m.Passage, gone):
        if passage.layer not in gone:  # otherwise its words are among its layer's
            texts.setdefault(passage.quote, folding.words(passage.quote))
    return [words for words in texts.values() if len(words) >= SHORTEST], unread


def _runs(texts: Iterable[list[str]]) -> tuple[list[Run], int]:
    """Runs of words that stand in the texts, and the step from one to the next."""
    texts = list(texts)
    step = max(RUN, -(-sum(map(len, texts)) // MOST_RUNS))
    runs: dict[Run, None] = {}
    for words in texts:
        for start in {*range(0, max(1, len(words) - RUN + 1), step), max(0, len(words) - RUN)}:
            runs[tuple(words[start : start + RUN])] = None
    return list(runs), step


def _holding(
    archive: Archive, runs: list[Run], gone: frozenset[int]
) -> tuple[Counter[int], int, int]:
    """How many of the runs stand in each layer that stays; common runs; layers not looked at."""
    told: Counter[int] = Counter()
    if not runs:
        return told, 0, 0
    searcher, made, reached = _index(archive)
    common = 0
    if searcher is not None:
        for run in runs:
            layers = _with(searcher, sequence_query(made, "text", list(run)))
            if layers is None:
                common += 1
            else:
                told.update(layers - gone)
    unasked, left = 0, MOST_READ
    lengths: dict[int, set[Run]] = defaultdict(set)
    for run in runs:
        lengths[len(run)].add(run)
    for layer in _unindexed(reached):
        told.pop(layer.position, None)  # what the index has of it is of before
        if layer.position in gone:
            continue
        left -= layer.length
        try:
            words = folding.words(layer_text(archive, layer, even_blocked=True)) if left > 0 else []
        except HabeasError:
            left, words = left + layer.length, []
            unasked += 1
            continue
        unasked += left <= 0
        if count := _count(words, lengths):
            told[layer.position] = count
    return told, common, unasked


def _count(words: list[str], lengths: dict[int, set[Run]]) -> int:
    return len(
        {
            run
            for length, wanted in lengths.items()
            for start in range(len(words) - length + 1)
            if (run := tuple(words[start : start + length])) in wanted
        }
    )


def _index(archive: Archive) -> tuple[tantivy.Searcher | None, Any, int]:
    """The index, and the position from which on it holds no layer; none where there is none."""
    try:
        opened = index.opened(archive)
    except SearchError:
        return None, None, 0
    return opened.searcher(), opened.schema, opened.state.reached


def _with(searcher: tantivy.Searcher, query: Query) -> set[int] | None:
    """The layers of the passages found; None where there are too many to mean anything."""
    found = searcher.search(Query.const_score_query(query, 0.0), COMMON + 1)
    if len(found.hits) > COMMON:
        return None
    addresses = [address for _, address in found.hits]
    return {int(layer or 0) for layer in searcher.fast_field_values("layer", addresses)}


def _unindexed(reached: int) -> Iterator[m.Layer]:
    """Layers that the index does not hold, the shortest first."""
    former = documents.former(m.Layer.objects.values_list("position", flat=True).iterator())
    blocked = m.Block.objects.filter(ended_at__isnull=True).values("exhibit")
    hidden = m.Layer.objects.filter(exhibit__in=blocked).values_list("position", flat=True)
    new = m.Layer.objects.filter(position__gte=reached).values_list("position", flat=True)
    rows = _in_bulk(m.Layer, {*former, *hidden, *new})
    yield from sorted(rows, key=lambda layer: (layer.length, layer.position))


def _in_bulk(model: type[Any], positions: Collection[int]) -> list[Any]:
    """The rows of a model at these positions, most of which may be of other kinds."""
    wanted, found = sorted(positions), []
    for some in in_pieces(wanted):
        rows = model._default_manager.filter(position__in=some)
        found += rows.order_by("position")
    return found
