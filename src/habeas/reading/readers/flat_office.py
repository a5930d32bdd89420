"""Office documents that are one XML file: Word and Excel 2003, flat Word, flat OpenDocument.

They carry the names of other formats (.doc, .xls) and are read by the same code as their zipped
kin, so that words that stand together stay together. Pictures inside (base64) are said to be left
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from habeas.reading import flat_xml
from habeas.reading.documents import State
from habeas.reading.readers import docx, markup, opendocument, sheets_ods
from habeas.reading.readers.grid import Grid
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.markup import Event, Walk

NAME = "habeas.flat-office"
VERSION = "2"
MEDIA_TYPES = flat_xml.MEDIA_TYPES

_PIECE = 64 * 1024
_PICTURES = ("w:binData", "pkg:binaryData", "office:binary-data")


def read(source: InputFile, draft: DraftReading) -> None:
    walk = Walk(_chunks(source))
    try:
        events = _without_pictures(_whole(walk, draft), walk, draft)
        if source.media_type == flat_xml.EXCEL_2003:
            _Workbook(draft).read(events, walk)
        elif source.media_type in (flat_xml.WORD_2003, flat_xml.WORD_FLAT):
            docx.read_flat(events, walk, draft)
        elif source.media_type == flat_xml.OPEN_SHEETS:
            sheets_ods.read_flat(events, walk, draft)
        else:
            slides = source.media_type == flat_xml.OPEN_SLIDES
            opendocument.read_flat(events, walk, draft, slides=slides)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"its XML has {error}")


def _chunks(source: InputFile) -> Iterator[bytes]:
    with source.open() as stream:
        while chunk := stream.read(_PIECE):
            yield chunk


def _whole(walk: Walk, draft: DraftReading) -> Iterator[Event]:
    try:
        yield from walk
    except markup.BrokenXml as error:
        draft.lacks(f"the rest of the file ({error})")


def _without_pictures(events: Iterable[Event], walk: Walk, draft: DraftReading) -> Iterator[Event]:
    for event in events:
        if event[0] == "start" and event[1] in _PICTURES:
            walk.skip()
            draft.lacks("Pictures and objects inside.")
        else:
            yield event
        draft.progress()


@dataclass(slots=True)
class _Cell:
    column: int
    kind: str = ""
    pieces: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)


class _Workbook:
    """Excel 2003: Worksheet, Row, Cell, Data; indexes count from 1 and may jump."""

    def __init__(self, draft: DraftReading) -> None:
        self._draft = draft
        self._grid: Grid | None = None
        self._row = self._column = self._column_at = 0
        self._hidden = False
        self._cells: list[tuple[int, str, str]] = []
        self._cell: _Cell | None = None
        self._sheet = ""
        self._sheets = 0

    def read(self, events: Iterable[Event], walk: Walk) -> None:
        try:
            for what, value, attributes in events:
                if what == "text":
                    self._text(walk.path, value)
                elif what == "start" and attributes is not None:
                    self._start(value, attributes)
                else:
                    self._end(value)
        finally:
            self._close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "ss:Worksheet":
            self._close()
            self._sheets += 1
            self._sheet = attributes.get("ss:Name", "")[:200] or f"sheet {self._sheets}"
            self._grid = Grid(self._draft, self._sheet)
            self._grid.__enter__()
            self._row, self._column_at = 0, 1
        elif self._grid is None:
            return
        elif tag == "ss:Column":
            first = _number(attributes.get("ss:Index", ""), self._column_at)
            last = first + _number(attributes.get("ss:Span", ""), 0)
            if attributes.get("ss:Hidden") == "1":
                self._grid.hide_columns(first, last)
            self._column_at = last + 1
        elif tag == "ss:Row":
            self._row = _number(attributes.get("ss:Index", ""), self._row + 1)
            self._column, self._cells = 0, []
            self._hidden = attributes.get("ss:Hidden") == "1"
        elif tag == "ss:Cell":
            self._column = _number(attributes.get("ss:Index", ""), self._column + 1)
            self._cell = _Cell(self._column)
            across, down = (
                _number(attributes.get(f"ss:Merge{way}", ""), 0) for way in ("Across", "Down")
            )
            self._grid.merge((self._row, self._column), (self._row + down, self._column + across))
            self._column += across
        elif tag == "ss:Data" and self._cell is not None:
            self._cell.kind = attributes.get("ss:Type", "")

    def _text(self, path: list[str], text: str) -> None:
        if self._cell is None:
            return
        if "ss:Comment" in path[-6:]:
            self._cell.note.append(text)
        elif "ss:Data" in path[-6:]:
            self._cell.pieces.append(text)

    def _end(self, tag: str) -> None:
        if tag == "ss:Cell" and self._cell is not None:
            cell, self._cell = self._cell, None
            stored = "".join(cell.pieces)
            if stored:
                self._cells.append((cell.column, _shown(stored, cell.kind), stored))
            if note := "".join(cell.note).strip():
                place: dict[str, str | int] = {"sheet": self._sheet, "row": self._row}
                place |= {"column": cell.column, "comment": 1}
                self._draft.add("paragraph", note, place)
        elif tag == "ss:Row" and self._grid is not None:
            self._grid.row(self._row, self._cells, hidden=self._hidden)
            self._cells = []
        elif tag == "ss:Worksheet":
            self._close()

    def _close(self) -> None:
        if self._grid is not None:
            grid, self._grid = self._grid, None
            grid.__exit__()


def _shown(stored: str, kind: str) -> str:
    """A day without a time is shown as a day; what else a style makes of it is not read."""
    if kind == "DateTime":
        return stored.removesuffix("T00:00:00.000")
    if kind == "Boolean":
        return {"1": "TRUE", "0": "FALSE"}.get(stored.strip(), stored)
    return stored


def _number(said: str, otherwise: int) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 7 else otherwise
