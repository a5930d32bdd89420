"""From the archive's rows to what the index holds: which layers, and one document a passage.

Invariants: only layers of readings that stand are indexed; a document says nothing that its
layer's label does not cover, except which labels the passages and claims on it carry, which
is never shown but to a viewer who sees one of them; equal rows give equal documents.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import tantivy
from django.db.models import Q

from habeas.archive import folding, regions
from habeas.archive import models as m
from habeas.archive.access import OWNER, live, visible
from habeas.archive.readings import layer_text, parts_of
from habeas.archive.search import breaking, forms
from habeas.archive.search.lettering import Lettered
from habeas.archive.search.passages import not_read_over, pieces
from habeas.archive.search.schema import type_of
from habeas.archive.store.pieces import in_pieces
from habeas.reading.documents import Part, State
from habeas.vocabulary import edtf, gregorian
from habeas.vocabulary.errors import VocabularyError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.vocabulary.region import Region

VERSION = "2"  # raise when the same rows give other documents
_FOREVER = 10**9  # days; an open end
_MOST_YEARS = 30  # named one by one of a long range


def changes(reached: int, watermark: int, head: int) -> tuple[list[int], list[int], list[int]]:
    """What entries up to ``head`` change: layers that are new, to be written again, and gone.

    ``reached``: layers before it are written; ``watermark``: citations before it are.
    """
    layers = visible(OWNER, m.Layer)
    new = set(_positions(layers.filter(position__gte=reached, position__lt=head)))
    since = {"position__gte": watermark, "position__lt": head}
    passages = visible(OWNER, m.Passage).filter(layer__isnull=False)
    touched = set(passages.filter(**since).values_list("layer", flat=True))
    linked = visible(OWNER, m.ClaimPassage)
    ended = visible(OWNER, m.Claim).filter(ended_at__gte=watermark, ended_at__lt=head)
    cited = set(
        linked.filter(claim__gte=watermark, claim__lt=head).values_list("passage", flat=True)
    )
    stricter = set(_positions(ended))
    taken_back = visible(OWNER, m.Mention).filter(ended_at__gte=watermark, ended_at__lt=head)
    for chunk in in_pieces(_positions(taken_back)):  # what is said of them is as strict as they are
        about = Q(subject__in=chunk) | Q(ref__in=chunk)
        stricter |= set(_positions(visible(OWNER, m.Claim).filter(about)))
    for chunk in in_pieces(sorted(stricter)):
        cited |= set(linked.filter(claim__in=chunk).values_list("passage", flat=True))
    for chunk in in_pieces(sorted(cited)):
        touched |= set(passages.filter(position__in=chunk).values_list("layer", flat=True))
    readings = visible(OWNER, m.Reading).filter(layer__isnull=False)
    news = Q(**since) | Q(ended_at__gte=watermark, ended_at__lt=head)
    touched |= set(readings.filter(news).values_list("layer", flat=True))
    old = {layer for layer in touched if layer is not None and layer < reached}
    gone = former(new | old)
    return sorted(new - gone), sorted(old - gone), sorted(old & gone)


def former(layers: Iterable[int]) -> set[int]:
    """Those of the layers that only readings give which no longer stand."""
    read: set[int] = set()
    standing: set[int] = set()
    for chunk in in_pieces(sorted(layers)):
        rows = visible(OWNER, m.Reading).filter(layer__in=chunk)
        for layer, ended in rows.values_list("layer", "ended_at"):
            if layer is not None:
                (read if ended is not None else standing).add(layer)
    return read - standing


def stamp(reached: int, watermark: int) -> str:
    """Changes when a layer, passage or citation from before these positions is gone or other.

    A sum of hashes, so that it does not depend on the order of rows.
    """
    total = 0
    rows = visible(OWNER, m.Layer).filter(position__lt=reached)
    for row in rows.values_list("position", "label", "address").iterator(chunk_size=5_000):
        digest = hashlib.blake2b(repr(row).encode(), digest_size=16).digest()
        total = (total + int.from_bytes(digest)) % (1 << 128)
    cited = visible(OWNER, m.Passage).filter(position__lt=watermark).count()
    claimed = visible(OWNER, m.ClaimPassage).filter(claim__lt=watermark).count()
    return f"{total:032x}:{cited}:{claimed}"


def of_layers(
    archive: Archive, made: tantivy.Schema, positions: Sequence[int]
) -> Iterator[tantivy.Document]:
    """The documents of these layers."""
    layers = {row.position: row for row in visible(OWNER, m.Layer).filter(position__in=positions)}
    wanted = {row.exhibit for row in layers.values()}
    exhibits = {row.position: row for row in visible(OWNER, m.Exhibit).filter(position__in=wanted)}
    standing = live(visible(OWNER, m.Reading).filter(layer__in=positions)).order_by("position")
    readings = {row.layer: row for row in standing}
    cited = _citations(positions)
    region = regions.chosen()
    for position in positions:
        layer = layers.get(position)
        if layer is None or layer.exhibit not in exhibits:
            continue
        text = layer_text(archive, layer)
        reading = readings.get(position)
        parts = parts_of(archive, position) if reading is not None else []
        shared = _shared(layer, exhibits[layer.exhibit], reading)
        marks = cited.get(position, [])
        yield from of_text(made, text, parts, shared, marks, region)


#: A passage's range and label, and the labels of the standing claims that cite it.
Mark = tuple[int, int, str, frozenset[str]]


def of_text(
    made: tantivy.Schema,
    text: str,
    parts: Sequence[Part],
    shared: dict[str, Any],
    marks: Sequence[Mark],
    region: Region | None = None,
) -> Iterator[tantivy.Document]:
    """The passages of one text as the index holds them. ``shared``: what all of them say."""
    lettered = Lettered(text)
    broken = breaking.gaps(text)
    turns = breaking.PageTurns(len(text), parts, not_read_over(parts))
    like = tantivy.Document.from_dict(shared, made)

    def document(own: dict[str, Any]) -> tantivy.Document:
        made_of_it = copy(like)
        made_of_it.extend(own, made)
        return made_of_it

    before: dict[str, Any] = {}
    for piece in pieces(text, parts, region):
        start, stop, page, language, script = piece
        written, sounded = lettered.rows(start, stop)
        own: dict[str, Any] = {
            "text": written, "start": start, "stop": stop, "language": language
        }  # fmt: skip
        if sounded:
            own["latin"] = sounded
        if script:
            own["script"] = script
        if page:
            own["page"] = page
        if broken and (over := turns.over(text, start, stop, broken)) is not None:
            own |= _over(over, turns.is_page(stop))
        here = [mark for mark in marks if mark[0] < stop and mark[1] > start] if marks else ()
        if here:
            own["cited"] = sorted({mark[2] for mark in here})
            own["claimed"] = sorted({label for mark in here for label in mark[3]})
        if before:
            if "across" not in before and turns.goes_on(before["start"], before["stop"], start):
                before |= _across(before, own)
            yield document(before)
        before = own
    if before:
        yield document(before)


def _across(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The words beside the end of a page, where none there is broken."""
    row = breaking.marked(before["text"], after["text"])
    if not row:
        return {}
    found = {"across": row, "beyond": min(after["stop"], after["start"] + breaking.LONGEST_BESIDE)}
    if "latin" in before or "latin" in after:
        sounds = [one.get("latin", one["text"]) for one in (before, after)]
        found["across_latin"] = breaking.marked(*sounds)
    return found


