"""What of a claim's value its quote does not carry: numbers, dates, names.

A claim of the corpus is a reading of one place of a note. So what its value is made of stands in
the quote, or the claim's note says how it was read: it then begins with *Read* and holds what the
quote lacks. When a value held and when it was said may stand anywhere in the note's text, or in
that reading. The speaker and the subject are named by their own fields.

Counts and dates are read by the vocabulary; here are only the words for numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from habeas.vocabulary import counts, edtf, schema
from habeas.vocabulary.edtf_date import MONTH_NAMES

Row = Mapping[str, str]
PROPERTIES = schema.core().properties

_UNITS, _TENS = (
    re.findall(r"[a-z]+", words)
    for words in (
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""",
        "twenty thirty forty fifty sixty seventy eighty ninety",
    )
)
WORDS = {
    **{word: n for n, word in enumerate(_UNITS)},
    **{word: 20 + 10 * n for n, word in enumerate(_TENS)},
    **{
        f"{tens} {one}": 20 + 10 * n + unit
        for n, tens in enumerate(_TENS)
        for unit, one in enumerate(_UNITS[:10])
        if unit
    },
    "once": 1, "twice": 2, "first": 1, "third": 3, "fourth": 4, "dozen": 12,
}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
#: Words that set a floor and give no number (README of the demonstration).
FLOORS = {"hundreds of thousands": 100_000, "tens of thousands": 10_000, "dozens": 24}
#: Words of captions that describe and do not name.
COMMON = frozenset(
    re.findall(
        r"[a-z]+",
        "a an the of and in on at for by to no un city county prefecture autonomous region group "
        "ministry foreign affairs government press office president",
    )
)
NAMED = frozenset({"person", "place", "country", "organisation"})
A_CAMP = re.compile(r"camp|centre|detain|detention|intern", re.IGNORECASE)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_PART = rf"{_DIGITS}|\b(?:{'|'.join(sorted(WORDS, key=len, reverse=True))}|an?)\b"


@dataclass(frozen=True)
class Lack:
    """What a claim holds and its quote does not."""

    claim: str
    what: str


def numbers(text: str) -> set[float]:
    """The numbers that a text gives, in digits and in words."""
    text = text.lower().replace("-", " ").replace("–", " ")
    found: set[float] = {floor for words, floor in FLOORS.items() if words in text}
    scaled = rf"({_PART})(?:(?: to | and )({_PART}))? ({'|'.join(SCALES)})\b"
    for first, second, scale in re.findall(scaled, text):
        found |= {_number(n) * SCALES[scale] for n in (first, second) if n}
    return found | {_number(n) for n in re.findall(_PART, text) if n not in ("a", "an")}


def _number(word: str) -> float:
    if word in ("a", "an"):
        return 1
    return WORDS[word] if word in WORDS else float(word.replace(",", ""))


def has(text: str, word: str) -> bool:
    """Is the word there, in the singular or the plural, in capitals or small letters?"""
    stem = re.escape(word.removesuffix("s"))
    return re.search(rf"(?<!\w){stem}(?:s|es|’s|'s)?(?!\w)", text, re.IGNORECASE) is not None


def names_in(text: str, names: frozenset[str]) -> Iterator[str]:
    """The words of a text that are names: capitals within a sentence, or known names."""
    for match in re.finditer(r"(?:^|(?<=[\s(\"]))[^\W\d_][\w'’-]*", text):
        word = match[0].removesuffix("'s").removesuffix("’s")
        opens = match.start() == 0 or text[: match.start()].rstrip().endswith((".", ";", ":"))
        if word[0].isupper() and (not opens or word in names):
            yield word


def times(text: str) -> set[str]:
    """The parts of an EDTF time as the vocabulary words it: days, months and years."""
    sure = re.sub("[?~%]", "", text)
    words = re.findall(r"[A-Za-z]+|\d+", edtf.describe(edtf.parse(sure)))
    return {word for word in words if word.isdigit() or word in MONTH_NAMES}


class Corpus:
    """The rows of a corpus and its notes, and what its claims hold beyond their quotes."""

    def __init__(
        self,
        claims: Sequence[Row],
        mentions: Sequence[Row],
        sources: Sequence[Row],
        notes: Mapping[str, str],
    ) -> None:
        self.claims, self.notes = claims, notes
        self.mentions = {row["id"]: row for row in mentions}
        self.speakers = {row["id"]: row["name"] for row in sources}
        self.names = frozenset(
            word for row in mentions if row["kind"] in NAMED for word in _names_of(row["caption"])
        )

    def lacks(self) -> list[Lack]:
        return [Lack(c["id"], what) for c in self.claims for what in self.lacking(c)]

    def lacking(self, claim: Row) -> Iterator[str]:
        reading = claim["note"] if claim["note"].startswith("Read ") else ""
        text = f"{claim['quote']} {reading}"
        if not claim["value"].startswith("?"):
            yield from self._value(claim, text)
        around = f"{self.notes[claim['exhibit']]} {reading}"
        for field in ("holds", "said"):
            if claim[field]:
                for part in sorted(times(claim[field])):
                    if not has(around, part):
                        yield f"{field}: {part}"

    def _value(self, claim: Row, text: str) -> Iterator[str]:
        value, kind = claim["value"], PROPERTIES[claim["property"]].type
        if kind == "count":
            yield from _count(claim, text)
        elif kind == "date":
            yield from (f"date: {part}" for part in sorted(times(value)) if not has(text, part))
        elif kind == "place":
            given = re.findall(r"\d+(?:\.\d+)?", value)
            yield from (f"place: {n}" for n in given if float(n) not in numbers(text))
        elif kind == "ref":
            yield from self._ref(value, text)
        elif kind == "text":
            yield from self._text(claim, text)
        elif claim["property"] == "exists" and not A_CAMP.search(text):
            yield "exists: no camp is spoken of"

    def _ref(self, mention: str, text: str) -> Iterator[str]:
        row = self.mentions[mention]
        if row["kind"] in NAMED:
            missing = [word for word in _names_of(row["caption"]) if not has(text, word)]
            yield from (f"name: {word}" for word in missing)

    def _text(self, claim: Row, text: str) -> Iterator[str]:
        value = claim["value"]
        found = numbers(text)
        yield from (f"number: {n:g}" for n in sorted(numbers(value) - found) if n != 1)
        named = (
            f"{text} {self.mentions[claim['subject']]['caption']} {self.speakers[claim['source']]}"
        )
        for name in names_in(value, self.names):
            if not has(named, name) and name not in MONTH_NAMES:
                yield f"name: {name}"
        words = re.findall(r"[^\W\d_]{4,}", value.lower())
        if words and not any(word[:5] in text.lower() for word in words):
            yield "no word of the value"


def _names_of(caption: str) -> list[str]:
    """The words of a caption that name; none where it describes ("Former police officer")."""
    words = re.findall(r"[^\W\d_][\w'’-]*", caption)
    names = [word for word in words if word[0].isupper()]
    if names == words[:1] != words:
        return []
    return [word for word in names if word.lower() not in COMMON]


def _count(claim: Row, text: str) -> Iterator[str]:
    value = counts.parse(claim["value"], PROPERTIES[claim["property"]].unit or "")
    bounds = sorted({n for n in (value.low, value.high) if n is not None})
    yield from (f"number: {n}" for n in bounds if n not in numbers(text))
    written = numbers(claim["as_written"])
    if written and not claim["note"].startswith("Read "):
        yield from (f"as written: {n}" for n in bounds if n not in written)
