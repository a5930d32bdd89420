"""Points: one canonical text, a precision always, degrees that exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import places
from habeas.vocabulary.errors import BadPlace
from habeas.vocabulary.places import Point
from habeas.vocabulary.schema import core


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("37.08,80.18", Point("37.08", "80.18", "not-stated")),
        ("37.08,80.18 county", Point("37.08", "80.18", "county")),
        (" 37.08 , 80.18  county ", Point("37.08", "80.18", "county")),
        ("+37.080,080.1800 site", Point("37.08", "80.18", "site")),
        ("-0,0.0", Point("0", "0", "not-stated")),
        ("-33.5,-70", Point("-33.5", "-70", "not-stated")),
        ("90,180 exact", Point("90", "180", "exact")),
        ("-90.0,-180.000 exact", Point("-90", "-180", "exact")),
    ],
)
def test_what_is_read(text: str, point: Point) -> None:
    assert places.parse(text) == point


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "two numbers"),
        ("37.08", "two numbers"),
        ("37.08,80.18,5", "two numbers"),
        ("37,08,80,18", "two numbers"),
        ("80.18,137.08 nowhere", "no precision"),
        ("137.08,80.18", "latitude comes first"),
        ("91,190", "beyond 90"),
        ("37,180.5", "beyond 180"),
        ("90.0000001,0", "latitude comes first|beyond 90"),
        ("37.12345678,80", "decimals"),
        ("３７,80", "not a number of degrees"),
        ("nan,inf", "not a number of degrees"),
        ("1e1,5", "not a number of degrees"),
        ("37.,80", "not a number of degrees"),
        ("37\x00,80", "not a number of degrees"),
        ("3" * 5000 + ",80", "not a short text"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadPlace, match=reason) as refused:
        places.parse(text)
    assert "37.08,80.18 county" in refused.value.next_step


degrees = st.decimals(-90, 90, places=7)


@given(degrees, degrees, st.sampled_from(places.PRECISIONS))
def test_reading_its_own_text_gives_the_same(lat: object, lon: object, precision: str) -> None:
    point = places.parse(f"{lat:f},{lon:f} {precision}")
    assert places.parse(point.text) == point
    assert not point.lat.endswith(".")
    assert point.lat != "-0"


def test_words() -> None:
    assert (
        places.describe(places.parse("37.08,80.18 county")) == "37.08° N, 80.18° E (to the county)"
    )
    assert places.describe(places.parse("-33.5,-70")) == "33.5° S, 70° W (precision not stated)"
    assert places.describe(places.parse("1,2 exact")) == "1° N, 2° E (exact)"


def test_the_precisions_are_the_code_list() -> None:
    assert tuple(core().codes["place-precision"]) == places.PRECISIONS


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("37°N,80°E", "37,80 not-stated?"),
        ("37°04'48\"N 80°10'48\"E county", "37.08,80.18 county?"),
        ("33°30′S 70°40′W", "-33.5,-70.66667 not-stated?"),
        ("37,08;80,18 site", "37.08,80.18 site?"),
        ("37.08 80.18", "37.08,80.18 not-stated?"), ("37.08;80.18 county", "37.08,80.18 county?"),
    ],
)  # fmt: skip
def test_a_point_in_another_form_is_refused_with_what_it_means(text: str, meant: str) -> None:
    with pytest.raises(BadPlace) as refused:
        places.parse(text)
    assert refused.value.next_step == f"Write it as {meant}"
    places.parse(meant.rstrip("?"))
