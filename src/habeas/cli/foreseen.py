"""What an act would come to, tried and taken back: for every ``--dry-run``."""

from __future__ import annotations

from collections.abc import Callable

from habeas.archive.access import OWNER, Viewer
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.trying import trying
from habeas.archive.opening import Archive
from habeas.figures.changes.dependents import Change, difference, snapshot
from habeas.figures.evaluation.evaluating import remembered


def foreseen(
    archive: Archive, act: Callable[[Batch], object], viewer: Viewer = OWNER
) -> list[Change]:
    """The figures that the act would change; raises what the act would be refused for."""
    before = snapshot(archive, viewer)
    try:
        with trying(archive) as batch:
            act(batch)
            batch.flush()
            return difference(before, snapshot(archive, viewer))
    finally:
        remembered.clear()  # results for a size that was never reached