def _over(over: breaking.Over, is_page: bool) -> dict[str, Any]:
    """What is found of a passage only over the ends of its lines, and of a page beside a break."""
    found: dict[str, Any] = {}
    beyond = over.turn
    if over.is_broken:
        written, sounded = forms.rows(over.joined().read())
        found |= {"joined": written} | ({"joined_latin": sounded} if sounded else {})
    for before, after in over.beside() if is_page else ():
        told, follows = forms.rows(before.read()), forms.rows(after.read())
        row = breaking.marked(told[0], follows[0])
        if not row:
            continue
        beyond = max(beyond, after.stop)
        found.setdefault("across", []).append(row)
        if told[1] or follows[1]:
            sounds = breaking.marked(told[1] or told[0], follows[1] or follows[0])
            found.setdefault("across_latin", []).append(sounds)
    return found | ({"beyond": over.begins + beyond} if beyond > over.stop else {})


def _citations(layers: Sequence[int]) -> dict[int, list[Mark]]:
    """For each layer, the passages of it that are cited."""
    rows = list(
        visible(OWNER, m.Passage)
        .filter(layer__in=layers)
        .values_list("position", "layer", "start", "stop", "label")
    )
    labels: dict[int, set[str]] = defaultdict(set)
    for chunk in in_pieces([row[0] for row in rows]):
        linked = visible(OWNER, m.ClaimPassage).filter(passage__in=chunk)
        pairs = list(linked.values_list("claim", "passage"))
        claims: dict[int, str] = {}
        for part in in_pieces([claim for claim, _ in pairs]):
            standing = live(visible(OWNER, m.Claim).filter(position__in=part))
            claims.update(standing.values_list("position", "label"))
        for claim, passage in pairs:
            if claim in claims:
                labels[passage].add(claims[claim])
    found: dict[int, list[Mark]] = defaultdict(list)
    for position, layer, start, stop, label in rows:
        if layer is not None:
            found[layer].append((start, stop, label, frozenset(labels.get(position, ()))))
    return found


def _shared(layer: m.Layer, exhibit: m.Exhibit, reading: m.Reading | None) -> dict[str, Any]:
    """What all passages of a layer say alike."""
    inner = layer.inner_path
    media_type = (reading.media_type if reading is not None else "") or exhibit.media_type
    if inner and reading is None:
        media_type = ""
    path = f"{exhibit.filename}!/{inner}" if inner else exhibit.filename
    names = " ".join(folding.words(f"{exhibit.title} {path}"))
    shared: dict[str, Any] = {
        "layer": layer.position,
        "exhibit": exhibit.position,
        "label": layer.label,
        "type": type_of(media_type),
        "state": reading.state if reading is not None else str(State.READ),
        "folder": _folders(path),
    }
    if names:
        shared["name"] = names
    if media_type:
        shared["media_type"] = media_type.lower()
    if exhibit.received_from:
        shared["source"] = exhibit.received_from
        shared["source_words"] = folding.folded(exhibit.received_from)
    shared.update(_received(exhibit.received_on))
    return shared


def _folders(path: str) -> list[str]:
    """Every folder and container on the way to a file."""
    names = path.replace("!/", "/").strip("/").split("/")[:-1]
    return ["/".join(names[: count + 1]) for count in range(len(names))]


def _received(text: str) -> dict[str, Any]:
    """When it was received, as days, and as years for the facet."""
    if not text:
        return {}
    try:
        day = edtf.parse(text)
    except VocabularyError:
        return {}
    first = -_FOREVER if day.earliest is None else day.earliest
    last = _FOREVER if day.latest is None else day.latest
    found: dict[str, Any] = {"date_from": first, "date_to": last}
    if day.earliest is not None and day.latest is not None:
        years = range(_year(first), _year(last) + 1)
        found["year"] = [f"{year:04}" for year in years[:_MOST_YEARS]]
    return found


def _year(ordinal: int) -> int:
    return gregorian.date_of(ordinal)[0]


def _positions(rows: Any) -> list[int]:
    return list(rows.order_by("position").values_list("position", flat=True))
