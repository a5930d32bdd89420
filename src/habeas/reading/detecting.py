"""What a file is, from its bytes; its name only chooses between what the bytes leave open.

Invariants: nothing is parsed beyond fixed offsets, the zip directory's names and the first
bytes of text; the answer is a media type, ``application/octet-stream`` where nothing fits.
"""

from __future__ import annotations

import mmap

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"


def media_type(data: bytes | mmap.mmap, name: str = "", hint: str = "") -> str:
    """The media type of ``data``. ``hint`` is what a container says (a mail's part, WARC)."""
    raise NotImplementedError
