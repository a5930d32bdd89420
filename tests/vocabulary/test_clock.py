"""Clock times: the zone as stated, an interval where it is not."""

from __future__ import annotations

import pytest

from habeas.vocabulary import clock, edtf
from habeas.vocabulary.edtf_date import Date
from habeas.vocabulary.errors import BadDate
from habeas.vocabulary.region import bundled


def time(text: str) -> Date:
    start = edtf.parse(text).start
    assert isinstance(start, Date)
    return start


def test_a_stated_zone_is_one_minute() -> None:
    beijing = clock.utc_minutes(time("2018-06-03T14:30+08:00"))
    urumqi = clock.utc_minutes(time("2018-06-03T12:30:59+06:00"))
    assert beijing == urumqi == clock.utc_minutes(time("2018-06-03T06:30Z"))
    assert beijing[0] == beijing[1]


def test_an_unstated_zone_in_xinjiang_is_two_hours_wide() -> None:
    first, last = clock.utc_minutes(time("2018-06-03T14:30"), bundled("xinjiang").zones)
    assert last - first == 120
    assert first == clock.utc_minutes(time("2018-06-03T14:30+08:00"))[0]


def test_an_unstated_zone_anywhere_is_more_than_a_day_wide() -> None:
    first, last = clock.utc_minutes(time("2018-06-03T14:30"))
    assert last - first == 26 * 60


def test_a_day_without_a_time_is_refused() -> None:
    with pytest.raises(BadDate, match="no time of day"):
        clock.utc_minutes(time("2018-06-03"))
