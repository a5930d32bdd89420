"""Reads csv and tsv: encoding as for any text, then the separator that parts lines evenly.

Nothing is converted: a cell is what the file says. The row of a citation is the record's
number, which differs from the line where a quoted cell holds line breaks. A quotation mark that is
never closed, or closes in the middle of a later word, is a sign like any other: else the rows of
other people would stand in the cell of one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers.grid import Grid
from habeas.reading.readers.interface import DraftReading, InputFile

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEPARATOR_LINE = re.compile(r"\"?sep=([^\r\n\"])\"?(?:\r\n|\r|\n|\Z)", re.I)
_MOST_NAMED = 5
_SAMPLE_RECORDS = 50
_SAMPLE_CODE_POINTS = 200_000


def read(source: InputFile, draft: DraftReading) -> None:
    decoded = decoding.decode_labelled(source.bytes(), source.charset)
    content = decoded.text.removeprefix("\ufeff")
    draft.settings["encoding"] = decoded.encoding
    for doubt in decoded.doubts:
        draft.warn(doubt)
    if decoded.lossy:
        draft.lacks("Bytes that are not text in the encoding chosen.")
    named = _SEPARATOR_LINE.match(content)
    if named:  # a line for the spreadsheet program, and no record
        content = content[named.end() :]
        draft.settings["separator line"] = named[1]
    separator = (
        named[1]
        if named
        else separator_of(content, "\t" if source.media_type.endswith("-values") else ",")
    )
    draft.settings["separator"] = _SEPARATORS.get(separator, separator)
    csv.field_size_limit(max(1, source.limits.text_code_points))
    with Grid(draft, "") as grid:
        records = _Records(content, separator)
        try:
            for number, record in enumerate(records, 1):
                cells = [(column, cell, "") for column, cell in enumerate(record, 1)]
                grid.row(number, cells if any(record) else [])
        except csv.Error as error:
            if not draft.position:
                draft.ends(State.FAILED, f"csv: {error}")
            draft.lacks(f"records after the one where the csv breaks ({error})")
    if records.broken:
        rows = ", ".join(map(str, records.broken[:_MOST_NAMED]))
        more = "" if len(records.broken) <= _MOST_NAMED else " and more"
        draft.warn(f"A quotation mark is not closed in row {rows}{more}; its line is one row.")


class _Records:
    """The records, in order; ``broken`` are the numbers of those that a quotation mark tears."""

    def __init__(self, content: str, separator: str) -> None:
        self._lines = list(io.StringIO(content, newline=""))
        self._separator = separator
        self._start = self._at = 0  # of the record that is being read, in lines
        self.broken: list[int] = []

    def __iter__(self) -> Iterator[list[str]]:
        number = 0
        while self._at < len(self._lines):
            for record in csv.reader(self._fed(), delimiter=self._separator):
                number += 1
                taken = self._lines[self._start : self._at]
                if len(taken) < 2 or self._is_sound(taken):
                    self._start = self._at
                    yield record
                    continue
                self.broken.append(number)
                self._at = self._start + 1
                yield next(csv.reader(taken[:1], delimiter=self._separator, quoting=csv.QUOTE_NONE))
                break

    def _fed(self) -> Iterator[str]:
        self._start = self._at
        while self._at < len(self._lines):
            self._at += 1
            yield self._lines[self._at - 1]

    def _is_sound(self, taken: list[str]) -> bool:
        try:
            return len(list(csv.reader(taken, delimiter=self._separator, strict=True))) == 1
        except csv.Error:
            return False


def separator_of(content: str, likely: str) -> str:
    """The separator under which the first records have the same number of cells."""
    best, best_score = likely, 0.0
    for separator in (likely, *(one for one in _SEPARATORS if one != likely)):
        widths = list[int]()
        try:
            sample = io.StringIO(content[:_SAMPLE_CODE_POINTS], newline="")
            for record in csv.reader(sample, delimiter=separator):
                if record:
                    widths.append(len(record))
                if len(widths) >= _SAMPLE_RECORDS:
                    break
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) / len(widths) if common > 1 else 0.0
        if score > best_score + 0.05:
            best, best_score = separator, score
    return best
