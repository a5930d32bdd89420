"""Where a hit is as a place that is not words: a cell, a time of a recording, a part of a picture.

A hit in a sheet is in a cell, one in the lines of a transcript at a time of the recording that it
is of, one in what was read on a picture in a rectangle of it. Such a place can be cited as it
stands here (``exhibits.locating``). Invariants: it is within the bounds that the reading gives,
else there is none; however many hits there are, their readings are asked for once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import Viewer, newest, visible
from habeas.archive.exhibits import places as placing
from habeas.archive.exhibits.places import Places
from habeas.archive.readings import bounds_of, times_in
from habeas.archive.search.ranges import Range
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Location

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.archive.search.searching import Hit

_IN_A_BOX = 100  # millionths in a unit of a box, which is 1/10,000


@dataclass(frozen=True, slots=True)
class CitablePlace:
    """A place in a file: of a transcript's line in the recording, else in the exhibit found.

    ``transcript``: the entry by which the file found is a transcript of that recording.
    """

    exhibit: int
    inner_path: str
    location: Location
    transcript: int | None = None


def with_places(archive: Archive, viewer: Viewer, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, each with its place where it has one."""
    readings = _readings(viewer, {hit.layer for hit in hits})
    spoken = [hit for hit in hits if times_in(hit.locator)]
    written = _written(viewer, {hit.exhibit for hit in spoken})
    recordings = _standing(viewer, {row.exhibit for row in written.values()})
    made = []
    for hit in hits:
        reading = readings.get(hit.layer)
        place = None
        if hit.fault or reading is None:
            pass
        elif (row := written.get(hit.exhibit)) is not None and not hit.inner_path:
            recording = recordings.get(row.exhibit)
            if recording is not None:
                place = _time(hit, row.exhibit, recording, row.position)
        elif times_in(hit.locator):
            place = _time(hit, hit.exhibit, reading, None)
        elif hit.row is not None or "table" in hit.locator:
            place = _cell(placing.at(archive, reading.map_address), hit)
        elif reading.media_type.startswith("image/") and hit.ranges:
            place = _rectangle(placing.at(archive, reading.map_address), hit, reading)
        made.append(replace(hit, place=place))
    return made


def _readings(viewer: Viewer, layers: set[int]) -> Mapping[int, m.Reading]:
    """The latest reading of each text."""
    rows = visible(viewer, m.Reading).filter(layer__in=layers).order_by("position")
    return {row.layer: row for row in rows if row.layer is not None} if layers else {}


def _written(viewer: Viewer, exhibits: set[int]) -> Mapping[int, m.Transcript]:
    """By the file that holds its lines, the earliest transcript of a recording that stands."""
    if not exhibits:
        return {}
    rows = visible(viewer, m.Transcript).filter(transcript__in=exhibits, ended_at__isnull=True)
    return {row.transcript: row for row in rows.order_by("-position")}


def _standing(viewer: Viewer, exhibits: set[int]) -> Mapping[int, m.Reading]:
    """The reading of each recording that stands."""
    if not exhibits:
        return {}
    rows = newest(viewer, m.Reading).filter(exhibit__in=exhibits, inner_path="")
    return {row.exhibit: row for row in rows.order_by("position")}


def _time(
    hit: Hit, exhibit: int, reading: m.Reading, transcript: int | None
) -> CitablePlace | None:
    times = times_in(hit.locator)
    if times is None or times[1] < times[0]:
        return None
    place = Location("time", from_ms=times[0], to_ms=times[1])
    if locations.outside(place, bounds_of(reading)) is not None:
        return None
    inner = "" if transcript is not None else reading.inner_path
    return CitablePlace(exhibit, inner, place, transcript)


def _cell(places: Places, hit: Hit) -> CitablePlace | None:
    """The cell that has all that was found, else the row."""
    start, stop = _around(hit)
    found = places.tables.at(start)
    if found is None:
        return _in_table(places, hit, start, stop)
    sheet, at = found
    numbers = [n for n, each in enumerate(places.tables.sheets, 1) if each is sheet]
    row = places.tables.row(at)
    if not numbers or stop > row.stop:
        return None
    for cell in row.cells:
        if cell.start <= start and stop <= cell.stop:
            place = Location("cell", sheet=numbers[0], row=row.number, column=cell.column)
            return CitablePlace(hit.exhibit, hit.inner_path, place)
    place = Location("row", sheet=numbers[0], row=row.number)
    return CitablePlace(hit.exhibit, hit.inner_path, place)


def _in_table(places: Places, hit: Hit, start: int, stop: int) -> CitablePlace | None:
    """Of a table in a text or page, which the reading counts through the file."""
    for kind in ("cell", "row"):
        for part in places.around(start, stop):
            if part.kind == kind and part.start <= start and stop <= part.stop:
                numbers = {
                    "sheet": part.locator.get("table", 1),
                    "row": part.locator.get("row"),
                    **({"column": part.locator.get("column")} if kind == "cell" else {}),
                }
                if all(isinstance(number, int) for number in numbers.values()):
                    place = locations.of_fields({"form": kind, **numbers})
                    return CitablePlace(hit.exhibit, hit.inner_path, place)
    return None


def _rectangle(places: Places, hit: Hit, reading: m.Reading) -> CitablePlace | None:
    """Around the boxes of the first words that were found."""
    start, stop = hit.ranges[0]
    boxes = [
        box
        for part in places.around(start, stop)
        for box in part.boxes
        if box.start < stop and box.stop > start
    ]
    if not boxes:
        return None
    place = Location(
        "rectangle",
        page=1,
        left=max(0, min(box.left for box in boxes)) * _IN_A_BOX,
        top=max(0, min(box.top for box in boxes)) * _IN_A_BOX,
        right=min(10_000, max(box.right for box in boxes)) * _IN_A_BOX,
        bottom=min(10_000, max(box.bottom for box in boxes)) * _IN_A_BOX,
    )
    if any(locations.problems(place)) or locations.outside(place, bounds_of(reading)):
        return None
    return CitablePlace(hit.exhibit, hit.inner_path, place)


def _around(hit: Hit) -> Range:
    """From the first to the last of what was found; the passage where nothing is marked."""
    ranges: Iterable[Range] = hit.ranges or ((hit.start, hit.stop),)
    return min(first for first, _ in ranges), max(last for _, last in ranges)
