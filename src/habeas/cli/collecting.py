"""How Python collects garbage in a command: not while it loads, seldom later, not at its end.

A command loads some hundred modules and ends. Python's own threshold of 700 new objects goes
through all of them again and again meanwhile, and once more after the last line was written: a
third of the time of a short command. What a long command leaves in circles is still collected,
some megabytes at a time. Files, locks and children are not left to this: they are closed by whoever
opened them, or by the system with the process. Where duckdb was loaded Python collects to the end:
it counts what is left of it and calls that leaked, in fifty lines.
"""

from __future__ import annotations

import atexit
import functools
import gc
import sys

_LOADING, _RUNNING = 1_000_000, 50_000  # new objects before they are gone through


@functools.cache
def spare() -> None:
    """From now on, in this process."""
    gc.set_threshold(_LOADING, 20, 20)
    atexit.register(_leave)


@functools.cache
def loaded() -> None:
    """What there is now stays until the process ends: it is not gone through any more."""
    gc.freeze()
    gc.set_threshold(_RUNNING, 20, 20)


def _leave() -> None:
    if "duckdb" not in sys.modules:
        gc.freeze()
