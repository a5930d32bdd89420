"""What search refuses, and what to do about it.

HabeasError
└── SearchError
    ├── QueryRefused     search.query      a query that cannot be run as written
    ├── IndexMissing     search.no-index   nothing is indexed yet
    ├── IndexBusy        search.busy       another process is indexing
    ├── IndexOutdated    search.outdated   made by another version, or for other rows
    └── BatchRefused     search.batch      a list of words that cannot be searched
"""

from __future__ import annotations

from habeas.errors import HabeasError


class SearchError(HabeasError):
    """Whatever search refuses."""

    code = "search.error"


class QueryRefused(SearchError):
    """``column`` counts characters of the query from 1; ``width`` says how many are meant."""

    code = "search.query"

    def __init__(
        self, message: str, *, column: int = 1, width: int = 1, next_step: str = ""
    ) -> None:
        super().__init__(f"At character {column}: {message}", next_step=next_step)
        self.reason = message
        self.column = column
        self.width = width


class IndexMissing(SearchError):
    """No index has been built yet."""

    code = "search.no-index"


class IndexBusy(SearchError):
    """Another process is writing the index."""

    code = "search.busy"


class IndexOutdated(SearchError):
    """The index is of another version or other regions, does not cover the rows, or is damaged."""

    code = "search.outdated"


class BatchRefused(SearchError):
    """A list of words to look up is too long, or cannot be read."""

    code = "search.batch"
