"""Batches: which signed entry covers one that nobody signed (entry format 2).

The entries of a batch are held back until the one that closes it comes. Its root is then made
again from their notes: if it holds, whoever signed the closing entry signed them all.

Invariants: entries are given out in the order in which they came, each exactly once; one that no
closing entry covers is given out with the reason, and has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from habeas.custody.log.entries import ParsedEntry
from habeas.custody.log.statements import Statement, batch_root

T = TypeVar("T")

OPEN = "is of a batch that was never closed"
DIFFERS = "is of a batch whose signed root is not that of its entries"


class Covered(NamedTuple, Generic[T]):
    """An entry; ``closing`` is what covers it as one of a batch, ``problem`` why nothing does."""

    position: int
    parsed: ParsedEntry
    item: T
    closing: ParsedEntry | None = None
    problem: str = ""


class Batches(Generic[T]):
    """The entries of a ledger in their order, those of a batch once it is closed."""

    def __init__(self) -> None:
        self._held: list[Covered[T]] = []

    def take(self, position: int, parsed: ParsedEntry, item: T) -> Iterable[Covered[T]]:
        """What can be judged now that this entry came."""
        entry = Covered(position, parsed, item)
        statement = parsed.statement
        if statement is not None and not statement.is_signed:
            held = []
            if self._held and position != self._held[-1].position + 1:
                held = self.end()
            self._held.append(entry)
            return held
        if statement is None or statement.batch is None:
            return [*self.end(), entry] if self._held else [entry]
        held, self._held = self._held, []
        first, count = parsed.parts[0]
        apart = [each._replace(problem=OPEN) for each in held if each.position < first]
        own = [each for each in held if each.position >= first]
        if (
            len(parsed.parts) > 1
            or first + count != position
            or [each.position for each in own] != list(range(first, position))
            or batch_root(_statements(own)) != statement.batch
        ):
            wrong = [each._replace(problem=DIFFERS) for each in own]
            return [*apart, *wrong, entry._replace(problem="closes no batch that is here")]
        return [*apart, *(each._replace(closing=parsed) for each in own), entry]

    def end(self) -> list[Covered[T]]:
        """Those of a batch that nobody closed."""
        held, self._held = self._held, []
        return [each._replace(problem=OPEN) for each in held]


def _statements(entries: Iterable[Covered[T]]) -> Iterator[Statement]:
    return (each.parsed.statement for each in entries if each.parsed.statement is not None)
