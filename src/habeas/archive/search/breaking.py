"""Words and phrases over the end of a line or a page: where a text breaks them, and as they read.

A printed line ends in the middle of a word with a hyphen, a soft hyphen, a ¬, in Arabic letters
with a tatweel; PDFium gives U+FFFE for the hyphen and the line's end together. Whether such a
hyphen belongs to the word (twenty-five) cannot be told, so both are found: the words as they stand,
and the passage once more with its breaks left out. A phrase that begins on one page and ends on the
next is found by the last words before and the first words after.

Invariants: the text and its places stay as they are; what is found without this is found with it;
a break has a letter, digit or apostrophe on either side and at most ``_LONGEST`` code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from habeas.archive import folding
from habeas.archive.folding import Token
from habeas.reading.documents import Part
from habeas.vocabulary.texts import late_pattern

Gap = tuple[int, int]

#: Words before the end of a page, and after it, of a phrase over it: characters of Chinese.
BESIDE, BESIDE_LETTERS = 12, 6
AFTER = "|"  # before a word that stands on the next page: no folded word has it
_FARTHEST = 1_000  # code points after a passage that are looked at
LONGEST_BESIDE = 480  # code points in which those words are looked for
_LONGEST = 200  # code points of a break: hyphen, line's end, marks of quoting, indentation

_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
#: Hyphen-minus, hyphens, dashes that a scan gives for them, ¬, soft hyphen, double hyphens,
#: tatweel, and the joiner that stands for one.
_HYPHENS = (
    "-\u2010-\u2015\u2212\u00ac\u00ad\u2e17\u2e1a\u2e40\u2e5d\ufe58\ufe63\uff0d\u058a\u1806"
    "\u0640\u200d"
)
_BY_THEMSELVES = "\ufffe\x02"  # what PDFium puts for a hyphen and the end of its line
_UNSEEN = "\u200b\u200c\u200e\u200f\u061c\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_BLANK = f"[^\\S{_ENDS}]|[{_UNSEEN}]"
_BEFORE = late_pattern(f"[{_HYPHENS}](?:{_BLANK}|[{_HYPHENS}])*\r?\\Z")
_AFTER = late_pattern(
    f"(?:\\s|[{_UNSEEN}\u200d\u0640>]|[|](?=\\s))*(?:[-\u2010\u2011](?=[^\\W_]|['’‘ʼ`´]))?"
)
_WORD_BEFORE = late_pattern(f"[\\w{folding.MARKS}'’‘ʼ`´]\\Z")
_WORD_AFTER = late_pattern("[^\\W_]|['’‘ʼ`´](?=\\w)")
_REST = late_pattern(f"(?:(?![{folding.HAN}])[\\w{folding.MARKS}'’‘ʼ`´]){{1,300}}")
_BLANKS = late_pattern(r"\s*")
_IN_WORD = late_pattern(f"(?![{folding.HAN}])[\\w{folding.MARKS}'’‘ʼ`´]")
#: A line's end after what may be a hyphen. The end comes first: it is looked for fastest.
_LIKELY = {
    end: late_pattern(f"{end}(?<=[{_HYPHENS}{_UNSEEN}\\s]{end})") for end in _ENDS if end != "\r"
} | {"\r": late_pattern(f"\r(?!\n)(?<=[{_HYPHENS}{_UNSEEN}\\s]\r)")}


def gaps(text: str) -> list[Gap]:
    """The breaks [start, stop) of the text: what stands between the two halves of a word."""
    found: list[Gap] = []
    for end, likely in _LIKELY.items():
        if end in text:
            for match in likely.finditer(text):
                gap = _around(text, match.start())
                if gap is not None:
                    found.append(gap)
    for sign in _BY_THEMSELVES:
        at = text.find(sign)
        while at >= 0:
            if _WORD_BEFORE.search(text, max(0, at - 1), at):
                stop = _continued(text, at + 1)
                if stop is not None:
                    found.append((at, stop))
            at = text.find(sign, at + 1)
    found.sort()
    return [one for before, one in pairwise([(0, 0), *found]) if one[0] >= before[1]]


def _around(text: str, end: int) -> Gap | None:
    first = max(0, end - _LONGEST // 2)
    hyphen = _BEFORE.search(text[first:end])
    if hyphen is None:
        return None
    start = first + hyphen.start()
    if not _WORD_BEFORE.search(text, max(0, start - 1), start):
        return None
    stop = _continued(text, end)
    return None if stop is None else (start, stop)


def _continued(text: str, at: int) -> int | None:
    """Where the word goes on; None where no word does."""
    after = _AFTER.match(text, at, at + _LONGEST // 2)
    stop = after.end() if after else at
    return stop if _WORD_AFTER.match(text, stop) else None


class PageTurns:
    """Where pages of a text end, and how far it goes on: never into a sheet, slide or mail."""

    def __init__(self, length: int, parts: Iterable[Part], hard: set[int]) -> None:
        self._hard = sorted({*hard, length})
        self._pages = {part.start for part in parts if part.kind == "page"} - hard

    def limit(self, start: int) -> int:
        """How far what begins there may be read on."""
        at = bisect_right(self._hard, start)
        return self._hard[at] if at < len(self._hard) else start

    def goes_on(self, start: int, stop: int, following: int) -> bool:
        """Whether a passage ends its page and goes on in the one that begins at ``following``."""
        return stop in self._pages and following < self.limit(start)

    def is_page(self, place: int) -> bool:
        """Whether a page begins there."""
        return place in self._pages

    def over(self, text: str, start: int, stop: int, gaps: Sequence[Gap]) -> Over | None:
        """A passage with what follows it; None where neither it nor the next page has a break."""
        first = bisect_left(gaps, (start + 1, 0))
        last = max(stop, min(self.limit(start), stop + _FARTHEST))
        if first == len(gaps) or gaps[first][0] >= (last if self.is_page(stop) else stop):
            return None
        end = bisect_left(gaps, (last, 0))
        here = [(a - start, b - start) for a, b in gaps[first:end] if b < last]
        return Over(text[start:last], stop - start, here, start)


@dataclass(frozen=True, slots=True)
class Over:
    """A passage, the first ``stop`` code points of a text that goes on after it.

    ``begins``: where in its layer.
    """

    text: str
    stop: int
    gaps: Sequence[Gap]
    begins: int = 0

    @property
    def turn(self) -> int:
        """Where the last word of the passage ends: behind ``stop`` where it is broken there."""
        turn = self.stop
        for begun, goes_on in self.gaps:
            at_the_end = begun < self.stop <= goes_on
            if at_the_end or begun == turn > self.stop:
                rest = _REST.match(self.text, goes_on)
                turn = rest.end() if rest else goes_on
        return turn

    @property
    def is_broken(self) -> bool:
        return bool(self.gaps) and self.gaps[0][0] < self.stop

    def joined(self) -> Stretch:
        """The passage with its breaks left out."""
        return Stretch(self.text, 0, self.turn, self.gaps)

    def beside(self) -> list[tuple[Stretch, Stretch]]:
        """What stands before the end of a page and after it; also with breaks left out."""
        ways = [self._beside(self.stop, ())]
        if self.gaps:
            turn = self.turn
            at_the_end = [gap for gap in self.gaps if gap[0] < turn and gap[1] >= self.stop]
            ways += [self._beside(turn, tuple(at_the_end)), self._beside(turn, tuple(self.gaps))]
        return list(dict.fromkeys(ways))

    def _beside(self, turn: int, gaps: Sequence[Gap]) -> tuple[Stretch, Stretch]:
        first = max(0, turn - LONGEST_BESIDE)
        while 0 < first < turn and not _is_border(self.text, first):
            first += 1
        blank = _BLANKS.match(self.text, turn)
        last = min(len(self.text), (blank.end() if blank else turn) + LONGEST_BESIDE)
        rest = _REST.match(self.text, last)
        last = rest.end() if rest and _IN_WORD.match(self.text, last - 1) else last
        return Stretch(self.text, first, turn, gaps), Stretch(self.text, turn, last, gaps)


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, stop) of a text, read with those of the breaks left out that lie in it."""

    text: str
    start: int
    stop: int
    gaps: Sequence[Gap]

    def _pieces(self) -> list[Gap]:
        pieces, at = [], self.start
        for begun, goes_on in self.gaps:
            if at < begun and goes_on < self.stop:
                pieces.append((at, begun))
                at = goes_on
        return [*pieces, (at, self.stop)]

    def read(self) -> str:
        return "".join([self.text[first:last] for first, last in self._pieces()])

    def tokens(self) -> list[Token]:
        """The words, each with its place in the text."""
        pieces = self._pieces()
        lengths = accumulate((last - first for first, last in pieces), initial=0)
        begins = list(lengths)[:-1]

        def back(at: int) -> int:
            piece = bisect_right(begins, at) - 1
            return pieces[piece][0] + at - begins[piece]

        return [
            Token(one.word, back(one.start), back(one.stop - 1) + 1)
            for one in folding.tokens(self.read())
        ]


def marked(before: str, after: str) -> str:
    """A row of words over the end of a page, those after it marked; empty where a side is."""
    ends, begins = before.rsplit(None, BESIDE)[-BESIDE:], after.split(None, BESIDE)[:BESIDE]
    if not (ends and begins):
        return ""
    follow = f" {AFTER}".join(begins[: _most(begins[0])])
    return f"{' '.join(ends[-_most(ends[-1]) :])} {AFTER}{follow}"


def _most(word: str) -> int:
    return BESIDE if word > "\u3000" and folding.is_han(word) else BESIDE_LETTERS


def _is_border(text: str, at: int) -> bool:
    return not (_IN_WORD.match(text, at - 1) and _IN_WORD.match(text, at))
