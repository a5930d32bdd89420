"""Clock times with the zone as stated; where it is not stated, an interval.

A region says which zones are in use there. Where there are two, as in Xinjiang (Beijing time,
UTC+8, and local time, UTC+6), a time whose zone nobody states is two hours wide, not a guess.
Minutes count from 0001-01-01T00:00 UTC (the start of ordinal day 1).
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.vocabulary.edtf_date import Date, refuse

#: The widest and the earliest zone in use anywhere, for a place that is not known either.
ANYWHERE = ("-12:00", "+14:00")

_MINUTES_A_DAY = 1_440


def utc_minutes(date: Date, zones: Sequence[str] = ANYWHERE) -> tuple[int, int]:
    """The first and last minute (UTC) that a stated time may mean.

    ``zones`` are the zones that may be meant where none is stated, as a region gives them.
    Raises ``BadDate`` when the date has no time of day.
    """
    if not date.time:
        raise refuse(date.text, "it has no time of day", "Write 2018-06-03T14:30.")
    hour, minute = int(date.time[0:2]), int(date.time[3:5])
    local = (date.earliest - 1) * _MINUTES_A_DAY + hour * 60 + minute
    offsets = [_offset(zone) for zone in ([date.zone] if date.zone else zones)]
    return local - max(offsets), local - min(offsets)


def _offset(zone: str) -> int:
    """Minutes east of Greenwich."""
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6] or 0)
    return -minutes if zone.startswith("-") else minutes
