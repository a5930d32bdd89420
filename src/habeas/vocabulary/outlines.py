"""An outline on the earth: a ring of points, as somebody traces a site on a picture from above.

Invariants: WGS 84 degrees as decimal text, as in ``places``; at least three corners, none twice,
and no two sides that cross or touch; one canonical text for one outline, whichever corner it was
begun with, whichever way round, closed or not: counter-clockwise from its southernmost, then
westernmost corner, not closed. Corners are compared as whole numbers of the seventh decimal, so
the answers are exact. An outline lies within one hemisphere of longitude: one across the
antimeridian is refused rather than turned inside out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from habeas.vocabulary import places
from habeas.vocabulary.errors import BadOutline, BadPlace, shown

FEWEST, MOST = 3, 500  # corners
LONGEST_TEXT = 40_000  # characters
_SCALE = 10**7
VALID = (
    "Write the corners in order with spaces between, each latitude,longitude (WGS 84), such as "
    "37.1,79.9 37.1,79.95 37.15,79.95; or a GeoJSON polygon without holes."
)

Corner = tuple[str, str]
_Exact = tuple[int, int]  # longitude and latitude


@dataclass(frozen=True, slots=True)
class Outline:
    """The corners, each latitude and longitude as canonical decimal text."""

    corners: tuple[Corner, ...]

    @property
    def text(self) -> str:
        """The outline in the syntax that ``parse`` reads."""
        return " ".join(f"{lat},{lon}" for lat, lon in self.corners)


def refuse(text: object, reason: str, valid: str = VALID) -> BadOutline:
    return BadOutline(f"{shown(text)} is not an outline: {reason}.", next_step=valid)


def parse(text: str) -> Outline:
    """Read corners (``lat,lon lat,lon …``) or a GeoJSON polygon, whose order is lon, lat."""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise refuse(text, f"it is not a text of at most {LONGEST_TEXT:,} characters")
    if text.lstrip().startswith("{"):
        return _from_geojson(text)
    corners = []
    for part in text.replace(";", " ").replace(", ", ",").split():
        lat, comma, lon = part.partition(",")
        if not comma or "," in lon:
            raise refuse(text, f"{shown(part)} is not a corner such as 37.1,79.9")
        corners.append((lat, lon))
    return make(corners, text)


def make(corners: Sequence[Corner], said: str = "") -> Outline:
    """An outline from its corners, checked and in canonical form."""
    said = said or " ".join(f"{lat},{lon}" for lat, lon in corners)
    ring = [_corner(said, number, *corner) for number, corner in enumerate(corners, 1)]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()  # closed, as GeoJSON has it
    if len(ring) < FEWEST:
        raise refuse(said, f"it has {len(ring)} corners, and an outline has at least {FEWEST}")
    if len(ring) > MOST:
        raise refuse(said, f"it has {len(ring)} corners, and at most {MOST} are kept")
    exact = [_exact(corner) for corner in ring]
    if len(set(exact)) < len(exact):
        twice = next(ring[n] for n, one in enumerate(exact) if one in exact[:n])
        raise refuse(said, f"the corner {','.join(twice)} is in it twice")
    easts = [east for east, _ in exact]
    if max(easts) - min(easts) > 180 * _SCALE:
        raise refuse(
            said,
            "it reaches more than half around the earth",
            "Split it where it crosses the 180th meridian, or look for an exchanged number.",
        )
    if crossing := _crossing(exact):
        one, other = crossing
        raise refuse(
            said,
            f"the side from corner {one + 1} crosses or touches the side from corner {other + 1}",
            "Give the corners in the order in which they follow each other around the site.",
        )
    turned = ring if _doubled_area(exact) > 0 else ring[::-1]
    lowest = min(range(len(turned)), key=lambda n: tuple(reversed(_exact(turned[n]))))
    return Outline(tuple(turned[lowest:] + turned[:lowest]))


def _corner(said: str, number: int, lat: str, lon: str) -> Corner:
    try:
        point = places.make(lat, lon, places.NOT_STATED)
    except BadPlace as error:
        reason = error.message.partition(": ")[2].rstrip(".") or error.message.rstrip(".")
        raise refuse(said, f"at corner {number}, {reason}") from None
    return point.lat, point.lon


def _exact(corner: Corner) -> _Exact:
    lat, lon = corner
    return _ten_millionths(lon), _ten_millionths(lat)


def _ten_millionths(degrees: str) -> int:
    whole, _, decimals = degrees.lstrip("-").partition(".")
    number = int(whole) * _SCALE + int((decimals + "0000000")[:7])
    return -number if degrees.startswith("-") else number


def _doubled_area(ring: Sequence[_Exact]) -> int:
    """Twice the signed area of the ring in the plane of degrees: above 0 counter-clockwise."""
    return sum(
        one[0] * other[1] - other[0] * one[1]
        for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def _crossing(ring: Sequence[_Exact]) -> tuple[int, int] | None:
    """Two sides that meet elsewhere than at the corner that they share; None for none."""
    count = len(ring)
    sides = [(ring[n], ring[(n + 1) % count]) for n in range(count)]
    for one in range(count):
        a, b = sides[one]
        for other in range(one + 1, count):
            c, d = sides[other]
            if other == one + 1 or (one == 0 and other == count - 1):
                shared, before, after = (b, a, d) if other == one + 1 else (a, b, c)
                if _turn(before, shared, after) == 0 and _forward(before, shared, after):
                    return one, other  # it goes back over itself
            elif _meet(a, b, c, d):
                return one, other
    return None


def _turn(a: _Exact, b: _Exact, c: _Exact) -> int:
    """Above 0 where c lies to the left of the way from a to b, 0 on its line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _forward(before: _Exact, shared: _Exact, after: _Exact) -> bool:
    """Whether both ends lie on one side of the corner that they share."""
    return (before[0] - shared[0]) * (after[0] - shared[0]) + (before[1] - shared[1]) * (
        after[1] - shared[1]
    ) > 0


