"""Plots and maps as pure drawings: nothing exact that is not, nothing lost, nothing active."""

from __future__ import annotations

import re
from math import asin, cos, radians, sin, sqrt

import pytest

from habeas.display.figures.charts import (
    Account,
    accounts_spec,
    digest_of,
    is_logarithmic,
    svg_of,
)
from habeas.display.figures.map_names import MapName
from habeas.display.figures.places import RADIUS_KM, Dot, precision_words
from habeas.web.explore.figures.maps import LINES, circle, geojson, svg

ACCOUNTS = (
    Account("Institute", "2018", "120,000", 120_000, 120_000),
    Account("Official", "May 2018", "1,000,000 to 3,000,000", 1_000_000, 3_000_000),
    Account("Paper", "2019", "at least 900,000", 900_000, None),
    Account("Ministry", "2019", "denies: 1,000,000", 1_000_000, 1_000_000, denied=True),
)


def spec(accounts: tuple[Account, ...] = ACCOUNTS, width: str = "wide") -> dict[str, object]:
    return accounts_spec(accounts, "persons", scheme="light", width=width)


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_account_is_drawn_under_its_name(width: str, scheme: str) -> None:
    drawn = svg_of(accounts_spec(ACCOUNTS, "persons", scheme=scheme, width=width))
    for account in ACCOUNTS:
        assert account.label in drawn
    assert "href" not in drawn.replace("xmlns:xlink", "")
    assert "<script" not in drawn


def test_one_specification_is_one_drawing() -> None:
    assert digest_of(spec()) == digest_of(spec())
    assert digest_of(spec()) != digest_of(spec(ACCOUNTS[:2]))
    assert svg_of(spec()) == svg_of(spec())


def test_hostile_names_stay_names() -> None:
    hostile = Account('<script>alert("x")</script>', "2018", "1", 1, 1)
    drawn = svg_of(spec((hostile,)))
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_scale_starts_at_nought_unless_the_numbers_span_too_far() -> None:
    assert not is_logarithmic(ACCOUNTS)
    apart = (Account("a", "", "1", 5, 5), Account("b", "", "2", 5_000_000, 5_000_000))
    assert is_logarithmic(apart)
    assert svg_of(spec(apart))


def test_no_account_can_be_drawn_from_nothing() -> None:
    assert svg_of(spec(()))


def _kilometres(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    a, b, c, d = (radians(x) for x in (lat_a, lon_a, lat_b, lon_b))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(half))


@pytest.mark.parametrize("precision", sorted(RADIUS_KM))
def test_a_circle_is_as_wide_as_its_precision(precision: str) -> None:
    radius = RADIUS_KM[precision]
    for lon, lat in circle(39.47, 75.99, radius):
        assert _kilometres(39.47, 75.99, lat, lon) == pytest.approx(radius, rel=0.02, abs=0.02)
    assert precision_words(precision) != precision


def test_records_at_one_place_are_one_dot_with_all_their_numbers() -> None:
    dots = [
        Dot((1, 3), ("One", "Three"), 37.1, 80.2, "county"),
        Dot((2,), ("Two",), 39.5, 76.0, "site"),
    ]
    features = geojson(dots)["features"]
    assert len(features) == 4
    assert features[1]["properties"]["label"] == "1, 3"
    picture = svg(dots, scheme="light")
    assert ">1, 3</text>" in picture
    assert "style" not in picture
    assert re.search(r"<polyline points=", picture), "country lines run through it"


def test_the_country_lines_are_small_and_plain() -> None:
    assert LINES.stat().st_size < 400_000
    assert svg([], scheme="dark").startswith("<svg")


def test_names_on_the_still_picture_cover_no_dot_and_no_other_name() -> None:
    at = [Dot((n,), (f"Camp {n}",), 37.0 + n / 10, 80.0 + n / 10, "county") for n in range(1, 5)]
    crowd = [MapName(f"<Place> {n}", "en", "Latn", 37.0 + n / 40, 80.0, 2) for n in range(30)]
    wide = MapName("شىنجاڭ", "ug", "Arab", 37.5, 80.5, 0)
    picture = svg(at, [wide, *crowd], scheme="light")
    assert ' lang="ug">شىنجاڭ</text>' in picture
    assert "&lt;Place&gt; " in picture
    assert 0 < picture.count("&lt;Place&gt; ") < 30
    found = re.findall(r'<text x="([-0-9.]+)" y="([-0-9.]+)" font-size="13"', picture)
    places = [(float(x), float(y)) for x, y in found]
    assert all(
        abs(x - other_x) > 60 or abs(y - other_y) > 17
        for n, (x, y) in enumerate(places)
        for other_x, other_y in places[n + 1 :]
    )
    assert geojson(at, [wide])["names"][0]["at"] == [80.5, 37.5]
