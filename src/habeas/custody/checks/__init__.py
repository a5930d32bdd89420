"""Checks that need no secret: a log folder, a mirror, and the objects by their addresses.

Each reads what lies on disk and says what does not hold; nothing here writes.
"""

__all__ = [
    "audit",
    "fixity",
    "mirrors",
]
