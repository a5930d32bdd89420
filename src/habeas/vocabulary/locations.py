"""Exact places in a file that are not words of a text: their forms, their bounds and their wording.

A *location* is a cell or row of a sheet or table, a rectangle of a page or picture, a time range
of sound or film (with a rectangle of the film, if wanted), or the whole file. Invariants: numbers
are integers; sheets, rows, columns and pages count from 1, as the reading's places do; edges are in
1/1,000,000 of the upright page or picture, from its top left corner; times are in milliseconds of
the file's own clock. A location is written as it is worded: ``parse(words(it))`` is it. That it is
within its bounds says nothing of what the place shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from habeas.vocabulary.errors import BadLocation, shown

FORMS: Final = ("cell", "row", "rectangle", "time", "whole")
EDGES: Final = ("left", "top", "right", "bottom")
MILLIONTHS: Final = 1_000_000  # an edge at the far end of the page or picture
FURTHEST: Final = 2**31 - 1  # of any number: 24 days of milliseconds
HOW: Final = (
    "Write it as one of: cell C12, sheet 2 · row 12, sheet 2 · page 3, 10-42.5 across, 5-20 down "
    "(in per cent of the page) · 1:02.5-1:09 · 1:02-1:09, 10-40 across, 5-20 down · whole file."
)
_NEEDS: Final = {
    "cell": ("sheet", "row", "column"),
    "row": ("sheet", "row"),
    "rectangle": ("page", *EDGES),
    "time": ("from_ms", "to_ms"),
    "whole": (),
}
_MAY: Final = {"time": ("stream", *EDGES)}
_FROM_ONE: Final = frozenset({"sheet", "row", "column", "page"})
_LONGEST: Final = 200  # characters of a location as written

Wrong = tuple[str, str]  # what is wrong, and what would be valid


@dataclass(frozen=True, slots=True)
class Location:
    """One place. Numbers that its form does not have are None."""

    form: str
    sheet: int | None = None
    row: int | None = None
    column: int | None = None
    page: int | None = None
    left: int | None = None
    top: int | None = None
    right: int | None = None
    bottom: int | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    stream: int | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """Its numbers by name, in the order of the fields."""
        given = {name: getattr(self, name) for name in NUMBERS}
        return {name: number for name, number in given.items() if number is not None}

    @property
    def edges(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom, where it has a rectangle."""
        if self.left is None or self.top is None or self.right is None or self.bottom is None:
            return None
        return self.left, self.top, self.right, self.bottom

    @property
    def in_table(self) -> bool:
        """Whether it is of a sheet or table, whose words are in the text."""
        return self.form in ("cell", "row")


NUMBERS: Final = tuple(field.name for field in fields(Location) if field.name != "form")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reading says of a file's size and time. 0 and none: it does not say.

    ``pages``: runs of pages that can be pointed at, first and last; ``film``: it has pictures
    in time; ``streams``: the numbers of its streams.
    """

    duration_ms: int = 0
    pages: tuple[tuple[int, int], ...] = ()
    streams: tuple[int, ...] = ()
    film: bool = False


def of_fields(given: Mapping[str, Any]) -> Location:
    """The location that an entry's fields give; what is no whole number is refused."""
    numbers = {name: given[name] for name in NUMBERS if name in given}
    for name, number in numbers.items():
        if type(number) is not int:
            raise BadLocation(f"{name} is not a whole number: {shown(number)}.", next_step=HOW)
    return Location(str(given.get("form", "")), **numbers)


# --- what is wrong with one ------------------------------------------------------------------


def problems(location: Location) -> Iterator[Wrong]:
    """What is wrong with a location by itself, whatever it is of."""
    if location.form not in FORMS:
        yield (
            f"No form of place is named {shown(location.form)}.",
            f"Use one of: {', '.join(FORMS)}.",
        )
        return
    given, needed = location.numbers, _NEEDS[location.form]
    may = (*needed, *_MAY.get(location.form, ()))
    if lacks := [name for name in needed if name not in given]:
        yield f"The {location.form} has no {_named(lacks[0])}.", HOW
        return
    if beside := [name for name in given if name not in may]:
        yield f"A {location.form} has no {_named(beside[0])}.", HOW
        return
    for name, number in given.items():
        if not int(name in _FROM_ONE) <= number <= FURTHEST:
            first = "from 1" if name in _FROM_ONE else "from 0"
            yield f"{_named(name).capitalize()} {number} is not possible.", f"It counts {first}."
            return
    edges = [given[name] for name in EDGES if name in given]
    if edges and len(edges) < len(EDGES):
        yield "A rectangle has four edges.", "Give both: 10-42.5 across, 5-20 down."
    elif location.edges is not None:
        left, top, right, bottom = location.edges
        if not (left < right <= MILLIONTHS and top < bottom <= MILLIONTHS):
            yield (
                f"The rectangle {_across(left, right)}, {_down(top, bottom)} is not inside it.",
                "Edges go from 0 % to 100 %, left before right and top before bottom.",
            )
    if (location.to_ms or 0) < (location.from_ms or 0):
        yield f"The time {words(location)} ends before it begins.", "Give the earlier time first."


