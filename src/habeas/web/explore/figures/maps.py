"""Places on a map: soft circles as wide as their precision, over country lines and names.

Two drawings of the same dots: GeoJSON for the interactive map, and an SVG for readers
without script. Invariants: nothing is fetched; a place known to the county is a wide circle
with its precision in words; lines and names are there to find one's way and claim nothing, and a
name never covers a dot or another name.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import asin, atan2, cos, degrees, pi, radians, sin
from pathlib import Path
from typing import Any

from habeas.display.figures.map_names import MapName
from habeas.display.figures.places import RADIUS_KM, Dot, precision_words
from habeas.web import explore

Content = dict[str, Any]

STATIC = Path(explore.__file__).parent / "static"
LINES = STATIC / "vendor" / "world-atlas" / "country-lines.geojson"
EARTH_KM = 6371.0088

SCHEMES = {
    "light": {
        "paper": "#fffefb",
        "line": "#b3a994",
        "name": "#57514a",
        "dot": "#174a73",
        "ink": "#1e1c19",
    },
    "dark": {
        "paper": "#1d1f22",
        "line": "#5b5d60",
        "name": "#b3aca0",
        "dot": "#9cc5e8",
        "ink": "#e9e5dc",
    },
}  # fmt: skip
SVG_WIDTH = 900
NAME_SIZES = (22, 16, 13)  # of a province, a prefecture, a county


def circle(lat: float, lon: float, radius_km: float, corners: int = 48) -> list[list[float]]:
    """A circle on the globe as a ring of [longitude, latitude]."""
    ring = []
    reach, north = radius_km / EARTH_KM, radians(lat)
    for step in range(corners + 1):
        bearing = 2 * pi * step / corners
        high = asin(sin(north) * cos(reach) + cos(north) * sin(reach) * cos(bearing))
        along = atan2(sin(bearing) * sin(reach) * cos(north), cos(reach) - sin(north) * sin(high))
        ring.append([round(lon + degrees(along), 4), round(degrees(high), 4)])
    return ring


def geojson(dots: Sequence[Dot], names: Sequence[MapName] = ()) -> Content:
    """The circles and their middles, with what a popup says; the names around, the widest first."""
    features: list[Content] = []
    for dot in dots:
        said = {
            "label": dot.label,
            "numbers": list(dot.numbers),
            "captions": list(dot.captions),
            "precision": precision_words(dot.precision),
            "url": f"#place-{dot.numbers[0]}",
        }
        radius = RADIUS_KM.get(dot.precision, RADIUS_KM["county"])
        features.append(_feature("Polygon", [circle(dot.lat, dot.lon, radius)], said))
        features.append(_feature("Point", [dot.lon, dot.lat], said))
    around = [
        {
            "text": n.text,
            "language": n.language,
            "script": n.script,
            "at": [n.lon, n.lat],
            "rank": n.rank,
        }
        for n in names
    ]
    return {"type": "FeatureCollection", "features": features, "names": around}


def _feature(kind: str, coordinates: object, properties: Content) -> Content:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def svg(dots: Sequence[Dot], names: Sequence[MapName] = (), *, scheme: str) -> str:
    """The same dots as a picture, numbered as in the table, and what names there is room for."""
    colours = SCHEMES[scheme]
    west, south, east, north = _bounds(dots)
    middle = cos(radians((south + north) / 2))
    scale = SVG_WIDTH / ((east - west) * middle)
    height = round((north - south) * scale)
    size = f'width="{SVG_WIDTH}" height="{height}" font-family="sans-serif"'

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * middle * scale, (north - lat) * scale

    def place(lon: float, lat: float) -> str:
        x, y = at(lon, lat)
        return f"{x:.1f},{y:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SVG_WIDTH} {height}" {size}>',
        f'<rect width="{SVG_WIDTH}" height="{height}" fill="{colours["paper"]}"/>',
        f'<g fill="none" stroke="{colours["line"]}" stroke-width="1.2">',
    ]
    parts += [
        f'<polyline points="{" ".join(place(*point) for point in line)}"/>'
        for line in _lines_within(west, south, east, north)
    ]
    parts.append(f'</g><g fill="{colours["dot"]}">')
    for dot in dots:
        radius = RADIUS_KM.get(dot.precision, RADIUS_KM["county"])
        ring = " ".join(place(*point) for point in circle(dot.lat, dot.lon, radius))
        parts.append(f'<polygon points="{ring}" fill-opacity="0.16"/>')
    parts.append(f'</g><g fill="{colours["name"]}" text-anchor="middle">')
    taken = [_around_dot(*at(dot.lon, dot.lat), dot.label) for dot in dots]
    inside = NameRoom(0, 0, SVG_WIDTH, height)
    for name in names:
        size_of = NAME_SIZES[name.rank]
        rooms = _rooms(*at(name.lon, name.lat), name.text, size_of)
        free = (r for r in rooms if inside.holds(r) and not any(r.meets(other) for other in taken))
        if room := next(free, None):
            taken.append(room)
            across, down = (room.left + room.right) / 2, (room.top + room.bottom) / 2
            text = f'<text x="{across:.1f}" y="{down + size_of / 3:.1f}" font-size="{size_of}"'
            language = f' lang="{escape(name.language)}"' if name.language else ""
            parts.append(f"{text}{language}>{escape(name.text)}</text>")
    parts.append(f'</g><g fill="{colours["dot"]}">')
    for dot in dots:
        x, y = place(dot.lon, dot.lat).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5"/>')
    parts.append(f'</g><g fill="{colours["ink"]}" font-size="17">')
    for dot in dots:
        x, y = place(dot.lon, dot.lat).split(",")
        parts.append(f'<text x="{float(x) + 7:.1f}" y="{float(y) - 5:.1f}">{dot.label}</text>')
    parts.append("</g></svg>")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class NameRoom:
    """A rectangle of the picture, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: NameRoom) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: NameRoom) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


