"""Which distinct pieces of names are alike, and the keys under which records bearing them meet.

Invariants: a piece is compared with the pieces that share a key of ``names.keys`` and sound
near, a bounded number of them, so that the work grows with the number of pieces and not with its
square; every pair that is alike has a hub in common. What the bound left out is counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from habeas import names
from habeas.linking import scoring, titles
from habeas.names import readings, table
from habeas.names.errors import BadName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Hears = Callable[[str, tuple[table.GivenName, ...]], list[tuple[str, str]]]

#: From this likeness on two pieces may be one name (docs/methods/names.md).
ALIKE = 0.73
#: In Latin names by Jaro–Winkler.
ALIKE_PLAIN = 0.8
#: The nearest by sound that a piece is compared with; how near sound must be, of 100.
_NEAREST, _NEAR_ENOUGH = 8, 60
_MOST_VOICES = 6_000
#: So many whole names with a word in common are all compared with each other.
_FEW_TITLES = 60
_ROWS = 256


@dataclass(slots=True)
class Likenesses:
    """Pairs of pieces (``left`` < ``right``) with likeness and reason, and each piece's hubs."""

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    likeness: list[float] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    hubs: list[tuple[int, int]] = field(default_factory=list)
    compared: int = 0
    crowded: list[tuple[str, int]] = field(default_factory=list)

    def add(self, left: int, right: int, likeness: float, why: str) -> None:
        self.left.append(min(left, right))
        self.right.append(max(left, right))
        self.likeness.append(likeness)
        self.why.append(why)


def likenesses(
    pieces: Sequence[str],
    weights: Sequence[int],
    *,
    kind: str,
    plain: bool,
    processes: int,
    progress: Callable[[int, int], None],
) -> Likenesses:
    """Compare pieces (number 0 is none). ``weights``: how many rows bear each."""
    found = Likenesses()
    if plain:
        _by_letters(pieces, found)
    else:
        heard = _heard if kind == "person" else _heard_title
        pairs, found.crowded = _candidates(pieces, heard)
        written = [(pieces[a], pieces[b]) for a, b in pairs]
        scores = scoring.score_all(kind, written, processes, lambda n: progress(n, len(written)))
        for (a, b), (likeness, why) in zip(pairs, scores, strict=True):
            if likeness >= ALIKE:
                found.add(a, b, likeness, why)
        found.compared = len(pairs)
    found.hubs = _hubs(found, weights)
    return found


# --- which to compare ---------------------------------------------------------------------


def _candidates(
    pieces: Sequence[str], heard: _Hears
) -> tuple[list[tuple[int, int]], list[tuple[str, int]]]:
    """Pairs worth comparing: names of the table by the table, the others by key and sound."""
    given = table.load()
    by_key: dict[str, set[str]] = defaultdict(set)
    of_voice: dict[str, list[int]] = defaultdict(list)
    known: dict[int, tuple[table.GivenName, ...]] = {}
    for piece in range(1, len(pieces)):
        listed = given.find(pieces[piece])
        if listed:
            known[piece] = listed
        for key, voice in heard(pieces[piece], listed):
            by_key[key].add(voice)
            if piece not in of_voice[voice]:
                of_voice[voice].append(piece)
    near, crowded = _near_voices(by_key, by_sound=heard is _heard)
    pairs: set[tuple[int, int]] = set()
    for one, other in near:
        for a in of_voice[one]:
            for b in of_voice[other]:
                if a != b and not _apart(known.get(a), known.get(b)):
                    pairs.add((min(a, b), max(a, b)))
    return sorted(pairs), crowded


def _heard(piece: str, listed: tuple[table.GivenName, ...]) -> list[tuple[str, str]]:
    """(key, voice): a voice is a reading in the common alphabet, of the table's name if listed."""
    try:
        keys = sorted(key for key in names.keys(piece) if key.startswith("s:"))
    except BadName:
        return []
    words = [name.name for name in listed] or [piece]
    voices = {
        "".join(sounds)
        for word in words
        for sounds in _sounds(word.replace(" ", ""))[:2]
    } or {piece}  # fmt: skip
    return [(key, voice) for key in keys for voice in sorted(voices)]


def _heard_title(piece: str, _: tuple[table.GivenName, ...]) -> list[tuple[str, str]]:
    """Whole names of facilities: by place and word; all that share a key are near enough."""
    return [(key, piece) for key in sorted(titles.title_keys(piece))]


