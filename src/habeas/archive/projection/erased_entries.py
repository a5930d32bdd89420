"""What is left of erased entries: where they stood, how strict they were, what they had ended.

An erasure entry lists, for every position that it erases, its kind and its access needs, and
what the erased entries had ended (a claim that an erased one superseded). The content of each
erased position is a tombstone that names the erasure. From these two a replay gives the same
rows whenever it is made.

Invariants: nothing here holds a word of what was erased; what rests on an erased thing is
never less strict than it was; nothing comes back to life because what ended it was erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from habeas.archive import models as m
from habeas.archive.access.labels import CONSENT, GATE, Need, Needs
from habeas.archive.projection.ending import ENDABLE, end
from habeas.archive.store.facts import Fact, facts
from habeas.archive.store.pieces import in_pieces
from habeas.custody.log.disclosures import erased_by


@dataclass(frozen=True, slots=True)
class Thing:
    """One erased entry: all that is still known of it."""

    position: int
    kind: str
    needs: Needs


@dataclass(frozen=True, slots=True)
class EndedByErased:
    """Things of one kind that the erased entry at ``by`` had ended."""

    by: int
    kind: str
    how: str
    why: int | None
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """What one erasure says of what it erased."""

    things: Mapping[int, Thing]
    ended: Mapping[int, tuple[EndedByErased, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, things: Iterable[Thing], ended: Iterable[EndedByErased] = ()) -> ErasureRecord:
        by: dict[int, tuple[EndedByErased, ...]] = {}
        for one in ended:
            by[one.by] = (*by.get(one.by, ()), one)
        return cls({thing.position: thing for thing in things}, by)

    def fields(self) -> dict[str, Any]:
        """The same as fields of an erasure entry: integers and words, nothing that was said."""
        groups: dict[tuple[str, Needs], list[int]] = {}
        for thing in sorted(self.things.values(), key=lambda thing: thing.position):
            groups.setdefault((thing.kind, thing.needs), []).append(thing.position)
        things = [
            {
                "kind": kind,
                "levels": sorted(
                    [-1 if first is None else first, second]
                    for first, second in needs
                    if not isinstance(first, str)
                ),
                "consents": sorted(second for first, second in needs if first == CONSENT),
                **({"gates": gates} if (gates := _gates(needs)) else {}),
                "positions": runs(positions),
            }
            for (kind, needs), positions in groups.items()
        ]
        ended = [
            {
                "by": one.by,
                "kind": one.kind,
                "how": one.how,
                "positions": list(one.positions),
                **({} if one.why is None else {"why": one.why}),
            }
            for _, several in sorted(self.ended.items())
            for one in several
        ]
        return {"things": things, **({"ends": ended} if ended else {})}

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> ErasureRecord:
        """What ``fields`` wrote."""
        things: list[Thing] = []
        for group in fields["things"]:
            needs: set[Need] = {
                (None if first < 0 else first, second) for first, second in group["levels"]
            }
            needs.update((CONSENT, person) for person in group["consents"])
            needs.update((GATE, position) for position in group.get("gates", ()))
            things += [
                Thing(position, group["kind"], frozenset(needs))
                for position in positions_of(group["positions"])
            ]
        ended = [
            EndedByErased(e["by"], e["kind"], e["how"], e.get("why"), tuple(e["positions"]))
            for e in fields.get("ends", ())
        ]
        return cls.of(things, ended)


def _gates(needs: Needs) -> list[int]:
    return sorted(second for first, second in needs if first == GATE)


def runs(positions: Iterable[int]) -> list[list[int]]:
    """Positions as [first, count] of each unbroken run."""
    found: list[list[int]] = []
    for position in sorted(set(positions)):
        if found and found[-1][0] + found[-1][1] == position:
            found[-1][1] += 1
        else:
            found.append([position, 1])
    return found


def positions_of(found: Iterable[Sequence[int]]) -> list[int]:
    """What ``runs`` wrote."""
    return [position for first, count in found for position in range(first, first + count)]


class Erasures:
    """The erasures that a replay has met so far, each read once.

    ``foreseen`` are such as are not recorded: for a replay that only tries what would be.
    """

    def __init__(self, foreseen: Mapping[int, ErasureRecord] | None = None) -> None:
        self._records: dict[int, ErasureRecord | None] = dict(foreseen or {})

    def thing(self, entry_id: str) -> Thing | None:
        """The erased entry of this id; None where none of this id was erased."""
        position = (
            m.LedgerEntry.objects.filter(entry_id=entry_id)
            .values_list("position", flat=True)
            .first()
        )
        if position is None:
            return None
        joined = (
            m.ContentDisclosures.objects.filter(position=position)
            .values_list("disclosures", flat=True)
            .first()
        )
        erasure = None if joined is None else erased_by(bytes(joined))
        record = None if erasure is None else self.record(erasure)
        return None if record is None else record.things.get(position)

    def ended_by(self, fact: Fact) -> tuple[EndedByErased, ...]:
        """What the erased entry had ended."""
        record = None if fact.erased_by is None else self.record(fact.erased_by)
        return () if record is None else record.ended.get(fact.position, ())

    def record(self, erasure: int) -> ErasureRecord | None:
        """What the erasure at a position says; None where there is no erasure."""
        if erasure not in self._records:
            found = facts(erasure, erasure + 1)
            is_one = bool(found) and found[0].fields.get("kind") == "erasure"
            self._records[erasure] = ErasureRecord.read(found[0].fields) if is_one else None
        return self._records[erasure]


def end_again(position: int, ended: Iterable[EndedByErased]) -> set[int]:
    """End what the erased entry at a position had ended; gives whose consents are concerned."""
    subjects: set[int] = set()
    for one in ended:
        rows = ENDABLE[one.kind]._default_manager.filter(position__in=one.positions)
        if one.kind == "consent":
            concerned = m.Consent.objects.filter(position__in=one.positions)
            subjects.update(concerned.values_list("subject", flat=True))
        why = {"ended_why": one.why} if one.kind == "claim" else {}
        end(rows, position, one.how, **why)
    return subjects


def ended_elsewhere(erased: set[int]) -> list[EndedByErased]:
    """What entries to be erased have ended of what stays."""
    found: dict[tuple[int, str, str, int | None], list[int]] = {}
    for kind, model in ENDABLE.items():
        names = ("position", "ended_at", "ended_by")
        for chunk in in_pieces(sorted(erased)):
            rows = model._default_manager.filter(ended_at__in=chunk).order_by("position")
            whys: dict[int, int | None] = (
                dict(rows.values_list("position", "ended_why")) if kind == "claim" else {}
            )
            for position, by, how in rows.values_list(*names):
                if position not in erased:
                    key = (by, kind, how, whys.get(position))
                    found.setdefault(key, []).append(position)
    return [
        EndedByErased(by, kind, how, why, tuple(positions))
        for (by, kind, how, why), positions in sorted(
            found.items(), key=lambda item: (item[0][0], item[0][1], item[1])
        )
    ]
