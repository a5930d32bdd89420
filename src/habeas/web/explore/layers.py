"""Text layers on the page: a passage in its surroundings, and a long text in windows.

Invariants: the text is read from its sealed object each time and kept nowhere; offsets are
code points of the layer; what is cut off is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from habeas.archive.exhibits.intake import layer_text
from habeas.archive.models import Layer, Passage
from habeas.errors import HabeasError
from habeas.web.explore import written

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Content = dict[str, Any]

WINDOW = 12_000  # code points of a long text on one page
AROUND = 320  # code points on each side of a passage
READABLE_AROUND = 1_000_000  # layers longer than this show only the passage's kept sides


def in_context(archive: Archive, passage: Passage, layer: Layer | None) -> Content:
    """The passage with what stands before and after it."""
    before, after = passage.prefix, passage.suffix
    starts, ends, fault = False, False, ""
    if layer is not None and layer.length <= READABLE_AROUND:
        try:
            text = layer_text(archive, layer)
        except HabeasError as error:
            text, fault = "", error.message
        if text[passage.start : passage.stop] == passage.quote:
            first = _word_edge(text, max(0, passage.start - AROUND))
            last = _word_end(text, min(len(text), passage.stop + AROUND))
            before, after = text[first : passage.start], text[passage.stop : last]
            starts, ends = first == 0, last == len(text)
    return {
        "before": before,
        "quote": written.text(passage.quote),
        "after": after,
        "starts": starts,
        "ends": ends,
        "fault": fault,
        "start": passage.start,
        "stop": passage.stop,
        "unit": "code points" if passage.layer is not None else "bytes",
        "reader": layer.reader if layer else "",
        "reader_version": layer.reader_version if layer else "",
    }


def _word_edge(text: str, start: int) -> int:
    """The start moved on to the next word, when that is near."""
    if start == 0:
        return 0
    space = text.find(" ", start, start + 40)
    return start if space < 0 else space + 1


def _word_end(text: str, stop: int) -> int:
    """The stop moved back to the end of a word, when that is near."""
    if stop == len(text):
        return stop
    space = text.rfind(" ", stop - 40, stop)
    return stop if space < 0 else space


def window_of(offset: int) -> int:
    """The window (0, 1, …) in which a code point lies."""
    return offset // WINDOW


def segments(
    text: str,
    first: int,
    passages: Iterable[Passage],
    claims: Mapping[int, Sequence[Content]],
    asked: tuple[int, int] | None = None,
    more_edges: Iterable[int] = (),
) -> list[Content]:
    """A window's text cut where passages, and the place asked for, begin and end.

    ``first`` is the window's offset; ``more_edges`` are cut at too. Each segment names the
    passages that it lies in; the first segment of a passage carries its anchor, the last its
    claims.
    """
    last = first + len(text)
    here = [p for p in passages if p.start < last and p.stop > first]
    edges = {first, last, *(edge for edge in more_edges if first < edge < last)}
    begins: dict[int, list[Passage]] = {}
    for passage in here:
        edges |= {max(first, passage.start), min(last, passage.stop)}
        begins.setdefault(max(first, passage.start), []).append(passage)
    at = (max(first, asked[0]), min(last, asked[1])) if asked else (-1, -1)
    if first <= at[0] <= last:
        edges |= {at[0], max(at)}
    cuts = sorted(edges)
    pieces = []
    inside: list[Passage] = []
    for start, stop in itertools.pairwise(cuts):
        inside = [p for p in (*inside, *begins.get(start, ())) if p.stop > start]
        pieces.append(
            {
                "start": start,
                "text": text[start - first : stop - first],
                "passages": [p.position for p in inside],
                "anchors": [p.position for p in inside if max(first, p.start) == start],
                "found": at[0] <= start and stop <= at[1],
                "found_begins": start == at[0],
                "claims": _once(
                    claim
                    for p in inside
                    if min(last, p.stop) == stop
                    for claim in claims.get(p.position, ())
                ),
            }
        )
    return pieces


def _once(claims: Iterable[Content]) -> list[Content]:
    found = {claim["position"]: claim for claim in claims}
    return [found[position] for position in sorted(found)]
