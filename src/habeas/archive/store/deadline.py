"""Until when one answer is worked on; asked between steps, and before each query of the database.

Invariants: what is stopped raises, and goes on raising at each step, so nothing is shown half;
only what reads runs under a deadline; without one, as in the command line, nothing is stopped.
One query on PostgreSQL and one call of the search engine are not stopped in the middle.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from habeas.archive.errors import TooLong

#: Of SQLite's steps, after which it asks whether to go on: some milliseconds.
_STEPS = 100_000


class _Deadline:
    def __init__(self, seconds: float, next_step: str, clock: Callable[[], float]) -> None:
        self.seconds, self.next_step, self.clock = seconds, next_step, clock
        self.until = clock() + seconds

    @property
    def is_past(self) -> bool:
        return self.clock() > self.until


_running: ContextVar[tuple[_Deadline, ...]] = ContextVar("deadlines", default=())


def check() -> None:
    """Stop here if the time is over. Errors: ``TooLong``."""
    for each in _running.get():
        if each.is_past:
            raise TooLong(
                f"This took longer than {each.seconds:.0f} seconds and was stopped. "
                "Nothing was changed, and nothing of it is shown.",
                next_step=each.next_step,
            )


@contextlib.contextmanager
def within(
    seconds: float, next_step: str, clock: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Stop what is done inside when the seconds are over; an outer deadline holds as well."""
    from django.db import DatabaseError, connection

    token = _running.set((*_running.get(), _Deadline(seconds, next_step, clock)))
    try:
        with connection.execute_wrapper(_asked):
            yield
            check()
    except DatabaseError:
        check()  # what SQLite gave up in the middle is told as that
        raise
    finally:
        _running.reset(token)
        _watch(connection.connection)


def _asked(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    check()
    _watch(context["connection"].connection)
    return execute(sql, params, many, context)


def _watch(raw: Any) -> None:
    """Have SQLite ask now and then whether to go on, while there is a deadline."""
    if hasattr(raw, "set_progress_handler"):
        running = _running.get()
        asks = (lambda: any(each.is_past for each in running)) if running else None
        raw.set_progress_handler(asks, _STEPS)