def _rooms(x: float, y: float, text: str, size: int) -> Iterable[NameRoom]:
    """The rooms for a name: at its place, else below, above, right or left of what is there.

    A letter is at most as wide as it is high.
    """
    wide = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in text) * size + 6
    high = size * 1.4
    for dx, dy in ((0, 0), (0, high), (0, -high - 16), (wide / 2 + 14, 0), (-wide / 2 - 14, 0)):
        left, top = x + dx - wide / 2, y + dy - high / 2
        yield NameRoom(left, top, left + wide, top + high)


def _around_dot(x: float, y: float, label: str) -> NameRoom:
    """The room for a dot and the number beside it."""
    return NameRoom(x - 6, y - 22, x + 10 + 10 * len(label), y + 6)


def _bounds(dots: Sequence[Dot]) -> tuple[float, float, float, float]:
    """What the picture shows: all dots with room around, at least ten degrees across."""
    lons, lats = [d.lon for d in dots] or [0.0], [d.lat for d in dots] or [0.0]
    wide = max(10.0, (max(lons) - min(lons)) * 1.4)
    high = max(7.0, (max(lats) - min(lats)) * 1.5)
    lon, lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    return lon - wide / 2, max(-85.0, lat - high / 2), lon + wide / 2, min(85.0, lat + high / 2)


def _lines_within(
    west: float, south: float, east: float, north: float
) -> Iterable[list[tuple[float, float]]]:
    """The country lines that run through a window, cut to stretches near it."""
    for line in _lines():
        stretch: list[tuple[float, float]] = []
        for lon, lat in line:
            if west - 3 <= lon <= east + 3 and south - 3 <= lat <= north + 3:
                stretch.append((lon, lat))
            elif stretch:
                if len(stretch) > 1:
                    yield stretch
                stretch = []
        if len(stretch) > 1:
            yield stretch


@lru_cache(maxsize=1)
def _lines() -> tuple[tuple[tuple[float, float], ...], ...]:
    found = json.loads(LINES.read_text(encoding="utf-8"))
    return tuple(
        tuple((lon, lat) for lon, lat in line) for line in found["geometry"]["coordinates"]
    )
