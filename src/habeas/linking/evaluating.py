"""How good the candidates are, against labels that people gave.

Invariants: clusters are made here to be measured, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from habeas.linking.records import Candidate, Linkage, LinkRecord


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of two records: same, or different."""

    left: str
    right: str
    same: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts and shares at ``threshold``; None where there is nothing to divide by."""

    threshold: float
    pair_precision: float | None
    pair_recall: float | None


def labels_of(clusters: Mapping[str, str]) -> tuple[Label, ...]:
    """Labels from who is who (record id to true id): all same pairs, and no others."""
    raise NotImplementedError


def evaluate(
    candidates: Linkage | Iterable[Candidate],
    labels: Iterable[Label],
    *,
    threshold: float = 0.5,
    complete: bool = False,
    records: Iterable[LinkRecord] | None = None,
) -> Evaluation:
    """Compare candidates with labels."""
    raise NotImplementedError
