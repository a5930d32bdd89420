"""What rests on what is faulty: the claims and figures, so that a fault has an effect.

A fault names an entry or a file. This finds the exhibit, text layer, passage or claim there, and
asks the blast radius and the figures what stands on it. A fault of a file of the log, or of a
derived table, is no fault of any one claim, and gives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.blast_radius import blast_radius
from habeas.archive.verify.report import UNREADABLE
from habeas.custody.checks.audit import AuditFault
from habeas.figures.changes.dependents import standing_on

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MOST = 100  # faults whose effect is looked for; more than that is a lost disk, not a fault


@dataclass(frozen=True, slots=True)
class Effect:
    """What rests on one faulty thing; ``told`` is False where that could not be found out."""

    claims: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    told: bool = True


def effects(archive: Archive, viewer: Viewer, faults: Sequence[AuditFault]) -> list[Effect]:
    """For each fault, in their order, what the viewer may see resting on it."""
    known: dict[int, Effect] = {}
    found: list[Effect] = []
    for fault in faults:
        if len(known) >= MOST:
            found.append(Effect(told=False))
            continue
        try:
            claims: set[int] = set()
            figures: dict[str, None] = {}
            for target in _targets(viewer, fault):
                if target not in known:
                    known[target] = _on(archive, viewer, target)
                claims.update(known[target].claims)
                figures.update(dict.fromkeys(known[target].figures))
            found.append(Effect(tuple(sorted(claims)), tuple(figures)))
        except UNREADABLE:
            found.append(Effect(told=False))  # the tables that would say it are damaged too
    return found


def _on(archive: Archive, viewer: Viewer, target: int) -> Effect:
    radius = blast_radius(viewer, target)
    if radius is None:
        return Effect()
    return Effect(radius.claims, tuple(standing_on(archive, viewer, target)))


def _targets(viewer: Viewer, fault: AuditFault) -> list[int]:
    """The things that a fault is of: the entry's, or those whose bytes an object holds."""
    layers = visible(viewer, m.Layer)
    if fault.path.startswith("objects/"):
        address = fault.path.rpartition("/")[2]
        exhibits = visible(viewer, m.Exhibit).filter(address=address)
        positions = list(exhibits.values_list("position", flat=True))
        cited = layers.filter(address=address)
    elif fault.position is not None:
        positions = [fault.position]
        cited = layers.filter(position=fault.position)
    else:
        return []
    on_layer = visible(viewer, m.Passage).filter(layer__in=cited.values("position"))
    return sorted({*positions, *on_layer.values_list("position", flat=True)})
