"""Access labels: what a reader must be cleared for, as one short id on each row.

A label is a set of needs: a compartment at a level, one person's consent, or a gate that must be
open before anything is public (``access.gates``). Joining labels takes, for each compartment, the
strictest level, and every consent and gate: so a derived thing is always at least as strict as each
of its parts. Equal sets have equal ids (a
digest), so labels are the same after a rebuild and few beside the rows that carry them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from habeas.archive.models import Label, LabelPart
from habeas.archive.store.rows import insert

LEVELS = {"public": 0, "team": 1, "restricted": 2, "sealed": 3}
LEVEL_NAMES = {number: name for name, number in LEVELS.items()}
FOR_EVER = "9999-12-31"
NOT_AGREED = ""

CONSENT, GATE = "consent", "gate"
#: (compartment position or None, level), ("consent", mention or source position) or
#: ("gate", position of a list, a claim or a picture)
Need = tuple[int | None, int] | tuple[str, int]
Needs = frozenset[Need]


def strictest(needs: Iterable[Need]) -> Needs:
    """One level for each compartment, the strictest; every consent and gate."""
    levels: dict[int | None, int] = {}
    others: set[Need] = set()
    for first, second in needs:
        if isinstance(first, str):
            others.add((first, second))
        else:
            levels[first] = max(second, levels.get(first, 0))
    return frozenset([*levels.items(), *others])


def label_id(needs: Needs) -> str:
    """The digest that names a set of needs; the same for equal sets."""
    parts = sorted(f"{first if first is not None else '-'}={second}" for first, second in needs)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


class LabelWriter:
    """The labels known so far, and those to be written at the next flush.

    ``agreed_until`` answers until which ISO day a person's record may be public;
    ``is_new`` whether they were recorded since the last flush, so that no label of theirs
    can be in the database; ``is_open`` whether a gate is.
    """

    def __init__(
        self,
        agreed_until: Callable[[int], str],
        is_new: Callable[[int], bool],
        is_open: Callable[[int], bool],
    ) -> None:
        self._agreed_until = agreed_until
        self._is_new = is_new
        self._is_open = is_open
        self._needs: dict[str, Needs] = {}
        self._joined: dict[tuple[str, ...], str] = {}
        self._cleared: dict[str, str] = {}
        self._own: dict[tuple[int | None, int], str] = {}
        self._labels: list[tuple[object, ...]] = []
        self._parts: list[tuple[object, ...]] = []

    def gate(self, position: int) -> str:
        """The label of what is not public before a gate is open, to be joined to others."""
        return self._intern(frozenset(((GATE, position),)))

    def gates(self, label: str) -> list[int]:
        """The gates that a label names."""
        return sorted(second for first, second in self._needs_of(label) if first == GATE)

    def of(
        self,
        compartment: int | None,
        level: int,
        consent_of: int | None = None,
        gate_of: int | None = None,
    ) -> str:
        """The label of a thing by itself."""
        if consent_of is not None or gate_of is not None:
            needs: set[Need] = {(compartment, level)}
            if consent_of is not None:
                needs.add((CONSENT, consent_of))
            if gate_of is not None:
                needs.add((GATE, gate_of))
            return self._intern(frozenset(needs))
        known = self._own.get((compartment, level))
        if known is None:
            known = self._own[compartment, level] = self._intern(frozenset(((compartment, level),)))
        return known

    def join(self, *labels: str) -> str:
        """The strictest of all the labels."""
        if len(labels) == 1:
            return labels[0]
        known = self._joined.get(labels)
        if known is None:
            if len(self._joined) > 100_000:
                self._joined.clear()
            needs = [need for label in labels for need in self._needs_of(label)]
            known = self._joined[labels] = self._intern(strictest(needs))
        return known

    def clearance(self, label: str) -> str:
        """The label of the same needs without anybody's consent, and without gates."""
        known = self._cleared.get(label)
        if known is None:
            if len(self._cleared) > 100_000:
                self._cleared.clear()
            needs = frozenset(
                need for need in self._needs_of(label) if not isinstance(need[0], str)
            )
            known = self._cleared[label] = self._intern(needs)
        return known

    def intern(self, needs: Needs) -> str:
        """The label of a set of needs that is known already."""
        return self._intern(strictest(needs))

    def flush(self) -> None:
        """Write the new labels, inside the caller's transaction."""
        insert(Label, self._labels)
        insert(LabelPart, self._parts)
        self._labels, self._parts = [], []

    def _needs_of(self, label: str) -> Needs:
        known = self._needs.get(label)
        if known is None:
            needs: set[Need] = set()
            parts = LabelPart.objects.filter(label=label)
            for part in parts.values_list("compartment", "level", "consent_of", "gate_of"):
                needs.add(need_of(*part))
            known = self._needs[label] = frozenset(needs)
        return known

    def _intern(self, needs: Needs) -> str:
        name = label_id(needs)
        if name in self._needs:
            return name
        if len(self._needs) > 200_000 and not self._labels:
            self._needs.clear()
        self._needs[name] = needs
        new = any(first == CONSENT and self._is_new(second) for first, second in needs)
        if new or not Label.objects.filter(id=name).exists():
            self._labels.append((name, *self._summary(needs)))
            self._parts.extend(_part_row(name, need) for need in needs)
        return name

    def _summary(self, needs: Needs) -> tuple[int, str, bool, bool]:
        level = max((second for first, second in needs if not isinstance(first, str)), default=0)
        people = [second for first, second in needs if first == CONSENT]
        until = min((self._agreed_until(person) for person in people), default=FOR_EVER)
        awaits = not all(self._is_open(second) for first, second in needs if first == GATE)
        return level, until, bool(people), awaits


def need_of(
    compartment: int | None, level: int | None, consent_of: int | None, gate_of: int | None
) -> Need:
    """A part of a label as a need."""
    if level is not None:
        return compartment, level
    return (CONSENT, consent_of) if consent_of is not None else (GATE, gate_of or 0)


def _part_row(label: str, need: Need) -> tuple[object, ...]:
    first, second = need
    if first == CONSENT:
        return (f"{label}:consent:{second}", label, None, None, second, None)
    if first == GATE:
        return (f"{label}:gate:{second}", label, None, None, None, second)
    target = "-" if first is None else first
    return (f"{label}:compartment:{target}", label, first, second, None, None)
