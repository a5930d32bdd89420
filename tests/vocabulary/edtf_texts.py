"""Strategies for EDTF texts, valid by construction, near the years 1990 to 2030."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

years = st.integers(1990, 2029)
qualifiers = st.sampled_from(["", "", "", "?", "~", "%"])


@st.composite
def plain_dates(draw: st.DrawFn) -> str:
    """A year, month or day without qualifier."""
    day = draw(st.dates(dt.date(1990, 1, 1), dt.date(2029, 12, 31)))
    return draw(st.sampled_from([f"{day.year:04d}", f"{day:%Y-%m}", day.isoformat()]))


@st.composite
def unspecified_dates(draw: st.DrawFn) -> str:
    """A date with unknown digits, made from one that exists, so that some day fits it."""
    text = draw(plain_dates())
    hidden = draw(st.sets(st.integers(2, len(text) - 1), min_size=1, max_size=4))
    return "".join(
        "X" if place in hidden and letter.isdigit() else letter for place, letter in enumerate(text)
    )


@st.composite
def other_dates(draw: st.DrawFn) -> str:
    year = draw(years)
    return draw(
        st.one_of(
            st.integers(21, 41).map(lambda code: f"{year}-{code}"),
            st.integers(1, 4).map(lambda digits: f"{year}S{digits}"),
        )
    )


dates = st.one_of(plain_dates(), unspecified_dates(), other_dates())
qualified_dates = st.builds(lambda date, sign: date + sign, dates, qualifiers)


@st.composite
def partly_qualified(draw: st.DrawFn) -> str:
    parts = draw(plain_dates()).split("-")
    return "-".join(draw(qualifiers) + part + draw(qualifiers) for part in parts)


single_dates = st.one_of(qualified_dates, partly_qualified())
ends = st.one_of(single_dates, single_dates, st.sampled_from(["..", ""]))
intervals = st.builds(lambda a, b: f"{a}/{b}", ends, ends)
members = st.one_of(
    single_dates,
    st.builds(lambda a, b: f"{a}..{b}", plain_dates(), plain_dates()),
)


@st.composite
def sets(draw: st.DrawFn) -> str:
    found = draw(st.lists(members, min_size=1, max_size=3))
    if draw(st.booleans()):
        found.insert(0, ".." + draw(single_dates))
    if draw(st.booleans()):
        found.append(draw(single_dates) + "..")
    inner = draw(st.sampled_from([",", ", "])).join(found)
    return draw(st.sampled_from(["[{}]", "{{{}}}"])).format(inner)


any_texts = st.one_of(single_dates, intervals, sets())
