"""Outlines: one text for one ring, and nothing that is not a ring around a site."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vocabulary import outlines, values
from habeas.vocabulary.errors import BadOutline

SQUARE = "37.1,79.9 37.1,79.95 37.15,79.95 37.15,79.9"


@st.composite
def rings(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Corners around a middle, in order of their direction: never crossing."""
    turns = sorted(draw(st.sets(st.integers(0, 359), min_size=5, max_size=20)))
    if max((b - a) % 360 for a, b in zip(turns, [*turns[1:], turns[0]], strict=True)) > 150:
        turns = list(range(0, 360, 60))
    far = [draw(st.integers(50, 100)) / 10_000 for _ in turns]
    return [
        (f"{37 + r * math.sin(math.radians(t)):.7f}", f"{80 + r * math.cos(math.radians(t)):.7f}")
        for t, r in zip(turns, far, strict=True)
    ]


@given(rings(), st.data())
def test_an_outline_is_one_text_however_it_is_written(
    ring: list[tuple[str, str]], data: st.DataObject
) -> None:
    first = outlines.make(ring)
    start = data.draw(st.integers(0, len(ring) - 1))
    other = ring[start:] + ring[:start]
    other = other[::-1] if data.draw(st.booleans()) else other
    other += other[:1] if data.draw(st.booleans()) else []
    assert outlines.make(other) == first
    assert outlines.parse(first.text) == first
    positions = ",".join(f"[{lon},{lat}]" for lat, lon in other)
    assert outlines.parse(f'{{"type":"Polygon","coordinates":[[{positions}]]}}') == first


@given(rings(), st.data())
def test_two_corners_exchanged_cross_or_are_another_ring(
    ring: list[tuple[str, str]], data: st.DataObject
) -> None:
    one = data.draw(st.integers(0, len(ring) - 1))
    crossed = [*ring]
    other = (one + 2) % len(ring)
    crossed[one], crossed[other] = crossed[other], crossed[one]
    refused = ""
    try:
        made = outlines.make(crossed)
    except BadOutline as error:
        refused = error.message
    if refused:
        assert "crosses or touches" in refused
    else:
        assert set(made.corners) == set(outlines.make(ring).corners)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("37.1,79.9 37.15,79.95 37.1,79.95 37.15,79.9", "crosses or touches"),
        ("0,0 0,10 5,5 0,5 5,0", "crosses or touches"),
        ("1,1 2,2 3,3", "crosses or touches"),
        ("0,0 0,2 0,1 1,1", "crosses or touches"),
        ("37.1,79.9 37.1,79.95", "at least 3"),
        ("37.1,79.9 37.1,79.95 37.1,79.90", "at least 3"),
        ("1,1 1,2 1,1 2,2", "twice"),
        ("137.1,9.9 137.2,9.9 137.2,9.8", "corner 1, the latitude comes first"),
        ("37.1,79.9 37.1,279.95 37.15,79.95", "corner 2, .*beyond 180"),
        ("1,179 1,-179 2,-179", "half around the earth"),
        ("37.1 79.9 37.1 79.95", "not a corner"),
        ("37.1,79.9,12 37.1,79.95 37.15,79.95", "not a corner"),
        ('{"type":"Point","coordinates":[79.9,37.1]}', "not a GeoJSON polygon"),
        ('{"type":"Polygon","coordinates":[[[79,37],[79,38],[80,38]],[[1,1]]]}', "no holes"),
        ('{"type":"Polygon","coordinates":[[[79],[79,38],[80,38]]]}', "not longitude and latitude"),
        ('{"type":"Polygon","coordinates":[[[79,NaN],[79,38],[80,38]]]}', "not a number of deg"),
        ('{"type":', "not JSON"),
        ("[" * 50_000, "at most 40,000"),
        (" ".join(f"1,{n / 100}" for n in range(501)) + " 2,2", "at most 500"),
    ],
)
def test_what_is_no_outline_is_refused_with_why(text: str, words: str) -> None:
    with pytest.raises(BadOutline, match=words):
        outlines.parse(text)


def test_an_outline_is_a_value_as_it_was_written() -> None:
    prop = values.core().properties["outline"]
    value = values.parse(f"{SQUARE} 37.1,79.9", prop)
    assert value.outline is not None
    assert values.columns(value).value_key == SQUARE
    assert value.as_written == values.Written(f"{SQUARE} 37.1,79.9")
    assert values.from_json(json.loads(json.dumps(values.to_json(value)))) == value
    assert values.describe(value) == "4 corners around 37.1250° N, 79.9250° E"
