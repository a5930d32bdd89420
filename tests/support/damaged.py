"""Files that a disk or a hand has altered: one bit, so that what stands there is never the same."""

from __future__ import annotations

from pathlib import Path


def flip(path: Path, place: int = -1, bit: int = 0) -> None:
    """One bit of a file, sealed ones (mode 0444) included; the last byte's where none is named."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.chmod(0o600)
    path.write_bytes(data)
