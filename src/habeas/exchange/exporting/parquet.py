"""Parquet, by pyarrow: typed columns, each with its meaning in the file's own schema.

Written a row group at a time, so that memory does not grow with the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from habeas.exchange.errors import PackageMissing
from habeas.exchange.tidy.codebook import FORMAT
from habeas.exchange.tidy.columns import Row, columns_of

_ROW_GROUP = 50_000


class Parquet:
    """One table in one Parquet file."""

    neutralised = 0

    def __init__(self, path: Path, name: str, kind: type) -> None:
        arrow = pyarrow()
        from pyarrow.parquet import ParquetWriter

        self._arrow = arrow
        self._schema = schema_of(kind, {"table": name})
        path.touch(mode=0o600, exist_ok=False)
        self._file = ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Any] = []
        self._rows = 0

    def write(self, rows: Iterable[Row]) -> None:
        found = list(rows)
        if not found:
            return
        cells = zip(*found, strict=True)
        columns = [
            self._arrow.array(list(column), field.type)
            for column, field in zip(cells, self._schema, strict=True)
        ]
        self._waiting.append(self._arrow.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows += len(found)
        if self._rows >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._waiting:
            table = self._arrow.Table.from_batches(self._waiting, schema=self._schema)
            self._file.write_table(table, row_group_size=_ROW_GROUP * 2)
        self._waiting, self._rows = [], 0


def pyarrow() -> Any:
    """The package, or what to install."""
    try:
        import pyarrow as found
    except ImportError:
        raise PackageMissing("Parquet and Arrow", "pyarrow", "arrow") from None
    return found


def schema_of(kind: type, about: dict[str, str]) -> Any:
    """The Arrow schema of a kind of row; meanings and units are its metadata."""
    arrow = pyarrow()
    types = {
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "text": arrow.string(),
        "boolean": arrow.bool_(),
        "date": arrow.date32(),
    }
    fields = [
        arrow.field(
            each.name,
            types[each.type],
            nullable=bool(each.null),
            metadata={
                key: value
                for key, value in (
                    ("meaning", each.meaning),
                    ("empty_means", each.null),
                    ("unit", each.unit),
                )
                if value
            },
        )
        for each in columns_of(kind)
    ]
    return arrow.schema(fields, metadata={"habeas": json.dumps({"format": FORMAT, **about})})
