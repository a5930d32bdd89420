"""A cited place as it is shown: a rectangle on its picture, a time to be played, the whole file.

A cell or row is shown in its sheet (``in_context``, ``tables``). Invariants: what is shown is what
the sandbox draws or re-encodes, under the rules of access of the reading that bounds the place;
however many places are shown, their readings are asked for once; nothing here says that a place
shows what a claim says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Exhibit, Passage, Reading
from habeas.display import words
from habeas.display.asking import by_position
from habeas.display.exhibits import layers, recordings
from habeas.display.exhibits.layers import CitingClaim
from habeas.display.exhibits.recordings import CitedTime, Played
from habeas.display.locations import CitedLocation, place_of
from habeas.display.references import EntryReference, Marked, Target
from habeas.reading import measured
from habeas.vocabulary.locations import MILLIONTHS, clock

WIDTHS = (700, 1400)  # pixels of a picture; others are not made, so that nobody can fill the disk
SMALL = 400_000  # a side of what is shown enlarged, at most, in millionths
MOST_LISTED = 200  # places of one file
MOST_DRAWN = 500  # rectangles of one file


@dataclass(frozen=True, slots=True)
class EnlargedPart:
    """A small rectangle with a little around it, in the unit of the whole picture's size."""

    left: int
    top: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class RectangleShown:
    """A picture of a page with a rectangle on it, in 1/1,000,000 of the picture.

    ``width``, ``height`` of the whole picture, in one unit; 0 where they are not known.
    """

    page: int
    url: Target
    large_url: Target
    small_px: int
    large_px: int
    width: int
    height: int
    left: int
    top: int
    across: int
    down: int
    enlarged: EnlargedPart | None


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A whole file: what it is. '' and None where that is not known."""

    name: str
    media_type: str
    size_bytes: int | None
    sha256: str
    extent: str
    picture_url: Target | None


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """What is shown of a place; all None where nothing can be drawn or played of it.

    ``still``: of a film, its picture where the cited time begins.
    """

    place: CitedLocation
    rectangle: RectangleShown | None
    still: Target | None
    player: Played | None
    whole: WholeFile | None


@dataclass(frozen=True, slots=True)
class ListedPlace(Marked):
    """A place cited in a file, with what somebody reads there and the claims that rest on it."""

    position: int
    place: CitedLocation
    quote: words.TextWords
    url: Target
    current: bool
    claims: tuple[CitingClaim, ...]
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class CitedPlaces:
    """The places cited in a file, ``more`` are not listed; ``asked``: the one that was led to."""

    places: tuple[ListedPlace, ...]
    more: bool
    asked: ListedPlace | None


@dataclass(frozen=True, slots=True)
class OutlinedRectangle:
    """A cited rectangle of a picture, in 1/1,000,000; ``current``: it was led to."""

    left: int
    top: int
    across: int
    down: int
    current: bool


def readings_of(viewer: Viewer, passages: Sequence[Passage]) -> dict[int, Reading]:
    """The readings that bound some places: one query, none where no place has one."""
    return by_position(viewer, Reading, {p.reading for p in passages if p.form})


def place_shown(passage: Passage, exhibit: Exhibit, reading: Reading | None) -> PlaceShown:
    """A place as it is shown; ``reading`` bounds it, None where that is not visible."""
    place = place_of(passage)
    player = _player(place, exhibit, reading)
    return PlaceShown(
        place=place,
        rectangle=_rectangle(place, exhibit, reading),
        still=still_of(passage) if player is not None and player.kind == "film" else None,
        player=player,
        whole=_whole(exhibit, reading) if place.form == "whole" else None,
    )


def _rectangle(
    place: CitedLocation, exhibit: Exhibit, reading: Reading | None
) -> RectangleShown | None:
    if place.form != "rectangle" or place.edges is None or reading is None:
        return None
    page = place.page or 0
    if not 1 <= page <= reading.pages:
        return None
    left, top, right, bottom = place.edges
    size = measured.measured(json.loads(reading.metadata or "{}")).page_size(page) or (0, 0)
    here = (exhibit.position, reading.position, page)
    return RectangleShown(
        page=page,
        url=Target("picture", here),
        large_url=Target("picture", here, (("width", str(WIDTHS[1])),)),
        small_px=WIDTHS[0],
        large_px=WIDTHS[1],
        width=size[0],
        height=size[1],
        left=left,
        top=top,
        across=right - left,
        down=bottom - top,
        enlarged=_enlarged(size, place.edges),
    )


def _enlarged(size: tuple[int, int], edges: tuple[int, int, int, int]) -> EnlargedPart | None:
    """A fifth more on each side; None where the whole picture shows it well enough."""
    left, top, right, bottom = edges
    if not all(size) or (right - left) > SMALL or (right - left) * (bottom - top) > SMALL**2:
        return None
    beside, above = (right - left) // 5, (bottom - top) // 5
    left, right = max(0, left - beside), min(MILLIONTHS, right + beside)
    top, bottom = max(0, top - above), min(MILLIONTHS, bottom + above)
    width, height = size
    first, last = left * width // MILLIONTHS, -(-right * width // MILLIONTHS)
    over, under = top * height // MILLIONTHS, -(-bottom * height // MILLIONTHS)
    return EnlargedPart(first, over, max(1, last - first), max(1, under - over))


def _player(place: CitedLocation, exhibit: Exhibit, reading: Reading | None) -> Played | None:
    if place.form != "time" or reading is None:
        return None
    return recordings.played(exhibit.position, reading, place.from_ms or 0, time_of(place))


def still_of(passage: Passage) -> Target:
    """The picture of a film where a cited time begins."""
    return Target("still", (passage.exhibit, passage.position))


def time_of(place: CitedLocation) -> CitedTime:
    """A time range as the player has it."""
    start, stop = place.from_ms or 0, place.to_ms or 0
    left, top, right, bottom = place.edges or (0, 0, 0, 0)
    return CitedTime(
        start, stop, f"{clock(start)}–{clock(stop)}", left, top, right - left, bottom - top
    )


def _whole(exhibit: Exhibit, reading: Reading | None) -> WholeFile:
    inner = reading is not None and bool(reading.inner_path)
    picture = None
    if reading is not None and reading.pages:
        picture = Target("picture", (exhibit.position, reading.position, 1))
    return WholeFile(
        name=reading.inner_path if reading is not None and inner else exhibit.filename,
        media_type=(reading.media_type if reading is not None else "") or exhibit.media_type,
        size_bytes=reading.size_bytes if reading is not None and inner else exhibit.size_bytes,
        sha256=reading.inner_sha256 if reading is not None and inner else exhibit.plain_sha256,
        extent="" if reading is None else _extent(reading),
        picture_url=picture,
    )


def _extent(reading: Reading) -> str:
    """How long, how many pages or how large it is, as its reading measured it."""
    facts = measured.measured(json.loads(reading.metadata or "{}"))
    if facts.duration_ms:
        return clock(facts.duration_ms)
    if reading.pages > 1:
        return _("%(n)s pages") % {"n": f"{reading.pages:,}"}
    if facts.width_px:
        return _("%(width)s × %(height)s pixels") % {
            "width": facts.width_px, "height": facts.height_px
        }  # fmt: skip
    return ""


def cited_places(
    viewer: Viewer, exhibit: int, inner_path: str, asked: Passage | None
) -> CitedPlaces:
    """The places in one file of an exhibit that are not words, in the order of their citing."""
    rows = visible(viewer, Passage).filter(exhibit=exhibit, inner_path=inner_path)
    found = list(rows.exclude(form="").order_by("position")[: MOST_LISTED + 1])
    more, found = len(found) > MOST_LISTED, found[:MOST_LISTED]
    if asked is not None and asked not in found:
        found = [asked, *found]
    claims = layers.citing(viewer, [row.position for row in found])
    listed = tuple(
        ListedPlace(
            position=row.position,
            place=place_of(row),
            quote=words.text(row.quote),
            url=Target("passage", row.position),
            current=row == asked,
            claims=tuple(claims.get(row.position, ())),
            entry=EntryReference("passage", row.position),
        )
        for row in found
    )
    return CitedPlaces(listed, more, next((each for each in listed if each.current), None))


def rectangles_on(
    viewer: Viewer, exhibit: int, inner_path: str, page: int, asked: int | None
) -> tuple[OutlinedRectangle, ...]:
    """The rectangles of a page that are cited; the one that was led to is drawn last."""
    rows = visible(viewer, Passage).filter(exhibit=exhibit, form="rectangle", inner_path=inner_path)
    found: dict[tuple[int, int, int, int], bool] = {}
    for row in rows.order_by("position")[:MOST_DRAWN]:
        place = place_of(row)
        if place.page == page and place.edges is not None:
            found[place.edges] = found.get(place.edges, False) or row.position == asked
    return tuple(
        OutlinedRectangle(left, top, right - left, bottom - top, current)
        for (left, top, right, bottom), current in sorted(found.items(), key=lambda one: one[1])
    )
