"""The latent class estimate: chains from dispersed starts, until they agree, or a refusal.

The model and the kernels are in ``sampling``. Here they are run: chains start from four
different ideas of how many are missing, adapt, are lengthened by doubling, and stop when every
printed point is known to half a percent and all chains agree on it. If the allowance of sweeps
ends first, there is no number: ``NotConverged`` says which test failed and what each chain said.

Invariants: the result is a function of table, settings and seed, whatever the machine and
its number of processors (the allowance is in sweeps, not in seconds); nothing is reported
from chains that disagree, nor from chains that came to the end of what is countable.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from habeas.estimation.diagnosing import Diagnosis, diagnose
from habeas.estimation.errors import BadSetting, NotConverged
from habeas.estimation.tables import CaptureTable

#: As ``sampling.MOST_UNOBSERVED``, which loads numba.
_MOST_UNOBSERVED = 10**12
PROBABILITIES = (0.025, 0.5, 0.975)
_WARM_UP = 3_000  # sweeps in which the step adapts
_PUBLISHED_ONLY = 500  # of these, the first by the published kernel alone
_LEAPS = 40  # at most, in one Hamiltonian move
_ACCEPTANCE = 0.8
_FIRST = 10_000  # sweeps a chain before the first check
_DROPPED = 0.2  # share of each chain that is left out as not yet settled
_RHAT = 1.01
_ESS = 1_000.0
_HOPE = 80_000  # sweeps a chain before it is asked whether the allowance can be enough
_DISAGREE = 1e-3  # p-value of one printed point below which chains disagree

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ClassSettings:
    """How the latent class model is set up and run. The defaults are those of R LCMCR.

    ``cap``: the most unobserved people, as a multiple of those observed; None for no cap
    (R LCMCR has 20). ``precision``: the largest Monte Carlo error of a printed point, as a
    share of it. ``most_sweeps``: the allowance of each chain.
    """

    classes: int = 10
    prior_shape: float = 0.25
    prior_rate: float = 0.25
    cap: float | None = None
    chains: int = 4
    precision: float = 0.0035
    most_sweeps: int = 1_280_000
    hamiltonian: bool = True

    def __post_init__(self) -> None:
        wrong = ""
        if not 1 <= self.classes <= 100:
            wrong = "the number of classes is from 1 to 100"
        elif not (0.05 <= self.prior_shape < 1e6 and 1e-6 <= self.prior_rate < 1e6):
            # below, concentrations too small for floating point have weight in the prior
            wrong = "the prior's shape is 0.05 or more and its rate 0.000001 or more"
        elif self.cap is not None and not 1 <= self.cap <= 1e9:
            wrong = "the cap is a multiple of the observed, from 1 up, or None"
        elif not 2 <= self.chains <= 64:
            wrong = "there are 2 to 64 chains: one alone cannot disagree"
        elif not 1e-5 <= self.precision <= 0.05:
            wrong = "the precision is a share from 0.00001 to 0.05"
        elif self.most_sweeps < _FIRST:
            wrong = f"each chain needs {_FIRST:,} sweeps at least"
        if wrong:
            raise BadSetting(f"A setting has no meaning: {wrong}.", next_step="Change it.")


@dataclass(frozen=True, slots=True)
class LatentClass:
    """The posterior of the whole population, observed included."""

    median: float
    low: float
    high: float
    mean: float
    diagnosis: Diagnosis
    sweeps: int  # a chain
    settings: ClassSettings
    seed: int
    acceptance: tuple[float, ...]
    draws: Any = field(repr=False, compare=False)  # int64 array, chains by kept sweeps


def estimate_classes(
    table: CaptureTable,
    seed: int,
    settings: ClassSettings | None = None,
    progress: Progress = lambda done, total: None,
) -> LatentClass:
    """Run the chains until they agree. Raises ``NotConverged``."""
    chosen = settings or ClassSettings()
    chains = Chains(table, seed, chosen)
    total = _FIRST
    while True:
        chains.advance(total)
        progress(total, chosen.most_sweeps)
        kept = chains.draws[:, int(total * _DROPPED) :]
        diagnosis = diagnose(kept, PROBABILITIES)
        complaint = complaint_about(diagnosis, chosen)
        if not complaint and not chains.beyond:
            break
        if chains.beyond:
            raise NotConverged(
                f"The latent class model gives no number: in {chains.beyond:,} sweeps its chains "
                "went beyond what can be counted.",
                next_step="Look at the counts: are they persons? Report the count as a floor.",
            )
        if total >= chosen.most_sweeps or _hopeless(diagnosis, total, chosen):
            raise NotConverged(
                f"The latent class model gives no number: {complaint} after {total:,} sweeps "
                f"of each of {chosen.chains} chains. {_said_by(diagnosis)}",
                next_step="The table may support more than one answer. Show the methods beside "
                "each other, look at the lists, or allow more sweeps; do not pick a chain.",
            )
        total = min(2 * total, chosen.most_sweeps)
    low, median, high = (q.value for q in diagnosis.quantiles)
    return LatentClass(
        median=median,
        low=low,
        high=high,
        mean=float(kept.mean()),
        diagnosis=diagnosis,
        sweeps=total,
        settings=chosen,
        seed=seed,
        acceptance=tuple(chains.acceptance),
        draws=kept,
    )


def complaint_about(diagnosis: Diagnosis, settings: ClassSettings) -> str:
    """Why these draws may not be reported; empty where they may."""
    for point in diagnosis.quantiles:
        if point.agreement < _DISAGREE:
            return f"the chains disagree on the {point.probability:.1%} point"
    if not diagnosis.rank_rhat <= _RHAT:
        return f"the chains have not mixed (rank R-hat {diagnosis.rank_rhat:.3f})"
    smallest = min(diagnosis.ess_bulk, diagnosis.ess_tail)
    if not smallest >= _ESS:
        return f"the chains are worth only {smallest:,.0f} independent draws"
    for point in diagnosis.quantiles:
        # a count is not known to less than half a person
        if point.monte_carlo_error > max(settings.precision * point.value, 0.5):
            return (
                f"the Monte Carlo error of the {point.probability:.1%} point is "
                f"{point.relative_error:.2%} of it"
            )
    return ""


def _hopeless(diagnosis: Diagnosis, total: int, settings: ClassSettings) -> bool:
    """Whether the allowance would have to be four times as long, at the rate so far.

    Tables of millions have ridges so thin that a hundredfold of sweeps tells no more.
    """
    smallest = min(diagnosis.ess_bulk, diagnosis.ess_tail)
    return total >= _HOPE and 4 * smallest * settings.most_sweeps < _ESS * total


def _said_by(diagnosis: Diagnosis) -> str:
    middle = diagnosis.quantiles[len(diagnosis.quantiles) // 2]
    return f"Their medians: {', '.join(f'{value:,.0f}' for value in middle.chain_values)}."


class Chains:
    """Chains that can be lengthened. One thread a chain; the kernels release the lock."""

    def __init__(self, table: CaptureTable, seed: int, settings: ClassSettings) -> None:
        if not isinstance(seed, int) or not 0 <= seed < 2**63:
            raise BadSetting("The seed is not a whole number from 0 up.", next_step="Give one.")
        self.settings = settings
        self.observed = table.observed
        members: list[int] = []
        offsets = [0]
        for mask, _ in table.counts:
            members += [j for j in range(len(table.lists)) if mask >> j & 1]
            offsets.append(len(members))
        self._counts = np.array([count for _, count in table.counts], dtype=np.float64)
        self._members = np.array(members, dtype=np.int64)
        self._offsets = np.array(offsets, dtype=np.int64)
        given = _MOST_UNOBSERVED if settings.cap is None else settings.cap * self.observed
        self._cap = min(_MOST_UNOBSERVED, math.floor(given))
        children = np.random.SeedSequence(seed).spawn(settings.chains)
        self._generators = [np.random.Generator(np.random.SFC64(child)) for child in children]
        shares = np.array([total / self.observed for total in table.list_totals.values()])
        self._states = [
            _start(n, generator, shares, settings.classes)
            for n, generator in enumerate(self._generators)
        ]
        self._unobserved = [0] * settings.chains
        self._steps = [0.0] * settings.chains
        self.beyond = 0  # sweeps after warm-up that met the end of what is countable
        self.acceptance = [0.0] * settings.chains
        self.draws = np.zeros((settings.chains, 0), dtype=np.int64)

    def advance(self, sweeps: int) -> None:
        """Lengthen every chain to ``sweeps``."""
        from concurrent.futures import ThreadPoolExecutor

        more = sweeps - self.draws.shape[1]
        new = np.zeros((self.settings.chains, more), dtype=np.int64)
        with ThreadPoolExecutor(max_workers=min(self.settings.chains, _processors())) as pool:
            beyond = list(pool.map(lambda n: self._run(n, new[n]), range(self.settings.chains)))
        self.beyond += sum(beyond)
        self.draws = np.concatenate([self.draws, new + self.observed], axis=1)

    def _run(self, n: int, out: Any) -> int:
        leaps = _LEAPS if self.settings.hamiltonian else 0
        if not self._steps[n]:
            self._steps[n] = 0.05
            self._kernel(n, 0, 0.0, np.zeros(_PUBLISHED_ONLY, dtype=np.int64))
            if leaps:
                self._kernel(n, leaps, _ACCEPTANCE, np.zeros(_WARM_UP, dtype=np.int64))
        return self._kernel(n, leaps, 0.0, out)

    def _kernel(self, n: int, leaps: int, target: float, out: Any) -> int:
        from habeas.estimation.sampling import run  # numba is loaded here, not before

        sticks, odds = self._states[n]
        step, self.acceptance[n], beyond = run(
            self._generators[n], sticks, odds, self._unobserved[n], self._counts, self._members,
            self._offsets, self.settings.prior_shape, self.settings.prior_rate, self._cap,
            self._steps[n], leaps, target, len(out), out,
        )  # fmt: skip
        self._unobserved[n] = int(out[-1])
        if target:
            self._steps[n] = step
        return int(beyond)


def _start(n: int, generator: Any, shares: Any, classes: int) -> tuple[Any, Any]:
    """Sticks and odds of the n-th chain: alike, scattered, many missing, few missing."""
    shares = np.clip(shares, 0.002, 0.98)
    middle = np.log(shares / (1 - shares))[:, None]
    odds = middle + generator.normal(0, 0.05 if n % 4 == 0 else 1.5, (len(shares), classes))
    if n % 4 == 2:
        odds[:, 0] = middle[:, 0] - 4.0
    elif n % 4 == 3:
        odds[:, 0] = middle[:, 0] + 1.0
    sticks = generator.normal(-1.0, 0.3, classes - 1)
    return np.ascontiguousarray(sticks), np.ascontiguousarray(odds)


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
