"""An estimate as JSON, as text, and as one HTML page that needs nothing else.

Invariants: every form names the floor, the assumption, the answers to the two questions, every
method with its number or its refusal, cautions, seed, versions and the table's digest; text
from the table is escaped; the page loads nothing.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from habeas.estimation.combining import over_strata
from habeas.estimation.drawing import specifications, svg
from habeas.estimation.results import Answer, MethodResult
from habeas.estimation.shaking import Shaken

FORMAT = "habeas/estimate/1"
_CAPTIONS = {
    "overlaps": "Counted: people on each combination of lists",
    "methods": "Estimated: the methods beside each other; the grey rule is the observed count",
    "posterior": "Estimated: the whole population, by chain",
    "trace": "The chains as they ran",
    "assumption": "Estimated: if the assumption that cannot be tested is off by a factor",
}
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1917}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .75rem;text-align:left;"
    "border-bottom:1px solid #d6d3d1;vertical-align:top}td.n{text-align:right;white-space:nowrap}"
    "figure{margin:1.5rem 0;overflow-x:auto}figcaption{color:#57534e}"
)


def as_json(estimate: Answer) -> dict[str, Any]:
    """Everything, as plain data; floats are finite."""
    table = estimate.table
    return {
        "format": FORMAT,
        "kind": "estimated",
        "sentence": estimate.sentence,
        "floor": estimate.floor,
        "unit": table.unit,
        "refused": estimate.refused,
        "table": {
            "digest": table.digest,
            "lists": list(table.lists),
            "cells": {table.pattern(mask): count for mask, count in table.counts},
            "impossible": sorted(table.pattern(mask) for mask in table.impossible),
            "on_several_lists": table.on_several,
        },
        "answers": {
            "closed_population": estimate.closed_population,
            "everyone_could_be_listed": estimate.everyone_could_be_listed,
        },
        "methods": [_method(each) for each in estimate.methods],
        "cautions": [{"code": c.code, "sentence": c.sentence} for c in estimate.cautions],
        "without_each_list": [_shaken(each) for each in estimate.without_each_list],
        "one_link": [_shaken(each) for each in estimate.one_link],
        "assumption_curve": [
            {"factor": p.factor, "estimate": p.estimate, "low": p.low, "high": p.high}
            for p in estimate.curve
        ],
        "seed": estimate.seed,
        "versions": dict(estimate.versions),
    }


def _method(said: MethodResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": said.key,
        "title": said.title,
        "assumption": said.assumption,
        "estimate": said.estimate,
        "interval_95": None if said.low is None else [said.low, said.high],
        "interval": said.interval,
        "interval_95_over_models": None if said.over_models is None else list(said.over_models),
        "model": said.model,
        "details": dict(said.details),
    }
    if said.monte_carlo:
        found["monte_carlo_error"] = dict(
            zip(("low", "estimate", "high"), said.monte_carlo, strict=True)
        )
    if said.refusal:
        found["refusal"] = {
            "code": said.refusal,
            "reason": said.reason,
            "next_step": said.next_step,
        }
    return found


def _shaken(each: Shaken) -> dict[str, Any]:
    return {
        "change": each.change,
        "observed": each.observed,
        "estimate": each.estimate,
        "reason": each.reason,
    }


def number(value: float | None) -> str:
    return "–" if value is None or not math.isfinite(value) else f"{value:,.0f}"


def method_rows(estimate: Answer) -> list[list[str]]:
    """Method, estimate, interval, interval over models, model; the head first."""
    rows = [["method", "estimate", "95 % interval", "over models", "model"]]
    for m in estimate.methods:
        if m.estimate is None:
            rows.append([m.title, "refused", m.refusal, "", ""])
            continue
        high = "no upper end" if m.high is None else number(m.high)
        over = "" if m.over_models is None else " to ".join(map(number, m.over_models))
        rows.append([m.title, number(m.estimate), f"{number(m.low)} to {high}", over, m.model])
    return rows


def largest_moves(estimate: Answer, most: int = 5) -> list[Shaken]:
    """The single matches on which the stepwise estimate hangs most."""
    base = estimate.method("log-linear-stepwise").estimate
    if base is None:
        return []
    moved = [each for each in estimate.one_link if each.estimate is not None]
    return sorted(moved, key=lambda each: -abs((each.estimate or 0.0) - base))[:most]


def as_text(estimate: Answer) -> list[str]:
    """The paragraphs that stand around the table of methods."""
    said = estimate.reported
    lines = [estimate.sentence]
    if said.monte_carlo:
        errors = ", ".join(f"{e:,.1f}" for e in said.monte_carlo)
        lines.append(f"Monte Carlo errors of low, estimate, high: {errors}.")
    lines.append(f"It assumes: {said.assumption}")
    lines.append(
        f"You answered: population closed: {estimate.closed_population}; everyone could have "
        f"been listed: {estimate.everyone_could_be_listed}."
    )
    lines += [f"Caution: {caution.sentence} [{caution.code}]" for caution in estimate.cautions]
    return lines


def provenance(estimate: Answer) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in estimate.versions)
    return f"Seed {estimate.seed}. Table {estimate.table.digest}. {versions}."


def as_fragment(estimate: Answer, *, plots: bool = False) -> str:
    """The report as HTML without a page around it; what a notebook shows."""
    first, *rest = as_text(estimate)
    parts = [f"<p><strong>{_e(first)}</strong></p>"]
    parts += [f"<p>{_e(line)}</p>" for line in rest]
    parts.append(_html_table(method_rows(estimate), numbers=(1, 2, 3)))
    for m in estimate.methods:
        if m.refusal:
            parts.append(f"<p>{_e(m.title)}: {_e(m.reason)} {_e(m.next_step)}</p>")
    if plots:
        for name, spec in specifications(estimate).items():
            caption = _CAPTIONS[name]
            parts.append(f"<figure>{svg(spec)}<figcaption>{_e(caption)}</figcaption></figure>")
    if estimate.without_each_list:
        parts.append("<h2>Without each list (stepwise log-linear)</h2>")
        parts.append(_html_table(shaken_rows(estimate.without_each_list), numbers=(1, 2)))
    moves = largest_moves(estimate)
    if moves:
        parts.append("<h2>One match more or less (stepwise log-linear), largest moves</h2>")
        parts.append(_html_table(shaken_rows(moves), numbers=(1, 2)))
    if estimate.curve:
        parts.append("<h2>If the assumption is off by a factor</h2>")
        rows = [["never listed ×", "estimate", "low", "high"]]
        rows += [
            [f"{p.factor:.2f}", number(p.estimate), number(p.low), number(p.high)]
            for p in estimate.curve
        ]
        parts.append(_html_table(rows, numbers=(0, 1, 2, 3)))
    parts.append(_details(estimate))
    parts.append(f"<p><small>{_e(provenance(estimate))}</small></p>")
    return "\n".join(parts)


def as_page(estimate: Answer, title: str) -> str:
    """One HTML file with its plots inside."""
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width">'
        "<meta http-equiv=Content-Security-Policy "
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{_e(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{_e(title)}: estimated</h1>\n{as_fragment(estimate, plots=True)}\n</body></html>\n"
    )


def shaken_rows(changes: Sequence[Shaken]) -> list[list[str]]:
    rows = [["change", "observed", "estimate"]]
    for each in changes:
        value = number(each.estimate) if each.estimate is not None else f"none: {each.reason}"
        rows.append([each.change, number(each.observed), value])
    return rows


def total_of_strata(found: Mapping[str, object], seed: int) -> dict[str, Any]:
    """The total over strata, draw by draw; refused where one stratum has no number."""
    draws, floor, missing = [], 0, []
    for stratum, each in found.items():
        if isinstance(each, Answer):
            floor += each.floor
        if isinstance(each, Answer) and each.classes is not None:
            draws.append(each.classes.draws)
        else:
            missing.append(stratum)
    if missing:
        return {
            "sentence": f"No total: no estimate for {', '.join(missing)}.",
            "refused": True,
            "missing": missing,
        }
    low, middle, high = map(float, np.quantile(over_strata(draws, seed), (0.025, 0.5, 0.975)))
    return {
        "sentence": f"All strata: at least {floor:,}; about {middle:,.0f} in all, {low:,.0f} to "
        f"{high:,.0f}, added draw by draw, strata taken as independent.",
        "refused": False,
        "floor": floor,
        "estimate": middle,
        "interval_95": [low, high],
    }


def _details(estimate: Answer) -> str:
    rows = [["method", "", ""]]
    rows += [[m.title, name, value] for m in estimate.methods for name, value in m.details]
    return f"<details><summary>Details of the fits</summary>{_html_table(rows)}</details>"


def _html_table(rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    head, *body = rows
    lines = ["<table><tr>", *(f"<th>{_e(cell)}</th>" for cell in head), "</tr>"]
    for row in body:
        lines.append("<tr>")
        for at, cell in enumerate(row):
            lines.append(
                f"<td class=n>{_e(cell)}</td>" if at in numbers else f"<td>{_e(cell)}</td>"
            )
        lines.append("</tr>")
    lines.append("</table>")
    return "".join(lines)


def _e(text: str) -> str:
    return html.escape(text)
