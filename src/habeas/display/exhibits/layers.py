"""Text layers as they are shown: a long text in windows, cut where passages begin and end.

Invariants: the text is read from its sealed object each time and kept nowhere; offsets are
code points of the layer; what is cut off is said.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Claim, ClaimPassage, Passage
from habeas.display import words
from habeas.display.asking import by_position
from habeas.display.references import Marked, Target

WINDOW = 12_000  # code points of a long text in one part
MOST_CITING = 2_000  # claims that are named beside one part


@dataclass(frozen=True, slots=True)
class CitingClaim(Marked):
    """A claim that cites a passage. ``ended``: by what, '' while current."""

    position: int
    url: Target
    property: str
    ended: str


@dataclass(frozen=True, slots=True)
class TextSegment:
    """A piece of a text, cut where something begins or ends; ``found``: it was asked for."""

    start: int
    text: str
    passages: tuple[int, ...]
    anchors: tuple[int, ...]
    found: bool
    found_begins: bool
    claims: tuple[CitingClaim, ...]


def window_of(offset: int) -> int:
    """The window (0, 1, …) in which a code point lies."""
    return offset // WINDOW


def segments(
    text: str,
    first: int,
    passages: Iterable[Passage],
    claims: Mapping[int, Sequence[CitingClaim]],
    asked: tuple[int, int] | None = None,
    more_edges: Iterable[int] = (),
) -> tuple[TextSegment, ...]:
    """A window's text cut where passages, and the place asked for, begin and end.

    ``first`` is the window's offset; ``more_edges`` are cut at too. Each segment names the
    passages that it is in; the first segment of a passage carries its anchor, the last its
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
        ending = [p for p in inside if min(last, p.stop) == stop]
        pieces.append(
            TextSegment(
                start=start,
                text=text[start - first : stop - first],
                passages=tuple(p.position for p in inside),
                anchors=tuple(p.position for p in inside if max(first, p.start) == start),
                found=at[0] <= start and stop <= at[1],
                found_begins=start == at[0],
                claims=_once(claim for p in ending for claim in claims.get(p.position, ())),
            )
        )
    return tuple(pieces)


def _once(claims: Iterable[CitingClaim]) -> tuple[CitingClaim, ...]:
    found = {claim.position: claim for claim in claims}
    return tuple(found[position] for position in sorted(found))


def citing(viewer: Viewer, passages: Sequence[int]) -> dict[int, list[CitingClaim]]:
    """For each passage, the claims that cite it."""
    if not passages:
        return {}
    pairs = list(
        visible(viewer, ClaimPassage)
        .filter(passage__in=passages)
        .order_by("passage", "claim")
        .values_list("passage", "claim")[:MOST_CITING]
    )
    known = by_position(viewer, Claim, {claim for _, claim in pairs})
    found: dict[int, list[CitingClaim]] = defaultdict(list)
    for cited, at in pairs:
        if at in known:
            label = words.property_words(known[at].property).label
            found[cited].append(CitingClaim(at, Target("claim", at), label, known[at].ended_by))
    return dict(found)
