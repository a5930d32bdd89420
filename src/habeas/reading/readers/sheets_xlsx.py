"""Reads xlsx: shared strings, number formats, then each sheet as a stream of rows.

Formulas are not computed: the result that the file keeps is shown; where it keeps none, the cell
shows nothing and holds the formula. Shared strings are held
as they come, to the cap on text; cells that point past it are said to be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from habeas.reading.documents import State
from habeas.reading.readers import drawing, number_formats
from habeas.reading.readers.grid import (
    FORMULAS,
    LONGEST_FORMULA,
    NO_RESULT,
    RIGHT_TO_LEFT,
    Grid,
    row_and_column,
)
from habeas.reading.readers.interface import DraftReading, InputFile
from habeas.reading.readers.markup import Walk
from habeas.reading.readers.package import Package, Relation, whole

_TRUE = frozenset({"1", "true"})
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_MOST_FORMATS = 100_000


@dataclass(slots=True)
class _Book:
    sheets: list[tuple[str, str, str]] = field(default_factory=list)  # name, relation, state
    date1904: bool = False
    strings: list[str] = field(default_factory=list)
    cut_strings: bool = False
    formats: list[str] = field(default_factory=list)  # by cell style


def read(source: InputFile, draft: DraftReading) -> None:
    package = Package(source, draft)
    top = package.relations("").values()
    main = next((r.target for r in top if r.kind == "officeDocument"), "xl/workbook.xml")
    if main not in package:
        draft.ends(State.FAILED, f"the package holds no {main}")
    package.properties(*(r.target for r in top if r.kind.endswith("properties") and not r.outside))
    relations = package.relations(main)
    book = _book(package, main, draft)
    for relation in relations.values():
        if relation.kind == "sharedStrings" and relation.target in package:
            _strings(package, relation.target, book, draft)
        elif relation.kind == "styles" and relation.target in package:
            book.formats = _formats(package, relation.target, draft)
    draft.settings["date_system"] = "1904" if book.date1904 else "1900"
    for name, identifier, state in book.sheets:
        target = relations.get(identifier)
        if target is None or target.target not in package:
            draft.lacks(f"the sheet {name}, which the package does not hold")
            continue
        _sheet(package, target, name, state, book, draft)
    _files(package, relations, draft)


def _book(package: Package, main: str, draft: DraftReading) -> _Book:
    book = _Book()
    for what, tag, attributes in whole(draft, main, package.walk(main)):
        if what != "start" or attributes is None:
            continue
        if tag == "x:workbookPr":
            book.date1904 = attributes.get("date1904", "") in _TRUE
        elif tag == "x:sheet" and len(book.sheets) < 10_000:
            name = attributes.get("name", "")[:200] or f"sheet {len(book.sheets) + 1}"
            book.sheets.append(
                (name, attributes.get("r:id", ""), attributes.get("state", "visible"))
            )
    return book


def _strings(package: Package, name: str, book: _Book, draft: DraftReading) -> None:
    room = draft.limits.text_code_points
    pieces, inside = list[str](), False
    walk = package.walk(name)
    for what, value, _attributes in whole(draft, name, walk):
        if what == "text":
            if inside and walk.path[-1] == "x:t":
                pieces.append(value)
                room -= len(value)
        elif what == "start":
            if value == "x:si":
                pieces, inside = [], True
            elif value == "x:rPh":  # how it is pronounced, not part of what is shown
                walk.skip()
        elif value == "x:si":
            book.strings.append(_plain("".join(pieces)))
            room -= 8
        if room < 0:
            book.cut_strings = True
            draft.lacks("shared strings past the cap on text")
            return


def _formats(package: Package, name: str, draft: DraftReading) -> list[str]:
    codes = dict(number_formats.BUILT_IN)
    formats = list[str]()
    walk = package.walk(name)
    for what, tag, attributes in whole(draft, name, walk):
        if what != "start" or attributes is None:
            continue
        if tag == "x:numFmt" and attributes.get("numFmtId", "").isdecimal():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif tag == "x:xf" and walk.path[-2] == "x:cellXfs" and len(formats) < _MOST_FORMATS:
            number = attributes.get("numFmtId", "0")
            formats.append(codes.get(int(number), "") if number.isdecimal() else "")
    return formats


@dataclass(slots=True)
class _Cell:
    row: int = 0
    column: int = 0
    kind: str = ""
    style: int = 0
    value: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    formula: list[str] | None = None

    @property
    def unsolved(self) -> bool:
        """Whether it holds a formula and no result of it."""
        return self.formula is not None and not (self.value or self.inline)


def _sheet(
    package: Package, relation: Relation, name: str, state: str, book: _Book, draft: DraftReading
) -> None:
    why = {
        "hidden": "This sheet is hidden.",
        "veryHidden": "This sheet is hidden so that the program does not offer to show it.",
    }.get(state, "")
    own = package.relations(relation.target)
    package.outside(own.values())
    with Grid(draft, name, hidden=bool(why), why_hidden=why) as grid:
        walk = package.walk(relation.target)
        for number, cells, hidden in _rows(whole(draft, relation.target, walk), walk, grid):
            shown = [
                (cell.column, *values) for cell in cells if (values := _values(cell, book, draft))
            ]
            unsolved = {cell.column: NO_RESULT for cell in cells if cell.unsolved}
            grid.row(number, shown, hidden=hidden, notes=unsolved)
        for other in own.values():
            if other.outside or other.target not in package:
                continue
            if other.kind == "comments":
                _comments(package, other.target, name, draft)
            elif other.kind == "drawing":
                place: dict[str, str | int] = {"sheet": name, "drawing": other.target}
                drawing.read(draft, package, other.target, place)
                for chart in package.relations(other.target).values():
                    if chart.kind == "chart" and chart.target in package:
                        place = {"sheet": name, "drawing": chart.target}
                        drawing.read(draft, package, chart.target, place)
            elif other.kind == "threadedComment":
                draft.lacks(f"threaded comments of the sheet {name} (their plain form is read)")


def _rows(
    events: Iterator[tuple[str, str, dict[str, str] | None]], walk: Walk, grid: Grid
) -> Iterator[tuple[int, list[_Cell], bool]]:
    """The rows of a sheet as they end: number, cells, hidden."""
    number, hidden, cells, cell = 0, False, list[_Cell](), _Cell()
    for what, value, attributes in events:
        if what == "text":
            tag = walk.path[-1]
            if tag == "x:v":
                cell.value.append(value)
            elif tag == "x:f" and cell.formula is not None:
                cell.formula.append(value)
            elif tag == "x:t" and "x:is" in walk.path[-4:] and walk.path[-2] != "x:rPh":
                cell.inline.append(value)
        elif what == "start" and attributes is not None:
            if value == "x:c":
                row, column = row_and_column(attributes.get("r", ""))
                if not column:
                    column = (cells[-1].column if cells else 0) + 1
                style = attributes.get("s", "0")
                cell = _Cell(row or number, column, attributes.get("t", "n"))
                cell.style = int(style) if style.isdecimal() else 0
            elif value == "x:f":
                cell.formula = []
                grid.warn(FORMULAS)
            elif value == "x:row":
                given = attributes.get("r", "")
                number = int(given) if given.isdecimal() and len(given) <= 9 else number + 1
                hidden, cells = attributes.get("hidden", "") in _TRUE, []
            elif value == "x:col" and attributes.get("hidden", "") in _TRUE:
                low, high = attributes.get("min", ""), attributes.get("max", "")
                if low.isdecimal() and high.isdecimal():
                    grid.hide_columns(int(low), int(high))
            elif value == "x:mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                grid.merge(row_and_column(first), row_and_column(last))
            elif value == "x:sheetView" and attributes.get("rightToLeft", "") in _TRUE:
                grid.warn(RIGHT_TO_LEFT)
            elif value == "x:autoFilter":
                grid.warn("A filter is set on this sheet.")
        elif value == "x:c":
            if cell.value or cell.inline or cell.unsolved:
                cells.append(cell)
                if len(cells) > 20_000:  # wider than any sheet: give it before it grows
                    yield number, cells, hidden
                    cells = []
        elif value == "x:row":
            yield number, cells, hidden
            cells = []


def _values(cell: _Cell, book: _Book, draft: DraftReading) -> tuple[str, str] | None:
    """A cell as shown and as stored; None where it holds nothing to show."""
    if cell.unsolved:
        return "", f"={''.join(cell.formula or ())}"[:LONGEST_FORMULA]
    raw = "".join(cell.value)
    if cell.kind == "s":
        at = int(raw) if raw.isascii() and raw.isdecimal() else -1
        if not 0 <= at < len(book.strings):
            if not book.cut_strings:
                draft.warn("Cells point to strings that the file does not hold.")
            return "\ufffd", f"shared string {raw[:20]}"
        return book.strings[at], ""
    if cell.kind == "inlineStr":
        return _plain("".join(cell.inline)), ""
    if cell.kind in {"str", "e", "d"}:
        return _plain(raw), ""
    if cell.kind == "b":
        return ("TRUE" if raw.strip() == "1" else "FALSE"), raw
    code = book.formats[cell.style] if cell.style < len(book.formats) else ""
    return number_shown(raw, code, draft, date1904=book.date1904)


def number_shown(raw: str, code: str, draft: DraftReading, *, date1904: bool) -> tuple[str, str]:
    """A stored number as shown; as stored where the format is not understood."""
    try:
        value = float(raw)
    except ValueError:
        return raw, ""
    shown = number_formats.whole(raw, code) or number_formats.shown(value, code, date1904=date1904)
    if shown is None:
        draft.warn(f"Numbers under the format {code[:80]!r} are shown as stored.")
        return number_formats.general(value) if abs(value) < 1e300 else raw, raw
    return shown, raw


def _plain(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n")


def _comments(package: Package, name: str, sheet: str, draft: DraftReading) -> None:
    authors, author, pieces = list[str](), "", list[str]()
    place: dict[str, str | int] = {}
    walk = package.walk(name)
    for what, value, attributes in whole(draft, name, walk):
        if what == "text":
            if walk.path[-1] == "x:author":
                author += value
            elif walk.path[-1] == "x:t":
                pieces.append(value)
        elif what == "start" and attributes is not None:
            if value == "x:author":
                author = ""
            elif value == "x:comment":
                row, column = row_and_column(attributes.get("ref", ""))
                place = {"sheet": sheet, "row": row, "column": column, "comment": 1}
                by = attributes.get("authorId", "")
                if by.isdecimal() and int(by) < len(authors):
                    place["by"] = authors[int(by)]
                pieces = []
        elif value == "x:author":
            authors.append(author[:200])
        elif value == "x:comment" and pieces:
            draft.add("paragraph", _plain("".join(pieces)), place)


def _files(package: Package, relations: dict[str, Relation], draft: DraftReading) -> None:
    package.outside(relations.values())
    inside = list[str]()
    for name in package.names:
        if name.startswith(("xl/media/", "xl/embeddings/")):
            inside.append(name)
        elif name.endswith("vbaProject.bin"):
            draft.warn("The workbook holds macros; they are kept and not run.")
            inside.append(name)
        elif name.startswith("xl/externalLinks/") and name.endswith(".rels"):
            owner = name.replace("_rels/", "").removesuffix(".rels")
            package.outside(package.relations(owner).values())
    package.inner(inside)
