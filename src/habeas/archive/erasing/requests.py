"""The requests to erase, and how far each has come."""

from __future__ import annotations

import json
from dataclasses import dataclass

from habeas.archive import models as m
from habeas.archive.erasing.decisions import approval_of
from habeas.archive.projection.erased_entries import positions_of


@dataclass(frozen=True, slots=True)
class ErasureDemand:
    """``approved`` and ``erased`` are the positions of those entries, None where there is none."""

    position: int
    target_kind: str
    count: int
    basis: str
    person: str
    approved: int | None
    erased: int | None

    @property
    def state(self) -> str:
        if self.erased is not None:
            return f"erased at entry {self.erased}"
        if self.approved is not None:
            return f"approved at entry {self.approved}, not carried out"
        return "waits for another person's approval"


def listed() -> list[ErasureDemand]:
    """Every request, in the order in which they were made."""
    erased = dict(m.Erasure.objects.values_list("request", "position"))
    found = []
    for asked in m.ErasureRequest.objects.order_by("position"):
        approved = approval_of(asked)
        found.append(
            ErasureDemand(
                asked.position,
                asked.target_kind,
                len(positions_of(json.loads(asked.positions))),
                asked.basis,
                asked.person,
                None if approved is None else approved.position,
                erased.get(asked.position),
            )
        )
    return found
