"""The sample on which a list is accepted, as CSV: which rows, checked by whom, against what."""

from __future__ import annotations

from pathlib import Path

from habeas.exchange.drafts import DraftKind, Drafts
from habeas.exchange.errors import ImportRefused
from habeas.exchange.tables import read_table

SAMPLE = DraftKind("sample", ("rows", "checked_by", "against"))


def read_sample(path: Path) -> list[dict[str, str]]:
    """The parts of the sample, or every fault of the file."""
    drafts = Drafts(str(path), path.stem, "", path.parent)
    read_table(path.parent, path.name, SAMPLE, drafts)
    if drafts.faults.found:
        raise ImportRefused(drafts.faults.found)
    return [{name: row[name] for name in SAMPLE.required} for row in drafts.rows(SAMPLE)]
