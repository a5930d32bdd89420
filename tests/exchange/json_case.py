"""A second importer, for the tests only: one JSON file of draft rows, placed by JSON pointers.

What an importer needs is here to be seen: it reads its format into drafts and checks nothing.
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
    except ValueError as error:
        drafts.faults.add(InputFault(path.name, 0, "", f"This is no JSON: {error}."))
        return drafts
    for kind in d.KINDS:
        for at, cells in enumerate(read.get(kind.name, [])):
            drafts.add(kind, cells, path.name, pointer=f"/{kind.name}/{at}")
    return drafts
