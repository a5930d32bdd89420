"""The readers, found by media type. Every module here is loaded in the warm worker, once.

Invariants: a media type belongs to at most one reader; a module that cannot be loaded stops
the worker, so that no format is ever skipped in silence.
"""

from __future__ import annotations

import importlib
import os
import pkgutil

from habeas.reading.readers.interface import Reader, as_reader

_BESIDES = ("interface",)  # no reader, and modules that readers share hold no ``MEDIA_TYPES``


def load() -> dict[str, Reader]:
    """Every reader by the media types it reads."""
    found: dict[str, Reader] = {}
    for folder in __path__:
        os.listdir(folder)  # raises, where pkgutil would say that nothing is there
    for listed in pkgutil.iter_modules(__path__):
        if listed.name in _BESIDES:
            continue
        module = importlib.import_module(f"{__name__}.{listed.name}")
        if not hasattr(module, "MEDIA_TYPES"):
            continue
        reader = as_reader(module)
        for media_type in reader.MEDIA_TYPES:
            if media_type in found:
                raise AssertionError(f"two readers for {media_type}")
            found[media_type] = reader
    return found
