"""Praat's TextGrid, long and short: what was said in each interval of each tier, and when.

A tier of a TextGrid is often a speaker; its name is kept as the tier's, never taken for a
person's. Intervals without words are silence and are passed over. A file of either form is the
same sequence of numbers and quoted texts, so both are read by that sequence (Praat manual,
"TextGrid file formats").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from habeas.reading.documents import State
from habeas.reading.readers import cues, text
from habeas.reading.readers.cues import Cue
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.textgrid"
VERSION = "1"
MEDIA_TYPES = frozenset({"text/x-textgrid"})
#: A quoted text; a number that stands alone or after ``=``; a flag. Words of the long form pass.
_TOKEN = re.compile(
    r'"((?:[^"]|"")*)"|(?<![\w.\[])(-?\d{1,12}(?:\.\d{1,30})?(?:[eE]-?\d{1,3})?)(?![\w.\]])|<(\w+)>'
)
_MOST_TIERS = 1_000
_LATEST = Decimal(10**9)  # seconds


class _Broken(Exception):
    """Another token stands where this one should; the line, and what was looked for."""


@dataclass(slots=True)
class _Tokens:
    """The file as a sequence of values with their lines."""

    text: str
    at: int = 0
    line: int = 1
    seen: int = 0

    def next(self, wanted: str) -> str:
        found = _TOKEN.search(self.text, self.at)
        if found is None:
            self.line += self.text.count("\n", self.seen)
            self.seen = len(self.text)
            raise _Broken(f"line {self.line}: the file ends where {wanted} should be")
        self.line += self.text.count("\n", self.seen, found.start())
        self.at, self.seen = found.end(), found.start()
        kind = ("words", "a number", "a flag")[(found.lastindex or 1) - 1]
        if kind != wanted:
            raise _Broken(f"line {self.line}: {kind} is where {wanted} should be")
        return (found[1] or "").replace('""', '"') if kind == "words" else found[0]

    def words(self) -> str:
        return self.next("words")

    def number(self) -> Decimal:
        return Decimal(self.next("a number"))

    def count(self) -> int:
        value = self.number()
        if value != value.to_integral_value() or not 0 <= value <= 10_000_000:
            raise _Broken(f"line {self.line}: no count of anything")
        return int(value)


def read(source: InputFile, draft: DraftReading) -> None:
    tokens = _Tokens(text.decoded(source, draft))
    try:
        _head(tokens)
    except _Broken as error:
        draft.ends(State.FAILED, f"It begins as a TextGrid and goes on otherwise: {error}.")
    found = sorted(_as_far_as_it_goes(tokens, draft), key=cues.by_time)
    cues.add_all(draft, found)


def _as_far_as_it_goes(tokens: _Tokens, draft: DraftReading) -> Iterator[Cue]:
    try:
        yield from _tiers(tokens)
    except _Broken as error:
        draft.lacks(f"what comes after {error}")


def _head(tokens: _Tokens) -> None:
    for wanted in ("ooTextFile", "TextGrid"):
        if tokens.words() != wanted:
            raise _Broken(f"line {tokens.line}: {wanted} should be there")
    tokens.number(), tokens.number()
    tokens.next("a flag")


def _tiers(tokens: _Tokens) -> Iterator[Cue]:
    count = tokens.count()
    if count > _MOST_TIERS:
        raise _Broken(f"line {tokens.line}: more than {_MOST_TIERS:,} tiers")
    for _ in range(count):
        kind, name = tokens.words(), tokens.words()
        tokens.number(), tokens.number()
        for _ in range(tokens.count()):
            start = tokens.number()
            end = start if kind == "TextTier" else tokens.number()
            line = tokens.line
            words = tokens.words()
            if not words.strip():
                continue
            if not 0 <= start <= _LATEST or not -_LATEST <= end <= _LATEST:
                yield Cue(words, line, tier=name, fault="its time lies outside of any recording")
            else:
                yield cues.timed(Cue(words, line, tier=name), _ms(start), _ms(end))


def _ms(seconds: Decimal) -> int:
    return int((seconds * 1000).to_integral_value())
