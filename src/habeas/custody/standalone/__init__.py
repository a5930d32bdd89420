"""``verify.py``: one file that verifies a bundle with Python's standard library alone.

It is copied into every bundle and imports nothing of habeas. ``habeas bundle verify`` does
the same checks with the archive's own code (``habeas.custody.bundles.verification``); tests hold
that both agree.
"""

from __future__ import annotations

from importlib import resources

NAME = "verify.py"


def program() -> bytes:
    """The file, byte for byte."""
    return (resources.files(__name__) / NAME).read_bytes()


__all__ = [
    "verify",
]
