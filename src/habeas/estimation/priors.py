"""How much the latent class answer is the prior's: the same table under other settings.

Invariants: each line is a full run with its own tests of convergence; one that gives no number
says why; only the number of classes and the prior on their weights are changed, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from habeas.estimation.classes import ClassSettings, estimate_classes
from habeas.estimation.errors import NotConverged
from habeas.estimation.tables import CaptureTable

_PRECISION = 0.01  # enough to compare


@dataclass(frozen=True, slots=True)
class PriorPoint:
    """The posterior under one setting; None with the reason where it gave no number."""

    change: str
    median: float | None
    low: float | None
    high: float | None
    reason: str = ""


def prior_sensitivity(
    table: CaptureTable,
    seed: int,
    settings: ClassSettings | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[PriorPoint]:
    """The posterior with half and double the classes, and with other concentrations."""
    base = replace(settings or ClassSettings(), precision=_PRECISION)
    changes = {
        "as set": base,
        "half the classes": replace(base, classes=max(1, base.classes // 2)),
        "twice the classes": replace(base, classes=min(100, base.classes * 2)),
        "concentration Gamma(1, 1): more classes": replace(base, prior_shape=1.0, prior_rate=1.0),
        "concentration Gamma(0.25, 1): fewer classes": replace(
            base, prior_shape=0.25, prior_rate=1.0
        ),
    }
    found = []
    for done, (change, each) in enumerate(changes.items()):
        progress(done, len(changes))
        try:
            run = estimate_classes(table, seed, each)
        except NotConverged as error:
            found.append(PriorPoint(change, None, None, None, error.message))
        else:
            found.append(PriorPoint(change, run.median, run.low, run.high))
    progress(len(changes), len(changes))
    return found
