"""Several estimates into one: of imputed data sets by Rubin's rules, of strata draw by draw.

*Imputations* (fields that were filled in, matches that were drawn): each completed table is
estimated; log N and its variance are combined by Rubin (1987), with the degrees of freedom of
Barnard and Rubin (1999) where the complete data have finitely many.

*Strata*: totals are formed draw by draw, never from the ends of intervals; strata are taken as
independent given the data, so draws are paired at random.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from habeas.estimation.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Combined:
    """An estimate over imputations with its 95 % interval."""

    estimate: float
    low: float
    high: float
    degrees_of_freedom: float
    missing_information: float  # share of the variance due to what was imputed
    imputations: int


def over_imputations(
    estimates: Sequence[float],
    log_variances: Sequence[float],
    complete_degrees_of_freedom: float = math.inf,
) -> Combined:
    """Combine estimates of N with the variances of log N (for an interval: (log-width/3.92)²)."""
    from scipy.stats import t

    many = len(estimates)
    if many < 2 or many != len(log_variances):
        raise BadSetting(
            "Combining takes two imputations or more, each with its variance.",
            next_step="Impute at least five times.",
        )
    if not all(v > 0 and math.isfinite(v) for v in (*estimates, *log_variances)):
        raise BadSetting(
            "An imputation has no positive, finite estimate and variance.",
            next_step="One refused imputation refuses the whole: find out why.",
        )
    logs = np.log(np.array(estimates, dtype=np.float64))
    within = float(np.mean(log_variances))
    between = float(logs.var(ddof=1))
    total = within + (1 + 1 / many) * between
    share = (1 + 1 / many) * between / total
    old = (many - 1) / share**2 if share > 0 else math.inf
    freedom = old
    if math.isfinite(complete_degrees_of_freedom):
        complete = complete_degrees_of_freedom
        observed = (complete + 1) / (complete + 3) * complete * (1 - share)
        freedom = observed if math.isinf(old) else old * observed / (old + observed)
    middle = float(logs.mean())
    width = (float(t.ppf(0.975, freedom)) if math.isfinite(freedom) else 1.959963984540054) * (
        math.sqrt(total)
    )
    return Combined(
        math.exp(middle), math.exp(middle - width), math.exp(middle + width), freedom, share, many
    )


def over_strata(draws: Sequence[Any], seed: int) -> Any:
    """Draws of the total of independent strata, paired at random."""
    if not draws:
        raise BadSetting("No strata were given to add.", next_step="Give one at least.")
    flat = [np.asarray(each).reshape(-1) for each in draws]
    many = min(len(each) for each in flat)
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, 3))))
    total = np.zeros(many, dtype=np.float64)
    for each in flat:
        total += rng.permutation(each)[:many]
    return total
