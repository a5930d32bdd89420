"""Reads csv and tsv: encoding as for any text, then the separator that parts lines evenly.

Nothing is converted: a cell is what the file says. The row of a citation is the record's
number, which differs from the line where a quoted cell holds line breaks.
"""

from __future__ import annotations

import csv
import io
import re

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers.grid import Grid
from habeas.reading.readers.interface import DraftReading, InputFile

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SEPARATOR_LINE = re.compile(r"\"?sep=([^\r\n\"])\"?(?:\r\n|\r|\n|\Z)", re.I)
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
        try:
            records = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
            for number, record in enumerate(records, 1):
                cells = [(column, cell, "") for column, cell in enumerate(record, 1)]
                grid.row(number, cells if any(record) else [])
        except csv.Error as error:
            if not draft.position:
                draft.ends(State.FAILED, f"csv: {error}")
            draft.lacks(f"records after the one where the csv breaks ({error})")


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
