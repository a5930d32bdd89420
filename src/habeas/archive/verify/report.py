"""What ``verify`` has checked and found: the counts, every fault, and what is no fault."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from django.db import DatabaseError

from habeas.custody.checks.audit import AuditFault
from habeas.errors import HabeasError

Progress = Callable[[str, int, int], None]
#: What reading a damaged row or file may end in, an error of ours or Python's: SQLite lets any cell
#: hold any type. One that is named does not keep the rest from being checked.
UNREADABLE: Final = (
    HabeasError,
    ArithmeticError,
    AttributeError,
    DatabaseError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Approval:
    """That a second person approved, and how much older than the request their key was.

    ``age`` in seconds by this machine's clock; ``by``: whose word confirms it, () nobody's.
    """

    position: int
    kind: str
    request: int
    requester: str
    approver: str
    age: int
    by: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What was checked, and every fault.

    ``erased`` are entries whose content two people had erased; the erasure is checked, and it
    is no fault. ``alone`` counts, by kind, what the installation signed without any person,
    but for the first person's key, for which nobody could.
    ``leftovers`` are objects that belong to no entry, because a step was
    interrupted between sealing and recording. They change nothing and are no fault.
    """

    size: int = 0
    newest: int = 0  # the newest entry's time, in UTC seconds
    logged: int = 0
    root: str = ""
    disclosed: int = 0
    objects: int = 0
    objects_left: int = 0  # not checked, because a sample was asked for
    quotes: int = 0
    locations: int = 0  # places that are not words
    faults: list[AuditFault] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    erased: dict[int, int] = field(default_factory=dict)  # position → the erasure's position
    approvals: list[Approval] = field(default_factory=list)
    alone: dict[str, int] = field(default_factory=dict)
    handovers: list[tuple[int, str]] = field(default_factory=list)  # of keys: size, how they ended

    @property
    def sound(self) -> bool:
        return not self.faults

    def fault(self, code: str, position: int | None, message: str) -> None:
        """Name a fault, of one entry where a position is given."""
        path = "" if position is None else f"entry {position}"
        self.faults.append(AuditFault(code, path, position, message))


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the objects, by chance: so many, or so many in a hundred, rounded up."""

    number: int
    percent: bool
    seed: int

    def of(self, addresses: set[str]) -> set[str]:
        count = -(-len(addresses) * self.number // 100) if self.percent else self.number
        chance = random.Random(self.seed)  # noqa: S311 - repeatable, and no secret
        return set(chance.sample(sorted(addresses), min(count, len(addresses))))


def code_of(error: Exception) -> str:
    """The code of a fault that was met as an error."""
    return error.code if isinstance(error, HabeasError) else "archive.unreadable"


def words_of(error: Exception) -> str:
    """Such a fault in words. What Python says of it may quote evidence: it is left out."""
    if isinstance(error, HabeasError):
        return error.message
    return f"It holds what this program never writes ({type(error).__name__})."