def lacking(location: Location) -> tuple[str, ...]:
    """The numbers that a place of its form has and this one has not, three edges of four too."""
    given = location.numbers
    edges = EDGES if location.form in _MAY and given.keys() & set(EDGES) else ()
    return tuple(name for name in (*_NEEDS.get(location.form, ()), *edges) if name not in given)


def outside(location: Location, bounds: Bounds) -> Wrong | None:
    """Why the place is not in the file as it was read; the bounds are named."""
    match location.form:
        case "rectangle":
            return _outside_pages(location.page or 0, bounds)
        case "time":
            return _outside_time(location, bounds)
    return None


def _outside_pages(page: int, bounds: Bounds) -> Wrong | None:
    if bounds.duration_ms:
        return (
            "A rectangle of a recording needs its time.",
            f"Give a time from 0:00 to {clock(bounds.duration_ms)} with it.",
        )
    if not bounds.pages:
        return (
            "The file has no pages or picture of known size.",
            "Cite its words, or the whole file.",
        )
    if any(first <= page <= last for first, last in bounds.pages):
        return None
    first, last = bounds.pages[0][0], max(last for _, last in bounds.pages)
    if first == last:
        return f"The file has no page {page}.", f"It has page {first} only."
    return f"The file has no page {page}.", f"Its pages of known size go from {first} to {last}."


def _outside_time(location: Location, bounds: Bounds) -> Wrong | None:
    if not bounds.duration_ms:
        return "The file has no measured time.", "Only sound and film are cited by time."
    whole = f"It lasts from 0:00 to {clock(bounds.duration_ms)}."
    if (location.to_ms or 0) > bounds.duration_ms:
        return f"The time {clock(location.to_ms or 0)} is past the end.", whole
    if location.stream is not None and location.stream not in bounds.streams:
        there = ", ".join(map(str, bounds.streams)) or "none"
        return f"The recording has no stream {location.stream}.", f"Its streams: {there}."
    if location.edges is not None and not bounds.film:
        return "The recording has no pictures to draw a rectangle on.", "Leave the rectangle out."
    return None


def _named(name: str) -> str:
    return {"from_ms": "start", "to_ms": "end"}.get(name, name)


# --- as words, and back ------------------------------------------------------------------------


def words(location: Location) -> str:
    """As a person says it: ``cell C12, sheet 2``; ``page 3, 10-42.5 % across, 5-20 % down``."""
    said: list[str] = []
    match location.form:
        case "cell":
            said = [
                f"cell {column_name(location.column or 0)}{location.row}",
                f"sheet {location.sheet}",
            ]
        case "row":
            said = [f"row {location.row}", f"sheet {location.sheet}"]
        case "rectangle":
            said = [f"page {location.page}"]
        case "time":
            said = [f"{clock(location.from_ms or 0)}-{clock(location.to_ms or 0)}"]
        case "whole":
            return "the whole file"
    if location.stream is not None:
        said.append(f"stream {location.stream}")
    if location.edges is not None:
        left, top, right, bottom = location.edges
        if location.form == "time" or (left, top, right, bottom) != (0, 0, MILLIONTHS, MILLIONTHS):
            said += [_across(left, right), _down(top, bottom)]
    return ", ".join(said)


def clock(milliseconds: int) -> str:
    """``1:02:03`` or ``2:03.500``: as a person reads a time in a recording."""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    said = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
    return f"{said}.{rest:03d}" if rest else said


