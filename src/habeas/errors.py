"""The root of every error that habeas raises on purpose.

Invariants: each class has a stable ``code`` (``room.what-is-wrong``), part of the public
interface, and each error says in ``next_step`` what the reader can do. Rooms subclass
``HabeasError`` in their own ``errors`` module; nothing else derives from it.
"""

from __future__ import annotations

from typing import ClassVar


class HabeasError(Exception):
    """Something was refused or found wrong; ``code`` names it, ``next_step`` helps."""

    code: ClassVar[str] = "habeas.error"

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()
