"""The words that were chosen in a text: their place, their passage, wider choices.

Words are chosen by what is asked (``from``, ``to``: a search hit, a place found in the text).
Invariants: offsets are code points of the layer; a choice carries the SHA-256 of its words, so that
what is cited later is what was seen.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.access import visible
from habeas.archive.models import LedgerEntry, Passage
from habeas.archive.readings import locator_words
from habeas.archive.rules import LONGEST_QUOTE
from habeas.display.references import Marked, Target

if TYPE_CHECKING:
    from habeas.display.exhibits.reading import ReadingPart

LONGEST_LOOK = 2_000  # code points that are looked at on each side for the end of a sentence
#: Where a sentence ends: at these signs before white space; in Chinese without any.
_SENTENCE_ENDS = re.compile(r"(?<![.!?…؟۔])[.!?…؟۔]++(?!\S)|[。！？]++")


@dataclass(frozen=True, slots=True)
class ChosenPassage(Marked):
    """The passage of this very place; ``now`` how it came, when just now, else ''."""

    position: int
    url: Target
    recorded: str
    recorded_words: str
    now: str


@dataclass(frozen=True, slots=True)
class WiderChoice(Marked):
    """More words around those that were chosen."""

    words: str
    url: Target


@dataclass(frozen=True, slots=True)
class ChosenWords:
    """The words, their place, their passage if there is one, wider choices."""

    start: int
    stop: int
    place: str
    quote: str
    quote_sha256: str
    too_long: bool
    passage: ChosenPassage | None
    wider: tuple[WiderChoice, ...]


def chosen(shown: ReadingPart) -> ChosenWords | None:
    """The words that were asked for; None where there are none."""
    if shown.layer is None or shown.asked is None or shown.asked[0] == shown.asked[1]:
        return None
    start, stop = shown.asked
    quote = shown.text[start:stop]
    if not quote.strip():
        return None
    return ChosenWords(
        start=start,
        stop=stop,
        place=locator_words(shown.locator(start, stop)),
        quote=quote[:LONGEST_QUOTE],
        quote_sha256=words_sha256(quote),
        too_long=len(quote) > LONGEST_QUOTE,
        passage=_passage(shown, start, stop),
        wider=tuple(
            WiderChoice(words, shown.address("found", **{"from": first, "to": last}))
            for words, first, last in _trimmed(shown.text, start, stop, _around(shown, start, stop))
        ),
    )


def words_sha256(quote: str) -> str:
    """What a form carries of the words that its reader saw."""
    return hashlib.sha256(quote.encode("utf-8")).hexdigest()


def _passage(shown: ReadingPart, start: int, stop: int) -> ChosenPassage | None:
    assert shown.layer is not None  # noqa: S101
    rows = visible(shown.viewer, Passage).filter(
        layer=shown.layer.position, start=start, stop=stop, label=shown.layer.label, form=""
    )
    row = rows.order_by("position").first()
    if row is None:
        return None
    time = LedgerEntry.objects.values_list("time", flat=True).get(position=row.position)
    recorded = datetime.datetime.fromtimestamp(time, datetime.UTC)
    now = shown.query.text("cited")
    return ChosenPassage(
        position=row.position,
        url=Target("passage", row.position),
        recorded=recorded.isoformat().replace("+00:00", "Z"),
        recorded_words=f"{recorded.day} {recorded:%B %Y, %H:%M} UTC",
        now=now if now in ("new", "before") else "",
    )


Choice = tuple[str, int, int]


def _around(shown: ReadingPart, start: int, stop: int) -> list[Choice]:
    """In a sheet the cell and the row around a place; else the sentence and the line."""
    found = shown.places.tables.at(start)
    if found is None or stop > found[0].tables.span(found[1])[1]:
        return _in_running_text(shown.text, start, stop)
    row = found[0].tables.row(found[1])
    cells = [cell for cell in row.cells if cell.start <= start and stop <= cell.stop]
    return [
        *((_("the cell"), cell.start, cell.stop) for cell in cells),
        (_("the row"), row.start, row.stop),
    ]


def _in_running_text(text: str, start: int, stop: int) -> list[Choice]:
    begins = text.rfind("\n", 0, start) + 1
    ends = text.find("\n", max(start, stop - 1))
    line = (begins, len(text) if ends < 0 else ends)
    first = max(line[0], start - LONGEST_LOOK)
    for before in _SENTENCE_ENDS.finditer(text, first, start + 1):
        first = min(before.end(), start)
    after = _SENTENCE_ENDS.search(text, max(start, stop - 1), min(line[1], stop + LONGEST_LOOK))
    last = after.end() if after else line[1]
    return [(_("the sentence"), first, last), (_("the line"), *line)]


def _trimmed(text: str, start: int, stop: int, choices: list[Choice]) -> list[Choice]:
    """The choices without white space at their ends, where they hold more than the place."""
    found: list[Choice] = []
    for words, left, right in choices:
        while left < start and text[left].isspace():
            left += 1
        while right > stop and text[right - 1].isspace():
            right -= 1
        known = {(start, stop), *((a, b) for _words, a, b in found)}
        if (left, right) not in known and stop <= right <= left + LONGEST_QUOTE:
            found.append((words, left, right))
    return found
