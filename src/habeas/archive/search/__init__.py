"""Search: find every passage of the texts in which words stand, in any of their scripts.

``language`` reads what people ask, ``index`` keeps the words (folded: ``archive.folding``),
``searching`` answers a viewer (``files`` what is asked of whole files), ``refining`` makes a query
wider or narrower, ``batches`` answers a list of words. The index is a projection: nothing in it
is evidence, and it can be dropped and made again at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Progress = Callable[[int, int], None]


def refresh(archive: Archive, progress: Progress = lambda done, total: None) -> int:
    """Bring the index to the head of the ledger; see ``index.refresh``."""
    from habeas.archive.search import index

    return index.refresh(archive, progress)


def rebuild(archive: Archive, progress: Progress = lambda done, total: None) -> int:
    """Build the index anew and remove the old one; see ``index.rebuild``."""
    from habeas.archive.search import index

    return index.rebuild(archive, progress)


__all__ = [
    "batches",
    "citable",
    "documents",
    "errors",
    "expanding",
    "index",
    "language",
    "languages",
    "named",
    "refining",
    "refresh",
    "schema",
    "searching",
    "sheet_rows",
]
