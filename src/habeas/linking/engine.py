"""Where the joins run: DuckDB in bounded memory, spilling to a directory of its own.

Invariants: the SQL of this room is the part that DuckDB and Spark share; an engine makes tables,
takes columns in and gives rows out, and knows nothing of records. What it wrote is gone when it
is closed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from habeas.linking.settings import LinkingSettings

#: The values of a column.
Column = Sequence[Any] | np.ndarray[Any, Any]

_FETCHED = 20_000


class Engine(Protocol):
    """What the pipeline asks of a database."""

    def make(self, table: str, select: str) -> None:
        """A table from a query."""

    def put(self, table: str, columns: Mapping[str, Column]) -> None:
        """More rows, column by column: whole numbers, unless a column is named ``text``."""

    def drop(self, *tables: str) -> None:
        """Tables away."""

    def rows(self, select: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, a few at a time."""

    def splink(self) -> Any:
        """Splink's connection to this database, on one thread, so that sums come out equal."""

    def close(self) -> None:
        """Everything away."""


def by_column(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Column]:
    """Rows as ``Engine.put`` wants them."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return dict(zip(names, columns, strict=True))


def open_engine(settings: LinkingSettings) -> Engine:
    """The engine that the settings name. Errors: ``ExtraMissing``."""
    if settings.engine == "spark":
        from habeas.linking.spark import SparkEngine

        return SparkEngine(settings)
    return DuckEngine(settings)


class DuckEngine:
    """DuckDB in memory: beyond its limit it spills, which a file would write in any case."""

    def __init__(self, settings: LinkingSettings) -> None:
        import duckdb
        import pyarrow

        self._arrow = pyarrow
        self._directory = Path(tempfile.mkdtemp(prefix="habeas-link-", dir=settings.spill))
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": settings.threads,
                "memory_limit": settings.memory,
                "temp_directory": str(self._directory),
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )

    def make(self, table: str, select: str) -> None:
        self._connection.execute(f"create or replace table {table} as {select}")

    def put(self, table: str, columns: Mapping[str, Column]) -> None:
        arrow = self._arrow
        arrays = {
            name: arrow.array(values, arrow.string())
            if name == "text"
            else arrow.array(np.ascontiguousarray(values, dtype=np.int64))
            for name, values in columns.items()
        }
        self._connection.register("incoming", arrow.table(arrays))
        typed = ", ".join(f"{c} {'varchar' if c == 'text' else 'bigint'}" for c in columns)
        self._connection.execute(f"create table if not exists {table} ({typed})")
        self._connection.execute(f"insert into {table} select * from incoming")
        self._connection.unregister("incoming")

    def drop(self, *tables: str) -> None:
        for table in tables:
            self._connection.execute(f"drop table if exists {table}")

    def rows(self, select: str) -> Iterator[tuple[Any, ...]]:
        cursor = self._connection.cursor().execute(select)
        while found := cursor.fetchmany(_FETCHED):
            yield from found
        cursor.close()

    def splink(self) -> Any:
        from splink import DuckDBAPI

        connection = self._connection.cursor()
        connection.execute("set threads = 1")
        return DuckDBAPI(connection=connection)

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._directory, ignore_errors=True)
