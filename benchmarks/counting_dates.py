"""Dates that the random archives say and the random definitions ask about."""

from __future__ import annotations

#: Of every kind that the second count reads, around the same few years so that they meet.
DATES = (
    *("2016", "2017", "2018", "2019", "2020", "2021"),
    *("2017-06", "2018-06", "2019-07", "2019-10", "2018-12"),
    *("2018-06-03", "2019-07-12", "2017-06-30", "2018-06-03T14:30+06:00"),
    *("2017-06/2018", "2015/2016", "2017/2018", "2018/2019", "2019/2020", "2018-06/2018-08"),
    *("../2018", "2018/..", "/2018", "2018/", "2018?/2019", "2018/2019~"),
    *("2017?", "2018~", "2019%", "2021?", "2015?", "2018-06~", "2019-07?", "2018-06-03~"),
    *("2018~-06", "?2018-06-11", "2018-?06-11", "2018-06-~11"),
    *("201X", "2018-XX", "2018-06-XX", "2017-0X", "2017-1X", "2017-1X-31", "20X8-03", "201X?"),
    *("[2019-07,2019-10]", "[2016..2018]", "[..2016]", "{2019,2020}", "{2016,2018}"),
    *("{2019-07,2019-10}", "[2018?,2019]", "{2018~,2019}", "2018-33", "2018-38", "2018-41"),
)

#: What is asked about. Ends of intervals that are qualified or have X, and one of a range of years,
#: are left out: the reference lets the program say "not known" there more often than it must.
WINDOWS = tuple(
    each
    for each in DATES
    if not ("/" in each and set(each) & set("X?~%")) and each not in ("[2016..2018]", "[..2016]")
)
