"""The weights: what is read off the data, what Splink learns, what is judged.

Invariants: ``u`` (how often two different people are on a step) is counted: exactly where a
step is rare, on random pairs otherwise. ``m`` (how often one person's records are) is learned
by Splink's expectation maximisation, on pairs that met for another reason than the comparison
that is learned, and drawn towards the judgement by as much as twenty pairs. No label is used.
The prior is such that the probabilities add up to the number of matches that it says.

Method: I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", 1969; EM as in
Splink 5 (R. Linacre and others).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from habeas.linking.levels import unpacked
from habeas.linking.records import Level, Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from habeas.linking.engine import Engine
    from habeas.linking.levels import Comparison
    from habeas.linking.settings import LinkingSettings

#: Rows that Splink learns from, drawn evenly from all pairs of a session.
_LEARNED_FROM = 200_000
#: Fewer matches than this in a session teach nothing.
_FEWEST_MATCHES = 30.0
_JUDGEMENT_WEIGHS = 20.0
_RICH = 1.25
#: Pairs that the judged u weighs as much as: in a small set, many of the pairs that are alike
#: are matches, and would be counted as chance.
_CHANCE_WEIGHS = 2_000.0
_LEAST = 1e-9
_RUN_TO_NOTHING = "is below the minimum allowed"  # what Splink says of an m of less than 1e-300
#: A database may be asked several times, and each time wants names of its own.
_runs = itertools.count(1)


@dataclass(frozen=True, slots=True)
class TrainingPass:
    """Pairs that met by ``bits``; the comparisons ``fixed`` by that are not learned here.

    ``rich``: only pairs on such steps of the fixed comparisons that there are a quarter more than
    chance would give: among the others, matches are too few to be learned from.
    """

    name: str
    bits: int
    fixed: tuple[str, ...]
    rich: bool = False


@dataclass(slots=True)
class Weights:
    """m and u by comparison and step, and where each m comes from."""

    m: dict[str, dict[int, float]]
    u: dict[str, dict[int, float]]
    learned: dict[str, str]
    prior: float = 0.0


def chance(
    comparisons: Sequence[Comparison],
    sampled: Mapping[str, Mapping[int, int]],
    exact: Mapping[str, Mapping[int, float]],
    pairs: float,
) -> dict[str, dict[int, float]]:
    """u of every step: exact where it is counted, else sampled; never zero, adding up to one."""
    found: dict[str, dict[int, float]] = {}
    for each in comparisons:
        counts = {s.value: sampled.get(each.name, {}).get(s.value, 0) for s in each.steps}
        total = sum(counts.values())
        shares = {
            s.value: (counts[s.value] + _CHANCE_WEIGHS * s.u) / (total + _CHANCE_WEIGHS)
            for s in each.steps
        }
        for step, share in exact.get(each.name, {}).items():
            judged = each.step(step).u
            shares[step] = (share * pairs + _CHANCE_WEIGHS * judged) / (pairs + _CHANCE_WEIGHS)
        last = each.steps[-1].value
        others = sum(share for step, share in shares.items() if step != last)
        shares[last] = max(_LEAST, 1.0 - others)
        found[each.name] = {step: max(_LEAST, share) for step, share in shares.items()}
    return found


def learn(
    engine: Engine,
    comparisons: tuple[Comparison, ...],
    patterns: Sequence[tuple[int, int, int]],
    sessions: Iterable[TrainingPass],
    u: dict[str, dict[int, float]],
    everyone: float,
) -> Weights:
    """m by Splink, session by session. ``patterns``: (mask, pattern, number of pairs).

    ``everyone``: how many pairs there are, compared or not.
    """
    judged = {c.name: {s.value: s.m for s in c.steps} for c in comparisons}
    gathered: dict[str, list[tuple[float, dict[int, float], str]]] = {
        c.name: [] for c in comparisons
    }
    for session in sessions:
        rows = _rows_of(session, comparisons, patterns, u, everyone)
        learned = tuple(
            c
            for at, c in enumerate(comparisons)
            if c.name not in session.fixed and len({steps[at] for steps, _ in rows} - {-1}) > 1
        )
        if not learned or sum(n for _, n in rows) < _FEWEST_MATCHES:
            continue
        matches, found = _expect(engine, learned, comparisons, rows, judged, u)
        if matches >= _FEWEST_MATCHES:
            for each in learned:
                gathered[each.name].append((matches, found[each.name], session.name))
    weights = Weights({}, u, {})
    for each in comparisons:
        sums = {step: _JUDGEMENT_WEIGHS * m for step, m in judged[each.name].items()}
        for matches, m, _ in gathered[each.name]:
            for step in sums:
                sums[step] += matches * m.get(step, 0.0)
        total = sum(sums.values())
        weights.m[each.name] = {step: max(_LEAST, share / total) for step, share in sums.items()}
        weights.learned[each.name] = (
            " and ".join(name for _, _, name in gathered[each.name]) or "judgement"
        )
    return weights


def _rows_of(
    session: TrainingPass,
    comparisons: tuple[Comparison, ...],
    patterns: Sequence[tuple[int, int, int]],
    u: Mapping[str, Mapping[int, float]],
    everyone: float,
) -> list[tuple[tuple[int, ...], int]]:
    counted: dict[tuple[int, ...], int] = {}
    for mask, pattern, n in patterns:
        if mask & session.bits:
            steps = unpacked(pattern, comparisons)
            counted[steps] = counted.get(steps, 0) + n
    if not session.rich:
        return sorted(counted.items())
    fixed = [(at, c.name) for at, c in enumerate(comparisons) if c.name in session.fixed]
    together: dict[tuple[int, ...], int] = {}
    for steps, n in counted.items():
        on = tuple(steps[at] for at, _ in fixed)
        together[on] = together.get(on, 0) + n
    rich = {
        on
        for on, n in together.items()
        if -1 not in on
        and n
        >= _RICH * everyone * np.prod([u[name][s] for (_, name), s in zip(fixed, on, strict=True)])
    }
    return sorted(
        (steps, n) for steps, n in counted.items() if tuple(steps[at] for at, _ in fixed) in rich
    )


def _expect(
    engine: Engine,
    learned: tuple[Comparison, ...],
    comparisons: tuple[Comparison, ...],
    rows: list[tuple[tuple[int, ...], int]],
    m: Mapping[str, Mapping[int, float]],
    u: Mapping[str, Mapping[int, float]],
) -> tuple[float, dict[str, dict[int, float]]]:
    """One session of Splink's EM: u fixed; gives the matches it found and their m.

    Splink counts rows, so that each pattern is there in proportion to its pairs: every k-th of
    the pairs in the order of their patterns (systematic sampling, no chance in it).

    Where a step runs to nothing, so that Splink refuses to go on, nothing was learned: no
    matches were found.
    """
    columns = [at for at, c in enumerate(comparisons) if c in learned]
    total = sum(n for _, n in rows)
    wanted = min(total, _LEARNED_FROM)
    ends = np.cumsum([n for _, n in rows])
    points = (np.arange(wanted) + 0.5) * (total / wanted)
    chosen = np.searchsorted(ends, points, side="right")
    table = {
        "unique_id": np.arange(1, wanted + 1),
        **{
            learned[i].name: np.array([steps[at] for steps, _ in rows], dtype=np.int64)[chosen]
            for i, at in enumerate(columns)
        },
    }
    linker = _linker(engine, learned, table, m, u, 0.05)
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(
            "l.pair = r.pair", estimate_without_term_frequencies=True, fix_u_probabilities=True,
            populate_probability_two_random_records_match_from_trained_values=True,
        )  # fmt: skip
    except ValueError as error:
        if _RUN_TO_NOTHING not in str(error):
            raise
        return 0.0, {}
    model = linker.misc.save_model_to_json()
    share = float(model["probability_two_random_records_match"])
    found = {}
    for each, said in zip(learned, model["comparisons"], strict=True):
        values = [level.get("m_probability", 0.0) for level in said["comparison_levels"][1:]]
        found[each.name] = {
            step.value: float(value) if isinstance(value, float) else 0.0
            for step, value in zip(each.steps, values, strict=True)
        }
    return share * total, found


def score(
    engine: Engine,
    comparisons: tuple[Comparison, ...],
    weights: Weights,
    patterns: Sequence[int],
) -> dict[int, float]:
    """Splink's probability of each pattern."""
    if not patterns:
        return {}
    table = {
        "unique_id": np.arange(1, len(patterns) + 1),
        **{
            c.name: np.array([unpacked(p, comparisons)[at] for p in patterns], dtype=np.int64)
            for at, c in enumerate(comparisons)
        },
    }
    linker = _linker(engine, comparisons, table, weights.m, weights.u, weights.prior)
    scored = linker.inference.predict(warning_mode="never").as_record_list()
    return {
        patterns[int(row["unique_id_l"]) - 1]: round(float(row["match_probability"]), 6)
        for row in scored
    }


