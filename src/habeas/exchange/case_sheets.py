"""The sheet that a case table is: what its reading logged, opened for a mapping.

Nothing is opened of the file again. Invariant: what was not read, read in part, or joins rows that
its reading does not list, is refused with what would be valid.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import OWNER, live, visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.exhibits import places as placing
from habeas.archive.readings import layer_text, standing
from habeas.archive.store.pieces import in_pieces
from habeas.exchange import cells_read
from habeas.exchange.cells_read import Merges
from habeas.exchange.drafts import Drafts
from habeas.exchange.errors import InputFault
from habeas.exchange.mapping import CaseMapping
from habeas.reading.documents import State
from habeas.reading.tables import Sheet, SheetRow
from habeas.vocabulary.locations import column_name

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """A sheet that was read: its rows, the text that they are places in, and its merged cells."""

    sheet: Sheet
    text: str
    merges: Merges
    filename: str
    date1904: bool = False
    exhibit: int = 0
    number: int = 1

    def held(self, rows: Collection[int]) -> str:
        """Which of these rows a list that stands has already, in a sentence; '' for none."""
        wanted = set(rows)
        places = visible(OWNER, m.Passage).filter(exhibit=self.exhibit, form="row")
        cited: dict[int, int] = {}
        for position, place in places.values_list("position", "place").iterator():
            at = json.loads(place)
            if at.get("sheet", 1) == self.number and at.get("row") in wanted:
                cited[position] = at["row"]
        found: dict[int, set[int]] = {}
        for part in in_pieces(sorted(cited)):
            citing = visible(OWNER, m.ClaimPassage).filter(passage__in=part)
            of = dict(citing.values_list("claim", "passage"))
            listed = live(visible(OWNER, m.Claim)).filter(position__in=of, property="listed_in")
            for claim, list_ in listed.exclude(list=None).values_list("position", "list"):
                found.setdefault(list_ or 0, set()).add(cited[of[claim]])
        if not found:
            return ""
        list_, numbers = min(found.items())
        which = f"Row {min(numbers)}" if len(numbers) == 1 else f"{len(numbers):,} of these rows"
        verb = "is" if len(numbers) == 1 else "are"
        return f"{which} of sheet {self.number} of exhibit {self.exhibit} {verb} in list {list_}."


def opened(archive: Archive, mapping: CaseMapping, drafts: Drafts, file: str) -> CaseSheet | None:
    """The sheet that a mapping names; None where it cannot be read exactly, which is noted."""

    def refuse(key: str, reason: str, valid: str) -> None:
        drafts.faults.add(InputFault(file, 0, key, reason, valid))

    exhibit = visible(OWNER, m.Exhibit).filter(position=mapping.exhibit).first()
    if exhibit is None:
        refuse("table", f"#{mapping.exhibit} is not an exhibit.", "Add it with `habeas add`.")
        return None
    read = standing(OWNER, exhibit.position)
    layer = None
    if read is not None and read.layer is not None:
        layer = visible(OWNER, m.Layer).filter(position=read.layer).first()
    if read is None or layer is None:
        why, valid = "was not read yet", "Read it: `habeas reading work`."
        if read is not None:
            why, valid = f"gave no text ({read.state})", "`habeas reading report` says why."
        refuse("table", f"Exhibit {exhibit.position} {why}.", valid)
        return None
    refuse_blocked(layer.address)
    drafts.digest = hashlib.sha256(f"{drafts.digest} {layer.address}".encode()).hexdigest()
    places = placing.of_layer(archive, layer)
    sheets = places.tables.sheets
    if not 1 <= mapping.sheet <= len(sheets):
        named = ", ".join(f"{n} {one.name}".strip() for n, one in enumerate(sheets[:12], 1))
        valid = f"Its sheets: {named}." if sheets else "A case table is a sheet."
        refuse("sheet", f"Exhibit {exhibit.position} has no sheet {mapping.sheet}.", valid)
        return None
    sheet = sheets[mapping.sheet - 1]
    if read.state == State.IN_PART and (wrong := _cut(read, sheets, mapping)):
        refuse("rows", *wrong)
        return None
    warned = [
        part.warnings
        for part in places.parts
        if part.kind == "sheet" and part.start == sheet.start and part.stop == sheet.stop
    ]
    merges = cells_read.merges_in([words for each in warned for words in each])
    if not merges.complete:
        refuse(
            "table",
            "It has more merged cells than its reading lists, so which rows they join is open.",
            "Add a copy without merged cells, derived from this exhibit.",
        )
        return None
    return CaseSheet(
        sheet,
        layer_text(archive, layer),
        merges,
        exhibit.filename,
        json.loads(read.settings or "{}").get("date_system") == "1904",
        exhibit.position,
        mapping.sheet,
    )


def _cut(read: m.Reading, sheets: Sequence[Sheet], mapping: CaseMapping) -> tuple[str, str] | None:
    """What is wrong with the rows that are asked of a file that was read in part; None: nothing.

    Of the sheet in which the reading ended, the last row may be a piece of one.
    """
    sheet = sheets[mapping.sheet - 1]
    lacks: list[str] = json.loads(read.missing or "[]")
    why = "; ".join(lacks[:3])
    here = any(each.startswith("The rest: ") for each in lacks)
    here = here and not any(len(each) for each in sheets[mapping.sheet :])
    whole = sheet.last - 1 - here
    last = sheet.tables.number(whole) if whole >= sheet.first else 0
    reason = f"The file was read in part ({why})."
    if mapping.rows is None:
        return reason, f"Name the rows that are meant, such as {mapping.header + 1}-{last}."
    if here and mapping.rows[1] > last:
        return (
            f"{reason} The rows of this sheet are certain up to {last}.",
            f"Name rows up to {last}, and add the others as smaller files, derived from this one.",
        )
    return None


def disorder(row: SheetRow, before: Sequence[int]) -> str:
    """Why the places of a row are not certain, by its cells and the rows before it; '' if not."""
    columns = [cell.column for cell in row.cells]
    if len(set(columns)) < len(columns):
        twice = next(at for at in columns if columns.count(at) > 1)
        return f"The file has two cells at {column_name(twice)}{row.number}."
    if before and row.number <= before[-1]:
        return f"The file has row {row.number} after row {before[-1]}."
    return ""
