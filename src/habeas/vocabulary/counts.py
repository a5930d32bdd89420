"""How many, as stated: exact, a range, at least, at most, about; and of what.

Invariants: bounds are whole numbers from 0 to 2**53 - 1; ``low`` None or ``high`` None
means that the speaker set no such bound, never zero; "about" is kept as a mark and moves no
bound. A number whose separators could be read in two ways is refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from habeas.vocabulary.answers import Answer
from habeas.vocabulary.errors import BadCount, shown

LARGEST = 2**53 - 1
LONGEST_TEXT = 200

#: An approximate count is taken to lie between its bounds divided and multiplied by this
#: when it is compared. A convention of this archive (docs/methods/dates-and-counts.md).
ABOUT_FACTOR = 2

VALID = (
    "Write 22, 1,300,000 or 1300000; 1000000-3000000 (from, to); >=1000000 (at least); "
    "<=1800000 (at most); ~120000 (about); the unit may follow it."
)

_SPACES = "\u00a0\u2009\u202f"  # no-break, thin and narrow no-break space
_NUMBER = re.compile(
    r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,3}(?:['’][0-9]{3})+"
)
_UNIT = re.compile(r"(?<=[0-9]) +([a-zA-Z]+(?:[- ][a-zA-Z]+)*)$")
_RANGE = re.compile(r"(.+?)\s*(?:-|–|\.\.|\bto\b|\band\b)\s*(.+)")
_WORDS = (
    ("about ", "~"), ("approximately ", "~"), ("circa ", "~"), ("around ", "~"),
    ("at least ", ">="), ("at most ", "<="), ("up to ", "<="),
    ("more than ", ">"), ("over ", ">"), ("less than ", "<"), ("fewer than ", "<"),
    ("under ", "<"), ("exactly ", "="), ("between ", ""),
    ("≥", ">="), ("≤", "<="), ("≈", "~"),
)  # fmt: skip
_ALSO = {"persons": ("people",)}  # beside a unit's own singular and plural
_MAGNITUDES = (
    "tens", "dozen", "dozens", "hundred", "hundreds", "thousand", "thousands", "million",
    "millions", "billion", "billions", "k", "m", "bn", "tsd", "mio", "mln", "mrd", "lakh", "crore",
    "wan", "yi",
)  # fmt: skip
_SIGNS = (">=", "<=", ">", "<", "=")


@dataclass(frozen=True, slots=True)
class Count:
    """From ``low`` to ``high`` of ``unit``, both included; None: no such bound stated."""

    low: int | None
    high: int | None
    approximate: bool
    unit: str

    @property
    def text(self) -> str:
        """The count in the syntax that ``parse`` reads."""
        if self.low is None:
            number = f"<={self.high}"
        elif self.high is None:
            number = f">={self.low}"
        else:
            number = str(self.low) if self.low == self.high else f"{self.low}-{self.high}"
        return f"{'~' if self.approximate else ''}{number} {self.unit}".rstrip(" ")


def refuse(text: object, reason: str, valid: str = VALID) -> BadCount:
    return BadCount(f"{shown(text)} is not a count: {reason}.", next_step=valid)


def make(low: int | None, high: int | None, *, approximate: bool = False, unit: str = "") -> Count:
    """A count from its bounds, checked."""
    said = f"{low} to {high}"
    if low is None and high is None:
        raise refuse(said, "it has no bound", "Give a number, or say that it is unknown.")
    for bound in (low, high):
        if bound is not None and (type(bound) is not int or not 0 <= bound <= LARGEST):
            raise refuse(said, f"a bound is a whole number from 0 to {LARGEST}")
    if low is not None and high is not None and low > high:
        raise refuse(said, "it ends below its start", f"Write {high}-{low} if that is meant.")
    return Count(low, high, approximate, unit)


def parse(text: str, unit: str = "", names: Collection[str] = ()) -> Count:
    """Read a count. ``unit`` is what is counted where the text does not say.

    ``names`` are words for that unit beside its code, such as its singular.
    Raises ``BadCount`` also where the text names another unit than ``unit``.
    """
    if not isinstance(text, str):
        raise refuse(text, "it is not a text")
    if len(text) > LONGEST_TEXT:
        raise refuse(text, f"it is longer than {LONGEST_TEXT} characters")
    rest = text.strip(" ")
    for space in _SPACES:
        rest = rest.replace(space, " ")
    stated = _UNIT.search(rest)
    if stated is not None:
        said = stated[1].lower()
        if said.split(" ")[0] in _MAGNITUDES:
            raise refuse(text, "a rounded number in words is written out, with ~ if it is rough")
        rest = rest[: stated.start()]
        if unit and said not in (unit, *names, *_ALSO.get(unit, ())):
            raise refuse(
                text,
                f"it counts {said} where {unit} are counted",
                f"If these are {unit}, write {shown(rest)} alone; if not, use a property that "
                f"counts {said}.",
            )
        unit = unit or said
    for word, sign in _WORDS:
        rest = rest.replace(word, sign)
    approximate = "~" in rest
    if approximate:
        if not (rest.startswith("~") and rest.count("~") == 1):
            raise refuse(text, "~ (about) may appear only once, at the start")
        rest = rest[1:].strip(" ")
    low, high = _bounds(text, rest)
    return make(low, high, approximate=approximate, unit=unit)


def _bounds(text: str, rest: str) -> tuple[int | None, int | None]:
    for sign in _SIGNS:
        if rest.startswith(sign):
            number = _number(text, rest[len(sign) :].strip(" "))
            if sign == "=":
                return number, number
            if sign == "<" and number == 0:
                raise refuse(text, "nothing is less than 0")
            if sign[0] == ">":
                return number + (sign == ">"), None
            return None, number - (sign == "<")
    pair = _RANGE.fullmatch(rest)
    if pair is None:
        number = _number(text, rest)
        return number, number
    first, last = _number(text, pair[1]), _number(text, pair[2])
    if first > last:
        raise refuse(text, "it ends below its start", f"Write {last}-{first} if that is meant.")
    return first, last


def _number(text: str, digits: str) -> int:
    if _NUMBER.fullmatch(digits) is None:
        raise refuse(text, _why_not(digits))
    bare = re.sub("[^0-9]", "", digits)
    if len(bare) > 16 or int(bare) > LARGEST:
        raise refuse(text, "it is too large", f"The largest count is {LARGEST}.")
    return int(bare)


def _why_not(digits: str) -> str:
    if not digits:
        return "a number is missing"
    if not digits.isascii():
        return "it has characters other than plain digits and signs"
    if re.fullmatch(r"[0-9.]+", digits):
        return _with_point(digits[:40])
    if re.fullmatch(r"-[0-9]+", digits):
        return "nothing is counted below 0"
    if re.fullmatch(r"[0-9,]+", digits):
        return "its commas do not separate groups of three digits"
    return "it has no form that is known"


def _with_point(digits: str) -> str:
    """Why a number with points is refused, naming what it may be."""
    zeros = re.fullmatch(r"([0-9]+)\.(?!000$)0*", digits)  # .000 may be of thousands
    if zeros is not None:
        return f"‘{digits}’ has a point, as a spreadsheet writes it; write {zeros[1]}"
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+", digits):
        either = f"{digits.replace('.', '')} or {digits.replace('.', ',')}"
        return f"‘{digits}’ could be a fraction or thousands; of thousands write {either}"
    if part := re.fullmatch(r"([0-9]+)\.[0-9]+", digits):
        between = f"{part[1]}-{int(part[1]) + 1}"
        return f"‘{digits}’ is a fraction; write whole numbers, such as {between}"
    return f"‘{digits}’ is not a number with those points"


def could_equal(a: Count, b: Count) -> Answer:
    """Can both counts be of the same true number?

    YES where the bounds meet, NO where they do not. Where either is approximate and the
    bounds do not meet: UNKNOWN while they meet after dividing and multiplying the
    approximate one's bounds by ``ABOUT_FACTOR``, NO beyond. UNKNOWN for different units.
    """
    if a.unit != b.unit:
        return Answer.UNKNOWN
    if _meet(a.low, a.high, b.low, b.high):
        return Answer.YES
    if (a.approximate or b.approximate) and _meet(*reach(a), *reach(b)):
        return Answer.UNKNOWN
    return Answer.NO


def _meet(low_a: int | None, high_a: int | None, low_b: int | None, high_b: int | None) -> bool:
    return not (
        (high_a is not None and low_b is not None and high_a < low_b)
        or (high_b is not None and low_a is not None and high_b < low_a)
    )


def reach(count: Count) -> tuple[int | None, int | None]:
    """Between which bounds the true number is taken to lie: wider where it is approximate.

    A halved bound is rounded down: about 5 reaches from 2 to 10.
    """
    if not count.approximate:
        return count.low, count.high
    low = None if count.low is None else count.low // ABOUT_FACTOR
    high = None if count.high is None else count.high * ABOUT_FACTOR
    return low, high


def describe(count: Count, one: str = "", many: str = "") -> str:
    """The count in words: "about 120,000 persons". ``one`` and ``many`` name its unit."""
    unit = (one if count.low == count.high == 1 else many) or count.unit
    about = "about " if count.approximate else ""
    if count.low is None:
        number = f"at most {about}{count.high:,}"
    elif count.high is None:
        number = f"at least {about}{count.low:,}"
    elif count.low == count.high:
        number = f"{about}{count.low:,}"
    else:
        number = f"{about}{count.low:,} to {count.high:,}"
    return f"{number} {unit}".rstrip(" ")
