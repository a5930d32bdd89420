"""A second importer, for the tests only: one JSON file of draft rows, placed by JSON pointers.

It shows what an importer needs: it reads its format into drafts, and checks only that the file is
one of its format.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from habeas.exchange import drafts as d
from habeas.exchange.drafts import Drafts, Faults
from habeas.exchange.errors import InputFault


def read_json(path: Path) -> Drafts:
    """``{"claims": [{"id": …}, …], …}`` as drafts."""
    data = path.read_bytes()
    drafts = Drafts(
        origin=path.name,
        name=path.stem,
        digest=hashlib.sha256(data).hexdigest(),
        directory=path.parent,
        faults=Faults(files={kind.name: path.name for kind in d.KINDS}),
    )
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        drafts.faults.add(InputFault(path.name, 0, "", f"This file is not valid JSON: {error}."))
        return drafts
    if not isinstance(read, dict):
        valid = 'Write {"claims": […], …}.'
        drafts.faults.add(InputFault(path.name, 0, "", "This file is not an object.", valid))
        return drafts
    for kind in d.KINDS:
        rows = read.get(kind.name, [])
        if not isinstance(rows, list):
            _unread(drafts, kind, f"/{kind.name}", "This is not a list of rows.")
            continue
        for at, cells in enumerate(rows):
            if isinstance(cells, dict):
                drafts.add(kind, cells, path.name, pointer=f"/{kind.name}/{at}")
            else:
                _unread(drafts, kind, f"/{kind.name}/{at}", "This row is not an object.")
    return drafts


def _unread(drafts: Drafts, kind: d.DraftKind, pointer: str, reason: str) -> None:
    """Note what cannot be read; names of such rows are then not reported as unknown."""
    drafts.faults.unread.add(kind.name)
    drafts.faults.add(InputFault(drafts.origin, 0, "", reason, pointer=pointer))
