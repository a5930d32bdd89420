"""A place that is not words, asked for on an exhibit's page: checked, shown there, to be cited.

It is asked for in words (``place``), or in the fields of one of the forms (``form`` says which).
Invariants: what is asked for is checked against the reading that stands, as ``habeas cite --at``
does; what is not there is told with the bounds, and what was typed stays; nothing is recorded by
asking. A cell carries the SHA-256 of its words, so that what is cited later is what was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive.access import Viewer
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.locating import FoundPlace
from habeas.archive.models import Exhibit, Reading
from habeas.archive.rules import LONGEST_QUOTE
from habeas.display.asking import Query
from habeas.display.exhibits import layers
from habeas.display.exhibits.chosen import words_sha256
from habeas.display.locations import CitedLocation, citing_command, of_location
from habeas.errors import HabeasError
from habeas.vocabulary import locations
from habeas.vocabulary.locations import MILLIONTHS, Location, clock

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

SECTION = "cite-place"
FIELDS = ("left", "right", "top", "bottom", "start", "end", "sheet", "cell")
_LONGEST = 200  # characters of a field


@dataclass(frozen=True, slots=True)
class PlaceRefused:
    """Why what was asked for is no place in the file, and what would be one."""

    message: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ChosenLocation:
    """A place in the file that can be cited as it is.

    ``reading``: what bounds it; ``quote`` and its SHA-256: the words of a cell or row, else ''.
    """

    place: CitedLocation
    reading: int | None
    quote: str
    quote_sha256: str
    command: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of the forms."""

    place: str
    form: str
    left: str
    right: str
    top: str
    bottom: str
    start: str
    end: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Placing:
    """The forms that a file has, what was typed, and the place or why it is none.

    ``forms``: of rectangle, time, cell, whole; ``page``: the one whose picture is shown;
    ``file``: the reading of a file inside, for the address; ``may_cite``: the page itself records
    it, else the command does.
    """

    forms: tuple[str, ...]
    page: int | None
    file: int | None
    duration: str
    typed: Typed
    chosen: ChosenLocation | None
    refused: PlaceRefused | None
    longest_quote: int
    may_cite: bool


class AskedPlace:
    """What an address asks for, found in the file or refused; nothing where it asks for none."""

    def __init__(
        self,
        archive: Archive,
        viewer: Viewer,
        exhibit: Exhibit,
        reading: Reading | None,
        query: Query,
    ) -> None:
        self.exhibit, self.reading = exhibit, reading
        self.inner = "" if reading is None else reading.inner_path
        self.query = query
        self.typed = self._typed()
        self.found: FoundPlace | None = None
        self.refused: PlaceRefused | None = None
        words = self.typed.place or _in_words(self.typed, query)
        if not words:
            return
        try:
            location = locations.parse(words)
            self.found = locating.find(
                archive, viewer, exhibit.position, location, inner=self.inner
            )
        except HabeasError as error:
            self.refused = PlaceRefused(error.message, error.next_step)

    def _typed(self) -> Typed:
        given = {name: self.query.text(name)[:_LONGEST].strip() for name in FIELDS}
        form = self.query.text("form")
        place = self.query.text("place")[:_LONGEST].strip()
        known = form if form in locations.FORMS else ""
        if place and not any(given.values()):
            given |= _fields_of(place)
        return Typed(place=place, form=known, **given)

    @property
    def location(self) -> Location | None:
        return None if self.found is None else self.found.location

    def led_to(self) -> Query:
        """The query by which the page shows it: its page, its cell; as it was where it says."""
        asked, found = dict(self.query.asked), self.found
        if found is None:
            return self.query
        if found.range is not None and "from" not in asked:
            start, stop = found.range.start, found.range.stop
            layer = found.range.layer
            at = layer if isinstance(layer, int) else layer.position
            told = {"layer": at, "from": start, "to": stop}
            told["window"] = layers.window_of(start)
            asked = {k: v for k, v in asked.items() if k not in ("page", "row", "rows", "view")}
            asked |= {name: str(value) for name, value in told.items()}
        elif found.location.form == "rectangle":
            asked["page"] = str(found.location.page)
        return Query(asked)

    def shown(
        self, forms: tuple[str, ...], page: int | None, duration_ms: int, *, may_cite: bool
    ) -> Placing:
        """The forms, with what was asked for."""
        return Placing(
            forms=forms,
            page=page,
            file=self.reading.position if self.reading is not None and self.inner else None,
            duration=clock(duration_ms) if duration_ms else "",
            typed=self.typed,
            chosen=self._chosen(),
            refused=self.refused,
            longest_quote=LONGEST_QUOTE,
            may_cite=may_cite and bool(forms),
        )

    def _chosen(self) -> ChosenLocation | None:
        if self.found is None:
            return None
        place = of_location(self.found.location, self.inner)
        quote = self.found.quote
        return ChosenLocation(
            place=place,
            reading=None if self.found.reading is None else self.found.reading.position,
            quote=quote[:LONGEST_QUOTE],
            quote_sha256=words_sha256(quote) if quote else "",
            command=citing_command(self.exhibit.position, place),
        )


def _in_words(typed: Typed, query: Query) -> str:
    """The fields of a form as a place is written; '' where no form was sent."""
    match typed.form:
        case "rectangle":
            page = query.text("page") or "1"
            return ", ".join([f"page {page}", *_edges(typed)])
        case "time":
            some = any((typed.left, typed.right, typed.top, typed.bottom))
            return ", ".join([f"{typed.start}-{typed.end}", *(_edges(typed) if some else ())])
        case "cell" | "row":
            cell = "".join(typed.cell.split())
            what = "row" if cell.isdecimal() else "cell"
            return f"{what} {cell}, sheet {typed.sheet or '1'}"
        case "whole":
            return "whole file"
    return ""


def _edges(typed: Typed) -> Iterator[str]:
    """In per cent; a comma may stand for the point of a decimal."""
    left, right, top, bottom = (
        text.replace(",", ".").removesuffix("%").strip()
        for text in (typed.left, typed.right, typed.top, typed.bottom)
    )
    yield f"{left}-{right} across"
    yield f"{top}-{bottom} down"


def _fields_of(words: str) -> dict[str, str]:
    """The fields of a place in words, so that it can be changed by hand; none of another text."""
    try:
        place = locations.parse(words)
    except HabeasError:
        return {}
    told: dict[str, str] = {}
    if place.edges is not None and place.edges != (0, 0, MILLIONTHS, MILLIONTHS):
        names = ("left", "top", "right", "bottom")
        told |= {n: locations.per_cent(e) for n, e in zip(names, place.edges, strict=True)}
    if place.form == "time":
        told |= {"start": clock(place.from_ms or 0), "end": clock(place.to_ms or 0)}
    if place.in_table:
        column = locations.column_name(place.column) if place.column else ""
        told |= {"sheet": str(place.sheet), "cell": f"{column}{place.row}"}
    return told
