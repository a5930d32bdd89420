"""Places that are not words: written as they are worded, refused with what would be possible."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from habeas.vocabulary import locations
from habeas.vocabulary.errors import BadLocation
from habeas.vocabulary.locations import Bounds, Location

counted = st.integers(1, 2**31 - 1)


@st.composite
def edges(draw: st.DrawFn) -> dict[str, int]:
    left, right = sorted(draw(st.sets(st.integers(0, 1_000_000), min_size=2, max_size=2)))
    top, bottom = sorted(draw(st.sets(st.integers(0, 1_000_000), min_size=2, max_size=2)))
    return {"left": left, "top": top, "right": right, "bottom": bottom}


@st.composite
def places(draw: st.DrawFn) -> Location:
    form = draw(st.sampled_from(locations.FORMS))
    numbers: dict[str, int] = {}
    if form in ("cell", "row"):
        numbers = {"sheet": draw(counted), "row": draw(counted)}
    if form == "cell":
        numbers["column"] = draw(counted)
    if form == "rectangle":
        numbers = {"page": draw(counted), **draw(edges())}
    if form == "time":
        start, stop = sorted((draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))))
        numbers = {"from_ms": start, "to_ms": stop}
        if draw(st.booleans()):
            numbers |= draw(edges())
        if draw(st.booleans()):
            numbers["stream"] = draw(st.integers(0, 999))
    return Location(form, **numbers)


@given(places())
@example(Location("cell", sheet=1, row=1, column=locations.FURTHEST))
def test_a_place_is_written_as_it_is_worded(place: Location) -> None:
    assert not list(locations.problems(place))
    assert locations.parse(locations.words(place)) == place
    assert locations.of_fields({"form": place.form, **place.numbers, "kind": "location"}) == place


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Cell c12", "cell C12, sheet 1"),
        ("row 3, table 2", "row 3, sheet 2"),
        ("page 4", "page 4"),
        ("10-42.5 across, 5–20% down", "page 1, 10-42.5 % across, 5-20 % down"),
        ("1:02.5-1:09", "1:02.500-1:09"),
        ("1:00:00", "1:00:00-1:00:00"),
        ("0:01-0:02, stream 1, 0-50 across, 0-50 down",
         "0:01-0:02, stream 1, 0-50 % across, 0-50 % down"),
        ("whole", "the whole file"),
    ],
)  # fmt: skip
def test_what_may_be_written(written: str, words: str) -> None:
    assert locations.words(locations.parse(written)) == words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "not a place"), ("x" * 300, "not a place"), ("somewhere", "not a part of a place"),
        ("cell C12, row 3", "a cell and a row"), ("page 1, page 2", "twice"),
        ("page 0", "not possible"), ("page 1, 10-5 across, 0-9 down", "not inside it"),
        ("10-101 across, 0-9 down", "not inside it"), ("5-9 across", "four edges|no top"),
        ("1:75", "No time is written 1:75"), ("1:60:00-2:00:00", "No time is written 1:60:00"),
        ("0:09-0:02", "ends before it begins"), ("whole file, page 2", "a whole and a page"),
        ("whole, stream 2", "has no stream"),
        ("sheet 2", "no left|no edges"), ("cell C99999999999", "not a part|not possible"),
        ("row 1, 0:01-0:02", "a row and a time"),
    ],
)  # fmt: skip
def test_what_is_no_place_is_refused_with_what_would_be(written: str, said: str) -> None:
    with pytest.raises(BadLocation, match=said) as refused:
        locations.parse(written)
    assert refused.value.next_step


FILM = Bounds(duration_ms=5_000, streams=(0, 1), film=True)
PAGES = Bounds(pages=((1, 3),))


@pytest.mark.parametrize(
    ("written", "bounds", "said"),
    [
        ("page 4", PAGES, "from 1 to 3"), ("page 2", Bounds(pages=((1, 1),)), "page 1 only"),
        ("page 1", Bounds(), "no pages"), ("page 1", FILM, "0:00 to 0:05"),
        ("0:04-0:06", FILM, "0:00 to 0:05"), ("0:01-0:02", PAGES, "no measured time"),
        ("0:01-0:02, stream 2", FILM, "streams: 0, 1"),
        ("0:01-0:02, 0-9 across, 0-9 down", Bounds(duration_ms=5_000), "no pictures"),
    ],
)  # fmt: skip
def test_a_place_outside_its_file_is_refused_with_the_bounds(
    written: str, bounds: Bounds, said: str
) -> None:
    wrong = locations.outside(locations.parse(written), bounds)
    assert wrong is not None
    assert said in " ".join(wrong)


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("page 3", PAGES), ("0:00-0:05, stream 1, 0-9 across, 0-9 down", FILM),
        ("whole", Bounds()), ("cell A1", Bounds()),
    ],
)  # fmt: skip
def test_a_place_inside_its_file_is_not(written: str, bounds: Bounds) -> None:
    assert locations.outside(locations.parse(written), bounds) is None


@pytest.mark.parametrize("number", [True, "3", 1.5, None])
def test_a_number_of_an_entry_is_a_whole_number(number: object) -> None:
    with pytest.raises(BadLocation):
        locations.of_fields({"form": "row", "sheet": number, "row": 1})


SHEETS = ("Cases 2019", "Legend, in short", "7", "Cases 2019 (2)", "")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("cell B2, sheet cases 2019", 1),
        ("sheet  Cases  2019 , row 3", 1),
        ('row 3, sheet "Legend, in short"', 2),
        ("cell B2, sheet Cases 2019 (2)", 4),
        ("cell B2, sheet 4", 4),
        ("cell B2, sheet 7", 7),  # a number is a number
        ('cell B2, sheet "7"', 3),
    ],
)
def test_a_sheet_is_given_by_its_name(written: str, number: int) -> None:
    found = locations.parse(written, lambda: SHEETS)
    assert found.sheet == number
    assert locations.parse(locations.words(found)) == found


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are() -> None:
    for written, said in (
        ("cell B2, sheet People", "No sheet is named ‘People’"),
        ('row 1, sheet "8"', "No sheet is named ‘8’"),
    ):
        with pytest.raises(BadLocation, match=said) as refused:
            locations.parse(written, lambda: SHEETS)
        assert "1 ‘Cases 2019’, 2 ‘Legend, in short’" in (refused.value.next_step or "")
    with pytest.raises(BadLocation, match="Several sheets"):
        locations.parse("row 1, sheet a", lambda: ["A", "a"])
    with pytest.raises(BadLocation, match="No sheet is named"):
        locations.parse("row 1, sheet People")
