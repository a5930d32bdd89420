"""Coordinates in a shifted datum: whether an outline lies off a stated place by China's shift.

Maps published in China are drawn in GCJ-02, which moves each point by some hundred metres in a
direction that changes with the place, or in BD-09, which moves that again. Nothing in a number
says so: an outline copied from such a map is a valid outline of the field beside the site. Where
somebody else states the place to the site, the two differ by just this shift, and that is asked
about. The formulas are those in public use since 2013 (the eviltransform library, after the
published obfuscation of GCJ-02); they reach about a metre, and here tens are enough.

Invariants: WGS 84 in and out; outside of the rectangle in which the shift is applied nothing is
shifted; a likely shift is said, never undone by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

from habeas.vocabulary.outlines import Outline
from habeas.vocabulary.places import Point

#: A stated place that is this precise can be compared with an outline.
PRECISE = ("exact", "site")
NEAREST = 100.0  # metres from its middle: what lies nearer is not asked about
_CLEARLY = 4.0  # times nearer with the shift than without
_A, _EE = 6378245.0, 0.00669342162296594323  # Krasovsky 1940
_BAIDU = math.pi * 3000.0 / 180.0

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LikelyShift:
    """``datum`` of the outline, or of the place where ``of_place``; distances in metres."""

    datum: str
    of_place: bool
    apart: float
    apart_if_shifted: float


def likely_shift(outline: Outline, place: Point) -> LikelyShift | None:
    """By which shift an outline and a place that is stated to the site differ; None for none."""
    if place.precision not in PRECISE:
        return None
    middle, stated = _middle(outline), (float(place.lat), float(place.lon))
    apart = _metres(middle, stated)
    if apart < NEAREST:
        return None
    found = [
        LikelyShift(name, of_place, apart, _metres(shift(one), other))
        for of_place, one, other in ((False, stated, middle), (True, middle, stated))
        for name, shift in (("GCJ-02", to_gcj02), ("BD-09", to_bd09))
    ]
    nearest = min(found, key=lambda each: each.apart_if_shifted)
    return nearest if nearest.apart_if_shifted * _CLEARLY <= apart else None


def to_gcj02(point: LatLon) -> LatLon:
    """Where a map in GCJ-02 draws a point."""
    lat, lon = point
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return point
    x, y = lon - 105.0, lat - 35.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
        + _waves(x, (6.0, 20.0), (2.0, 20.0)) + _waves(y, (1.0, 20.0), (1 / 3, 40.0))
        + _waves(y, (1 / 12, 160.0), (1 / 30, 320.0))
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
        + _waves(x, (6.0, 20.0), (2.0, 20.0)) + _waves(x, (1.0, 20.0), (1 / 3, 40.0))
        + _waves(x, (1 / 12, 150.0), (1 / 30, 300.0))
    )  # fmt: skip
    sine = math.sin(math.radians(lat))
    magic = 1 - _EE * sine * sine
    root = math.sqrt(magic)
    north = math.degrees(north * magic * root / (_A * (1 - _EE)))
    east = math.degrees(east * root / (_A * math.cos(math.radians(lat))))
    return lat + north, lon + east


def _waves(at: float, *waves: tuple[float, float]) -> float:
    return sum(size * math.sin(turns * at * math.pi) for turns, size in waves) * 2.0 / 3.0


def to_bd09(point: LatLon) -> LatLon:
    """Where Baidu's map draws a point."""
    shifted = to_gcj02(point)
    return point if shifted == point else gcj02_to_bd09(shifted)


def gcj02_to_bd09(point: LatLon) -> LatLon:
    """Where Baidu's map draws a point of a map in GCJ-02."""
    lat, lon = point
    far = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU)
    turn = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU)
    return far * math.sin(turn) + 0.006, far * math.cos(turn) + 0.0065


def _middle(outline: Outline) -> LatLon:
    """The middle of the rectangle around an outline."""
    lats = [float(lat) for lat, _ in outline.corners]
    lons = [float(lon) for _, lon in outline.corners]
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _metres(one: LatLon, other: LatLon) -> float:
    return float(Geodesic.WGS84.Inverse(*one, *other)["s12"])
