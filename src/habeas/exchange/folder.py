"""The importer of a folder of CSV files: the files as drafts, and nothing of what they mean.

The format is documented in ``docs/reference/import-format.md``. A fault here is a file that
cannot be read as what it is; everything else is found by ``checking``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from habeas.exchange import drafts as d
from habeas.exchange.drafts import DraftDefinition, Drafts, Faults
from habeas.exchange.errors import InputFault
from habeas.exchange.tables import NO_FILE, lies_inside, read_table

#: Where the rows of each kind stand.
FILES = {kind.name: f"{kind.name}.csv" for kind in d.KINDS}


def read_folder(directory: Path) -> Drafts:
    """Read every file of the folder."""
    drafts = Drafts(
        origin=str(directory),
        name=directory.resolve().name,
        digest=digest_of(directory),
        directory=directory,
        faults=Faults(files=dict(FILES)),
    )
    for kind in d.KINDS:
        read_table(directory, FILES[kind.name], kind, drafts)
    definitions = sorted((directory / "definitions").glob("*.yaml"))
    if not any((directory / file).exists() for file in FILES.values()) and not definitions:
        names = ", ".join(FILES.values())
        drafts.faults.add(
            InputFault(
                str(directory),
                0,
                "",
                "The folder holds nothing to import.",
                f"Known files: {names}, definitions/*.yaml.",
            )
        )
    _refuse_unused(drafts)
    for path in definitions:
        _definition(drafts, path)
    return drafts


def _refuse_unused(drafts: Drafts) -> None:
    """A table under a misspelt name would be left out without a word."""
    used = {*FILES.values()} | {row["file"] for row in drafts.rows(d.EXHIBITS)}
    for path in sorted(drafts.directory.glob("*.[cC][sS][vV]")):
        if path.name not in used:
            names = ", ".join(FILES.values())
            reason = "This file is neither a table to import nor an exhibit of exhibits.csv."
            drafts.faults.add(InputFault(path.name, 0, "", reason, f"Tables: {names}."))


def _definition(drafts: Drafts, path: Path) -> None:
    name = f"definitions/{path.name}"
    if not (path.is_file() and lies_inside(path, drafts.directory)):
        drafts.faults.add(InputFault(name, 0, "", NO_FILE, "Put the file itself there."))
        return
    try:
        drafts.definitions.append(DraftDefinition(name, path.read_text(encoding="utf-8")))
    except UnicodeDecodeError:
        drafts.faults.add(
            InputFault(name, 0, "", "The text is not UTF-8.", "Save the file as UTF-8.")
        )


def digest_of(directory: Path) -> str:
    """Names and contents of the folder's own files: equal for an import made twice."""
    digest = hashlib.sha256()
    paths = [directory / file for file in FILES.values()]
    paths += sorted((directory / "definitions").glob("*.yaml"))
    for path in paths:
        if path.is_file():
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(directory)}\n{inner}\n".encode())
    return digest.hexdigest()
