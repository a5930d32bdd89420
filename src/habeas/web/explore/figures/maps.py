"""Places on a map: soft circles as wide as their precision, over country lines.

Two drawings of the same dots: GeoJSON for the interactive map, and an SVG for readers
without script. Invariants: nothing is fetched; a place known to the county is a wide circle
with its precision in words; the lines are there to find one's way and claim nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import asin, atan2, cos, degrees, pi, radians, sin
from pathlib import Path
from typing import Any

from habeas.display.figures.places import RADIUS_KM, Dot, precision_words
from habeas.web import explore

Content = dict[str, Any]

STATIC = Path(explore.__file__).parent / "static"
LINES = STATIC / "vendor" / "world-atlas" / "country-lines.geojson"
EARTH_KM = 6371.0088

SCHEMES = {
    "light": {"paper": "#fffefb", "line": "#b3a994", "dot": "#174a73", "ink": "#1e1c19"},
    "dark": {"paper": "#1d1f22", "line": "#5b5d60", "dot": "#9cc5e8", "ink": "#e9e5dc"},
}
SVG_WIDTH = 900


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


def geojson(dots: Sequence[Dot]) -> Content:
    """The circles and their middles, with what a popup says."""
    features: list[Content] = []
    for dot in dots:
        said = {
            "label": dot.label,
            "captions": list(dot.captions),
            "precision": precision_words(dot.precision),
            "url": f"#place-{dot.numbers[0]}",
        }
        radius = RADIUS_KM.get(dot.precision, RADIUS_KM["county"])
        features.append(_feature("Polygon", [circle(dot.lat, dot.lon, radius)], said))
        features.append(_feature("Point", [dot.lon, dot.lat], said))
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: object, properties: Content) -> Content:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def svg(dots: Sequence[Dot], *, scheme: str) -> str:
    """The same dots as a picture, numbered as in the table."""
    colours = SCHEMES[scheme]
    west, south, east, north = _bounds(dots)
    middle = cos(radians((south + north) / 2))
    scale = SVG_WIDTH / ((east - west) * middle)
    height = round((north - south) * scale)
    size = f'width="{SVG_WIDTH}" height="{height}" font-family="sans-serif"'

    def place(lon: float, lat: float) -> str:
        return f"{(lon - west) * middle * scale:.1f},{(north - lat) * scale:.1f}"

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
    for dot in dots:
        x, y = place(dot.lon, dot.lat).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5"/>')
    parts.append(f'</g><g fill="{colours["ink"]}" font-size="17">')
    for dot in dots:
        x, y = place(dot.lon, dot.lat).split(",")
        parts.append(f'<text x="{float(x) + 7:.1f}" y="{float(y) - 5:.1f}">{dot.label}</text>')
    parts.append("</g></svg>")
    return "".join(parts)


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
