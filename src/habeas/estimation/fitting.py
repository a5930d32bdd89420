"""Log-linear models: maximum likelihood, standard error, profile interval.

Counts are Poisson with log mean linear in the model's terms; the fitted mean of the cell of
nobody's list is exp(intercept) (Fienberg 1972; Bishop, Fienberg and Holland 1975, ch. 6).
The standard error is sqrt(m0 + m0**2 var(intercept)), as in R Rcapture. The interval is by
profile likelihood of the multinomial over all cells (Cormack 1992).

Invariants: a fit whose estimate does not exist or is not unique is refused before it is
tried; a fit that does not converge is refused; every number is finite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from habeas.estimation.errors import NoEstimate, NotIdentified
from habeas.estimation.existence import Design, Model, examine, lay_out, name
from habeas.estimation.tables import CaptureTable

CHI2_95 = 3.841458820694124  # 95 % point of chi-square with one degree of freedom
_STEPS = 200
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class Fit:
    """One model fitted. ``estimate`` is the whole population, observed included."""

    model: Model
    name: str
    estimate: float
    standard_error: float
    log_likelihood: float
    deviance: float
    degrees_of_freedom: int
    parameters: int
    aic: float
    bic: float
    minus_infinity: tuple[int, ...]
    coefficients: tuple[float, ...]  # intercept, then terms
    errors: tuple[float, ...]  # standard errors of the coefficients
    terms: tuple[int, ...]


def fit(table: CaptureTable, model: Model) -> Fit:
    """Fit one model. Raises ``NoEstimate`` or ``NotIdentified`` where there is no answer."""
    design = lay_out(table, model)
    answer = examine(design)
    if answer == "not identifiable":
        raise NotIdentified(
            f"The table does not determine the model {name(model)}: more than one set of "
            "parameters fits it equally well.",
            next_step="Use a model with fewer interactions.",
        )
    if answer != "ok":
        raise NoEstimate(
            f"The model {name(model)} has no finite maximum likelihood estimate on this table: "
            "the likelihood rises for ever in some direction.",
            next_step="Use a model with fewer interactions; any number printed for this one "
            "would come from where the fit happened to stop.",
        )
    fitted = fit_design(table, model, design)
    if fitted is None:
        raise NoEstimate(
            f"The fit of {name(model)} did not converge.", next_step="Use a simpler model."
        )
    return fitted


def fit_design(table: CaptureTable, model: Model, design: Design) -> Fit | None:
    """Fit a design that was laid out, without asking whether the estimate exists."""
    solved = _maximise(design.matrix, design.counts)
    if solved is None:
        return None
    beta, information = solved
    eta = design.matrix @ beta
    means = np.exp(eta)
    counts = design.counts
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(counts > 0, counts * np.log(counts / means), 0.0)
    deviance = max(0.0, float(2.0 * np.sum(ratio - (counts - means))))
    log_likelihood = float(np.sum(counts * eta - means) - _log_factorials(counts))
    try:
        variances = np.diag(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return None
    variance = float(variances[0])
    unobserved = math.exp(beta[0]) if beta[0] < 700 else math.inf
    # Terms at minus infinity were estimated too: they count, and so do the cells they emptied.
    parameters = design.parameters + len(design.minus_infinity)
    if not (math.isfinite(unobserved) and np.isfinite(variances).all() and variances.min() >= 0):
        return None
    return Fit(
        model=model,
        name=name(model),
        estimate=table.observed + unobserved,
        standard_error=math.sqrt(unobserved + unobserved**2 * variance),
        log_likelihood=log_likelihood,
        deviance=deviance,
        degrees_of_freedom=(1 << len(table.lists)) - 1 - len(table.impossible) - parameters,
        parameters=parameters,
        aic=-2 * log_likelihood + 2 * parameters,
        bic=-2 * log_likelihood + math.log(table.observed) * parameters,
        minus_infinity=design.minus_infinity,
        coefficients=tuple(map(float, beta)),
        errors=tuple(map(float, np.sqrt(variances))),
        terms=design.terms,
    )


def profile_interval(table: CaptureTable, fitted: Fit) -> tuple[float, float | None, float]:
    """The 95 % profile likelihood interval and the profile's own peak: (low, high, peak).

    Conditional on the model: it does not know that the model was chosen. ``high`` None: the
    likelihood never falls far enough, so the data set no upper bound.
    """
    from scipy.optimize import brentq, minimize_scalar

    design = lay_out(table, fitted.model)
    matrix = np.vstack([design.matrix, np.eye(1, design.parameters)])
    state = {"beta": np.array(fitted.coefficients)}
    observed = table.observed

    def height(log_unobserved: float) -> float:
        missing = math.exp(log_unobserved)
        counts = np.append(design.counts, missing)
        solved = _maximise(matrix, counts, state["beta"])
        if solved is None:
            solved = _maximise(matrix, counts)
            if solved is None:
                return -math.inf
        state["beta"] = solved[0]
        total = observed + missing
        log_shares = matrix @ solved[0] - math.log(total)
        return _log_factorial(total) - _log_factorial(missing) + float(np.sum(counts * log_shares))

    start = math.log(max(fitted.estimate - observed, 1e-3))
    found = minimize_scalar(
        lambda x: -height(x), bounds=(start - 3, start + 3), method="bounded",
        options={"xatol": 1e-7},
    )  # fmt: skip
    peak, top = float(found.x), -float(found.fun)

    def drop(x: float) -> float:
        return 2 * (top - height(x)) - CHI2_95

    low_at = _cross(drop, peak, -1.0, math.log(1e-6))
    high_at = _cross(drop, peak, 1.0, math.log(observed) + 20)
    low = observed + (0.0 if low_at is None else math.exp(brentq(drop, *low_at, xtol=1e-10)))
    high = None if high_at is None else observed + math.exp(brentq(drop, *high_at, xtol=1e-10))
    return low, high, observed + math.exp(peak)


def _log_factorial(value: float) -> float:
    """Stirling's formula from 1 up, as R Rcapture has it (0.08 / value too low), so that
    intervals can be compared digit by digit; shifted to join the exact value below 1."""
    if value >= 1:
        return value * math.log(value) - value + 0.5 * math.log(2 * math.pi * value)
    return math.lgamma(value + 1) - 1 + 0.5 * math.log(2 * math.pi)


def _cross(drop: Any, peak: float, sign: float, limit: float) -> tuple[float, float] | None:
    """A stretch, from the peak outwards, on which the likelihood falls below the level."""
    inner, width = peak, 0.05
    while (limit - inner) * sign > 0:
        outer = inner + sign * width
        if drop(outer) > 0:
            return inner, outer
        inner, width = outer, min(1.0, width * 1.6)
    return None


def _maximise(matrix: Any, counts: Any, start: Any = None) -> tuple[Any, Any] | None:
    """Newton's method with halving on the Poisson log likelihood: (beta, information)."""
    if start is None:
        weights = counts + 0.5
        scaled = matrix * weights[:, None]
        beta = np.linalg.lstsq(matrix.T @ scaled, scaled.T @ np.log(weights), rcond=None)[0]
    else:
        beta = start
    margins = matrix.T @ counts
    eta = np.clip(matrix @ beta, -700, 700)
    means = np.exp(eta)
    value = float(counts @ eta - means.sum())
    for _ in range(_STEPS):
        gradient = margins - matrix.T @ means
        information = (matrix * means[:, None]).T @ matrix
        try:
            move = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        gain = float(gradient @ move)
        if not math.isfinite(gain):
            return None
        if gain < _CLOSE:
            return beta + move, information
        size = 1.0
        while size > 1e-8:
            eta_next = matrix @ (beta + size * move)
            if eta_next.max() < 700:
                means_next = np.exp(eta_next)
                value_next = float(counts @ eta_next - means_next.sum())
                if value_next >= value - 1e-9 * abs(value) * (size < 1.0):
                    break
            size /= 2
        else:
            return None
        beta, means, value = beta + size * move, means_next, value_next
    return None


def _log_factorials(counts: Any) -> float:
    return float(sum(math.lgamma(count + 1.0) for count in counts if count > 1))
