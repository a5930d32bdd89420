"""Shifted coordinates: published points, and outlines beside a place that is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import datums, outlines, places
from habeas.vocabulary.datums import LatLon
from habeas.vocabulary.outlines import Outline


def site(middle: LatLon) -> Outline:
    lat, lon = middle
    corners = [(lat - 0.001, lon - 0.001), (lat - 0.001, lon + 0.001),
               (lat + 0.001, lon + 0.001), (lat + 0.001, lon - 0.001)]  # fmt: skip
    return outlines.make([(f"{a:.6f}", f"{b:.6f}") for a, b in corners])


def stated(point: LatLon, precision: str = "site") -> places.Point:
    return places.make(f"{point[0]:.6f}", f"{point[1]:.6f}", precision)


@pytest.mark.parametrize(
    ("point", "shifted"),
    [  # python/test.py of googollee/eviltransform, then test/app.js of wandergis/coordtransform
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
        ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ],
)
def test_the_shift_of_published_points(point: LatLon, shifted: LatLon) -> None:
    assert datums.to_gcj02(point) == pytest.approx(shifted, abs=1e-9)


def test_the_second_shift_of_a_published_point() -> None:
    found = datums.gcj02_to_bd09((39.915, 116.404))  # test/app.js of wandergis/coordtransform
    assert found == pytest.approx((39.92133699351021, 116.41036949371029), abs=1e-9)
    point = (39.4, 76.0)
    assert datums.to_bd09(point) == datums.gcj02_to_bd09(datums.to_gcj02(point))


def test_how_far_the_shifts_reach_in_xinjiang() -> None:
    """The numbers of docs/methods/areas.md."""
    points = [(36 + lat / 4, 75 + lon / 4) for lat in range(49) for lon in range(81)]

    def reach(shift: Callable[[LatLon], LatLon]) -> list[float]:
        return sorted(Geodesic.WGS84.Inverse(*p, *shift(p))["s12"] for p in points)

    first, second = reach(datums.to_gcj02), reach(datums.to_bd09)
    assert 75 < first[0] < first[-1] < 330
    assert 120 < first[len(first) // 20] < first[-len(first) // 20] < 300
    assert sum(far < datums.NEAREST for far in first) < len(first) / 50  # not asked about
    assert 880 < second[0] < second[-1] < 1_180


def test_nothing_is_shifted_elsewhere() -> None:
    minsk = (53.9, 27.57)
    assert datums.to_gcj02(minsk) == minsk == datums.to_bd09(minsk)


IN_XINJIANG = st.tuples(st.floats(36, 48), st.floats(75, 95))


@given(IN_XINJIANG)
def test_an_outline_in_a_shifted_datum_is_told(point: LatLon) -> None:
    place = stated(point)
    for name, shift in (("GCJ-02", datums.to_gcj02), ("BD-09", datums.to_bd09)):
        found = datums.likely_shift(site(shift(point)), place)
        apart = datums.likely_shift(site(point), stated(shift(point)))
        if found is None:  # the shift is small here: too near to be asked about
            assert name == "GCJ-02"
            assert apart is None
            continue
        assert (found.datum, found.of_place) == (name, False)
        assert found.apart_if_shifted < 2 < datums.NEAREST <= found.apart
        assert apart is not None
        assert apart.of_place


@given(IN_XINJIANG)
def test_an_outline_on_its_place_or_beside_a_vague_one_is_not_asked_about(point: LatLon) -> None:
    assert datums.likely_shift(site(point), stated(point)) is None
    assert datums.likely_shift(site(datums.to_bd09(point)), stated(point, "county")) is None


def test_a_plain_distance_is_no_shift() -> None:
    """300 m to the west, where the shift goes east."""
    assert datums.likely_shift(site((37.1, 79.8966)), stated((37.1, 79.9))) is None
