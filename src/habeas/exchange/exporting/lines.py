"""JSON lines: one object a row, every column in each, dates as ISO texts, null where empty."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from pathlib import Path

from habeas.exchange.tidy.columns import Row, columns_of


class Lines:
    """One table in one file of JSON lines."""

    neutralised = 0

    def __init__(self, path: Path, name: str, kind: type) -> None:
        self._names = [column.name for column in columns_of(kind)]
        self._file = path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n")
        self._encode = json.JSONEncoder(ensure_ascii=False, default=_told).encode

    def write(self, rows: Iterable[Row]) -> None:
        names, encode = self._names, self._encode
        self._file.writelines(encode(dict(zip(names, row, strict=True))) + "\n" for row in rows)

    def close(self) -> None:
        self._file.close()


def _told(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(type(value))
