"""Shows a stored number as a spreadsheet does, by its format code.

Covers decimals, thousands, percent, scientific, fractions, text, colours and conditions,
currencies, and dates and elapsed times in both date systems. Three choices of our own, so
that what is shown can be searched and means one thing: a date whose order depends on the
reader's country (built-in formats 14, 22 and the East Asian ones) is shown as ISO 8601; a
``General`` integer is never shortened to scientific notation; names of months are English.
What is not understood gives None, and the caller shows the number as stored.

The 1900 system has a 29 February 1900 that never was (serial 60); it is shown as written.
"""

from __future__ import annotations

import datetime
import functools
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"$"#,##0;\\-"$"#,##0', 6: '"$"#,##0;\\-"$"#,##0',
    7: '"$"#,##0.00;\\-"$"#,##0.00', 8: '"$"#,##0.00;\\-"$"#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)",
    41: "#,##0", 42: '"$"#,##0', 43: "#,##0.00", 44: '"$"#,##0.00',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 34, 55), "h:mm"), **dict.fromkeys((33, 35, 56), "h:mm:ss"),
}  # fmt: skip

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<skipped>.)|\*(?P<filled>.)'
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<half>AM/PM|A/P|上午/下午)|(?P<general>General)|(?P<date>y+|m+|d+|h+|s+|b+|e+(?![+-]))"
    r"|(?P<fraction>\.0+(?=[^0#?]*$))|(?P<digits>[0#?.,]+(?:[eE][+-][0#?]+)?)|(?P<text>@)"
    r"|(?P<slash>/)|(?P<percent>%)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST_CODE = 500
_LONGEST_WHOLE = 10**21  # an identity number has 18 digits


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


@functools.lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[tuple[_Token, ...], ...]:
    sections: list[list[_Token]] = [[]]
    for found in _TOKEN.finditer(code[:_LONGEST_CODE]):
        kind = found.lastgroup or "plain"
        text = found[kind]
        if kind == "plain" and text == ";":
            sections.append([])
        elif kind == "bracket" and _CONDITION.match(found[0]):
            sections[-1].append(_Token("condition", found[0]))
        else:
            sections[-1].append(_Token(kind, text))
    return tuple(tuple(section) for section in sections)


@functools.lru_cache(maxsize=4096)
def is_date(code: str) -> bool:
    """Whether numbers under this code are days or times."""
    return any(token.kind in {"date", "elapsed", "half"} for token in _sections(code)[0])


def shown(value: float, code: str, *, date1904: bool = False) -> str | None:
    """``value`` as the code shows it, or None where the code is not understood."""
    if code == "" or code.casefold() == "general":
        return general(value)
    try:
        section, signed = _chosen(value, _sections(code))
        if any(token.kind in {"date", "elapsed", "half"} for token in section):
            return _date(value, section, date1904=date1904)
        return _number(value if signed else abs(value), section)
    except (ValueError, OverflowError, InvalidOperation, ZeroDivisionError, IndexError):
        return None


def general(value: float) -> str:
    """A number without a format: 15 significant digits, integers in full."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    written = f"{value:.15g}"
    return str(int(Decimal(written))) if 1e15 <= abs(value) < _LONGEST_WHOLE else written


def whole(raw: str, code: str) -> str:
    """A long integer as stored, without a format; '' for anything else.

    Identity numbers have more digits than a spreadsheet keeps; other programs write all of them.
    """
    if code.casefold() not in ("", "general", "0") or len(raw.strip()) < 16:
        return ""
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        return ""
    if not number.is_finite() or not 1e15 <= abs(number) < _LONGEST_WHOLE:
        return ""
    return str(int(number)) if number == int(number) else ""


def shown_text(text: str, code: str) -> str:
    """A text value under a code: the fourth section, or the text alone."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else sections[0] if len(sections) == 1 else ()
    if not any(token.kind == "text" for token in section):
        return text if len(sections) <= 3 else "".join(_literal(token) for token in section)
    return "".join(text if token.kind == "text" else _literal(token) for token in section)


