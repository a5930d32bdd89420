"""Reads xls and xlsb: values by calamine; of xls, formats and hiding from its own records.

calamine tells dates from numbers but not how a number is shown, nor what is hidden. For xls
(BIFF8) one pass over the workbook stream finds each number's format, the date system, hidden
rows and columns and a password. For xlsb and older xls numbers are shown as stored.
"""

from __future__ import annotations

import datetime
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import python_calamine as calamine

from habeas.reading.documents import State
from habeas.reading.readers import number_formats
from habeas.reading.readers.grid import Grid
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.ole import MAGIC, Compound, NotCompound
from habeas.reading.readers.sheets_xlsx import number_shown

_BOF, _EOF, _SHEET, _FORMAT, _XF, _DATES = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x22
_FILEPASS, _COLINFO, _ROW = 0x2F, 0x7D, 0x208
_NUMBER, _RK, _MULRK, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
_BIFF8 = 0x600
_FAR = 4_000_000  # cells of a sheet's rectangle past which a thin sheet is not laid out


@dataclass(slots=True)
class _Layout:
    """What calamine does not say of one sheet; rows and columns from 1."""

    numbers: dict[tuple[int, int], tuple[float, int]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Book:
    formats: dict[int, str] = field(default_factory=lambda: dict(number_formats.BUILT_IN))
    styles: list[int] = field(default_factory=list)
    date1904: bool = False
    sheets: list[_Layout] = field(default_factory=list)

    def code(self, style: int) -> str:
        number = self.styles[style] if style < len(self.styles) else 0
        return self.formats.get(number, "")


def read(source: InputFile, draft: DraftReading) -> None:
    data = source.bytes()
    book = None
    if data[:8] == MAGIC:
        book = _book(data, draft)
    draft.settings["library"] = "python-calamine"
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        draft.ends(State.ENCRYPTED, "the workbook needs a password")
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of pyo3 is a BaseException
        draft.ends(State.FAILED, f"{type(error).__name__}: {str(error)[:200]}")
    if book is None:
        draft.warn("Numbers are shown as stored; hidden rows and columns are not told.")
    else:
        draft.settings["date_system"] = "1904" if book.date1904 else "1900"
    for number, about in enumerate(workbook.sheets_metadata):
        layout = book.sheets[number] if book and number < len(book.sheets) else None
        _sheet(workbook, about, layout, book, draft)


def _sheet(
    workbook: calamine.CalamineWorkbook,
    about: calamine.SheetMetadata,
    layout: _Layout | None,
    book: _Book | None,
    draft: DraftReading,
) -> None:
    why = ""
    if about.visible == calamine.SheetVisibleEnum.Hidden:
        why = "This sheet is hidden."
    elif about.visible == calamine.SheetVisibleEnum.VeryHidden:
        why = "This sheet is hidden so that the program does not offer to show it."
    if about.typ != calamine.SheetTypeEnum.WorkSheet:
        draft.lacks(f"{about.name}, which is not a sheet of cells")
        return
    try:
        sheet = workbook.get_sheet_by_name(about.name)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        draft.lacks(f"the sheet {about.name} ({type(error).__name__}: {str(error)[:200]})")
        return
    with Grid(draft, about.name, hidden=bool(why), why_hidden=why) as grid:
        if sheet.start is None:
            return
        if (
            sheet.height * sheet.width > _FAR
            and sheet.height * sheet.width > draft.limits.cells * 16
        ):
            draft.lacks(f"the sheet {about.name}: its cells lie too far apart")
            return
        for low, high in layout.hidden_columns if layout else ():
            grid.hide_columns(low, high)
        for first, last in sheet.merged_cell_ranges or ():
            grid.merge((first[0] + 1, first[1] + 1), (last[0] + 1, last[1] + 1))
        top, left = sheet.start[0] + 1, sheet.start[1] + 1
        for row, values in enumerate(sheet.iter_rows(), top):
            cells = [
                (column, *shown)
                for column, value in enumerate(values, left)
                if (shown := _shown(value, (row, column), layout, book, draft)) is not None
            ]
            grid.row(row, cells, hidden=layout is not None and row in layout.hidden_rows)


def _shown(
    value: object,
    place: tuple[int, int],
    layout: _Layout | None,
    book: _Book | None,
    draft: DraftReading,
) -> tuple[str, str] | None:
    if value is None or value == "":
        return None
    if layout is not None and book is not None and not isinstance(value, (str, bool)):
        known = layout.numbers.get(place)
        if known is not None:
            raw = f"{known[0]:.17g}"
            return number_shown(raw, book.code(known[1]), draft, date1904=book.date1904)
    if isinstance(value, bool):
        return str(value).upper(), ""
    if isinstance(value, (int, float)):
        return number_formats.general(float(value)), ""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" "), ""
    return str(value), ""


