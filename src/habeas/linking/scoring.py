"""How alike two pieces of names are: once for each distinct pair, in several processes.

Invariants: a pair is scored once whatever the number of records that bear it; the result does
not depend on the number of processes. ``python -m habeas.linking.scoring`` is a worker: lines
of JSON in, lines of JSON out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from habeas import names
from habeas.linking import titles
from habeas.names import gazetteer, table
from habeas.names.errors import BadName
from habeas.vocabulary import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Pair = tuple[str, str]
Scored = tuple[float, str]

_CHUNK = 2_000
#: Fewer pairs than this are scored here; starting a process costs about a second.
_WORTH_A_PROCESS = 20_000
_OTHER_NUMBER, _OTHER_KIND, _ONE_SAYS = 0.6, 0.7, 0.93


@lru_cache(maxsize=2)
def _comparer(kind: str) -> names.Comparer:
    return names.Comparer() if kind == "person" else names.Comparer(table.NameTable([]))


def score(kind: str, left: str, right: str) -> Scored:
    """Likeness in [0, 1] and why, of two pieces of people's names or two whole names."""
    return _of_people(left, right) if kind == "person" else _of_titles(left, right)


def _of_people(left: str, right: str, kind: str = "person") -> Scored:
    try:
        found = _comparer(kind).compare(left, right)
    except BadName:
        return (1.0, "written the same") if left == right else (0.0, "")
    return found.similarity, "; ".join(found.reasons)


def _of_titles(left: str, right: str) -> Scored:
    """Proper names by place, by sound or by words; another number or kind is another."""
    one, other = titles.take_apart(left), titles.take_apart(right)
    if common := titles.units(one.proper) & titles.units(other.proper):
        names_of = gazetteer.xinjiang().unit
        similarity, why = 0.98, f"both of {', '.join(sorted(names_of(u).name for u in common))}"
    elif one.proper == other.proper:
        similarity, why = 1.0, "the same words"
    elif not one.proper or not other.proper:
        similarity, why = 0.5, "one has no proper name"
    else:
        similarity, why = _of_people(one.proper, other.proper, kind="title")
        if texts.detect_script(left) == texts.detect_script(right):
            by_words = _by_words(one.proper, other.proper)
            if by_words > similarity:
                similarity, why = by_words, "nearly the same words"
    if one.numbers != other.numbers:
        limit = _OTHER_NUMBER if one.numbers and other.numbers else _ONE_SAYS
        similarity, why = min(similarity * 0.95, limit), f"{why}; not the same number"
    if one.kinds != other.kinds:
        limit = _ONE_SAYS if not one.kinds or not other.kinds else _OTHER_KIND
        similarity, why = min(similarity * 0.95, limit), f"{why}; not the same kind of place"
    return round(similarity, 4), why


def _by_words(left: str, right: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.token_sort_ratio(left, right)) / 100


def score_all(
    kind: str,
    pairs: Sequence[Pair],
    processes: int,
    progress: Callable[[int], None],
) -> Iterator[Scored]:
    """The score of each pair, in order."""
    if processes < 2 or len(pairs) < _WORTH_A_PROCESS:
        for at, (left, right) in enumerate(pairs, 1):
            if at % _CHUNK == 0:
                progress(at)
            yield score(kind, left, right)
        return
    yield from _in_processes(kind, pairs, processes, progress)


def _in_processes(
    kind: str, pairs: Sequence[Pair], processes: int, progress: Callable[[int], None]
) -> Iterator[Scored]:
    """Chunks go round the workers in turn, so that the answers come back in order."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "habeas.linking.scoring", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for _ in range(processes)
    ]
    chunks = [pairs[at : at + _CHUNK] for at in range(0, len(pairs), _CHUNK)]
    try:
        for at, chunk in enumerate(chunks[:processes]):
            _give(workers[at], chunk)
        for at, chunk in enumerate(chunks):
            worker = workers[at % processes]
            line = worker.stdout.readline() if worker.stdout else ""
            if not line:
                raise RuntimeError("A process that scores names ended early.")
            answers = json.loads(line)
            if at + processes < len(chunks):
                _give(worker, chunks[at + processes])
            progress(min(len(pairs), at * _CHUNK + len(chunk)))
            yield from answers
    finally:
        for worker in workers:
            for stream in (worker.stdin, worker.stdout):
                if stream:
                    stream.close()
            worker.wait()


def _give(worker: subprocess.Popen[str], chunk: Sequence[Pair]) -> None:
    if worker.stdin:
        worker.stdin.write(json.dumps(chunk) + "\n")
        worker.stdin.flush()


def _work(kind: str) -> None:
    for line in sys.stdin:
        chunk = cast("list[Pair]", json.loads(line))
        sys.stdout.write(json.dumps([score(kind, left, right) for left, right in chunk]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work(sys.argv[1])