def _meet(a: _Exact, b: _Exact, c: _Exact, d: _Exact) -> bool:
    """Whether the sides from a to b and from c to d have a point in common."""
    threes = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    sides = [_sign(_turn(*three)) for three in threes]
    if sides[0] != sides[1] and sides[2] != sides[3]:
        return True
    return any(side == 0 and _between(*three) for side, three in zip(sides, threes, strict=True))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _between(a: _Exact, b: _Exact, c: _Exact) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _from_geojson(text: str) -> Outline:
    try:
        data = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise refuse(text, "it begins like GeoJSON and is not JSON") from None
    if isinstance(data, dict) and data.get("type") == "Feature":
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") != "Polygon":
        raise refuse(text, "it is not a GeoJSON polygon")
    rings = data.get("coordinates")
    if not isinstance(rings, list) or len(rings) != 1 or not isinstance(rings[0], list):
        raise refuse(text, "it is not one ring: an outline has no holes")
    corners = []
    for position in rings[0]:
        if not isinstance(position, list) or len(position) not in (2, 3):
            raise refuse(text, "a position in it is not longitude and latitude")
        lon, lat = position[0], position[1]
        if not isinstance(lon, str) or not isinstance(lat, str):
            raise refuse(text, "a position in it is not two numbers")
        corners.append((lat, lon))
    return make(corners, text)


def describe(outline: Outline) -> str:
    """The outline in words: "4 corners around 37.1° N, 79.9° E"."""
    exact = [_exact(corner) for corner in outline.corners]
    middle = [
        (min(numbers) + max(numbers)) / 2 / _SCALE
        for numbers in ([one[1] for one in exact], [one[0] for one in exact])
    ]
    north = f"{abs(middle[0]):.4f}° {'N' if middle[0] >= 0 else 'S'}"
    east = f"{abs(middle[1]):.4f}° {'E' if middle[1] >= 0 else 'W'}"
    return f"{len(outline.corners)} corners around {north}, {east}"
