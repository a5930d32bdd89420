"""Readings: where the parts of a text stand, and which reading of a file stands now.

The places in a text (pages, rows, boxes on a picture) are sealed as one object beside the
text, its *map*: zlib over JSON ``{"format": 1, "parts": [...]}``. Offsets are code points of
the text layer. A later reading of an exhibit ends the earlier one with all its inner files;
the layers of the earlier one stay, and so do the passages that cite them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer, newest, visible
from habeas.archive.store.pieces import in_pieces
from habeas.custody.errors import SourceError
from habeas.reading.documents import Box, Boxes, Part
from habeas.reading.measured import measured
from habeas.vocabulary.locations import Bounds, clock

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MAP_FORMAT = 1
_TOGETHER = 1_000  # parts written at a time
_BEFORE = f'{{"format":{MAP_FORMAT},"parts":['
_PIECE = 16 * 1024  # bytes unpacked at a time: 16 MB at most
Locator = dict[str, str | int]


def standing(viewer: Viewer, exhibit: int) -> m.Reading | None:
    """The latest reading of the exhibit itself that the viewer may see; None while it waits."""
    rows = newest(viewer, m.Reading).filter(exhibit=exhibit, inner_path="")
    return rows.order_by("-position").first()


def map_of(parts: Sequence[Part]) -> bytes:
    """The parts as they are sealed; a million of them never stand beside each other."""
    packing = zlib.compressobj(6)
    before = _BEFORE
    packed: list[bytes] = []
    rows = (
        [
            *(part.kind, part.start, part.stop, dict(part.locator), part.stored, int(part.hidden)),
            *(part.language, part.script, list(part.warnings), _numbers(part.boxes)),
        ]
        for part in parts
    )
    while some := list(itertools.islice(rows, _TOGETHER)):
        text = before + json.dumps(some, separators=(",", ":"))[1:-1]
        packed.append(packing.compress(text.encode("ascii")))
        before = ","
    ended = "]}" if packed else f"{before}]}}"
    return b"".join([*packed, packing.compress(ended.encode("ascii")), packing.flush()])


def _numbers(boxes: Sequence[Box]) -> list[int]:
    if isinstance(boxes, Boxes):
        return boxes.numbers.tolist()
    return list(itertools.chain.from_iterable(boxes))


def rows_in(data: bytes) -> Iterator[list[Any]]:
    """The parts of a sealed map as it holds them, one by one: a million never stand together."""
    unpacking, decode = zlib.decompressobj(), json.JSONDecoder().raw_decode
    pieces = iter(range(0, len(data), _PIECE))
    held, at, wanted = "", 0, 1

    def more(count: int) -> str:
        some = [unpacking.decompress(data[n : n + _PIECE]) for n in itertools.islice(pieces, count)]
        return b"".join(some).decode("ascii") if some else ""

    while len(held) < len(_BEFORE) and (got := more(1)):
        held += got
    if not held.startswith(_BEFORE):
        raise ValueError("not a map of parts")
    at = len(_BEFORE)
    while True:
        if held.startswith(",", at):
            at += 1
        if held.startswith("]", at):
            return
        try:
            row, at = decode(held, at)
        except ValueError:  # its end is not here yet
            got = more(wanted)
            if not got:
                raise
            held, at, wanted = held[at:] + got, 0, wanted * 2
        else:
            wanted = 1
            yield row


def part_of(row: Sequence[Any]) -> Part:
    """A part of a sealed map."""
    kind, start, stop, locator, stored, hidden, language, script, warnings, numbers = row
    return Part(
        *(kind, start, stop, locator, stored, bool(hidden), language, script, tuple(warnings)),
        boxes=Boxes(array("i", numbers)) if numbers else (),
    )


def parts_in(data: bytes) -> list[Part]:
    """The parts of a sealed map."""
    return [part_of(row) for row in rows_in(data)]


def parts_of(archive: Archive, layer: int) -> list[Part]:
    """The parts of the text layer at a position, in order; none where it has no map."""
    mapped = (
        visible(OWNER, m.Reading)
        .filter(layer=layer)
        .exclude(map_address="")
        .order_by("-position")
        .values_list("map_address", flat=True)
        .first()
    )
    return [] if mapped is None else parts_in(archive.read_object(mapped))


def locator_in(parts: Iterable[Part], start: int, stop: int) -> Locator:
    """Where the code points [start, stop) of a layer stand, as a citation prints it.

    What goes on into a later page, row … says so: ``page_to``.
    """
    first = _places(parts := list(parts), start)
    last = _places(parts, max(start, stop - 1))
    runs_on = {
        f"{name}_to": last[name]
        for name in first
        if name in last and isinstance(last[name], int) and last[name] != first[name]
    }
    return {**first, **runs_on}


def _places(parts: Iterable[Part], offset: int) -> Locator:
    around = [part for part in parts if part.start <= offset < part.stop]
    found: Locator = {}
    for part in sorted(around, key=lambda part: part.start - part.stop):  # the longest first
        found.update(part.locator)
    return found


def locator_words(locator: Locator) -> str:
    """``page 3``, ``pages 3-4``, ``sheet Names, row 12, column 2``, ``0:01-0:02, speaker A``."""
    words = []
    if times := times_in(locator):
        words.append("-".join(map(clock, times)))
    for name, value in locator.items():
        if name.endswith("_to") or (times and name in ("from_ms", "to_ms", "line")):
            continue
        to = locator.get(f"{name}_to")
        words.append(f"{name} {value}" if to is None else f"{name}s {value}-{to}")
    return ", ".join(words)


def times_in(locator: Locator) -> tuple[int, int] | None:
    """From when until when in a recording, in milliseconds; over all the lines of a quote."""
    start, stop = locator.get("from_ms"), locator.get("to_ms_to", locator.get("to_ms"))
    return (start, stop) if isinstance(start, int) and isinstance(stop, int) else None


def bounds_of(reading: m.Reading) -> Bounds:
    """What the reading says of the file's size and time, against which a place is checked."""
    return bounds(json.loads(reading.metadata or "{}"), reading.pages)


