"""What a text that is no EDTF date probably means: advice in words, never a reading.

People write days in the order of their country, and spreadsheets write numbers and times. Advice
names what to check and what to write instead; where a text fits two days, both are named. Nothing
here changes what is accepted.
"""

from __future__ import annotations

import datetime
import re
import unicodedata

from habeas.vocabulary.texts import late_pattern

_SERIAL = late_pattern(r"([1-9][0-9]{4})(?:[.,]([0-9]+))?")
#: Day numbers of 1954 to 2064; others are likelier something else.
_SERIALS = range(20_000, 60_001)
_EPOCH, _EPOCH_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ), 1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = late_pattern(
    r"([12][0-9]{3})(?:[-./年]\s?|\s)([0-9]{1,2})(?:(?:[-./月]\s?|\s)([0-9]{1,2})日?|月)?\s?"
)
_COMPACT = late_pattern(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_YEAR_LAST = late_pattern(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./]([12][0-9]{3}|[0-9]{2})")
_SPAN = late_pattern(r"([12][0-9]{3}(?:-[01][0-9])?) ?[-–—~至到] ?([12][0-9]{3}(?:-[01][0-9])?)")
_MIDNIGHT = late_pattern(r"(.+?)[T ]00:00(?::00(?:\.0+)?)?Z?")
_WORDS = late_pattern(
    r"([0-9]{1,2})?[ .-]*([A-Za-z]{3,9})\.?[ ,-]*([0-9]{1,2})?,?[ -]*([12][0-9]{3})?"
)
_MONTH_AND_TWO = late_pattern(r"([A-Za-z]{3,9})-([0-9]{2})")
_LOOSE = late_pattern(
    r"(about|abt|around|circa|ca|c|approx|approximately|before|until|by|after|since|from|early|mid|late"
    r"|beginning of|end of)\.?[ -]*([12][0-9]{3}(?:-[01][0-9])?)",
    re.I,
)
_DECADE = late_pattern(r"(?:the )?([12][0-9]{2})0['\u2019]?s", re.I)
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_SEASON = late_pattern(rf"(?:in )?({'|'.join(_SEASONS)})(?: of)? ([12][0-9]{{3}})", re.I)
_OF_TWO = late_pattern(r"(between )?(.+?) (or|and|to) (.+)", re.I)
_UNKNOWN = frozenset(
    ("?", "??", "???", "don't know", "dont know", "do not know", "not known", "unknown", "no idea")
)
_CHECK = "Check the source, and write what it says."


def advice(text: str) -> str:
    """What is probably meant by a text that is no date; '' where nothing can be said."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    if plain != text and re.fullmatch(r"[0-9X/.~?%-]+", plain):
        return f"Write it in plain digits: {plain}?"
    if found := _MIDNIGHT.fullmatch(plain):
        plain = found[1]
        if re.fullmatch(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", plain):
            return f"It ends in a time that no one stated. Write the day: {plain}?"
    for look in (
        _serial,
        _year_and_zero,
        _span,
        _year_first,
        _year_last,
        _month_and_two,
        _words,
        _loosely,
        _two_digits,
        _decade,
        _season,
        _unknown,
        _of_two,
    ):
        if said := look(plain):
            return said
    return ""


def _serial(text: str) -> str:
    found = _SERIAL.fullmatch(text)
    if found is None or int(found[1]) not in _SERIALS:
        return ""
    days = datetime.timedelta(days=int(found[1]))
    with_time = " with a time" if (found[2] or "").strip("0") else ""
    return (
        f"It looks like a spreadsheet's day number{with_time}: {_EPOCH + days}? "
        f"({_EPOCH_1904 + days} where the sheet counts from 1904.) {_CHECK}"
    )


def _year_and_zero(text: str) -> str:
    found = re.fullmatch(r"([12][0-9]{3})\.0+", text)
    return f"It looks like a year that a spreadsheet kept as a number: {found[1]}?" if found else ""


def _span(text: str) -> str:
    found = _SPAN.fullmatch(text)
    return f"From and to are parted by a slash: {found[1]}/{found[2]}?" if found else ""


def _year_first(text: str) -> str:
    found = _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if found is None:
        return ""
    meant = _day(found[1], found[2], found[3])
    return f"Write it as {meant}?" if meant and meant != text else ""


def _day(year: str, month: str | int, day: str | None) -> str:
    """The day or month in EDTF; '' where there is none."""
    try:
        there = datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return ""
    return there.isoformat() if day else there.isoformat()[:7]


def _year_last(text: str) -> str:
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return ""
    one, other, year = int(found[1]), int(found[2]), found[3]
    if len(year) == 2:
        return f"It says no century, and not which number is the day. {_CHECK}"
    ways = ((one, other), (other, one))
    days = sorted({_day(year, month, str(day)) for day, month in ways} - {""})
    if len(days) == 2:
        return f"It may be {days[0]} or {days[1]}. {_CHECK}"
    return f"Write it as {days[0]}?" if days else ""


def _month_and_two(text: str) -> str:
    found = _MONTH_AND_TWO.fullmatch(text)
    month = _MONTHS.get(found[1].lower()) if found else None
    if found is None or month is None:
        return ""
    return (
        f"A spreadsheet writes so the month 20{found[2]}-{month:02}, and the day {int(found[2])} "
        f"of that month in the year of typing. {_CHECK}"
    )


def _words(text: str) -> str:
    found = _WORDS.fullmatch(text)
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None:
        return ""
    day, year = found[1] or found[3], found[4]
    if found[1] and found[3] and year is None:
        return f"It says no century. {_CHECK}"
    if year is None:
        return f"It says no year. Write the year too: 2018-{month:02}, or leave the cell empty."
    meant = _day(year, month, day)
    return f"Write it as {meant}?" if meant else ""


def _loosely(text: str) -> str:
    """about, before, after, in the middle of a year: what EDTF has for it."""
    found = _LOOSE.fullmatch(text)
    if found is None:
        return ""
    word, year = found[1].lower(), found[2]
    if word in ("before", "until", "by"):
        return f"Write it as ../{year}, with the last day that is possible."
    if word in ("after", "since", "from"):
        return f"Write it as {year}/.., with the first day that is possible."
    if word in ("early", "mid", "late", "beginning of", "end of"):
        return f"Write {year}~, or the months that are meant, such as {year}-05/{year}-08."
    return f"Write it as {year}~?"


def _two_digits(text: str) -> str:
    return (
        f"It says no century: 19{text} or 20{text}? {_CHECK}"
        if text.isdecimal() and len(text) == 2
        else ""
    )


def _decade(text: str) -> str:
    found = _DECADE.fullmatch(text)
    return f"Write the ten years as {found[1]}X?" if found else ""


def _season(text: str) -> str:
    """EDTF has seasons, which say nothing of months."""
    found = _SEASON.fullmatch(text)
    return f"Write it as {found[2]}-{_SEASONS[found[1].lower()]}?" if found else ""


def _unknown(text: str) -> str:
    known = text.lower().replace("\u2019", "'") in _UNKNOWN
    return "If no one knows it, write ?unknown." if known else ""


def _of_two(text: str) -> str:
    """One of two dates, or from one to the other; the year may stand at the second only."""
    found = _OF_TWO.fullmatch(text)
    if found is None or (found[3].lower() != "or" and not found[1]):
        return ""
    last = _alone(found[4])
    first = _alone(found[2]) or (_alone(f"{found[2]} {last[:4]}") if last else "")
    if not (first and last):
        return ""
    if found[3].lower() == "or":
        return f"Write it as [{first},{last}], one of them?"
    return f"Write it as {first}/{last} if it lasted so long, as [{first}..{last}] if it was then?"


def _alone(text: str) -> str:
    """A year, or a month and a year in words, in EDTF."""
    if re.fullmatch(r"[12][0-9]{3}(?:-[01][0-9])?", text):
        return text
    found = re.fullmatch(r"([A-Za-z]{3,9})\.? ([12][0-9]{3})", text)
    month = _MONTHS.get(found[1].lower()) if found else None
    return f"{found[2]}-{month:02}" if found and month else ""
