"""Habeas: an evidence ledger. Every number, name and dot leads back to sealed bytes.

    import habeas

    with habeas.open("our-archive") as archive:
        archive.claims(property="people_held").to_pandas()

This is the library: the names below and nothing else are public (docs/reference/library.md). Each
is loaded when it is first used, so that ``import habeas`` opens nothing and loads no Django.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from habeas.archive.access import OWNER, PUBLIC, Viewer
    from habeas.archive.ledger.committed_entries import Ref
    from habeas.errors import HabeasError
    from habeas.exchange.tidy.citations import Citation
    from habeas.exchange.tidy.claims import Claim
    from habeas.exchange.tidy.hits import Found
    from habeas.exchange.tidy.parts import Part
    from habeas.exchange.tidy.records import Record
    from habeas.exchange.tidy.sources import Source
    from habeas.library.errors import HandlingWarning
    from habeas.library.handle import Archive, init, open
    from habeas.library.tables import Accounts, Figure, PersonDetentions, Table, Why

__version__ = "0.1.0"

__all__ = [
    "OWNER",
    "PUBLIC",
    "Accounts",
    "Archive",
    "Citation",
    "Claim",
    "Figure",
    "Found",
    "HabeasError",
    "HandlingWarning",
    "Part",
    "PersonDetentions",
    "Record",
    "Ref",
    "Source",
    "Table",
    "Viewer",
    "Why",
    "init",
    "open",
]

_WHERE = {
    "OWNER": "archive.access",
    "PUBLIC": "archive.access",
    "Accounts": "library.tables",
    "Archive": "library.handle",
    "Citation": "exchange.tidy.citations",
    "Claim": "exchange.tidy.claims",
    "PersonDetentions": "library.tables",
    "Figure": "library.tables",
    "Found": "exchange.tidy.hits",
    "HabeasError": "errors",
    "HandlingWarning": "library.errors",
    "Part": "exchange.tidy.parts",
    "Record": "exchange.tidy.records",
    "Ref": "archive.ledger.appending",
    "Source": "exchange.tidy.sources",
    "Table": "library.tables",
    "Viewer": "archive.access",
    "Why": "library.tables",
    "init": "library.handle",
    "open": "library.handle",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"habeas.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