def column_name(column: int) -> str:
    """The letters of a column from 1: A, Z, AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def per_cent(edge: int) -> str:
    """An edge in per cent, exactly: ``42.5``."""
    whole, rest = divmod(edge, MILLIONTHS // 100)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def _across(left: int, right: int) -> str:
    return f"{per_cent(left)}-{per_cent(right)} % across"


def _down(top: int, bottom: int) -> str:
    return f"{per_cent(top)}-{per_cent(bottom)} % down"


_TIME = r"(?:\d{1,3}:)?\d{1,4}:\d{2}(?:\.\d{1,3})?"
_SHARE = r"(\d{1,3}(?:\.\d{1,4})?) ?%?"
#: A sheet by its number or its name; in quotation marks the name may have commas, or be a number.
_SHEET: Final = re.compile(
    r"(?P<before>(?:^|,)\s*)(?:sheet|table)\s+(?:\"(?P<quoted>[^\"]+)\"|(?P<plain>[^,\"]+))",
    re.IGNORECASE,
)
_ITEMS: Final = (
    ("whole", re.compile(r"(?:the )?whole(?: file)?")),
    ("cell", re.compile(r"cell ([a-z]{1,7}) ?(\d{1,10})")),
    ("row", re.compile(r"row (\d{1,10})")),
    ("sheet", re.compile(r"(?:sheet|table) (\d{1,10})")),
    ("page", re.compile(r"page (\d{1,10})")),
    ("stream", re.compile(r"stream (\d{1,10})")),
    ("time", re.compile(rf"({_TIME})(?: ?- ?({_TIME}))?")),
    ("across", re.compile(rf"{_SHARE} ?- ?{_SHARE} across")),
    ("down", re.compile(rf"{_SHARE} ?- ?{_SHARE} down")),
)


def parse(text: str, sheets: Callable[[], Sequence[str]] = tuple) -> Location:
    """The location that is written, with nothing wrong by itself; ``BadLocation`` says what is.

    ``sheets`` gives the names of the file's sheets in order; it is asked where one is named and not
    numbered. A sheet that is not named is the first; a page with no rectangle is the whole page; a
    rectangle with neither page nor time is of page 1, which is also what a picture has.
    """
    given: dict[str, tuple[str, ...]] = {}
    if len(text) <= _LONGEST:
        text = _SHEET.sub(lambda found: _numbered(found, sheets), text)
    plain = " ".join(text.lower().replace("–", "-").split())
    if not plain or len(plain) > _LONGEST:
        raise BadLocation(f"This is not a place in a file: {shown(text)}.", next_step=HOW)
    for item in plain.split(","):
        name, found = _item(item.strip())
        if name in given:
            raise BadLocation(f"The place says its {name} twice: {shown(text)}.", next_step=HOW)
        given[name] = found
    location = _of_items(given, text)
    for reason, valid in problems(location):
        raise BadLocation(reason, next_step=valid)
    return location


def _numbered(found: re.Match[str], sheets: Callable[[], Sequence[str]]) -> str:
    """A sheet that is named, by its number; what is a number already is left as it is."""
    quoted, plain = found["quoted"], " ".join((found["plain"] or "").split())
    if not quoted and (plain.isdecimal() or not plain):
        return found[0]
    wanted = " ".join((quoted or plain).split()).casefold()
    named = [" ".join(name.split()) for name in sheets()]
    numbers = [at for at, name in enumerate(named, 1) if name and name.casefold() == wanted]
    if len(numbers) != 1:
        there = ", ".join(f"{at} {shown(name)}" for at, name in enumerate(named[:12], 1) if name)
        more = f" and {len(named) - 12} more" if len(named) > 12 else ""
        what = "Several sheets are" if numbers else "No sheet is"
        raise BadLocation(
            f"{what} named {shown(quoted or plain)}.",
            next_step=f"Its sheets: {there}{more}." if there else "Give the sheet's number.",
        )
    return f"{found['before']}sheet {numbers[0]}"


def _item(item: str) -> tuple[str, tuple[str, ...]]:
    for name, pattern in _ITEMS:
        if (match := pattern.fullmatch(item)) is not None:
            return name, tuple(part or "" for part in match.groups())
    raise BadLocation(f"{shown(item)} is not a part of a place.", next_step=HOW)


def _of_items(given: dict[str, tuple[str, ...]], text: str) -> Location:
    heads = [name for name in ("whole", "cell", "row", "time", "page") if name in given]
    if len(heads) > 1:
        several = " and a ".join(heads)
        raise BadLocation(f"The place is a {several} at once: {shown(text)}.", next_step=HOW)
    numbers: dict[str, int] = {}
    for name in ("row", "sheet", "page", "stream"):
        if name in given:
            numbers[name] = int(given[name][0])
    if "across" in given:
        numbers["left"], numbers["right"] = map(_edge, given["across"])
    if "down" in given:
        numbers["top"], numbers["bottom"] = map(_edge, given["down"])
    if "whole" in given:
        form = "whole"
    elif "cell" in given:
        form = "cell"
        column, row = given["cell"]
        numbers |= {"sheet": 1, **numbers, "row": int(row), "column": _column(column)}
    elif "row" in given:
        form = "row"
        numbers = {"sheet": 1, **numbers}
    elif "time" in given:
        form = "time"
        start, stop = given["time"]
        numbers |= {"from_ms": _milliseconds(start), "to_ms": _milliseconds(stop or start)}
    else:
        form = "rectangle"
        numbers.setdefault("page", 1)
        if not {"across", "down"} & given.keys() and "page" in given:
            numbers |= {"left": 0, "top": 0, "right": MILLIONTHS, "bottom": MILLIONTHS}
    return Location(form, **numbers)


def _edge(share: str) -> int:
    whole, _, rest = share.partition(".")
    return int(whole) * (MILLIONTHS // 100) + int(rest.ljust(4, "0"))


def _milliseconds(time: str) -> int:
    seconds, _, rest = time.partition(".")
    whole = 0
    for at, part in enumerate(seconds.split(":")):
        if at and int(part) > 59:  # slipped fingers, and another place of the recording
            raise BadLocation(f"No time is written {time}.", next_step="Write 1:02:03 or 2:03.5.")
        whole = whole * 60 + int(part)
    return whole * 1000 + int(rest.ljust(3, "0"))


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 96
    return number
