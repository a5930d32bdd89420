"""Running text as an office program keeps it: paragraphs, headings and tables, in order.

Invariants: paragraphs are numbered from 1 as they begin, empty ones included, so a number
names the same paragraph in every re-reading; what the page does not show (deleted, hidden) is
never inside a visible paragraph's text but follows it as a part of its own; a table inside a
table is read as paragraphs of the outer cell, so that parts of one kind never overlap.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from habeas.reading.readers.interface import DraftReading

Place = dict[str, str | int]


@dataclass(slots=True)
class Aside:
    """Text that stands at a paragraph but is not shown in it."""

    kind: str
    words: str
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Paragraph:
    """One paragraph while it is read."""

    place: Place
    heading: int = 0
    hidden: bool = False
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    asides: list[Aside] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, words: str) -> None:
        if words not in self.warnings and len(self.warnings) < 20:
            self.warnings.append(words)

    def aside(self, kind: str, words: str, text: str, apart: bool = False) -> None:
        last = self.asides[-1] if self.asides else None
        if last is None or last.kind != kind or last.words != words:
            self.asides.append(last := Aside(kind, words))
        elif apart:
            last.pieces.append("\n")
        last.pieces.append(text)
        self.length += len(text)


_WIDEST = 1_000  # columns, and rows, that one cell goes on through


class Flow:
    """Takes a text's paragraphs and tables as they begin and end; fills the draft."""

    def __init__(
        self, draft: DraftReading, place: Place | None = None, *, hidden: bool = False
    ) -> None:
        self._draft = draft
        self._hidden = hidden
        self.place: Place = dict(place or {})
        self._numbers: dict[tuple[tuple[str, str | int], ...], int] = {}
        self._open: list[Paragraph] = []
        self._waiting: list[Paragraph] = []
        self._tables = 0
        self._levels: list[ExitStack] = []  # the open table, row and cell
        self._nested: list[bool] = []  # for each open table: does it make parts?
        self._row = self._column = 0
        self._spans: dict[int, int] = {}  # columns that a cell of a row above still holds

    # --- paragraphs ---------------------------------------------------------------------

    @property
    def paragraph(self) -> Paragraph | None:
        return self._open[-1] if self._open else None

    def begin(self, place: Place | None = None, *, heading: int = 0, hidden: bool = False) -> None:
        where = self.place if place is None else place
        key = tuple(where.items())
        number = self._numbers[key] = self._numbers.get(key, 0) + 1
        self._open.append(Paragraph({**where, "paragraph": number}, heading, hidden))

    def text(self, text: str) -> None:
        if not self._open:
            return
        paragraph = self._open[-1]
        paragraph.pieces.append(text)
        paragraph.length += len(text)
        if paragraph.length > self._draft.limits.text_code_points:
            self._give(paragraph)  # reaches the cap, which ends the reading

    def aside(self, kind: str, words: str, text: str, *, apart: bool = False) -> None:
        """``apart``: on a line of its own, not run together with what stood before it."""
        if self._open and text:
            self._open[-1].aside(kind, words, text, apart)
            if self._open[-1].length > self._draft.limits.text_code_points:
                self._give(self._open[-1])

    def end(self) -> None:
        if not self._open:
            return
        done = self._open.pop()
        if self._open:
            self._waiting.append(done)  # a text box or note: after what it stands in
            return
        self._give(done)
        waiting, self._waiting = self._waiting, []
        for paragraph in waiting:
            self._give(paragraph)

    def _give(self, paragraph: Paragraph) -> None:
        text = "".join(paragraph.pieces)
        hidden = paragraph.hidden or self._hidden
        warnings = tuple(paragraph.warnings)
        if text.strip():
            kind = "heading" if paragraph.heading else "paragraph"
            self._draft.add(kind, text, paragraph.place, hidden=hidden, warnings=warnings)
        for aside in paragraph.asides:
            words = "".join(aside.pieces)
            if words.strip():
                noted = (*warnings, aside.words) if not text.strip() else (aside.words,)
                self._draft.add(aside.kind, words, paragraph.place, hidden=True, warnings=noted)

    # --- tables -------------------------------------------------------------------------

    def begin_table(self) -> None:
        inside = bool(self._open) or any(self._nested)
        self._nested.append(not inside)
        if inside:
            return
        self._tables += 1
        self._row = self._column = 0
        self._spans.clear()
        self._enter("table", {**self.place, "table": self._tables})

    def begin_row(self) -> None:
        if self._parts_open():
            self._row += 1
            self._column = 0
            self._spans = {at: rows - 1 for at, rows in self._spans.items() if rows > 1}
            self._enter("row", {**self.place, "table": self._tables, "row": self._row})

    def begin_cell(self, *, rows: int = 1, columns: int = 1) -> None:
        """A cell, which may go on through more rows and columns; those are passed over."""
        if self._parts_open():
            self._column += 1
            while self._column in self._spans:
                self._column += 1
            if rows > 1:
                for at in range(self._column, self._column + min(columns, _WIDEST)):
                    self._spans[at] = min(rows, _WIDEST)
            where = {**self.place, "table": self._tables, "row": self._row, "column": self._column}
            self._enter("cell", where)

    def pass_columns(self, count: int) -> None:
        """Columns without a cell of their own: merged into the one before, or empty."""
        if self._parts_open():
            self._column += max(0, min(count, 100_000))

    def end_cell(self) -> None:
        if self._parts_open():
            self._leave(2)

    def end_row(self) -> None:
        if self._parts_open():
            self._leave(1)

    def end_table(self) -> None:
        if self._nested and self._nested.pop():
            self._leave(0)

    def _parts_open(self) -> bool:
        """In the outermost table, and in no table inside it."""
        return len(self._nested) == 1 and self._nested[0] and not self._open

    def _enter(self, kind: str, place: Place) -> None:
        stack = ExitStack()
        stack.enter_context(self._draft.open(kind, place))
        self._levels.append(stack)

    def _leave(self, depth: int) -> None:
        while len(self._levels) > depth:
            self._levels.pop().close()

    def close(self) -> None:
        """The text ended, or broke off: what is open is given as far as it came."""
        while self._open:
            self.end()
        self._nested.clear()
        self._leave(0)

    def shut(self) -> None:
        """A cap was reached: the parts that are open end here."""
        self._leave(0)
