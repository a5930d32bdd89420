"""From words to their exact place: where a quote stands in the text of a file.

A quote is found as it stands; white space in it stands for any white space, because a line
that was broken on a page is one line in the hand of whoever quotes it. What is recorded is the
text itself, never the quote as typed. A quote with several places is refused with all of them:
nobody cites a place by chance.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import Viewer, newest, visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import QuoteAmbiguous, QuoteNotFound, UnknownReference
from habeas.archive.readings import Locator, layer_text, locator_in, locator_words, parts_of
from habeas.archive.verbs.referring import Marking
from habeas.reading.documents import Part

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

AROUND = 32  # characters shown on each side of a place
_MOST_STEPS = 50_000_000
_WHITE_SPACE = re.compile(r"\s+")
MOST_PLACES = 50  # shown of a quote that stands in many


@dataclass(frozen=True, slots=True)
class Spot:
    """The code points [start, stop) of a text, what stands there and how people find it."""

    start: int
    stop: int
    quote: str
    before: str
    after: str
    locator: Locator


@dataclass(frozen=True, slots=True)
class ReadText:
    """The text of one file as it was read, with the parts in it."""

    layer: m.Layer
    text: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class SpotFault:
    """One of several places, as the command line lists them."""

    file: str
    reason: str
    line: int = 0
    valid: str = ""


def read_text(
    archive: Archive, viewer: Viewer, exhibit: int, *, inner: str = "", layer: int | None = None
) -> ReadText:
    """The text of an exhibit or of a file inside it: of its latest reading, or a given layer."""
    rows = visible(viewer, m.Layer).filter(exhibit=exhibit)
    if layer is not None:
        found = rows.filter(position=layer).first()
    else:
        readings = newest(viewer, m.Reading).filter(exhibit=exhibit, inner_path=inner)
        read = readings.order_by("-position").first()
        if read is not None:
            found = rows.filter(position=read.layer).first() if read.layer else None
        else:
            found = rows.filter(inner_path=inner).order_by("-position").first()
    if found is None:
        inside = rows.exclude(inner_path="").order_by("inner_path").first()
        raise UnknownReference(
            f"No text {'at layer ' + str(layer) if layer is not None else 'of this file'}"
            f" was found in exhibit {exhibit}.",
            next_step="`habeas reading report` shows how each file was read."
            if inner or layer is not None or inside is None
            else "Its texts are of the files inside: name one with --inner, as "
            f"{inside.inner_path!r}. `habeas reading report --state read` lists them.",
        )
    return ReadText(found, layer_text(archive, found), parts_of(archive, found.position))


def spots(read: ReadText, quote: str, *, page: int | None = None) -> list[Spot]:
    """Every place at which the quote stands, on one page or in the whole text."""
    words = quote.split()
    if not words:
        raise QuoteNotFound("The quote is empty.", next_step="Give the words to cite.")
    pages = None if page is None else _pages(read.parts, page)
    return [
        _spot(read, start, stop)
        for start, stop in places(read.text, words)
        if pages is None or any(a <= start < b for a, b in pages)
    ]


def places(text: str, words: Sequence[str], *, any_case: bool = False) -> Iterator[tuple[int, int]]:
    """Where the words stand in a row with any white space between, none over another.

    In time that grows with the text: a pattern tries all words at each place of a text that
    repeats them, so where that could be long the text is looked through with its white space
    made single.
    """
    if len(words) * len(text) <= _MOST_STEPS:
        flags = re.IGNORECASE if any_case else 0
        for match in re.finditer(r"\s+".join(map(re.escape, words)), text, flags):
            yield match.span()
        return
    kept: list[str] = []
    shorter = [(0, 0)]  # in the single-spaced text, from which place on by how much
    at = length = 0
    for run in _WHITE_SPACE.finditer(text):
        kept += (text[at : run.start()], " ")
        length += run.start() - at + 1
        at = run.end()
        if at - length != shorter[-1][1]:
            shorter.append((length, at - length))
    kept.append(text[at:])
    single, wanted = "".join(kept), " ".join(words)
    if any_case:
        single, wanted = _lower(single), _lower(wanted)
    starts = [start for start, _ in shorter]
    found = single.find(wanted)
    while found >= 0:
        end = found + len(wanted)
        first, last = (shorter[bisect_right(starts, place) - 1][1] for place in (found, end - 1))
        yield found + first, end + last
        found = single.find(wanted, end)


def _lower(text: str) -> str:
    """In small letters, of which none becomes two."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _pages(parts: Sequence[Part], page: int) -> list[tuple[int, int]]:
    found = [(part.start, part.stop) for part in parts if part.locator.get("page") == page]
    if not found:
        known = [n for part in parts if isinstance(n := part.locator.get("page"), int)]
        raise QuoteNotFound(
            f"The text has no page {page}.",
            next_step=f"Its pages are 1 to {max(known)}." if known else "It has no pages.",
        )
    return found


def _spot(read: ReadText, start: int, stop: int) -> Spot:
    rows = [p for p in read.parts if p.kind == "row" and p.start <= start and stop <= p.stop]
    first, last = (rows[0].start, rows[0].stop) if rows else (0, len(read.text))  # one's own row
    return Spot(
        start,
        stop,
        read.text[start:stop],
        read.text[max(first, start - AROUND) : start],
        read.text[stop : min(last, stop + AROUND)],
        locator_in(read.parts, start, stop),
    )


def the_spot(found: Sequence[Spot], quote: str, occurrence: int | None = None) -> Spot:
    """The one place that is meant; refuses none and, without ``occurrence``, several."""
    if not found:
        raise QuoteNotFound(
            "The quote does not appear in this text.",
            next_step="Copy it from the exhibit's page. Letters must be the same, also accents.",
        )
    if occurrence is not None:
        if not 1 <= occurrence <= len(found):
            raise QuoteNotFound(
                f"The quote has no occurrence {occurrence}.",
                next_step=f"It appears in {len(found)} place{'s' if len(found) > 1 else ''}.",
            )
        return found[occurrence - 1]
    if len(found) > 1:
        raise QuoteAmbiguous(
            f"The quote appears in {len(found)} places.",
            [_fault(number, spot) for number, spot in enumerate(found[:MOST_PLACES], 1)],
        )
    return found[0]


def _fault(number: int, spot: Spot) -> SpotFault:
    place = locator_words(spot.locator) or f"characters {spot.start}-{spot.stop}"
    around = " ".join(f"{spot.before}⟦{spot.quote}⟧{spot.after}".split())
    return SpotFault(f"occurrence {number}", f"{place}: …{around}…")


def cited_already(layer: m.Layer, start: int, stop: int) -> int | None:
    """The passage that cites this very place under the layer's access label, if there is one."""
    return (
        m.Passage.objects.filter(
            layer=layer.position, start=start, stop=stop, label=layer.label, form=""
        )
        .values_list("position", flat=True)
        .first()
    )


def cite_once(
    archive: Archive, layer: m.Layer, text: str, start: int, stop: int, marking: Marking
) -> tuple[int, bool]:
    """The passage of this place, and whether it is new; ``text`` is the layer's whole text.

    It is looked for again where nobody else can write, so that two who cite the same place at
    the same time are given one passage.
    """
    known = cited_already(layer, start, stop)
    if known is not None:
        return known, False
    with archive.writing() as batch:
        known = cited_already(layer, start, stop)
        if known is not None:
            return known, False
        refuse_blocked(layer.address)
        made = verbs.cite(batch, layer.exhibit, layer.position, text, start, stop, marking=marking)
    return made.position, True
