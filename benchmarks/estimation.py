"""``python -m benchmarks.estimation [--second N] [--seeds N] [--recovery N] [--only TABLE]``.

Measures the latent class sampler on the shared tables: effective draws of log N per
CPU-second after warm-up, CPU and wall time to the stopping rule, and the printed points beside
the reference. ``--second`` holds them against a second sampler, written apart
(``estimation_gibbs``), with N draws a chain of it; calibration on tables from the prior is
``estimation_calibration``. ``--seeds`` repeats each of three tables with N seeds and prints the
range of the upper bounds; ``--recovery`` simulates populations of known size and prints how often
every method's 95 % interval covers it.

Where R and its package LCMCR are installed they are run on the same tables in the same run, and
the ratios are to them; else there are no ratios: rates of another machine say nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.estimation_gibbs import gibbs
from benchmarks.lcmcr import r_lcmcr_is_here, rate_of_r
from habeas.estimation import CaptureTable, ClassSettings, estimate_classes, from_counts
from habeas.estimation.classes import PROBABILITIES, Chains
from habeas.estimation.diagnosing import diagnose, ess
from habeas.estimation.errors import EstimationError
from habeas.estimation.fitting import profile_interval
from habeas.estimation.searching import rank, stepwise

VECTORS = Path(__file__).resolve().parent.parent.parent / "shared" / "vectors"
SEEDED = ("kosovo", "uk_2013", "new_orleans")
SWEEPS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimation")
    parser.add_argument("--seeds", type=int, default=0, help="repeat three tables with N seeds")
    parser.add_argument("--second", type=int, default=0, help="draws a chain of the second sampler")
    parser.add_argument("--recovery", type=int, default=0, help="simulated tables a scenario")
    parser.add_argument("--only", help="one table")
    given = parser.parse_args()
    tables = _tables()
    chosen = [given.only] if given.only else [name for name in tables if name != "artificial_3"]
    console = Console(width=150)
    if given.recovery:
        console.print(_recovery(given.recovery))
    elif given.second:
        console.print(_second(chosen, tables, given.second))
    elif given.seeds:
        for name in [given.only] if given.only else SEEDED:
            _seeds(name, tables[name][0], given.seeds, console)
    else:
        with_r = r_lcmcr_is_here()
        console.print(_speed(chosen, tables, with_r=with_r))
        console.print(
            "'R LCMCR' is its rate in this run."
            if with_r
            else "R LCMCR is not installed and was not run: there is nothing to compare with."
        )


def _tables() -> dict[str, tuple[CaptureTable, dict[str, Any]]]:
    path = Path(os.environ.get("HABEAS_VECTORS", VECTORS)) / "estimation" / "tables.json"
    said = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return {
        name: (from_counts(each["lists"], each["cells"], observed=each["n"]), each)
        for name, each in said.items()
    }


def _speed(
    names: list[str], tables: dict[str, tuple[CaptureTable, dict[str, Any]]], *, with_r: bool
) -> Table:
    shown = Table(
        *("table", "ESS of log N / CPU s", "published sampler", "R LCMCR", "CPU s to stop"),
        *("wall s", "2.5 / 50 / 97.5 %", "reference points"),
    )
    Chains(tables["korea"][0], 1, ClassSettings()).advance(100)  # compile or load
    for name in names:
        table, said = tables[name]
        ours, plain = (_rate(table, ClassSettings(hamiltonian=on)) for on in (True, False))
        cpu, wall = time.process_time(), time.perf_counter()
        try:
            found = estimate_classes(table, 1)
            points = " / ".join(f"{q.value:,.0f}" for q in found.diagnosis.quantiles)
        except EstimationError as error:
            points = error.code
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        theirs = next(
            (each["quantiles"] for each in said["reference"] if each["method"] == "lcmcr"), {}
        )
        reference = rate_of_r(table) if with_r else None
        shown.add_row(
            name,
            f"{ours:,.0f}",
            f"{plain:,.0f}",
            "" if reference is None else f"{reference:,.0f} (×{ours / reference:.1f})",
            f"{cpu:.1f}",
            f"{wall:.1f}",
            points,
            " / ".join(f"{theirs[key]:,.0f}" for key in ("0.025", "0.5", "0.975") if theirs),
        )
    return shown


def _second(
    names: list[str], tables: dict[str, tuple[CaptureTable, dict[str, Any]]], draws: int
) -> Table:
    """Both samplers' points with their errors, and how many errors they are apart."""
    shown = Table("table", "point", "ours", "the second sampler", "errors apart")
    for name in names:
        try:
            ours = estimate_classes(
                tables[name][0], 1, ClassSettings(most_sweeps=160_000)
            ).diagnosis
        except EstimationError as error:
            shown.add_row(name, "", error.code)
            continue
        theirs = diagnose(gibbs(tables[name][0], 77, draws), PROBABILITIES)
        for a, b in zip(ours.quantiles, theirs.quantiles, strict=True):
            # counts are whole: neither is known to less than half a person
            errors = [max(each.monte_carlo_error, 0.5) for each in (a, b)]
            shown.add_row(
                name,
                f"{a.probability:.1%}",
                f"{a.value:,.0f} ± {a.monte_carlo_error:,.1f}",
                f"{b.value:,.0f} ± {b.monte_carlo_error:,.1f}",
                f"{(a.value - b.value) / math.hypot(*errors):+.1f}",
            )
    return shown