def _book(data: bytes, draft: DraftReading) -> _Book | None:
    """Formats and hiding of a BIFF8 workbook; None of an older one."""
    try:
        compound = Compound(data)
    except (NotCompound, struct.error) as error:
        draft.ends(State.FAILED, f"the compound file: {error}")
    if ("EncryptedPackage",) in compound:
        draft.ends(State.ENCRYPTED, "the workbook needs a password")
    stream = compound.read("Workbook")
    if not stream:
        return None
    book, layout, depth, offsets = _Book(), None, 0, list[int]()
    by_offset: dict[int, _Layout] = {}
    for at, kind, body in _records(stream):
        if kind == _BOF:
            if depth == 0 and len(body) >= 2 and struct.unpack_from("<H", body)[0] != _BIFF8:
                return None
            depth += 1
            if depth == 1:
                layout = by_offset[at] = _Layout()
        elif kind == _EOF:
            depth = max(0, depth - 1)
        elif kind == _FILEPASS:
            draft.ends(State.ENCRYPTED, "the workbook needs a password")
        elif kind == _SHEET and len(body) >= 4:
            offsets.append(struct.unpack_from("<I", body)[0])
        elif layout is not None:
            _take(kind, body, book, layout)
    book.sheets = [by_offset.get(offset, _Layout()) for offset in offsets]
    return book


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _take(kind: int, body: bytes, book: _Book, layout: _Layout) -> None:
    if kind == _NUMBER and len(body) >= 14:
        row, column, style, value = struct.unpack_from("<HHHd", body)
        layout.numbers[row + 1, column + 1] = (value, style)
    elif kind == _RK and len(body) >= 10:
        row, column, style, packed = struct.unpack_from("<HHHI", body)
        layout.numbers[row + 1, column + 1] = (_unpacked(packed), style)
    elif kind == _MULRK and len(body) >= 6:
        row, first = struct.unpack_from("<HH", body)
        for step in range((len(body) - 6) // 6):
            style, packed = struct.unpack_from("<HI", body, 4 + step * 6)
            layout.numbers[row + 1, first + 1 + step] = (_unpacked(packed), style)
    elif kind == _FORMULA and len(body) >= 14:
        row, column, style, value = struct.unpack_from("<HHHd", body)
        if body[12:14] != b"\xff\xff":  # else the result is no number
            layout.numbers[row + 1, column + 1] = (value, style)
    elif kind == _ROW and len(body) >= 16:
        row, flags = struct.unpack_from("<H10xH", body)
        if flags & 0x20:
            layout.hidden_rows.add(row + 1)
    elif kind == _COLINFO and len(body) >= 10:
        low, high, _width, _style, flags = struct.unpack_from("<HHHHH", body)
        if flags & 1:
            layout.hidden_columns.append((low + 1, high + 1))
    elif kind == _FORMAT and len(body) >= 5:
        number, length, wide = struct.unpack_from("<HHB", body)
        raw = body[5:]
        code = raw[: length * 2].decode("utf-16-le", "replace") if wide & 1 else None
        book.formats[number] = code if code is not None else raw[:length].decode("latin-1")
    elif kind == _XF and len(body) >= 4:
        book.styles.append(struct.unpack_from("<2xH", body)[0])
    elif kind == _DATES and len(body) >= 2:
        book.date1904 = struct.unpack_from("<H", body)[0] == 1


def _unpacked(packed: int) -> float:
    """The number in an RK value: an integer or a short double, perhaps times 100."""
    if packed & 2:
        value = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value
