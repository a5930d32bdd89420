"""The one thread that touches an archive's database, whoever calls from wherever.

So a call works inside a running event loop (Django refuses to be called there), from several
threads at once (they take turns), and the connection is closed by the thread that has it.
Invariants: every call ends in the caller's thread, with its result or its error; a process that
was forked from the one that opened the archive is refused, since it has no such thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from habeas.archive.errors import ArchiveClosed
from habeas.errors import HabeasError
from habeas.library.wording import in_python

T = TypeVar("T")


class Worker:
    """A thread, and the queue before it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "habeas-archive")
        self._process = os.getpid()
        self._thread = self._pool.submit(threading.get_ident).result()

    def run(self, work: Callable[[], T]) -> T:
        """The result of ``work``, which the thread does; its errors name arguments."""
        if os.getpid() != self._process:
            raise ArchiveClosed(
                "This archive was opened by another process.",
                next_step="Open it in this one; a handle does not survive a fork.",
            )
        try:
            if threading.get_ident() == self._thread:
                return work()
            return self._asked(work).result()
        except HabeasError as error:
            raise in_python(error) from None

    def _asked(self, work: Callable[[], T]) -> Future[T]:
        try:
            return self._pool.submit(work)
        except RuntimeError:  # another thread closed it since the caller looked, or Python ends
            raise ArchiveClosed(
                "This archive was closed.",
                next_step="Open it again with habeas.open(…); "
                "tables already made can still be used.",
            ) from None

    def end(self) -> None:
        """No more work; waits for what is being done."""
        if os.getpid() == self._process:
            self._pool.shutdown(wait=threading.get_ident() != self._thread)