def _rate(table: CaptureTable, settings: ClassSettings) -> float:
    chains = Chains(table, 9, settings)
    chains.advance(1_000)
    before = time.process_time()
    chains.advance(1_000 + SWEEPS)
    spent = time.process_time() - before
    return ess(np.log(chains.draws[:, 1_000:])) / spent


def _seeds(name: str, table: CaptureTable, seeds: int, console: Console) -> None:
    uppers, refused, longest = [], 0, 0.0
    for seed in range(1, seeds + 1):
        before = time.process_time()
        try:
            uppers.append(estimate_classes(table, seed).high)
        except EstimationError:
            refused += 1
        longest = max(longest, time.process_time() - before)
    spread = max(uppers) / min(uppers) - 1
    console.print(
        f"{name}: {seeds} seeds, {refused} refused, upper bounds {min(uppers):,.0f} to "
        f"{max(uppers):,.0f} ({spread:.2%} apart), at most {longest:.1f} CPU s"
    )


# --- populations of known size -------------------------------------------------------------


def _heterogeneous(rng: Any) -> tuple[int, Any]:
    """Two groups: one well listed, one seldom; lists independent within each."""
    size = 2_000
    chances = np.where(rng.random((size, 1)) < 0.4, [0.6, 0.5, 0.4, 0.5], [0.15, 0.1, 0.2, 0.1])
    return size, rng.random((size, 4)) < chances


def _negative(rng: Any) -> tuple[int, Any]:
    """Being on the first list makes the second unlikely."""
    size = 2_000
    on = rng.random((size, 4)) < [0.3, 0.3, 0.25, 0.2]
    on[:, 1] = np.where(on[:, 0], rng.random(size) < 0.08, on[:, 1])
    return size, on


def _sparse(rng: Any) -> tuple[int, Any]:
    """Five lists of few people each."""
    size = 1_000
    return size, rng.random((size, 5)) < [0.08, 0.05, 0.06, 0.04, 0.05]


def _recovery(tables: int) -> Table:
    shown = Table(
        "population", "method", "tables", "covered", "median of estimate / truth", "refused"
    )
    for make in (_heterogeneous, _negative, _sparse):
        results: dict[str, list[tuple[bool, float]]] = {}
        refused: Counter[str] = Counter()
        for seed in range(tables):
            truth, on = make(np.random.default_rng(seed))
            cells = Counter("".join("1" if x else "0" for x in row) for row in on)
            cells.pop("0" * on.shape[1], None)
            table = from_counts([f"L{j}" for j in range(on.shape[1])], dict(cells))
            for method, ask in _METHODS.items():
                try:
                    value, low, high = ask(table)
                    covered = low <= truth and (high is None or truth <= high)
                    results.setdefault(method, []).append((covered, value / truth))
                except EstimationError:
                    refused[method] += 1
        for method in _METHODS:
            each = results.get(method, [])
            covered = f"{sum(c for c, _ in each) / len(each):.0%}" if each else "–"
            ratio = f"{np.median([r for _, r in each]):.2f}" if each else "–"
            name = make.__name__.strip("_")
            shown.add_row(name, method, str(len(each)), covered, ratio, str(refused[method]))
    return shown


def _by_classes(table: CaptureTable) -> tuple[float, float, float | None]:
    found = estimate_classes(table, 1, ClassSettings(precision=0.01, most_sweeps=160_000))
    return found.median, found.low, found.high


def _by_bic(table: CaptureTable) -> tuple[float, float, float | None]:
    # All models to the second order: the whole search of five lists takes seconds a table.
    best = rank(table, "bic", order=2).best
    low, high, _ = profile_interval(table, best)
    return best.estimate, low, high


def _by_steps(table: CaptureTable) -> tuple[float, float, float | None]:
    best = stepwise(table)
    low, high, _ = profile_interval(table, best)
    return best.estimate, low, high


_METHODS = {
    "latent classes": _by_classes,
    "log-linear, pairs, BIC": _by_bic,
    "log-linear, stepwise": _by_steps,
}


if __name__ == "__main__":
    main()