def bounds(metadata: Mapping[str, str], pages: int) -> Bounds:
    """The same of a reading's metadata and the number of its pages that have a picture."""
    facts = measured(metadata)
    runs = tuple((first, last) for first, last, *_ in facts.pages)
    if facts.width_px and not facts.duration_ms:
        runs = (*runs, (1, 1))
    if pages:  # a page whose size is not stated, because there are too many, has a picture
        runs = (*runs, (1, pages))
    return Bounds(
        duration_ms=facts.duration_ms,
        pages=runs,
        streams=tuple(stream.number for stream in facts.streams),
        film=bool(facts.duration_ms and facts.width_px),
    )


def end_former_readings(exhibits: Iterable[int]) -> None:
    """Mark the readings that a later reading of the same exhibit replaced."""
    wanted = sorted(exhibits)
    for chunk in in_pieces(wanted):
        marks = ", ".join(["%s"] * len(chunk))
        later = (
            "(SELECT MIN(l.run) FROM projection_reading l "
            "WHERE l.exhibit = projection_reading.exhibit AND l.run > projection_reading.run)"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE projection_reading SET ended_by = 'superseded', ended_at = {later} "  # noqa: S608
                f"WHERE exhibit IN ({marks}) AND ended_at IS NULL AND {later} IS NOT NULL",
                chunk,
            )


def layer_text(archive: Archive, layer: m.Layer, *, even_blocked: bool = False) -> str:
    """The text of a layer, checked against its logged hash."""
    text = archive.read_object(layer.address, even_blocked=even_blocked).decode("utf-8")
    if text_sha256(text) != layer.text_sha256:
        raise SourceError(
            f"The text of layer {layer.position} differs from the one that was logged.",
            path=layer.address,
            next_step="Run `habeas verify`.",
        )
    return text


def text_sha256(text: str) -> str:
    """The hash that a layer's text must have."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
