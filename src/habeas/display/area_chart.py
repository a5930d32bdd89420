"""Areas of one site in time, as the marks of a small drawing: time across, area up from nought.

Whole numbers of a fixed frame, so that the page only writes them down. Invariants: every mark is a
row of the table beside the drawing; a picture that is dated vaguely is as wide as its time; an area
whose error is not known is an open ring without a range, never a point that looks exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from habeas.vocabulary import areas, gregorian
from habeas.vocabulary.areas import Area

WIDTH, HEIGHT = 704, 250
LEFT, RIGHT, TOP, BOTTOM = 96, 36, 18, 34  # margins, in which the labels stand
SQUARE_KILOMETRE = 1_000_000
_HECTARE = 10_000


@dataclass(frozen=True, slots=True)
class AreaMark:
    """One area at its time: ``x``, ``y``; its range from ``top`` to ``foot``; ``open``: no range.

    ``left`` and ``right`` are the ends of the time within which the picture was taken.
    """

    x: int
    y: int
    left: int
    right: int
    top: int
    foot: int
    open: bool


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A number on an axis, at its place."""

    at: int
    words: str


@dataclass(frozen=True, slots=True)
class AreaChart:
    """The marks of a drawing, with its frame."""

    width: int
    height: int
    left: int
    right: int
    top: int
    foot: int
    marks: tuple[AreaMark, ...]
    levels: tuple[AxisMark, ...]
    years: tuple[AxisMark, ...]


def chart(dated: Iterable[tuple[int, int, Area]]) -> AreaChart | None:
    """The drawing of areas, each with the first and the last day of its time; None for none."""
    found = list(dated)
    if not found:
        return None
    first = gregorian.date_of(min(start for start, _, _ in found))[0]
    last = gregorian.date_of(max(end for _, end, _ in found))[0] + 1
    opens, closes = gregorian.ordinal(first), gregorian.ordinal(last)
    step, highest = _levels(max(_highest(area) for *_, area in found))
    foot, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def across(day: int) -> int:
        return LEFT + round((right - LEFT) * (day - opens) / (closes - opens))

    def up(square_metres: float) -> int:
        return foot - round((foot - TOP) * square_metres / highest)

    return AreaChart(
        WIDTH,
        HEIGHT,
        LEFT,
        right,
        TOP,
        foot,
        tuple(_mark(across, up, *each) for each in found),
        tuple(AxisMark(up(n * step), _words(n * step)) for n in range(round(highest / step) + 1)),
        tuple(AxisMark(across(gregorian.ordinal(year)), str(year)) for year in _years(first, last)),
    )


def _mark(
    across: Callable[[int], int], up: Callable[[float], int], start: int, end: int, area: Area
) -> AreaMark:
    interval = area.interval_95
    low, high = interval or (area.square_metres, area.square_metres)
    left, right = across(start), across(end + 1)
    return AreaMark(
        (left + right) // 2,
        up(area.square_metres),
        left,
        right,
        up(high),
        up(low),
        interval is None,
    )


def _highest(area: Area) -> float:
    interval = area.interval_95
    return area.square_metres if interval is None else interval[1]


def _levels(most: float) -> tuple[float, float]:
    """A round step and the top of a scale from nought that holds ``most`` in at most five."""
    step = 1.0
    while True:  # ends: the step grows
        for factor in (1, 2, 5):
            if most <= 5 * step * factor:
                levels = max(1, -int(-most // (step * factor)))
                return step * factor, levels * step * factor
        step *= 10


def _words(square_metres: float) -> str:
    if square_metres >= SQUARE_KILOMETRE:
        return f"{square_metres / SQUARE_KILOMETRE:,.10g} km²"
    if square_metres >= _HECTARE:
        return f"{square_metres / _HECTARE:,.10g} ha"
    return areas.square_metres(square_metres).replace(" square metres", " m²")


def _years(first: int, last: int) -> Sequence[int]:
    step = 1
    while (last - first) / step > 8:
        step *= 2 if step % 5 else 5
    return range(first, last + 1, step)
