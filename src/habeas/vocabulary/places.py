"""A point on the earth and how precisely it is meant.

Invariants: WGS 84 degrees, kept as decimal text in one canonical form (no plus, no leading
or trailing zeros, at most seven decimals: about a centimetre), so that equal points are
equal texts; a point always carries a precision, ``not-stated`` if nobody said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from habeas.vocabulary.errors import BadPlace, shown

NOT_STATED = "not-stated"
PRECISIONS = (
    "exact", "site", "settlement", "county", "prefecture", "province", "country", NOT_STATED,
)  # fmt: skip
VALID = (
    "Write latitude, longitude and precision, such as 37.08,80.18 county. Precisions: "
    + ", ".join(PRECISIONS)
    + "."
)

_DEGREES = re.compile(r"([+-]?)0*([0-9]{1,3})(?:\.([0-9]{1,15}))?")
_DECIMALS = 7


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in degrees (WGS 84), as canonical decimal text."""

    lat: str
    lon: str
    precision: str

    @property
    def text(self) -> str:
        """The point in the syntax that ``parse`` reads."""
        return f"{self.lat},{self.lon} {self.precision}"


def refuse(text: object, reason: str) -> BadPlace:
    return BadPlace(f"{shown(text)} is not a place: {reason}.", next_step=VALID)


def parse(text: str, precision: str = NOT_STATED) -> Point:
    """Read ``lat,lon`` or ``lat,lon precision``. ``precision`` holds where the text has none."""
    if not isinstance(text, str) or len(text) > 100:
        raise refuse(text, "it is not a short text")
    if meant := _meant(text):
        raise BadPlace(
            f"{shown(text)} is not a place: it is not two numbers with a comma between them.",
            next_step=meant,
        )
    numbers, _, stated = re.sub(r" *, *", ",", text.strip(" ")).partition(" ")
    lat, comma, lon = numbers.partition(",")
    if not comma or "," in lon:
        raise refuse(text, "it is not two numbers with a comma between them")
    return make(lat, lon, stated.strip(" ") or precision, text)


_SEXAGESIMAL = re.compile(
    r"([0-9]{1,3})\s*[°º]\s*(?:([0-9]{1,2})\s*['′’]\s*)?(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:\"|″|”|'')\s*)?"
    r"([NSEW])",
    re.I,
)
_DECIMAL_COMMAS = re.compile(
    r"([+-]?[0-9]{1,3}),([0-9]+)\s*[;/ ]\s*([+-]?[0-9]{1,3}),([0-9]+)(?: ([a-z-]+))?"
)
_NO_COMMA = re.compile(r"([+-]?[0-9]{1,3}\.[0-9]+)[ ;/]+([+-]?[0-9]{1,3}\.[0-9]+)(?: ([a-z-]+))?")


def _meant(text: str) -> str:
    """What a point in another form is as ours, in words; '' for none."""
    text = text.strip()
    angles = _SEXAGESIMAL.findall(text)
    if len(angles) == 2:
        by_side = {side.upper(): _decimal(*parts) for *parts, side in angles}
        lat = by_side.get("N") or _negative(by_side.get("S"))
        lon = by_side.get("E") or _negative(by_side.get("W"))
        rest = _SEXAGESIMAL.sub("", text).strip(" ,;")
        return f"Write it as {lat},{lon} {rest or NOT_STATED}?" if lat and lon else ""
    if found := _DECIMAL_COMMAS.fullmatch(text):
        lat, lon = f"{found[1]}.{found[2]}", f"{found[3]}.{found[4]}"
        return f"Write it as {lat},{lon} {found[5] or NOT_STATED}?"
    if found := _NO_COMMA.fullmatch(text):
        return f"Write it as {found[1]},{found[2]} {found[3] or NOT_STATED}?"
    return ""


def _decimal(degrees: str, minutes: str, seconds: str) -> str:
    """Degrees with five decimals, a metre: finer than seconds say."""
    return f"{int(degrees) + int(minutes or 0) / 60 + float(seconds or 0) / 3600:.5f}".rstrip(
        "0"
    ).rstrip(".")


def _negative(degrees: str | None) -> str:
    return f"-{degrees}" if degrees else ""


def make(lat: str, lon: str, precision: str, said: str = "") -> Point:
    """A point from its parts, checked and in canonical form."""
    said = said or f"{lat},{lon} {precision}"
    if precision not in PRECISIONS:
        raise refuse(said, f"no precision named {shown(precision)}")
    if _beyond(lat, 90) and not _beyond(lat, 180) and not _beyond(lon, 90):
        raise refuse(said, "the latitude comes first, and this one is beyond 90")
    return Point(_degrees(said, lat, 90), _degrees(said, lon, 180), precision)


def _beyond(text: str, most: int) -> bool:
    match = _DEGREES.fullmatch(text)
    return match is not None and abs(float(text)) > most


def _degrees(said: str, text: str, most: int) -> str:
    match = _DEGREES.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    if match is None:
        raise refuse(said, f"{shown(text)} is not a number of degrees such as 37.08")
    sign, whole, decimals = match[1], match[2], (match[3] or "").rstrip("0")
    if len(decimals) > _DECIMALS:
        raise refuse(said, f"more than {_DECIMALS} decimals are finer than any map")
    if int(whole) > most or (int(whole) == most and decimals):
        raise refuse(said, f"{text} is beyond {most} degrees")
    number = str(int(whole)) + (f".{decimals}" if decimals else "")
    return f"-{number}" if sign == "-" and number != "0" else number


def describe(point: Point) -> str:
    """The point in words: "37.08° N, 80.18° E (to the county)"."""
    north = _side(point.lat, "N", "S")
    east = _side(point.lon, "E", "W")
    if point.precision == NOT_STATED:
        return f"{north}, {east} (precision not stated)"
    exact = point.precision == "exact"
    return f"{north}, {east} ({'exact' if exact else f'to the {point.precision}'})"


def _side(degrees: str, plus: str, minus: str) -> str:
    return f"{degrees[1:]}° {minus}" if degrees.startswith("-") else f"{degrees}° {plus}"
