"""A crew: several workers on this machine, each a process of its own.

The parent reads nothing. It watches its workers, frees what a killed one had, puts another
in its place, writes the log, keeps the search index up to date and says how far things are.
An error that stops one worker stops the crew and is raised here; what was recorded stays.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import pickle
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from django.db import connections

from habeas.archive.errors import WorkersDied
from habeas.archive.pipeline import queue
from habeas.archive.pipeline.worker import Done, ExhibitReader, work
from habeas.errors import HabeasError
from habeas.reading.sandbox import watching

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

    from habeas.archive.opening import Archive

KEEP_UP_SECONDS = 10.0  # between writing the log and renewing the index
PATIENCE_SECONDS = 20.0  # for workers to end when told to
MOST_MEMORY_BYTES = 1536 * 1024 * 1024  # of a worker, over what it has from its beginning
MOST_DEATHS = 12  # of workers in one run, before the run is stopped

Progress = Callable[[str, int, int], None]
OpenReader = Callable[[], AbstractContextManager[ExhibitReader]]
_FORK = multiprocessing.get_context("fork")  # the keys are open already, in memory


@dataclass(slots=True)
class CrewResult:
    """What a crew recorded, and what is still on the queue (when it was stopped)."""

    exhibits: int = 0
    states: Counter[str] = field(default_factory=Counter)
    died: int = 0


def read_all(
    archive: Archive,
    open_reader: OpenReader,
    *,
    workers: int = 0,
    keep_up: Callable[[], None] = lambda: None,
    progress: Progress = lambda what, done, total: None,
    lease_seconds: int = queue.LEASE_SECONDS,
) -> CrewResult:
    """Read what is on the queue and what is not read yet, until nothing is left of it.

    ``workers`` 0 means one for each core. ``keep_up`` is called now and then with entries
    committed: it renews the index.
    """
    queue.fill()
    queue.free_the_dead()
    total = queue.left().all
    read = CrewResult()
    if not total:
        return read
    crew = _Crew(archive, open_reader, lease_seconds)
    progress("Reading", 0, total)
    kept_up = time.monotonic()
    try:
        crew.start(min(workers or os.cpu_count() or 1, total))
        while crew.is_at_work:
            for done in crew.heard(0.2):
                read.exhibits += done.exhibits
                read.states.update(done.states)
            total = max(total, read.exhibits)
            progress("Reading", read.exhibits, total)
            if time.monotonic() - kept_up > KEEP_UP_SECONDS:
                archive.sequence_if_free()
                keep_up()
                kept_up = time.monotonic()
    finally:
        crew.stop()
        read.died = crew.died
        with contextlib.suppress(KeyboardInterrupt):
            archive.sequence_if_free()
    if crew.failure is not None:
        raise crew.failure
    return read


class _Crew:
    """The worker processes and what they say."""

    def __init__(self, archive: Archive, open_reader: OpenReader, lease_seconds: int) -> None:
        self._archive, self._open_reader = archive, open_reader
        self._lease_seconds = lease_seconds
        self._running: dict[Connection, ForkProcess] = {}
        self.failure: BaseException | None = None
        self.died = 0

    @property
    def is_at_work(self) -> bool:
        return bool(self._running) and self.failure is None

    def start(self, count: int) -> None:
        connections.close_all()  # a connection must not be shared with a fork
        for _ in range(count):
            ours, theirs = _FORK.Pipe(duplex=False)
            others = [*self._running, ours]
            process = _FORK.Process(
                target=_live,
                args=(self._archive, self._open_reader, self._lease_seconds, theirs, others),
                name="habeas-reading",
            )
            process.start()
            theirs.close()
            self._running[ours] = process

    def heard(self, seconds: float) -> Iterator[Done]:
        """What workers recorded since last asked; notices those that ended."""
        for connection in wait(list(self._running), timeout=seconds):
            assert isinstance(connection, Connection)  # noqa: S101
            try:
                said: Any = connection.recv()
            except (EOFError, OSError):
                self._ended(connection)
                continue
            if isinstance(said, Done):
                yield said
            else:
                self.failure = self.failure or said

    def _ended(self, connection: Connection) -> None:
        process = self._running.pop(connection)
        connection.close()
        process.join()
        if process.exitcode == 0 or self.failure is not None:
            return
        self.died += 1
        queue.free_the_dead()
        if self.died > MOST_DEATHS:
            self.failure = WorkersDied(
                f"{self.died} workers were ended from outside, the last by code "
                f"{process.exitcode}.",
                next_step="Check the machine's memory, or use fewer with --workers. What was "
                "read is kept; `habeas reading work` goes on.",
            )
        elif queue.left().all:
            self.start(1)

    def stop(self) -> None:
        """Tell the workers to end, and wait for them."""
        patience = time.monotonic() + PATIENCE_SECONDS
        for process in self._running.values():
            process.terminate()
        for connection, process in self._running.items():
            process.join(max(0.0, patience - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
            connection.close()
        if self._running:
            queue.free_the_dead()
        self._running.clear()


def _live(
    archive: Archive,
    open_reader: OpenReader,
    lease_seconds: int,
    parent: Connection,
    others: list[Connection],
) -> None:
    """The life of a worker process."""
    for other in others:  # of its siblings; held open they would hide that one ended
        other.close()
    logging.getLogger("habeas").setLevel(logging.ERROR)  # waiting for each other is their day
    with contextlib.suppress(AttributeError):
        del connections["default"]  # made anew here, whatever this thread had kept of it
    ended, born_of = [False], os.getppid()
    # Ctrl-C reaches the parent as well, which then tells its workers to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end(number: int, frame: object) -> None:
        if ended[0]:
            return
        ended[0] = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)

    def is_stopping() -> bool:
        return ended[0] or os.getppid() != born_of

    try:
        watching.hold_more(MOST_MEMORY_BYTES)
        with open_reader() as reader:
            work(
                archive,
                reader,
                stopping=is_stopping,
                told=parent.send,
                lease_seconds=lease_seconds,
            )
    except KeyboardInterrupt:
        pass
    except Exception as error:
        with contextlib.suppress(OSError):
            parent.send(_sendable(error))
    finally:
        connections.close_all()
        parent.close()


def _sendable(error: Exception) -> BaseException:
    """The error as it can go through a pipe; its words only where they are meant to be read."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  (our own, made here)
    except Exception:
        again = None
    if isinstance(again, HabeasError):
        return again
    if isinstance(error, HabeasError):
        return WorkersDied(error.message, next_step=error.next_step)
    return RuntimeError(f"a worker ended with {type(error).__name__}")
