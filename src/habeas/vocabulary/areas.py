"""The area that an outline encloses on the earth, how far it may be off, and by how much it grew.

Areas are those of geodesic polygons on the WGS 84 ellipsoid (Karney 2013, "Algorithms for
geodesics", J. Geodesy 87:43-55, section 6), exact here but for what the corners say. Their error
is that of the corners: each may lie off in both directions, independently and without a bias,
which gives the standard deviation of the area in closed form (as Chrisman and Yandell 1988 have it
in Surveying and Mapping 48; derived again, and tests compare it with corners drawn at random). A
picture that lies off as a whole moves every corner alike and leaves the area as it is.

Invariants: the error holds at least the rounding of the degrees as they are written; without a
stated resolution or error of the corners it is not known, and never nought; a growth without a
finite interval has none (Fieller 1954, "Some problems in interval estimation", J. R. Stat. Soc. B
16:175-185).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

from habeas.vocabulary.outlines import Outline

Z_95 = 1.959964  # of the normal distribution
PIXELS = 1.0  # standard deviation of a traced corner in each direction, where nobody states one
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Area:
    """An area in square metres; ``deviation`` is its standard deviation, None where not known.

    ``corner_metres``: the standard deviation of a corner in each direction that was reckoned with,
    beside the rounding of its degrees.
    """

    square_metres: float
    perimeter_metres: float
    deviation: float | None
    corner_metres: float | None

    @property
    def interval_95(self) -> tuple[float, float] | None:
        """Between which bounds the area lies with a probability of 95 %."""
        if self.deviation is None:
            return None
        off = Z_95 * self.deviation
        return max(0.0, self.square_metres - off), self.square_metres + off

    @property
    def if_all_outward(self) -> float | None:
        """By how much more the outline would hold were it drawn too tight all around."""
        return None if self.corner_metres is None else self.perimeter_metres * self.corner_metres


@dataclass(frozen=True, slots=True)
class Growth:
    """How much larger the second of two areas is, in percent of the first.

    ``interval_95`` is None where the error of one is not known, or the first is not certainly
    more than nought; ``reason`` says which.
    """

    percent: float
    interval_95: tuple[float, float] | None
    reason: str = ""


def measure(outline: Outline, corner_metres: float | None = None) -> Area:
    """The area of an outline whose corners may be off by so many metres in each direction.

    ``corner_metres`` is one standard deviation; None: nobody knows it.
    """
    polygon = Geodesic.WGS84.Polygon()
    points = [(float(lat), float(lon)) for lat, lon in outline.corners]
    for lat, lon in points:
        polygon.AddPoint(lat, lon)
    _, perimeter, area = polygon.Compute(False, True)
    deviation = None
    if corner_metres is not None:
        deviation = _deviation(points, corner_metres, _step(outline))
    return Area(abs(area), perimeter, deviation, corner_metres)


def corner_metres(
    resolution_centimetres: float | None, error_centimetres: float | None
) -> float | None:
    """How far a corner may be off: as the analyst states, else a pixel; None: neither is known."""
    if error_centimetres is not None:
        return error_centimetres / 100
    if resolution_centimetres is not None:
        return PIXELS * resolution_centimetres / 100
    return None


def growth(before: Area, after: Area) -> Growth:
    """By how much ``after`` is larger than ``before``, with an interval by Fieller's theorem.

    The errors of the two are taken as independent.
    """
    one, other = before.square_metres, after.square_metres
    percent = 100 * (other / one - 1)
    if before.deviation is None or after.deviation is None:
        return Growth(percent, None, "the error of an outline is not known")
    a = one**2 - (Z_95 * before.deviation) ** 2
    c = other**2 - (Z_95 * after.deviation) ** 2
    if a <= 0:
        return Growth(percent, None, "the first area is not certainly more than nought")
    root = math.sqrt(max(0.0, (one * other) ** 2 - a * c))
    low, high = ((one * other + sign * root) / a for sign in (-1, 1))
    return Growth(percent, (100 * (max(0.0, low) - 1), 100 * (high - 1)))


def _step(outline: Outline) -> float:
    """The last decimal to which any corner is written, in degrees: zeros at the end are not kept,
    so the finest says how finely all are meant."""
    finest = max(len(number.partition(".")[2]) for corner in outline.corners for number in corner)
    return float(10.0**-finest)


def _deviation(points: list[tuple[float, float]], corner: float, step: float) -> float:
    """The standard deviation of the area of a polygon whose corners are off independently.

    On a plane that touches the middle: the sites measured here are some kilometres wide, where it
    differs from the ellipsoid by less than a hundredth of the error itself. A rounded number is
    off evenly within half a step: a standard deviation of step / sqrt(12).
    """
    middle = math.radians(sum(lat for lat, _ in points) / len(points))
    easting = _METRES_A_DEGREE * math.cos(middle)
    x = [lon * easting for _, lon in points]
    y = [lat * _METRES_A_DEGREE for lat, _ in points]
    of_x = corner**2 + (step * easting) ** 2 / 12
    of_y = corner**2 + (step * _METRES_A_DEGREE) ** 2 / 12
    n = len(points)
    variance = n * of_x * of_y / 2
    for i in range(n):
        before, after = i - 1, (i + 1) % n
        variance += (of_x * (y[after] - y[before]) ** 2 + of_y * (x[after] - x[before]) ** 2) / 4
    return math.sqrt(variance)


def describe(area: Area) -> str:
    """The area in words, no finer than its error: "41,200 square metres, give or take 1,900"."""
    interval = area.interval_95
    if interval is None:
        return f"{square_metres(area.square_metres)}, error not known"
    off = Z_95 * (area.deviation or 0.0)
    place = _rounding(off)
    return (
        f"{square_metres(area.square_metres, place)}, give or take {_grouped(off, place)} "
        "(95 of 100 times)"
    )


def square_metres(area: float, place: float = 1.0) -> str:
    """An area in words, rounded."""
    return f"{_grouped(area, place)} square metres"


def _rounding(off: float) -> float:
    """What an error of this size is rounded to: two digits of it."""
    return float(10.0 ** max(0, math.floor(math.log10(off)) - 1)) if off > 1 else 1.0


def _grouped(number: float, place: float) -> str:
    return f"{round(number / place) * int(place):,}"


def describe_growth(found: Growth) -> str:
    """A growth in words: "grew by 262 percent (240 to 285)"."""
    verb = "grew" if found.percent >= 0 else "shrank"
    words = f"{verb} by {abs(found.percent):,.0f} percent"
    if found.interval_95 is None:
        return f"{words} (no interval: {found.reason})"
    low, high = (round(bound) for bound in found.interval_95)
    return f"{words} (from {low:+,} to {high:+,} percent, 95 of 100 times)"
