"""The readers, found by media type. A module named here is loaded in the warm worker, once.

Invariants: a media type belongs to at most one reader; a reader that is not installed is
told apart from a media type that nobody reads.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from habeas.reading.readers.interface import Reader, as_reader

MODULES = ("text", "pdf", "archives", "mail", "word", "sheets", "slides", "web", "warc",
           "pictures", "outlook")  # fmt: skip


def load(names: tuple[str, ...] = MODULES) -> dict[str, Reader]:
    """Every reader by the media types it reads."""
    found: dict[str, Reader] = {}
    for name in names:
        module = _module(name)
        if module is None:
            continue
        reader = as_reader(module)
        for media_type in reader.MEDIA_TYPES:
            if media_type in found:
                raise AssertionError(f"two readers for {media_type}")
            found[media_type] = reader
    return found


def _module(name: str) -> ModuleType | None:
    full = f"{__name__}.{name}"
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name == full:  # being written; the test of the table holds the list complete
            return None
        raise
