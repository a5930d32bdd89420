"""What an act would come to: done inside a transaction that is always taken back.

Invariants: nothing of a trial is kept, whether it ends well or not; nobody signs it, so that
whoever may look at the archive may ask what would come of a decision.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from habeas.archive.ledger.appending import Batch

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
