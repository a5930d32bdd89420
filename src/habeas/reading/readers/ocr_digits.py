"""Digits on pages in Arabic script are the letters that models read worst: which lines to doubt.

The Uyghur model knows no Arabic-Indic digits (٠ to ٩) and reads them as others without a sign of
doubt: ٢٠١٨ came out as 3018. So a line with digits is read again by the Arabic model, which knows
them, and one of the Arabic model's by the Uyghur one; where the second sees any, or other digits
than the page's own reading, the digits are doubtful. What no date or number looks like is doubtful
by itself: a sign inside digits, a year that has not come yet. So are numbers joined by a hyphen: in
which order they stand is not told by the picture alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from habeas.reading.readers.tesseract import Line

SCRIPT = "Arab"
_SECOND_MODEL, _THIRD_MODEL = "ara", "uig"
_MOST_LINES = 60
_INDIC = re.compile("[٠-٩۰-۹]")
_SIGN_INSIDE = re.compile(r"\d[^\w\s.,:/()%+\-\u066a-\u066c]+\d")
_JOINED = re.compile(r"\d[-\u2010-\u2015]\d")
_FOUR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_YEAR = re.compile(r"(?<!\d)(\d{4})\s?(?:年|год|г\.|жыл|yıl)|(?:year|in)\s(\d{4})(?!\d)", re.I)
_LATEST_YEAR = 2100  # no year of any calendar used here; a number of four digits may be one


def second_model(first: str) -> str:
    """The model that reads lines again: another than the first, or it would repeat itself."""
    return _THIRD_MODEL if first == _SECOND_MODEL else _SECOND_MODEL


def doubtful(
    lines: Sequence[Line], again: Callable[[Sequence[Line]], Sequence[Line | None]]
) -> list[int]:
    """Which lines' digits are doubtful; ``again`` reads lines with the second model."""
    asked = [at for at, line in enumerate(lines) if re.search(r"\d", line.text)]
    found = {at for at in asked if _INDIC.search(lines[at].text) or is_impossible(lines[at].text)}
    rest = [at for at in asked if at not in found][:_MOST_LINES]
    for at, line in zip(rest, again([lines[at] for at in rest]), strict=True):
        if line is None:
            continue
        if _INDIC.search(line.text) or digits(line.text) != digits(lines[at].text):
            found.add(at)
    return sorted(found)


def is_impossible(text: str) -> bool:
    """Whether digits stand as they do in no date and no number."""
    if _SIGN_INSIDE.search(text) or _JOINED.search(text):
        return True
    return any(int(number) > _LATEST_YEAR for number in _FOUR.findall(text))


def has_impossible_year(text: str) -> bool:
    """Whether a number that is called a year, in any script, is none."""
    return any(int(one or other) > _LATEST_YEAR for one, other in _YEAR.findall(text))


def digits(text: str) -> str:
    """The digits of a text in order, of whatever script, as 0 to 9."""
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdigit())
