"""The places of a map: dots as wide as their precision, numbered as in the table beside them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.figures.evaluation import drawing
from habeas.figures.evaluation.results import Evaluation

ROWS = 500  # rows of a matrix, dots of a map, moments of a timeline in one part

#: The radius of the circle drawn for each precision, in kilometres; the finest first.
RADIUS_KM = {
    "exact": 0.2,
    "site": 2.0,
    "settlement": 12.0,
    "county": 60.0,
    "prefecture": 160.0,
    "province": 500.0,
    "country": 1_200.0,
    "not-stated": 60.0,
}


@dataclass(frozen=True, slots=True)
class Dot:
    """One place, and the numbers and captions of the records said to lie there."""

    numbers: tuple[int, ...]
    captions: tuple[str, ...]
    lat: float
    lon: float
    precision: str

    @property
    def label(self) -> str:
        return ", ".join(str(number) for number in self.numbers)


def dots(evaluation: Evaluation, start: int = 0) -> list[Dot]:
    """The places that a map draws from the row ``start`` on, numbered as in its table."""
    together: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    points = drawing.map_points(evaluation)[start : start + ROWS]
    for number, point in enumerate(points, start + 1):
        key = (point.lat, point.lon, point.precision)
        together.setdefault(key, []).append((number, point.caption))
    return [
        Dot(
            numbers=tuple(number for number, _caption in there),
            captions=tuple(caption for _number, caption in there),
            lat=float(lat),
            lon=float(lon),
            precision=precision,
        )
        for (lat, lon, precision), there in together.items()
    ]


def order(precision: str) -> int:
    """Finest first."""
    names = list(RADIUS_KM)
    return names.index(precision) if precision in names else len(names)


def precision_words(precision: str) -> str:
    """How precisely a place is known, in a sentence."""
    return {
        "exact": _("located exactly"),
        "site": _("located to the site"),
        "settlement": _("located to the settlement"),
        "county": _("located only to the county: it may be anywhere in it"),
        "prefecture": _("located only to the prefecture: it may be anywhere in it"),
        "province": _("located only to the province: it may be anywhere in it"),
        "country": _("located only to the country: it may be anywhere in it"),
        "not-stated": _("precision not stated"),
    }.get(precision, precision)
