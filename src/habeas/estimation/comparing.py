"""What the answers say about each other: cautions from numbers that are there already.

A number is read with those beside it. Methods that say different things, whose intervals do not
meet, or of which only one says anything, are told as such; so are models that fit as well.

Invariants: nothing here fits or refuses; independence is a mark to compare with and counts for
no method.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from habeas.estimation.errors import Caution

if TYPE_CHECKING:
    from habeas.estimation.results import MethodResult
    from habeas.estimation.searching import Ranking

INDEPENDENCE = "independence"
DISAGREEMENT = 1.25  # between the largest and the smallest estimate
MOSTLY_UNSEEN = 10.0  # times the observed: beyond it the number is mostly extrapolation
MODEL_SPREAD = 1.2  # between models that fit nearly as well


def compared(methods: Sequence[MethodResult], observed: int) -> list[Caution]:
    """Cautions about the methods' numbers, the reported one first among ``methods``."""
    said = [m for m in methods if m.estimate is not None and m.key != INDEPENDENCE]
    return [
        *_mostly_unseen(methods[0], observed),
        *_alone(methods, said),
        *_disagreement(said),
        *_apart(said),
    ]


def model_spread(ranking: Ranking, near: float) -> list[Caution]:
    """A caution where models that fit nearly as well say very different numbers."""
    fits = ranking.near(near)
    smallest = min(fits, key=lambda f: f.estimate)
    largest = max(fits, key=lambda f: f.estimate)
    if largest.estimate < MODEL_SPREAD * smallest.estimate:
        return []
    return [
        Caution(
            "models-disagree",
            f"{len(fits)} log-linear models fit nearly equally well (BIC within {near:g}) and "
            f"say from {smallest.estimate:,.0f} {smallest.name} to {largest.estimate:,.0f} "
            f"{largest.name}. An interval for one model hides this.",
        )
    ]


def _mostly_unseen(said: MethodResult, observed: int) -> list[Caution]:
    if said.estimate is None or said.estimate < MOSTLY_UNSEEN * observed:
        return []
    return [
        Caution(
            "mostly-unseen",
            f"The estimate is {said.estimate / observed:.0f} times what was observed: nearly all "
            "of it is extrapolation, and it moves with the model and its priors.",
        )
    ]


def _alone(methods: Sequence[MethodResult], said: Sequence[MethodResult]) -> list[Caution]:
    if len(said) != 1:
        return []
    refused = [m.title for m in methods if m.estimate is None]
    return [
        Caution(
            "one-method-only",
            f"Only one method gives a number ({said[0].title}); {len(refused)} refuse. No other "
            "result is there to show it wrong.",
        )
    ]


def _disagreement(said: Sequence[MethodResult]) -> list[Caution]:
    if len(said) < 2:
        return []
    smallest = min(said, key=lambda m: m.estimate or 0.0)
    largest = max(said, key=lambda m: m.estimate or 0.0)
    low, high = smallest.estimate or 0.0, largest.estimate or 0.0
    if high < DISAGREEMENT * low:
        return []
    return [
        Caution(
            "methods-disagree",
            f"The methods say from {low:,.0f} ({smallest.title}) to {high:,.0f} "
            f"({largest.title}), a factor of {high / low:.1f}. No one interval covers what is "
            "not known here.",
        )
    ]


def _apart(said: Sequence[MethodResult]) -> list[Caution]:
    """The two methods whose intervals are furthest from meeting."""
    gaps = []
    for pair in itertools.permutations(said, 2):
        lower, upper = pair
        if lower.high is not None and upper.low is not None and lower.high < upper.low:
            gaps.append((upper.low / lower.high, *pair))
    if not gaps:
        return []
    _, lower, upper = max(gaps, key=lambda gap: gap[0])
    return [
        Caution(
            "intervals-apart",
            f"Intervals do not meet: {lower.low:,.0f} to {lower.high:,.0f} ({lower.title}), "
            f"{upper.low:,.0f} to {_end(upper)} ({upper.title}). At least one of them is wrong "
            "for a reason that neither shows.",
        )
    ]


def _end(said: MethodResult) -> str:
    return "no upper end" if said.high is None else f"{said.high:,.0f}"
