"""Warm workers that take turns, one crew for each depth of containers in containers.

Invariants: a worker is used for the next file only if it is certain that nothing is left of
the last; one that is not is replaced, and the file does not notice. The workers of two depths
are different sandboxes, so a file and the container it came from never meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from habeas.reading.errors import SandboxBroken
from habeas.reading.limits import Limits
from habeas.reading.sandbox.seccomp import Filters
from habeas.reading.sandbox.warm import Warm


@dataclass(slots=True)
class WorkerTurns:
    """The workers of one depth. ``filters`` None: without walls."""

    limits: Limits
    bubblewrap: str
    filters: Filters | None
    further: tuple[Path, ...]
    count: int
    _workers: list[Warm | None] = field(default_factory=list)
    _turn: int = -1

    def __post_init__(self) -> None:
        self._workers = [None] * self.count

    def next(self) -> Warm:
        """The worker whose turn it is. Those that are not there are started beside it."""
        self._turn = (self._turn + 1) % self.count
        try:
            due = self._workers[self._turn]
            if due is not None and not due.finish():
                self.stop(due)
            for at, worker in enumerate(self._workers):
                if worker is None:
                    self._workers[at] = Warm.start(
                        self.limits, self.bubblewrap, self.filters, self.further
                    )
            chosen = self._workers[self._turn]
            assert chosen is not None  # noqa: S101 - started just now
            chosen.await_ready()
        except SandboxBroken:
            self.close()
            raise
        return chosen

    def stop(self, worker: Warm) -> None:
        """End this worker and all processes of its file; another takes its place."""
        self._workers = [None if each is worker else each for each in self._workers]
        worker.stop()

    def close(self) -> None:
        for worker in self._workers:
            if worker is not None:
                self.stop(worker)

    def processes(self) -> list[int]:
        """The processes that are process 1 of a sandbox now."""
        return [worker.inner_id for worker in self._workers if worker is not None]
