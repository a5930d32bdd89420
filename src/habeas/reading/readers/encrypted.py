"""Office files that are one encrypted package: nothing of them can be read without a password."""

from __future__ import annotations

from habeas.reading.detecting import ENCRYPTED_OFFICE
from habeas.reading.documents import State
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.encrypted"
VERSION = "1"
MEDIA_TYPES = frozenset({ENCRYPTED_OFFICE})


def read(source: InputFile, draft: DraftReading) -> None:
    draft.ends(State.ENCRYPTED, "The document needs a password.")
