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

from habeas.linking import hearing, scoring
from habeas.names import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from habeas.linking.workers import Workers
    from habeas.vocabulary.region import Region

_Numbers = tuple[int, int]

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
_HEARD_AT_A_TIME, _SCORED_AT_A_TIME = 500, 2_000
#: Fewer pieces are heard here, and fewer pairs scored; starting a process costs about a second.
_WORTH_A_PROCESS_TO_HEAR, _WORTH_A_PROCESS = 5_000, 20_000
#: So many times the pieces of last time are worth looking for more pairs before all are read.
_WORTH_FORESEEING = 1.5


@dataclass(slots=True)
class Likenesses:
    """Pairs of pieces (``left`` < ``right``) with likeness and reason."""

    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    likeness: list[float] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    compared: int = 0
    crowded: list[tuple[str, int]] = field(default_factory=list)

    def add(self, left: int, right: int, likeness: float, why: str) -> None:
        self.left.append(left)
        self.right.append(right)
        self.likeness.append(likeness)
        self.why.append(why)


class NamePieces:
    """The distinct pieces of one kind of record, heard and compared.

    A large run gives its pieces as they come. What they sound like, and how alike those are that
    were heard so far, is then found out by one worker while the records are read: a likeness
    stands on its two pieces alone, so one that turns out not to be wanted is left out again.
    """

    def __init__(self, kind: str, workers: Workers, region: Region, *, plain: bool) -> None:
        self._kind = kind
        self._region = region
        self._plain = plain
        self._workers = workers
        self._pieces = [""]
        self._heard: list[Future[list[hearing.Heard]]] = []
        self._foreseen = 0
        self._asked: list[tuple[Future[list[scoring.Scored]], list[_Numbers]]] = []

    def hear(self, pieces: list[str]) -> None:
        """Some pieces more, in the order of their numbers; on one thread they wait."""
        if self._plain or self._workers.number < 2:
            return
        enough = len(self._pieces) > max(1_000, _WORTH_FORESEEING * self._foreseen)
        if enough and all(some.done() for some in self._heard):
            self._foreseen = len(self._pieces)
            heard = [one for some in self._heard for one in some.result()]
            pairs, _ = _candidates(
                self._pieces, heard, table.of(self._region), by_sound=self._kind == "person"
            )
            self._ask(self._pieces, pairs, meanwhile=True)
        self._hear(pieces)

    def compare(self, pieces: list[str], progress: Callable[[int, int], None]) -> Likenesses:
        """All pieces (number 0 is none) with each other."""
        if self._plain:
            return _by_letters(pieces)
        found = Likenesses()
        self._asked = [(future, pairs) for future, pairs in self._asked if not future.cancel()]
        rest = pieces[len(self._pieces) :]
        if self._workers.number > 1 and len(pieces) > _WORTH_A_PROCESS_TO_HEAR:
            self._hear(rest)
            rest = []
        heard = [one for some in self._heard for one in some.result()]
        heard += [hearing.hear(self._kind, piece, self._region) for piece in rest]
        pairs, found.crowded = _candidates(
            pieces, heard, table.of(self._region), by_sound=self._kind == "person"
        )
        found.compared = len(pairs)
        for (a, b), (likeness, why) in self._scores(pieces, pairs, progress):
            if likeness >= ALIKE:
                found.add(a, b, likeness, why)
        self._workers.dismiss()
        return found

    def _scores(
        self, pieces: list[str], pairs: list[_Numbers], progress: Callable[[int, int], None]
    ) -> Iterator[tuple[_Numbers, scoring.Scored]]:
        """Each pair with its score, in any order."""
        if self._workers.number < 2 or len(pairs) < _WORTH_A_PROCESS:
            for at, (a, b) in enumerate(pairs, 1):
                if at % _SCORED_AT_A_TIME == 0:
                    progress(at, len(pairs))
                yield (a, b), scoring.score(self._kind, (pieces[a], pieces[b]), self._region)
            return
        self._ask(pieces, pairs, meanwhile=False)
        wanted, done = set(pairs), 0
        for future, some in self._asked:
            for pair, score in zip(some, future.result(), strict=True):
                if pair in wanted:
                    done += 1
                    yield pair, score
            progress(done, len(pairs))
        self._asked = []

    def _hear(self, pieces: list[str]) -> None:
        self._pieces += pieces
        for at in range(0, len(pieces), _HEARD_AT_A_TIME):
            some = pieces[at : at + _HEARD_AT_A_TIME]
            self._heard.append(self._workers.ask("hear", self._kind, some))

    def _ask(self, pieces: list[str], pairs: list[_Numbers], *, meanwhile: bool) -> None:
        """Have those pairs scored that are not yet asked for."""
        asked = {pair for _, some in self._asked for pair in some}
        pairs = [pair for pair in pairs if pair not in asked]
        for at in range(0, len(pairs), _SCORED_AT_A_TIME):
            some = pairs[at : at + _SCORED_AT_A_TIME]
            written = [(pieces[a], pieces[b]) for a, b in some]
            answers = self._workers.ask("score", self._kind, written, meanwhile=meanwhile)
            self._asked.append((answers, some))


