"""``data:`` addresses (RFC 2397): bytes that a page holds in the address itself."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Data:
    """What the address holds; ``media_type`` as it says, with its parameters."""

    media_type: str
    data: bytes


def opened(address: str) -> Data | None:
    """The bytes of a ``data:`` address; None where it is none, or damaged."""
    head, comma, body = address[5:].partition(",")
    if address[:5].lower() != "data:" or not comma:
        return None
    media_type, semicolon, last = head.rpartition(";")
    raw = _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), body.encode("utf-8", "replace"))
    if last.strip().lower() != "base64":
        return Data(head.strip() or "text/plain", raw)
    try:
        raw = base64.b64decode(b"".join(raw.split()) + b"==", validate=False)
    except (binascii.Error, ValueError):
        return None
    return Data((media_type if semicolon else "").strip() or "text/plain", raw)
