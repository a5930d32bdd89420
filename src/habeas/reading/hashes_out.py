"""The hash of a picture on the pipe out of the sandbox, checked before anybody believes it."""

from __future__ import annotations

import json
import re

from habeas.reading import bounded
from habeas.reading.errors import NoPicture
from habeas.reading.pdq import WholeHash

_DIGITS = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 300


def read_hash(payload: bytes | bytearray) -> WholeHash:
    """The hash in a frame; ``NoPicture`` with the child's words, or ours, if there is none."""
    try:
        words, told = bounded.split_answer(payload)
        if words:
            raise NoPicture(words, next_step="The sealed bytes are not affected.")
        said = bounded.load(told, most_bytes=_MOST_BYTES, most_structure=_MOST_BYTES)
    except bounded.Unbounded:
        said = None
    pdq = said.get("pdq") if isinstance(said, dict) else None
    quality = said.get("quality") if isinstance(said, dict) else None
    good = isinstance(pdq, str) and _DIGITS.fullmatch(pdq)
    if not (good and type(quality) is int and 0 <= quality <= 100):
        raise NoPicture(
            "The reader sent what is not the hash of a picture.",
            next_step="The sealed bytes are not affected.",
        )
    return WholeHash(str(pdq), quality)


def written(made: WholeHash) -> bytes:
    """The same on its way out."""
    return json.dumps({"pdq": made.pdq, "quality": made.quality}).encode()
