"""Observations as a GeoJSON FeatureCollection of STAC 1.1 items, as catalogues of pictures have it.

An item is an observation, not a picture: two who read one scene are two items, so its id is the
observation's and the provider's is ``habeas:scene_id``. What STAC has a field for stands there,
all else with the prefix ``habeas:``. Invariants: a time is a range from the start of its first day
to the end of its last (UTC), never one instant; an observation whose time has no two bounds is no
item, because STAC has none without, and is counted in ``undated``; an outline that is not in the
row is no geometry; a cell that is empty is no property.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from habeas.exchange.tidy.columns import Cell, Row, columns_of
from habeas.vocabulary import outlines

VERSION = "1.1.0"
EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json"

#: Columns that an item has elsewhere than under their own name.
_PLACED = frozenset(
    (
        *("observation", "caption", "observed_earliest", "observed_latest"),
        *("platform", "providers", "resolution", "cloud_cover", "outline"),
    )
)


class Items:
    """One file of items."""

    neutralised = 0

    def __init__(self, path: Path, name: str, kind: type) -> None:
        self._names = [column.name for column in columns_of(kind)]
        self._file = path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n")
        self._file.write('{"type": "FeatureCollection", "features": [')
        self._first = True
        self.undated = 0

    def write(self, rows: Iterable[Row]) -> None:
        for row in rows:
            made = item(dict(zip(self._names, row, strict=True)))
            if made is None:
                self.undated += 1
                continue
            self._file.write(
                ("\n" if self._first else ",\n") + json.dumps(made, ensure_ascii=False)
            )
            self._first = False

    def close(self) -> None:
        self._file.write("\n]}\n")
        self._file.close()


def item(cells: Mapping[str, Cell]) -> dict[str, Any] | None:
    """The item of a row of observations; None without two bounds of its time."""
    since, until = cells["observed_earliest"], cells["observed_latest"]
    if since is None or until is None:
        return None
    properties: dict[str, Any] = {
        "title": cells["caption"],
        "datetime": None,
        "start_datetime": f"{since}T00:00:00Z",
        "end_datetime": f"{until}T23:59:59Z",
    }
    extensions = []
    if cells["platform"] is not None:
        properties["platform"] = cells["platform"]
    if cells["resolution"]:
        properties["gsd"] = int(str(cells["resolution"])) / 100
    cover = cells["cloud_cover"]
    if isinstance(cover, int) and 0 <= cover <= 100:
        properties["eo:cloud_cover"] = cover
        extensions.append(EO)
    if cells["providers"] is not None:
        properties["providers"] = [{"name": name} for name in str(cells["providers"]).split("\n")]
    properties |= {
        f"habeas:{name}": str(cell) if not isinstance(cell, (int, str)) else cell
        for name, cell in cells.items()
        if name not in _PLACED and cell is not None
    }
    ring = _ring(str(cells["outline"])) if cells["outline"] is not None else []
    made: dict[str, Any] = {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": extensions,
        "id": f"observation-{cells['observation']}",
        "geometry": {"type": "Polygon", "coordinates": [ring]} if ring else None,
    }
    if ring:
        lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
        made["bbox"] = [min(lons), min(lats), max(lons), max(lats)]
    return {**made, "properties": properties, "links": [], "assets": {}}


def _ring(text: str) -> list[tuple[float, float]]:
    """Closed and against the clock, longitude first (RFC 7946)."""
    ring = [(float(lon), float(lat)) for lat, lon in outlines.parse(text).corners]
    ring.append(ring[0])
    twice = sum(a * d - c * b for (a, b), (c, d) in pairwise(ring))
    return ring if twice > 0 else ring[::-1]
