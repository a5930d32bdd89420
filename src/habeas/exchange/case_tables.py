"""The importer of a case table: a sheet of the archive as drafts, by a mapping.

The table is an exhibit that was read; nothing of the file is opened again. Each row becomes a
mention and a claim that it is on the list (never that anybody was held), each mapped cell a claim
for each thing that stands in it, and each of these cites its row or cell. Invariants: what is
written is kept beside what it is read as; words outside the code list are kept under the code
``not-in-code-list`` and told; a row that cannot be read exactly is refused by its number; the rows
of one import have a bound, so memory has one.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive import regions
from habeas.exchange import cells_read
from habeas.exchange import drafts as d
from habeas.exchange.case_notes import several, told_alike, told_outside
from habeas.exchange.case_sheets import CaseSheet, disorder, opened
from habeas.exchange.cells_read import CellFault
from habeas.exchange.drafts import Drafts, Faults
from habeas.exchange.errors import InputFault
from habeas.exchange.folder import FILES, read_folder
from habeas.exchange.mapping import CaseMapping, ColumnMapping, parse
from habeas.reading.tables import SheetRow
from habeas.vocabulary import schema
from habeas.vocabulary.errors import an, shown
from habeas.vocabulary.locations import Location, column_name, words
from habeas.vocabulary.schema import Property, Schema

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MOST_CLAIMS = 200_000  # of one import
_MAPPINGS = (".yaml", ".yml", ".txt", "")  # a table by mistake is told so, not how YAML is written
_PAGE = "docs/reference/case-tables.md"
_IN_CAPTION = re.compile(r"\{([^{}]+)\}")


def read_case_table(archive: Archive, path: Path) -> Drafts:
    """The rows of the table that the mapping in a file names, as drafts."""
    data = path.read_bytes()
    drafts = Drafts(
        origin=str(path),
        name=path.stem,
        digest=hashlib.sha256(data).hexdigest(),
        directory=path.parent,
        faults=Faults(files={kind.name: path.name for kind in d.KINDS}),
    )
    if path.suffix.lower() not in _MAPPINGS:
        valid = f"Seal it with `habeas add`, then import a mapping of it ({_PAGE})."
        if path.name in FILES.values():
            valid = "Import the folder that it is in."
        drafts.faults.add(InputFault(path.name, 0, "", "This is not a mapping in YAML.", valid))
        return drafts
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        drafts.faults.add(
            InputFault(path.name, 0, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        )
        return drafts
    mapping = parse(text, path.name, drafts.faults)
    table = None if mapping is None else opened(archive, mapping, drafts, path.name)
    if mapping is not None and table is not None:
        _CaseTable(drafts, mapping, table, path.name).add()
    return drafts


def drafts_of(archive: Archive, path: Path) -> Drafts:
    """What is imported by a path: a folder of tables, or a case table by its mapping."""
    return read_folder(path) if path.is_dir() else read_case_table(archive, path)


@dataclass(slots=True)
class _CaseTable:
    drafts: Drafts
    mapping: CaseMapping
    table: CaseSheet
    file: str
    _columns: dict[int, ColumnMapping] = field(default_factory=dict)
    _headed: dict[str, int] = field(default_factory=dict)
    _outside: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _outside_rows: dict[tuple[str, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _unheaded: dict[int, int] = field(default_factory=dict)  # column: the first row with content
    _numbers: list[int] = field(default_factory=list)
    _called: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _claims: int = 0
    _rows: int = 0
    _hidden: int = 0

    def add(self) -> None:
        """Add the list, its source and every row; faults go to the drafts."""
        if not self._heads():
            return
        document = self._document()
        source = self._source()
        known = regions.vocabulary()
        for row in self._chosen():
            if self._claims > MOST_CLAIMS:
                self._too_many(row.number)
                break
            self._row(row, document, source, known)
        if not self._rows:
            self._refuse("rows", "There is nothing in these rows.", "Name rows of the sheet.")
        for at, number in sorted(self._unheaded.items()):
            letters = column_name(at)
            self._refuse(
                letters,
                f"Column {letters} has no heading and is neither read nor left out, and row "
                f"{number} has something in it.",
                f"Name it as {letters} under `columns` or under `leave-out`.",
            )
        self.drafts.held = self.table.held(self._numbers)
        self._tell()

    # --- what heads the columns -----------------------------------------------------------

    def _heads(self) -> bool:
        found = self._at(self.mapping.header)
        if found is None:
            self._refuse("header", f"There is nothing in row {self.mapping.header}.", "")
            return False
        before = len(self.drafts.faults.found)
        for cell in found.cells:
            heading = " ".join(self.table.text[cell.start : cell.stop].split())
            if heading and self._headed.setdefault(heading, cell.column) != cell.column:
                self._refuse(heading, f"Two columns are headed {shown(heading)}.", "Name one.")
        mapped = {column.heading: column for column in self.mapping.columns}
        for heading, column in mapped.items():
            at = self._headed.get(heading)
            if at is None:
                at = _letters(heading, self._headed)
            if at is None:
                there = ", ".join(map(shown, list(self._headed)[:30]))
                self._refuse(
                    heading,
                    f"No column is headed {shown(heading)}.",
                    f"Row {self.mapping.header} has: {there}.",
                    column.line,
                )
                continue
            self._columns[at] = column
            self._check(column)
        for name in _IN_CAPTION.findall(self.mapping.subject["caption"]):
            if name != "row" and name not in self._headed:
                valid = "Use {row} or a heading."
                self._refuse(name, f"No column is headed {shown(name)}.", valid)
        left = {*self.mapping.leave_out}
        for heading, at in self._headed.items():
            if at not in self._columns and heading not in left and column_name(at) not in left:
                self._refuse(
                    heading,
                    f"The column {shown(heading)} is neither read nor left out.",
                    "Name it under `columns` or under `leave-out`.",
                )
        return len(self.drafts.faults.found) == before

    def _check(self, column: ColumnMapping) -> None:
        prop = schema.core().properties.get(column.property)
        kind = self.mapping.subject.get("kind", "person")
        if prop is None or kind not in prop.kinds:
            which = ", ".join(p.name for p in schema.core().of_kind(kind) if p.type != "ref")
            reason = f"{shown(column.property)} is not a property of {an(kind)}."
            self._refuse(column.heading, reason, f"Use one of: {which}.", column.line)
        elif prop.type == "ref":
            self._refuse(
                column.heading,
                f"{prop.name} refers to a record, which a cell cannot name.",
                "Leave the column out, and record who or what is meant in a folder of tables.",
                column.line,
            )
        elif column.read:
            codes = regions.vocabulary().codes.get(prop.codes, {}) if prop.type == "code" else None
            for written, value in column.read.items():
                if codes is not None and value not in codes and not value.startswith("?"):
                    self._refuse(
                        column.heading,
                        f"{shown(value)}, as which {shown(written)} is read, is not a code of "
                        f"{prop.codes}.",
                        f"Use one of: {', '.join(codes)}.",
                        column.line,
                    )

    # --- the rows ------------------------------------------------------------------------

    def _chosen(self) -> Iterator[SheetRow]:
        sheet, (first, last) = (
            self.table.sheet,
            self.mapping.rows
            or (
                self.mapping.header + 1,
                2**31,
            ),
        )
        rows = range(sheet.first, sheet.last)
        at = bisect_left(rows, first, key=sheet.tables.number)
        for each in rows[at:]:
            row = sheet.tables.row(each)
            if row.number > last:
                return
            if row.number != self.mapping.header:
                yield row

    def _at(self, number: int) -> SheetRow | None:
        sheet = self.table.sheet
        rows = range(sheet.first, sheet.last)
        at = bisect_left(rows, number, key=sheet.tables.number)
        row = sheet.tables.row(rows[at]) if at < len(rows) else None
        return row if row is not None and row.number == number else None

    def _row(self, row: SheetRow, document: str, source: str, known: Schema) -> None:
        texts = {cell.column: self.table.text[cell.start : cell.stop].strip() for cell in row.cells}
        if not any(texts.values()):
            return
        self._rows += 1
        self._hidden += row.hidden
        if wrong := disorder(row, self._numbers):
            valid = "Add a copy that a spreadsheet program saved again, derived from this exhibit."
            self.drafts.faults.add(InputFault(self.where, row.number, "", wrong, valid))
            return
        self._numbers.append(row.number)
        for at, text in texts.items():
            if text and self._is_lost(at):
                self._unheaded.setdefault(at, row.number)
        if unsolved := [
            column_name(cell.column)
            for cell in row.cells
            if cell.column in self._columns and not texts[cell.column] and cell.stored[:1] == "="
        ]:
            self.drafts.faults.add(
                InputFault(
                    self.where,
                    row.number,
                    "",
                    f"{', '.join(unsolved)}: a formula, of which the file keeps no result.",
                    "Add a copy that was saved with its results, derived from this exhibit.",
                )
            )
            return
        if self.mapping.merged == "refuse":
            joined = self.table.merges.touching(row.number, self._columns)
            if joined:
                self.drafts.faults.add(
                    InputFault(
                        self.where,
                        row.number,
                        "",
                        f"Its cells are merged ({joined}), so to which row or column the value "
                        "belongs is open.",
                        "If it is meant for each, write `merged: every-row`.",
                    )
                )
                return
        subject = self._mention(row, texts)
        cites = {"exhibit": f"#{self.mapping.exhibit}"}
        place = Location("row", sheet=self.mapping.sheet, row=row.number)
        self._claim(
            f"r{row.number}-listed",
            row.number,
            {
                "subject": subject, "property": "listed_in", "value": document,
                "source": source, "place": words(place), **cites,
            },
        )  # fmt: skip
        for at, column in self._columns.items():
            owner = self.table.merges.shown_at(row.number, at)
            cell, first = texts.get(at, ""), None
            if owner[0] <= self.mapping.header:
                reason = f"The cell {column_name(at)}{row.number} is merged with the headings."
                valid = "Add a copy without these merged cells, derived from this exhibit."
                self.drafts.faults.add(InputFault(self.where, row.number, "", reason, valid))
                continue
            if owner != (row.number, at):  # every-row: the value stands in the first
                first = self._at(owner[0])
                cell = self._text_of(first, owner[1])
            if not cell:
                continue
            where = Location("cell", sheet=self.mapping.sheet, row=owner[0], column=owner[1])
            prop = schema.core().properties[column.property]
            stem = f"r{row.number}-{column_name(at)}"
            stored = self._stored(row if owner[0] == row.number else first, owner[1])
            self._cell(row, stem, (cell, stored), column, prop, known, {
                "subject": subject, "source": source, "place": words(where), **cites,
            })  # fmt: skip

    def _is_lost(self, column: int) -> bool:
        """Whether nobody said what becomes of a column."""
        if column in self._columns or column in self._headed.values():
            return False
        return column_name(column) not in self.mapping.leave_out

    def _text_of(self, row: SheetRow | None, column: int) -> str:
        for cell in () if row is None else row.cells:
            if cell.column == column:
                return self.table.text[cell.start : cell.stop].strip()
        return ""

    def _stored(self, row: SheetRow | None, column: int) -> str:
        """The day that a cell of a date holds, whatever it shows; '' where it holds none."""
        for cell in () if row is None else row.cells:
            if cell.column == column:
                return cells_read.day_held(cell.stored, date1904=self.table.date1904)
        return ""

    def _cell(
        self,
        row: SheetRow,
        stem: str,
        cell: tuple[str, str],
        column: ColumnMapping,
        prop: Property,
        known: Schema,
        cells: dict[str, str],
    ) -> None:
        for number, read in enumerate(cells_read.read(*cell, column, prop, known), 1):
            if isinstance(read, CellFault):
                file = f"{self.where}, {shown(column.heading)}"
                self.drafts.faults.add(InputFault(file, row.number, "", read.reason, read.valid))
                continue
            notes = []
            if read.outside:
                self._outside[column.heading][read.written] += 1
                self._outside_rows[column.heading, read.written].append(row.number)
                notes.append("Not in the code list: kept as written.")
            if row.hidden:
                notes.append("The row is hidden in the sheet.")
            claim = {
                **cells,
                "property": prop.name,
                "value": read.value,
                "as_written": read.written if read.meant or read.written != read.value else "",
                "language": column.language,
                "note": " ".join(notes),
            }
            if column.handling:
                claim["handling"] = column.handling
            self._claim(f"{stem}-{number}", row.number, claim)

    def _claim(self, name: str, line: int, cells: dict[str, str]) -> None:
        self._claims += 1
        shared = {"basis": "document", **self.mapping.shared}
        given = {**shared, **{key: text for key, text in cells.items() if text}}
        self.drafts.add(d.CLAIMS, {"id": name, **given}, self.where, line)

    # --- whom and what they are about -------------------------------------------------------

    def _mention(self, row: SheetRow, texts: dict[int, str]) -> str:
        told = {"row": str(row.number)} | {
            heading: texts.get(at, "") for heading, at in self._headed.items()
        }
        template = self.mapping.subject["caption"]
        caption = _IN_CAPTION.sub(lambda found: told.get(found[1], ""), template).strip()
        cells = {
            "id": f"r{row.number}",
            "kind": self.mapping.subject.get("kind", "person"),
            "caption": " ".join(caption.split()),
            **self._placed(self.mapping.subject),
        }
        if language := self.mapping.subject.get("language", ""):
            cells["language"] = language
        self.drafts.add(d.MENTIONS, cells, self.where, row.number)
        self._called[cells["caption"]].append(row.number)
        return cells["id"]

    def _document(self) -> str:
        told = self.mapping.list
        if isinstance(told, str):
            return told
        cells = {"id": "the-list", "kind": "document", **told, **self._placed({})}
        self.drafts.add(d.MENTIONS, cells, self.file, 1)
        return "the-list"

    def _source(self) -> str:
        told = self.mapping.source
        if isinstance(told, str):
            return told
        self.drafts.add(d.SOURCES, {"id": "the-source", **told, **self._placed({})}, self.file, 1)
        return "the-source"

    def _placed(self, more: object) -> dict[str, str]:
        shared = self.mapping.shared
        found = {name: shared[name] for name in ("compartment", "handling") if name in shared}
        if isinstance(more, dict) and more.get("handling"):
            found["handling"] = more["handling"]
        return found

    # --- what is told ----------------------------------------------------------------------

    @property
    def where(self) -> str:
        """How a fault names the sheet; its lines are the sheet's rows."""
        return f"{self.table.filename}, sheet {self.mapping.sheet}"

    def _refuse(self, key: str, reason: str, valid: str, line: int = 0) -> None:
        self.drafts.faults.add(InputFault(self.file, line, key, reason, valid))

    def _too_many(self, number: int) -> None:
        first = (self.mapping.rows or (self.mapping.header + 1, 0))[0]
        self._refuse(
            "rows",
            f"These rows give more than {MOST_CLAIMS:,} claims.",
            f"Import them in parts, such as {first}-{number - 1} first, naming the list and the "
            "source of the first part by their entries.",
        )

    def _tell(self) -> None:
        notes = self.drafts.notes
        rows, claims = several(self._rows, "row"), several(self._claims, "claim")
        given = "gives" if self._rows == 1 else "give"
        saying = [shown(each.heading) for each in self.mapping.columns if _of_a_detention(each)]
        notes.append(
            f"{rows} {given} {claims}; "
            + (
                f"what {', '.join(saying)} says of a detention is the list's own claim."
                if saying
                else "no row says by itself that anyone was held."
            )
        )
        if self._hidden:
            notes.append(f"{self._hidden:,} of the rows are hidden in the sheet; they are read.")
        notes += told_alike(self._called)
        notes += told_outside(self._outside, self._outside_rows)


def _of_a_detention(column: ColumnMapping) -> bool:
    """Whether the column is of a property that a person and their detentions have."""
    return column.property in schema.core().shared_with_owner("detention")


def _letters(heading: str, headed: dict[str, int]) -> int | None:
    """The column of a name such as ``C``, for one that has no heading."""
    if not re.fullmatch("[A-Z]{1,3}", heading):
        return None
    at = 0
    for letter in heading:
        at = at * 26 + ord(letter) - 64
    return None if at in headed.values() else at
