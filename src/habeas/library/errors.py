"""What the library refuses.

HabeasError
├── BadArgument    library.bad-argument    an argument that means nothing; it is named
└── ReadOnly       library.read-only       read as someone other than the owner
"""

from __future__ import annotations

from habeas.errors import HabeasError


class BadArgument(HabeasError):
    """An argument has a value that means nothing here; ``argument`` is its name."""

    code = "library.bad-argument"

    def __init__(self, argument: str, reason: str, next_step: str) -> None:
        super().__init__(f"{argument}: {reason.removesuffix('.')}.", next_step=next_step)
        self.argument = argument


class ReadOnly(HabeasError):
    """The archive is read as someone other than the owner; nothing can be recorded."""

    code = "library.read-only"


class HandlingWarning(UserWarning):
    """What a notebook would save is not for everyone. Given once per archive."""
