"""What an act would come to: done inside a transaction that is always taken back.

Invariants: nothing of a trial is kept, whether it ends well or not; nobody signs it, so that
whoever may look at the archive may ask what would come of a decision.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.submissions import ProposedEntry

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


class _TakenBack(Exception):
    """Leaves the transaction of a trial."""


@contextlib.contextmanager
def trying(archive: Archive) -> Iterator[Batch]:
    """A batch whose entries are gone when the block ends."""
    try:
        with archive.writing(sequence=False) as batch:
            batch.taken_back = True
            yield batch
            raise _TakenBack
    except _TakenBack:
        pass


def proposed(
    archive: Archive, pseudonym: str, act: Callable[[Batch], object]
) -> tuple[ProposedEntry, ...]:
    """What an act of this person would append now, for them to look at and to sign."""
    entries: list[ProposedEntry] = []
    with trying(archive) as batch:
        batch.pseudonym, batch.proposed = pseudonym, entries
        act(batch)
    return tuple(entries)