def _linker(
    engine: Engine,
    comparisons: tuple[Comparison, ...],
    table: dict[str, Any],
    m: Mapping[str, Mapping[int, float]],
    u: Mapping[str, Mapping[int, float]],
    prior: float,
) -> Any:
    """A linker of pairs with nothing: each row is a pair, whose steps are already known.

    Splink compares records; here the left one of each two holds the steps of a whole pair and
    the right one holds none, so that what it learns and says is about the pair.
    """
    import pyarrow
    from splink import Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api, run = engine.splink(), next(_runs)
    number = len(table["unique_id"])
    table = table | {"pair": table["unique_id"]}
    none = np.full(number, -1, dtype=np.int64)
    nothing = {key: table[key] for key in ("unique_id", "pair")} | {
        c.name: none for c in comparisons
    }
    inputs = [
        api.register(pyarrow.table(table), dataset_display_name=f"a_pairs_{run}"),
        api.register(pyarrow.table(nothing), dataset_display_name=f"b_nothing_{run}"),
    ]
    settings = {
        "link_type": "link_only",
        "blocking_rules_to_generate_predictions": ["l.pair = r.pair"],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "em_convergence": 1e-5,
        "max_iterations": 100,
        "comparisons": [
            {
                "output_column_name": c.name,
                "comparison_levels": [
                    {
                        "sql_condition": f"{_larger(c.name)} = -1",
                        "label_for_charts": "not known",
                        "is_null_level": True,
                    },
                    *(
                        {
                            "sql_condition": f"{_larger(c.name)} = {step.value}"
                            if step is not c.steps[-1]
                            else "ELSE",
                            "label_for_charts": step.means,
                            "m_probability": m[c.name][step.value],
                            "u_probability": u[c.name][step.value],
                        }
                        for step in c.steps
                    ),
                ],
            }
            for c in comparisons
        ],
    }
    return Linker(inputs, settings, log_level=None, validate_settings=False)


