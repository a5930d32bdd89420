"""Linking: which records may be of one person, facility or organisation, and how probably.

``link(records, region)`` gives candidate pairs with probabilities and reasons for a person to
judge; ``evaluate(candidates, labels)`` says how good they are. Nothing here joins records.

Plain Python; imports ``names`` and ``vocabulary`` only. Splink and DuckDB come with the extra
``linking`` and are loaded when first used, not when this is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from habeas.linking.records import (
    CandidatePair,
    Changed,
    Level,
    LinkageRun,
    LinkRecord,
    Lost,
    Model,
)
from habeas.linking.settings import ExtraField, LinkingSettings

if TYPE_CHECKING:
    from habeas.linking.evaluating import LabelledPair, LinkageQuality, evaluate, labels_of
    from habeas.linking.running import link

__all__ = [
    "CandidatePair",
    "Changed",
    "ExtraField",
    "LabelledPair",
    "Level",
    "LinkRecord",
    "LinkageQuality",
    "LinkageRun",
    "LinkingSettings",
    "Lost",
    "Model",
    "evaluate",
    "labels_of",
    "link",
]

_PACKAGES = ("splink", "duckdb", "pyarrow", "rapidfuzz", "numpy")
_LATER = {
    "LinkageQuality": "evaluating",
    "LabelledPair": "evaluating",
    "evaluate": "evaluating",
    "labels_of": "evaluating",
    "link": "running",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib
    import importlib.util

    for package in _PACKAGES if name == "link" else ():
        if importlib.util.find_spec(package) is None:
            from habeas.linking.errors import ExtraMissing

            raise ExtraMissing(
                f"Linking needs {package}, which is not installed.",
                next_step="Install habeas with its extra: `pip install 'habeas[linking]'`.",
            )
    return getattr(importlib.import_module(f"habeas.linking.{_LATER[name]}"), name)