def _sounds(word: str) -> list[str]:
    return [reading.sounds.lower() for reading in readings.readings(word) if reading.sounds]


def _apart(
    mine: tuple[table.GivenName, ...] | None, theirs: tuple[table.GivenName, ...] | None
) -> bool:
    """The table keeps both apart: ``names.compare`` would say at most .62."""
    if not mine or not theirs or {n.key for n in mine} & {n.key for n in theirs}:
        return False
    if not {n.language for n in mine} & {n.language for n in theirs}:
        return False
    return not any(a.name in b.related or b.name in a.related for a in mine for b in theirs)


def _near_voices(
    by_key: dict[str, set[str]], *, by_sound: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, int]]]:
    """Each voice with itself and its nearest of each key."""
    from rapidfuzz import fuzz, process

    near: set[tuple[str, str]] = set()
    crowded = []
    for key in sorted(by_key):
        voices = sorted(by_key[key])
        near.update((voice, voice) for voice in voices)
        if len(voices) > _MOST_VOICES:
            crowded.append((key, len(voices)))
            continue
        if not by_sound and len(voices) <= _FEW_TITLES:
            near.update((a, b) for at, a in enumerate(voices) for b in voices[at + 1 :])
            continue
        for start in range(0, len(voices), _ROWS):
            rows = voices[start : start + _ROWS]
            grid = process.cdist(
                rows, voices, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH, dtype=np.uint8
            )
            for at, line in enumerate(grid):
                line[start + at] = 0
                best = np.argsort(-line.astype(np.int16), kind="stable")[:_NEAREST]
                near.update(
                    (min(rows[at], voices[i]), max(rows[at], voices[i])) for i in best if line[i]
                )
    return sorted(near), crowded


def _by_letters(pieces: Sequence[str], found: Likenesses) -> None:
    """Latin names of one language: Jaro–Winkler among names of nearly the same letters."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    blocks: dict[str, list[int]] = defaultdict(list)
    for piece in range(1, len(pieces)):
        for key in {f"^{pieces[piece][:1]}", f"${pieces[piece][-2:]}"}:
            blocks[key].append(piece)
    seen: set[tuple[int, int]] = set()
    for key in sorted(blocks):
        members = blocks[key]
        if len(members) > _MOST_VOICES:
            found.crowded.append((key, len(members)))
            continue
        texts = [pieces[piece] for piece in members]
        for start in range(0, len(members), _ROWS):
            grid = process.cdist(
                texts[start : start + _ROWS], texts,
                scorer=JaroWinkler.similarity, score_cutoff=ALIKE_PLAIN, dtype=np.float32,
            )  # fmt: skip
            found.compared += grid.size
            for row, column in zip(*np.nonzero(grid), strict=True):
                pair = (members[start + int(row)], members[int(column)])
                if pair[0] < pair[1] and pair not in seen:
                    seen.add(pair)
                    found.add(*pair, round(float(grid[row, column]), 4), "nearly the same letters")


# --- where they meet ----------------------------------------------------------------------


def _hubs(found: Likenesses, weights: Sequence[int]) -> list[tuple[int, int]]:
    """(piece, hub) so that two alike pieces share a hub: of each pair, the more borne one.

    A pair that already shares a hub adds none, so that a name of many spellings has few hubs.
    """
    of: dict[int, set[int]] = {piece: {piece} for piece in range(1, len(weights))}
    order = sorted(
        zip(found.left, found.right, strict=True),
        key=lambda pair: (
            -max(weights[pair[0]], weights[pair[1]]),
            -min(weights[pair[0]], weights[pair[1]]),
            pair,
        ),
    )
    for a, b in order:
        if not of[a] & of[b]:
            hub = min((a, b), key=lambda piece: (-weights[piece], piece))
            of[a].add(hub)
            of[b].add(hub)
    needless = {piece for piece, hubs in of.items() if len(hubs) > 1 and piece in hubs}
    met: set[int] = set()
    for piece, hubs in of.items():
        met |= {hub for hub in hubs if hub != piece}
    return sorted(
        (piece, hub)
        for piece, hubs in of.items()
        for hub in hubs
        # a piece's own name is no meeting place if no other goes there and it has another;
        # equal spellings meet at any of its hubs
        if not (hub == piece and piece in needless and piece not in met)
    )