def _larger(name: str) -> str:
    return f"case when {name}_l > {name}_r then {name}_l else {name}_r end"


def prior_of(
    comparisons: tuple[Comparison, ...],
    weights: Weights,
    patterns: Sequence[tuple[int, int]],
    all_pairs: float,
    rows: int,
) -> float:
    """The share of all pairs that are matches, such that the probabilities add up to it.

    Pairs that were not compared are taken as different. One match more is assumed, and as many
    pairs more as there are rows, so that a small set has a prior too.
    """
    ratios = np.array([
        np.prod([
            weights.m[c.name][step] / weights.u[c.name][step]
            for c, step in zip(comparisons, unpacked(pattern, comparisons), strict=True)
            if step != -1
        ])
        for pattern, _ in patterns
    ])  # fmt: skip
    counts = np.array([n for _, n in patterns], dtype=float)
    prior = 1.0 / max(rows, 2)
    for _ in range(200):
        odds = ratios * (prior / (1 - prior))
        expected = float((counts * (odds / (1 + odds))).sum()) if len(counts) else 0.0
        newer = min(0.5, (expected + 1) / (all_pairs + rows))
        if abs(newer - prior) <= 1e-9 * prior:
            break
        prior = newer
    return float(f"{prior:.9g}")


def without_matches(
    weights: Weights,
    u: Mapping[str, Mapping[int, float]],
    exact: Mapping[str, Mapping[int, float]],
) -> dict[str, dict[int, float]]:
    """u of the counted steps less the matches among those pairs, at least half of it."""
    found = {name: dict(steps) for name, steps in u.items()}
    for name, steps in exact.items():
        for step in steps:
            share = found[name][step]
            found[name][step] = max(share / 2, share - weights.prior * weights.m[name][step])
    return found


def model_of(
    settings: LinkingSettings,
    kind: str,
    comparisons: tuple[Comparison, ...],
    weights: Weights,
    versions: tuple[tuple[str, str], ...],
) -> Model:
    """The model, named by the digest of all that decides a probability."""
    steps = tuple(
        Level(
            c.name, step.value, step.means,
            float(f"{weights.m[c.name][step.value]:.9g}"),
            float(f"{weights.u[c.name][step.value]:.9g}"),
            weights.learned[c.name],
        )
        for c in comparisons for step in c.steps
    )  # fmt: skip
    told = {
        "kind": kind,
        "names": settings.names,
        "fields": [[f.name, f.how, f.block] for f in settings.fields],
        "largest_block": settings.largest_block,
        "most_pairs": settings.most_pairs,
        "within_datasets": settings.within_datasets,
        "seed": settings.seed,
        "prior": weights.prior,
        "levels": [[s.comparison, s.level, s.m, s.u] for s in steps],
        "versions": versions,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Model(digest, settings.seed, weights.prior, steps, versions)


def weights_of(model: Model) -> Weights:
    """The weights of an earlier run."""
    weights = Weights({}, {}, {}, model.prior)
    for level in model.levels:
        weights.m.setdefault(level.comparison, {})[level.level] = level.m
        weights.u.setdefault(level.comparison, {})[level.level] = level.u
        weights.learned[level.comparison] = level.learned
    return weights
