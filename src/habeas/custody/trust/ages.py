"""How much time lay between two entries, by the word of others where there is any.

An entry's own time is this machine's clock. Two things bind it to other clocks, whoever holds the
machine: what a partner cosigned or an authority stamped existed by then; and what stands in the
ledger after their word was entered came after it.

Invariant: somebody who makes up partners can only make the upper bound smaller. A lower bound is
as good as those who are named with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

SLACK: Final = 3_600  # seconds that two honest clocks may be apart


class AttestedSize(NamedTuple):
    """Somebody's word, entered at ``position``: the log had its first ``size`` entries by then."""

    position: int
    size: int
    time: int
    by: str


class Between(NamedTuple):
    """Seconds between two entries, None where nobody's word bounds them; ``by``: whose words."""

    at_least: int | None
    at_most: int | None
    by: tuple[str, ...] = ()


def attested(position: int, fields: Mapping[str, Any]) -> AttestedSize | None:
    """The word that a cosignature or timestamp entry holds; None for one that says no time."""
    kind = fields.get("kind")
    if kind == "cosignature":
        size, time, by = fields.get("size"), fields.get("signed_at"), fields.get("partner")
    elif kind == "timestamp":
        size, time = fields.get("size"), fields.get("stamped_at")
        by = fields.get("authority") or "an authority"
    else:
        return None
    if type(size) is not int or type(time) is not int:
        return None
    return AttestedSize(position, size, time, str(by))


def between(words: Iterable[AttestedSize], first: int, second: int) -> Between:
    """The time between the entries at two positions, the first of them earlier."""
    words = list(words)
    first_by = min((w for w in words if w.size > first), key=_time, default=None)
    second_after = max((w for w in words if w.position < second), key=_time, default=None)
    first_after = max((w for w in words if w.position < first), key=_time, default=None)
    second_by = min((w for w in words if w.size > second), key=_time, default=None)
    at_least = at_most = None
    by: tuple[str, ...] = ()
    if first_by is not None and second_after is not None:
        at_least = max(0, second_after.time - first_by.time)
        by = tuple(dict.fromkeys((first_by.by, second_after.by)))
    if first_after is not None and second_by is not None:
        at_most = second_by.time - first_after.time
    return Between(at_least, at_most, by)


def _time(word: AttestedSize) -> int:
    return word.time
