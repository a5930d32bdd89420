"""Where things stand in one text: its parts, those of its sheets as tables.

Kept in memory for the texts that were looked at last, by weight, never on disk. Invariant: the
parts are those of the sealed map, whichever way they are held.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.readings import Locator, locator_in, part_of, rows_in
from habeas.archive.store import forgetting
from habeas.reading.columns import Columns, columns_of
from habeas.reading.documents import Part
from habeas.reading.tables import Sheet, Tables

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

_MOST_KEPT = 8_000_000  # numbers, about: a part or box counts for some
_OF_PART = 40


@dataclass(slots=True)
class Places:
    """``parts`` are all but the rows and cells of sheets, in order; those are in ``tables``."""

    parts: list[Part] = field(default_factory=list)
    tables: Tables = field(default_factory=Tables)
    weight: int = 0
    _columns: dict[int, Columns] = field(default_factory=dict)

    def around(self, start: int, stop: int) -> Iterator[Part]:
        """The parts that have any of [start, stop), and rows and cells that do."""
        for part in self.parts:
            if part.start >= stop:
                break
            if part.stop > start:
                yield part
        yield from self.tables.parts(start, stop)

    def locator(self, start: int, stop: int) -> Locator:
        """Where [start, stop) stands, as a citation prints it."""
        return locator_in(self.around(start, max(stop, start + 1)), start, stop)

    def columns(self, sheet: Sheet, text: str) -> Columns:
        """What heads the columns of a sheet of this text."""
        known = self._columns.get(sheet.start)
        if known is None:
            known = self._columns[sheet.start] = columns_of(sheet, text)
        return known


def places_in(data: bytes) -> Places:
    """The places of a sealed map."""
    places = Places()
    boxes = 0
    for row in rows_in(data):
        if not places.tables.take(row):
            places.parts.append(part_of(row))
            boxes += len(row[-1])
    places.weight = len(places.parts) * _OF_PART + boxes // 2 + places.tables.weight
    return places


def at(archive: Archive, map_address: str) -> Places:
    """The places of the map at an address; '' where a text has none."""
    return _kept.get(archive, map_address) if map_address else Places()


def of_layer(archive: Archive, layer: m.Layer) -> Places:
    """The places of a text layer, as ``readings.parts_of`` gives them."""
    mapped = visible(OWNER, m.Reading).filter(layer=layer.position).exclude(map_address="")
    found = mapped.order_by("-position").values_list("map_address", flat=True).first()
    return at(archive, found or "")


class _Kept:
    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Places] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()  # pages are served by several threads

    def get(self, archive: Archive, address: str) -> Places:
        key = (archive.origin, address)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        places = places_in(archive.read_object(address))
        with self._lock:
            if key not in self._kept:
                self._kept[key] = places
                self._weight += places.weight
            while self._weight > _MOST_KEPT and len(self._kept) > 1:
                self._weight -= self._kept.popitem(last=False)[1].weight
        return places

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._weight = 0


_kept = _Kept()
forgetting.with_archive(_kept.clear)
