"""``python -m benchmarks.estimation_calibration [TABLES]``: is the truth anywhere alike?

Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018) of the latent
class sampler as it is shipped, K = 10, on sparse tables: for each, parameters and N are drawn
from the prior and a table from them (``estimation_prior``); the truth's rank among thinned draws
of the posterior must be uniform. Ranked are N, and two things that show the prior on the classes:
the log of the last class's weight and the largest weight. Tables have 3 to 5 lists and 10 to 60
people in turn.

Prints chi-square over 20 bins and the Kolmogorov-Smirnov test, and draws the difference of the
ranks' distribution from the uniform with a simultaneous 95 % band (as Säilynoja, Bürkner and
Vehtari 2022) to ``docs/images/estimation-calibration.svg``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import binom, chisquare, kstest

from benchmarks.estimation_prior import simulated
from habeas.estimation import ClassSettings
from habeas.estimation.classes import Chains
from habeas.estimation.drawing import svg

FIGURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "estimation-calibration.svg"
RANKED = ("N", "log weight of the last class", "largest weight")
LISTS = (3, 4, 5)
SEEN = (10, 20, 40, 60)
DRAWS = 100  # a chain
THIN = 25  # sweeps a draw
BINS = 20
POINTS = np.linspace(0.01, 0.99, 99)


def ranks(tables: int, seed: int, settings: ClassSettings | None = None, draws: int = DRAWS) -> Any:
    """Ranks in (0, 1) of the truth, tables by ``RANKED``; ties are broken at random."""
    found = np.zeros((tables, len(RANKED)))
    for at in range(tables):
        rng = np.random.default_rng((seed, at))
        lists, seen = LISTS[at % len(LISTS)], SEEN[at // len(LISTS) % len(SEEN)]
        table, truth, log_weights = simulated(rng, lists, seen)
        true = (truth, log_weights[-1], np.exp(log_weights).max())
        chains = Chains(table, at, settings or ClassSettings(chains=2))
        said: list[tuple[float, ...]] = []
        for _ in range(draws):
            chains.advance(chains.draws.shape[1] + THIN)
            for now, (sticks, _) in zip(chains.draws[:, -1], chains._states, strict=True):
                log_left = np.concatenate([[0.0], -np.cumsum(np.logaddexp(0, sticks))])
                weights = np.exp(log_left + np.append(-np.logaddexp(0, -sticks), 0.0))
                said.append((int(now), log_left[-1], weights.max()))
        for which, value in enumerate(true):
            ours = np.array([each[which] for each in said])
            below, equal = np.sum(ours < value), np.sum(ours == value)
            found[at, which] = (below + rng.random() * (equal + 1)) / (len(ours) + 1)
    return found


def p_values(ranked: Any, bins: int = BINS) -> tuple[float, float]:
    """Of uniform ranks: by chi-square over bins, by Kolmogorov and Smirnov."""
    histogram, _ = np.histogram(ranked, bins=bins, range=(0, 1))
    return float(chisquare(histogram).pvalue), float(kstest(ranked, "uniform").pvalue)


def band(tables: int, seed: int = 1, simulations: int = 4_000) -> tuple[Any, Any]:
    """A band about the uniform distribution that holds all of 95 % of uniform samples."""
    rng = np.random.default_rng(seed)
    counts = np.array(
        [np.searchsorted(np.sort(rng.random(tables)), POINTS) for _ in range(simulations)]
    )
    below = binom.cdf(counts, tables, POINTS)
    above = binom.sf(counts - 1, tables, POINTS)
    level = np.quantile(np.minimum(below, above).min(axis=1), 0.05)
    low, high = binom.ppf(level, tables, POINTS), binom.isf(level, tables, POINTS)
    return low / tables - POINTS, high / tables - POINTS


def drawn(found: Any) -> dict[str, Any]:
    """The figure as Vega-Lite."""
    low, high = band(len(found))
    lines: list[dict[str, Any]] = []
    for name, each in zip(RANKED, found.T, strict=True):
        away = np.searchsorted(np.sort(each), POINTS) / len(each) - POINTS
        pairs = zip(POINTS, away, strict=True)
        lines += [{"rank": float(x), "away": float(y), "of": name} for x, y in pairs]
    edges: Sequence[Any] = [
        {"rank": float(x), "low": float(a), "high": float(b)}
        for x, a, b in zip(POINTS, low, high, strict=True)
    ]
    x = {"field": "rank", "type": "quantitative", "title": "rank of the truth in its posterior"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 520,
        "height": 240,
        "layer": [
            {
                "data": {"values": edges},
                "mark": {"type": "area", "color": "#d6d3d1", "opacity": 0.6},
                "encoding": {
                    "x": x,
                    "y": {"field": "low", "type": "quantitative"},
                    "y2": {"field": "high"},
                },
            },
            {
                "data": {"values": lines},
                "mark": {"type": "line", "interpolate": "step"},
                "encoding": {
                    "x": x,
                    "y": {
                        "field": "away",
                        "type": "quantitative",
                        "title": "share below that rank, less the rank",
                    },
                    "color": {"field": "of", "type": "nominal", "title": None},
                    "strokeDash": {"field": "of", "type": "nominal", "title": None},
                },
            },
        ],
    }


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    found = ranks(tables, 1)
    shown = Table("ranked", "tables", "chi-square, p", "Kolmogorov-Smirnov, p", "histogram")
    for name, each in zip(RANKED, found.T, strict=True):
        histogram, _ = np.histogram(each, bins=BINS, range=(0, 1))
        by_bins, by_distance = p_values(each)
        bars = " ".join(map(str, histogram))
        shown.add_row(name, str(tables), f"{by_bins:.2f}", f"{by_distance:.2f}", bars)
    Console(width=150).print(shown)
    FIGURE.write_text(svg(drawn(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
