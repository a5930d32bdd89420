"""What a process keeps in memory of the archive that it has open, and how it is let go of.

Texts, places, results and names that were taken apart are kept so that they are not made twice.
Invariant: once an archive is closed nothing of its evidence is kept. Whoever keeps some says here
how it is forgotten (``with_archive``); ``functools`` caches at the top of a module are found by
themselves. What a program was given is its own.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, Final

#: A cache of no more is of the program's own data, a region's tables among it, never of evidence.
_OF_THE_PROGRAM: Final = 32
_kept: list[Callable[[], object]] = []


def with_archive(forget: Callable[[], object]) -> None:
    """Do this whenever an archive is closed."""
    _kept.append(forget)


def everything() -> None:
    """Forget what is kept of the archive that is being closed."""
    for forget in _kept:
        forget()
    for cache in caches():
        cache.cache_clear()


def caches() -> list[functools._lru_cache_wrapper[Any]]:
    """The caches of evidence at the top of this program's modules, those imported so far."""
    modules = [each for name, each in sys.modules.copy().items() if name.startswith("habeas.")]
    return [
        value
        for module in modules
        for value in vars(module).copy().values()
        if isinstance(value, functools._lru_cache_wrapper) and _is_large(value)
    ]


def _is_large(cache: functools._lru_cache_wrapper[Any]) -> bool:
    return (cache.cache_parameters()["maxsize"] or 0) > _OF_THE_PROGRAM
