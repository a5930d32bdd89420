"""The shared tables, read as a user would give them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from habeas.estimation.tables import CaptureTable, from_counts


def entry(vectors: Path, name: str) -> dict[str, Any]:
    text = (vectors / "estimation" / "tables.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["tables"][name]
    return found


def table(vectors: Path, name: str) -> CaptureTable:
    said = entry(vectors, name)
    return from_counts(said["lists"], said["cells"], observed=said["n"], unit=said["unit"])


def measured(vectors: Path, name: str, function: str, model: str = "") -> dict[str, Any]:
    """The one reference result of a function, for a model where it has several."""
    (found,) = [
        each
        for each in entry(vectors, name)["reference"]
        if each.get("function") == function and each.get("model", "").startswith(model)
    ]
    assert isinstance(found, dict)
    return found
