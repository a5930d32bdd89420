"""Areas on the ellipsoid, and how far they may be off: against known values and drawn corners."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import areas, outlines
from habeas.vocabulary.outlines import Outline

# WGS 84: the area of the ellipsoid, and of what lies between two parallels (Snyder 1987, 3-16).
_A, _F = 6378137.0, 1 / 298.257223563
_E = math.sqrt(_F * (2 - _F))


def _band(lat: float) -> float:
    """The area between the equator and a parallel, over one radian of longitude."""
    sine = math.sin(math.radians(lat))
    term = math.log((1 - _E * sine) / (1 + _E * sine)) / (2 * _E)
    return _A**2 * (1 - _E**2) / 2 * (sine / (1 - (_E * sine) ** 2) - term)


def _fine_box(south: float, west: float, side: float) -> Outline:
    """A box whose sides east and west follow the parallels, in many short steps."""
    steps = [i / 20 for i in range(21)]
    ring = [(south, west + side * s) for s in steps]
    ring += [(south + side, west + side * s) for s in reversed(steps)]
    return outlines.make([(f"{lat:.7f}", f"{lon:.7f}") for lat, lon in ring])


@given(st.integers(-600, 600), st.integers(-1700, 1690), st.integers(1, 20))
def test_a_box_between_parallels_has_its_known_area(lat: int, lon: int, side: int) -> None:
    south, west, width = lat / 10, lon / 10, side / 100
    exact = (_band(south + width) - _band(south)) * math.radians(width)
    found = areas.measure(_fine_box(south, west, width)).square_metres
    assert found == pytest.approx(exact, rel=2e-6)


def test_an_octant_of_the_ellipsoid() -> None:
    octant = outlines.make([("0", "0"), ("0", "90"), ("90", "0")])
    found = areas.measure(octant).square_metres
    assert found == pytest.approx(510065621724088.44 / 8, rel=1e-12)


def square(metres: float, digits: int = 7) -> Outline:
    """A square on the equator, near enough."""
    far = metres / 111_319.49
    up = metres / 110_574.3
    corners = [(0.0, 10.0), (0.0, 10.0 + far), (up, 10.0 + far), (up, 10.0)]
    return outlines.make([(f"{lat:.{digits}f}", f"{lon:.{digits}f}") for lat, lon in corners])


def test_the_error_is_that_of_corners_drawn_at_random() -> None:
    drawn = random.Random(15)  # noqa: S311
    ring = [(37.1 + 0.002 * math.sin(t), 79.9 + 0.003 * math.cos(t)) for t in range(6)]
    given_ = outlines.make([(f"{lat:.7f}", f"{lon:.7f}") for lat, lon in ring])
    told = areas.measure(given_, 5.0)
    east = 111_320 * math.cos(math.radians(37.1))
    found = []
    for _ in range(3_000):
        moved = [
            (float(lat) + drawn.gauss(0, 5) / 111_320, float(lon) + drawn.gauss(0, 5) / east)
            for lat, lon in given_.corners
        ]
        corners = tuple((f"{lat:.9f}", f"{lon:.9f}") for lat, lon in moved)
        found.append(areas.measure(Outline(corners)).square_metres)
    assert told.deviation == pytest.approx(statistics.stdev(found), rel=0.06)
    assert told.interval_95 is not None
    inside = sum(told.interval_95[0] <= each <= told.interval_95[1] for each in found)
    assert 0.935 < inside / len(found) < 0.965


def test_without_a_stated_error_it_is_not_known_and_never_nought() -> None:
    told = areas.measure(square(200))
    assert (told.deviation, told.interval_95, told.if_all_outward) == (None, None, None)
    assert areas.describe(told).endswith("error not known")
    assert areas.corner_metres(None, None) is None
    assert areas.corner_metres(50, None) == 0.5
    assert areas.corner_metres(50, 120) == 1.2


def test_coarse_degrees_widen_the_error() -> None:
    """Four decimals are eleven metres, whatever the picture resolves."""
    fine, coarse = areas.measure(square(200), 0.5), areas.measure(square(200, 4), 0.5)
    assert fine.deviation is not None
    assert coarse.deviation is not None
    assert coarse.deviation > 5 * fine.deviation


@given(st.floats(0.01, 5), st.floats(0.01, 5), st.integers(50, 2_000), st.integers(50, 2_000))
def test_an_interval_holds_what_grew_and_widens_with_the_error(
    small: float, more: float, one: int, other: int
) -> None:
    before, after = square(one), square(other)
    fine = areas.growth(areas.measure(before, small), areas.measure(after, small))
    assert fine.percent == pytest.approx(100 * ((other / one) ** 2 - 1), rel=1e-2, abs=0.1)
    if fine.interval_95 is None:
        assert "certainly" in fine.reason
        return
    low, high = fine.interval_95
    assert -100 <= low <= fine.percent <= high
    coarse = areas.growth(areas.measure(before, small + more), areas.measure(after, small + more))
    if coarse.interval_95 is not None:
        assert coarse.interval_95[0] <= low + 1e-9
        assert coarse.interval_95[1] >= high - 1e-9


def test_a_growth_without_grounds_has_no_interval() -> None:
    not_known = areas.growth(areas.measure(square(100)), areas.measure(square(200), 0.5))
    assert not_known.interval_95 is None
    assert "not known" in not_known.reason
    vague = areas.growth(areas.measure(square(10), 20.0), areas.measure(square(200), 0.5))
    assert vague.interval_95 is None
    assert "certainly more than nought" in vague.reason
    assert "no interval" in areas.describe_growth(vague)


def test_words_are_no_finer_than_the_error() -> None:
    assert areas.describe(areas.measure(square(200), 0.5)) == (
        "40,000 square metres, give or take 280 (95 of 100 times)"
    )
    grown = areas.growth(areas.measure(square(100), 0.5), areas.measure(square(200), 0.5))
    assert areas.describe_growth(grown).startswith("grew by 300 percent (from +29")