# --- which to compare ---------------------------------------------------------------------


def _candidates(
    pieces: Sequence[str],
    heard: Sequence[hearing.Heard],
    given: table.NameTable,
    *,
    by_sound: bool,
) -> tuple[list[tuple[int, int]], list[tuple[str, int]]]:
    """Pairs worth comparing: names of the table by the table, the others by key and sound.

    Pairs of one key follow each other, so that who compares them has few names to read.
    """
    by_key: dict[str, set[str]] = defaultdict(set)
    of_voice: dict[str, list[int]] = defaultdict(list)
    known: dict[int, tuple[table.GivenName, ...]] = {}
    for piece, said in enumerate(heard, 1):
        if listed := given.find(pieces[piece]):
            known[piece] = listed
        for key, voice in said:
            by_key[key].add(voice)
            if not of_voice[voice] or of_voice[voice][-1] != piece:
                of_voice[voice].append(piece)
    near, crowded = _near_voices(by_key, by_sound=by_sound)
    pairs: dict[tuple[int, int], None] = {}
    for one, other in near:
        for a in of_voice[one]:
            for b in of_voice[other]:
                if a != b and not _apart(known.get(a), known.get(b)):
                    pairs[(a, b) if a < b else (b, a)] = None
    return list(pairs), crowded


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
) -> tuple[Iterable[tuple[str, str]], list[tuple[str, int]]]:
    """Each voice with itself and its nearest of each key, key by key."""
    from rapidfuzz import fuzz, process

    near: dict[tuple[str, str], None] = {}
    crowded = []
    for key in sorted(by_key):
        voices = sorted(by_key[key])
        near.update(((voice, voice), None) for voice in voices)
        if len(voices) > _MOST_VOICES:
            crowded.append((key, len(voices)))
            continue
        if not by_sound and len(voices) <= _FEW_TITLES:
            near.update(((a, b), None) for at, a in enumerate(voices) for b in voices[at + 1 :])
            continue
        for start in range(0, len(voices), _ROWS):
            rows = voices[start : start + _ROWS]
            grid = process.cdist(
                rows, voices, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH, dtype=np.uint8
            )
            for at, line in enumerate(grid):
                line[start + at] = 0
                best = np.argsort(-line.astype(np.int16), kind="stable")[:_NEAREST]
                for i in best:
                    if line[i]:
                        near[min(rows[at], voices[i]), max(rows[at], voices[i])] = None
    return near, crowded


def _by_letters(pieces: Sequence[str]) -> Likenesses:
    """Latin names of one language: Jaro–Winkler among names of nearly the same letters."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    found = Likenesses()
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
    return found


# --- where they meet ----------------------------------------------------------------------


def hubs(found: Likenesses, weights: Sequence[int]) -> list[tuple[int, int]]:
    """(piece, hub) so that two alike pieces share a hub: of each pair, the more borne one.

    A pair that already shares a hub adds none, so that a name of many spellings has few hubs.
    """
    of: dict[int, set[int]] = {piece: {piece} for piece in range(1, len(weights))}
    left, right = np.asarray(found.left, dtype=np.int64), np.asarray(found.right, dtype=np.int64)
    borne = np.asarray(weights)
    more, less = np.maximum(borne[left], borne[right]), np.minimum(borne[left], borne[right])
    order = np.lexsort((right, left, -less, -more))
    for a, b in zip(left[order].tolist(), right[order].tolist(), strict=True):
        if of[a].isdisjoint(of[b]):
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
