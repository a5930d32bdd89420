"""Text layers on the page: a long text in windows, cut where passages begin and end.

Invariants: the text is read from its sealed object each time and kept nowhere; offsets are
code points of the layer; what is cut off is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from habeas.archive.models import Passage

if TYPE_CHECKING:
    pass

Content = dict[str, Any]

WINDOW = 12_000  # code points of a long text on one page


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