def _chosen(
    value: float, sections: tuple[tuple[_Token, ...], ...]
) -> tuple[tuple[_Token, ...], bool]:
    """The section for this value; and whether a minus sign is still to be shown."""
    conditions = [token for section in sections for token in section if token.kind == "condition"]
    if conditions:
        for section in sections:
            own = [token for token in section if token.kind == "condition"]
            if not own or _holds(value, own[0].text):
                return section, True
        return sections[-1], True
    if value < 0 and len(sections) > 1:
        return (sections[1], False) if sections[1] else ((), False)
    if value == 0 and len(sections) > 2:
        return sections[2], True
    return sections[0], True


def _holds(value: float, condition: str) -> bool:
    found = _CONDITION.match(condition)
    if found is None:
        return False
    sign, bound = found[1], float(found[2])
    return {
        "<": value < bound,
        ">": value > bound,
        "<=": value <= bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[sign]


def _literal(token: _Token) -> str:
    if token.kind in {"quoted", "escaped", "currency", "plain", "slash", "percent"}:
        return "%" if token.kind == "percent" else token.text
    return " " if token.kind == "skipped" else ""


def _number(value: float, section: tuple[_Token, ...]) -> str:
    section = tuple(
        _Token("digits", token.text) if token.kind == "fraction" else token for token in section
    )
    if any(token.kind == "slash" for token in section):
        return _fraction(value, section)
    amount = abs(Decimal(repr(value))).scaleb(2 * sum(t.kind == "percent" for t in section))
    codes = [token.text for token in section if token.kind == "digits"]
    runs = _spread(amount, codes) if len(codes) > 1 else [_digits(amount, code) for code in codes]
    pieces, digits = list[str](), iter(runs)
    for token in section:
        if token.kind in {"general", "text"}:
            pieces.append(general(float(amount)))
        elif token.kind == "digits":
            pieces.append(next(digits))
        else:
            pieces.append(_literal(token))
    shows_amount = any(mark in "123456789" for mark in "".join(runs)) or not codes
    return ("-" if value < 0 and shows_amount else "") + "".join(pieces)


def _spread(amount: Decimal, codes: list[str]) -> list[str]:
    """The digits over several runs of a code, from the right, as in ``000-0000``."""
    rest = _digits(amount, "".join(codes))
    pieces = list[str]()
    for code in reversed(codes[1:]):
        pieces.append(rest[-len(code) :])
        rest = rest[: -len(code)]
    return [rest, *reversed(pieces)]


def _digits(amount: Decimal, code: str) -> str:
    mantissa, exponent, power = re.fullmatch(r"([0#?.,]*)(?:[eE]([+-])([0#?]+))?", code).groups()  # type: ignore[union-attr]
    if exponent:
        return _scientific(amount, mantissa, exponent, power)
    whole, _, decimals = mantissa.partition(".")
    trailing = len(whole) - len(whole.rstrip(",")) if "." not in mantissa else 0
    trailing += len(decimals) - len(decimals.rstrip(","))
    amount = amount.scaleb(-3 * trailing)
    whole, decimals = whole.rstrip(",") if "." not in mantissa else whole, decimals.rstrip(",")
    places = sum(mark in "0#?" for mark in decimals)
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    integer, _, rest = f"{rounded:f}".partition(".")
    least = sum(mark == "0" for mark in whole)
    integer = integer.lstrip("0").rjust(least, "0")
    if "," in whole:
        integer = f"{int(integer):,}".rjust(least, "0") if integer else integer
    fixed = max((at + 1 for at, mark in enumerate(decimals) if mark == "0"), default=0)
    while len(rest) > fixed and rest.endswith("0"):
        rest = rest[:-1]
    return f"{integer}{'.' if '.' in mantissa else ''}{rest}"


def _scientific(amount: Decimal, mantissa: str, sign: str, power: str) -> str:
    places = len(mantissa.partition(".")[2])
    exponent = amount.adjusted() if amount else 0
    step = max(1, len(mantissa.partition(".")[0]))
    exponent -= exponent % step if step > 1 else 0
    scaled = amount.scaleb(-exponent).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    mark = "-" if exponent < 0 else "+" if sign == "+" else ""
    return f"{scaled:f}E{mark}{abs(exponent):0{len(power)}d}"


def _fraction(value: float, section: tuple[_Token, ...]) -> str:
    digits = [token.text for token in section if token.kind == "digits"]
    below = max((len(text) for text in digits[-1:]), default=1)
    exact = Fraction(repr(abs(value))).limit_denominator(10 ** min(below, 4) - 1)
    whole, rest = divmod(exact, 1)
    sign = "-" if value < 0 else ""
    if len(digits) < 3:
        return f"{sign}{exact.numerator}/{exact.denominator}"
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{f'{whole} ' if whole else ''}{rest.numerator}/{rest.denominator}"


def moment(value: float, *, date1904: bool = False) -> tuple[int, int, int, datetime.timedelta]:
    """Year, month and day of a serial number, and the time of that day, to the millisecond."""
    if value < 0 or value >= 2_958_466:
        raise ValueError("no date")
    days, milliseconds = divmod(round(value * 86_400_000), 86_400_000)
    clock = datetime.timedelta(milliseconds=milliseconds)
    if date1904:
        day = datetime.date(1904, 1, 1) + datetime.timedelta(days=days)
    elif days == 60:
        return 1900, 2, 29, clock
    elif days == 0:
        return 1900, 1, 0, clock
    else:
        day = datetime.date(1899, 12, 31 if days < 60 else 30) + datetime.timedelta(days=days)
    return day.year, day.month, day.day, clock


def _date(value: float, section: tuple[_Token, ...], *, date1904: bool) -> str:
    elapsed = any(token.kind == "elapsed" for token in section)
    negative = value < 0 and elapsed
    places = max((len(t.text) - 1 for t in section if t.kind == "fraction"), default=0)
    value = round(abs(value) if negative else value, 11)
    if not places:  # the shown second is the nearest
        value = round(value * 86_400) / 86_400
    year, month, day, clock = moment(value, date1904=date1904)
    seconds = round(value * 86_400, 3)
    hour, minute, second = clock.seconds // 3600, clock.seconds // 60 % 60, clock.seconds % 60
    half = any(token.kind == "half" for token in section)
    pieces = list[str]()
    for at, token in enumerate(section):
        size = len(token.text)
        if token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
            pieces.append(str(int(seconds // unit)).rjust(size, "0"))
        elif token.kind == "half":
            names = {"a/p": "A/P", "上午/下午": "上午/下午"}.get(token.text.casefold(), "AM/PM")
            pieces.append(names.split("/")[hour >= 12])
        elif token.kind == "fraction":
            pieces.append(f"{clock.microseconds / 1e6:.{size - 1}f}"[1:])
        elif token.kind != "date":
            pieces.append(token.text if token.kind == "digits" else _literal(token))
        else:
            letter = token.text[0].lower()
            if letter in "yeb":
                pieces.append(f"{year % 100:02d}" if size <= 2 and letter == "y" else f"{year:04d}")
            elif letter == "d":
                pieces.append(_day(year, month, day, size))
            elif letter == "h":
                pieces.append(str(hour % 12 or 12 if half else hour).rjust(min(size, 2), "0"))
            elif letter == "s":
                pieces.append(str(second).rjust(min(size, 2), "0"))
            elif _is_minute(section, at):
                pieces.append(str(minute).rjust(min(size, 2), "0"))
            else:
                name = _MONTHS[month - 1]
                short = {1: str(month), 2: f"{month:02d}", 3: name[:3], 5: name[0]}
                pieces.append(short.get(size, name))
    return ("-" if negative else "") + "".join(pieces)


def _day(year: int, month: int, day: int, size: int) -> str:
    if size <= 2:
        return str(day).rjust(size, "0")
    if day == 0 or (year, month, day) == (1900, 2, 29):
        return ""
    name = _DAYS[datetime.date(year, month, day).weekday()]
    return name[:3] if size == 3 else name


def _is_minute(section: tuple[_Token, ...], at: int) -> bool:
    """``m`` is minutes after an hour or before a second, else a month."""
    timed = [
        (index, token.text[0].lower())
        for index, token in enumerate(section)
        if token.kind in {"date", "elapsed"}
    ]
    here = next(place for place, (index, _letter) in enumerate(timed) if index == at)
    before = timed[here - 1][1] if here else ""
    after = timed[here + 1][1] if here + 1 < len(timed) else ""
    return before == "h" or after == "s"
