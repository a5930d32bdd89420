"""One table in, one answer out: an estimate with everything needed to doubt it, or a refusal.

The reported number is the latent class posterior median with its 95 % interval; log-linear
models stand beside it under their own names. A method that refuses is shown with its reason
and never replaced by another in silence.

Invariants: no number appears before the two questions are answered; the observed count is
given as a floor; the result is a function of table, answers, seed, settings and versions, all
of which it names.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import dataclass

import habeas
from habeas.estimation import resampling, searching, shaking
from habeas.estimation.checking import check
from habeas.estimation.classes import ClassSettings, LatentClass, estimate_classes
from habeas.estimation.comparing import INDEPENDENCE, compared, model_spread
from habeas.estimation.errors import BadSetting, Caution, EstimationError, Unanswered
from habeas.estimation.existence import closed
from habeas.estimation.fitting import Fit, fit, profile_interval
from habeas.estimation.reporting import as_fragment, as_json
from habeas.estimation.results import Answer, MethodResult
from habeas.estimation.tables import CaptureTable

ANSWERS = ("yes", "no", "unknown")
CLOSED = (
    "Closed population: did the same people make up the population during the whole time "
    "that the lists cover, so that anyone could have been listed throughout?"
)
REACHABLE = (
    "Everyone could have been listed: had each person, however small, some chance of being on "
    "at least one of the lists?"
)
LATENT_CLASS = "latent-class"
Progress = Callable[[str, int, int], None]

ASSUMES_CLASSES = (
    "People fall into a few groups; within a group, being on one list says nothing about being "
    "on another; and those on no list come from the same groups in the shares that the listed "
    "reveal. The data cannot test the last part."
)
ASSUMES_LOG_LINEAR = (
    "All dependence between lists is what the model's terms describe, and in particular the "
    "dependence of all lists together that cannot be seen is none. The data cannot test this."
)
ASSUMES_INDEPENDENCE = (
    "Being on one list says nothing about being on another. It is shown as a mark to compare "
    "with, and is seldom true."
)


@dataclass(frozen=True, slots=True)
class Estimate(Answer):
    """How many there were, as far as this table can say; as JSON, and as a notebook shows it."""

    def to_json(self) -> dict[str, object]:
        return as_json(self)

    def _repr_html_(self) -> str:
        return as_fragment(self)


def estimate(
    table: CaptureTable,
    *,
    closed_population: str = "",
    everyone_could_be_listed: str = "",
    seed: int = 20170401,
    settings: ClassSettings | None = None,
    resamples: int = 200,
    progress: Progress = lambda what, done, total: None,
) -> Estimate:
    """Estimate the population behind a capture table.

    The two questions (``CLOSED``, ``REACHABLE``) take "yes", "no" or "unknown"; without
    answers there is no number. Raises ``Refused`` where no method can answer, ``Unanswered``,
    ``BadSetting``.
    """
    answers = _answers(closed_population, everyone_could_be_listed)
    if not 20 <= resamples <= 100_000:
        raise BadSetting("There are 20 to 100,000 resamples.", next_step="The usual is 200.")
    if not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise BadSetting("The seed is a whole number from 0 up.", next_step="Give one.")
    cautions = [*_of_answers(answers), *check(table)]
    latent, classes = _latent_class(table, seed, settings, progress)
    methods = [latent, *_log_linear(table, seed, resamples, progress, cautions)]
    cautions += compared(methods, table.observed)
    reported = methods[0]
    search = resampling.by_stepwise
    progress("changes", 0, 1)
    curve: list[shaking.ShakenPoint] = []
    if reported.estimate is not None:
        curve = shaking.assumption_curve(
            table.observed, reported.estimate, reported.low, reported.high
        )
    stepwise_runs = len(table.lists) <= searching.MOST_LISTS_STEPWISE
    left_out = shaking.without_each_list(table, search) if stepwise_runs else []
    links = shaking.one_link(table, search) if stepwise_runs else []
    progress("changes", 1, 1)
    return Estimate(
        table=table,
        closed_population=answers[0],
        everyone_could_be_listed=answers[1],
        methods=tuple(methods),
        cautions=tuple(cautions),
        without_each_list=tuple(left_out),
        one_link=tuple(links),
        curve=tuple(curve),
        seed=seed,
        versions=_versions(),
        classes=classes,
    )


def _answers(closed_population: str, everyone: str) -> tuple[str, str]:
    given = (closed_population, everyone)
    for answer, question in zip(given, (CLOSED, REACHABLE), strict=True):
        if answer == "":
            raise Unanswered(question, next_step="Answer yes, no or unknown.")
        if answer not in ANSWERS:
            raise BadSetting(
                f"{str(answer)[:40]!r} answers no question.", next_step="Say yes, no or unknown."
            )
    return given


def _of_answers(answers: tuple[str, str]) -> list[Caution]:
    found = []
    if answers[0] != "yes":
        found.append(
            Caution(
                "population-not-closed",
                "The population is "
                + ("not closed" if answers[0] == "no" else "not known to be closed")
                + ": people came or went while the lists were made, and every method here assumes "
                "that no one did. Estimate shorter periods separately.",
            )
        )
    if answers[1] != "yes":
        found.append(
            Caution(
                "some-beyond-reach",
                ("Some people" if answers[1] == "no" else "Perhaps some people")
                + " could not have been on any list. No method sees them: read every number "
                "as one of those who could have been listed.",
            )
        )
    return found


def _latent_class(
    table: CaptureTable, seed: int, settings: ClassSettings | None, progress: Progress
) -> tuple[MethodResult, LatentClass | None]:
    title = "Latent classes (Manrique-Vallier 2016)"
    try:
        found = estimate_classes(
            table, seed, settings, lambda done, total: progress("chains", done, total)
        )
    except EstimationError as error:
        return _refused(LATENT_CLASS, title, ASSUMES_CLASSES, error), None
    diagnosis = found.diagnosis
    details = (
        ("rank R-hat", f"{diagnosis.rank_rhat:.4f}"),
        ("effective draws, bulk", f"{diagnosis.ess_bulk:,.0f}"),
        ("effective draws, tails", f"{diagnosis.ess_tail:,.0f}"),
        ("chain medians", ", ".join(f"{v:,.0f}" for v in diagnosis.quantiles[1].chain_values)),
        ("sweeps a chain", f"{found.sweeps:,}"),
        ("classes", str(found.settings.classes)),
        ("cap", "none" if found.settings.cap is None else f"{found.settings.cap:g} × observed"),
    )
    return MethodResult(
        LATENT_CLASS,
        title,
        ASSUMES_CLASSES,
        found.median,
        found.low,
        found.high,
        "95 % posterior interval",
        monte_carlo=tuple(q.monte_carlo_error for q in diagnosis.quantiles),
        details=details,
    ), found


def _log_linear(
    table: CaptureTable,
    seed: int,
    resamples: int,
    progress: Progress,
    cautions: list[Caution],
) -> list[MethodResult]:
    found = []
    if len(table.lists) <= searching.MOST_LISTS_ALL_MODELS:
        criteria: tuple[searching.Criterion, ...] = ("bic", "aic")
        for criterion in criteria:
            title = f"Log-linear, best of all models by {criterion.upper()}"
            key = f"log-linear-{criterion}"
            try:
                ranking = searching.rank(
                    table, criterion, progress=lambda done, total: progress("models", done, total)
                )
                search = resampling.by_ranking(ranking) if criterion == "bic" else None
                found.append(
                    _of_fit(key, title, table, ranking.best, search, seed, resamples, progress)
                )
                if criterion == "bic":
                    cautions += model_spread(ranking, searching.NEAR)
            except EstimationError as error:
                found.append(_refused(key, title, ASSUMES_LOG_LINEAR, error))
    plans: tuple[tuple[str, str, str, Callable[[], Fit]], ...] = (
        (
            "log-linear-stepwise",
            "Log-linear, pairs added step by step",
            ASSUMES_LOG_LINEAR,
            lambda: searching.stepwise(table),
        ),
        (
            INDEPENDENCE,
            "Lists independent",
            ASSUMES_INDEPENDENCE,
            lambda: _independence(table),
        ),
    )
    for key, title, assumption, make in plans:
        try:
            fitted = make()
            search = resampling.by_stepwise if key == "log-linear-stepwise" else None
            result = _of_fit(key, title, table, fitted, search, seed, resamples, progress)
            found.append(result)
        except EstimationError as error:
            found.append(_refused(key, title, assumption, error))
    return found


def _independence(table: CaptureTable) -> Fit:
    if len(table.lists) > searching.MOST_LISTS_STEPWISE:
        return searching.stepwise(table)  # refuses, with its reason
    return fit(table, closed((), len(table.lists)))


def _of_fit(
    key: str,
    title: str,
    table: CaptureTable,
    fitted: Fit,
    search: resampling.Search | None,
    seed: int,
    resamples: int,
    progress: Progress,
) -> MethodResult:
    low, high, _ = profile_interval(table, fitted)
    over_models, told = None, []
    if search is not None:
        try:
            over = resampling.bootstrap(
                table, search, seed, resamples, lambda d, t: progress("resampling", d, t)
            )
            over_models = (over.low, over.high)
            told.append(("resamples", f"{over.resamples} (no estimate: {over.failed})"))
        except EstimationError as error:
            told.append(("interval over models", f"none: {error.message}"))
    return MethodResult(
        key,
        title,
        ASSUMES_INDEPENDENCE if key == INDEPENDENCE else ASSUMES_LOG_LINEAR,
        fitted.estimate,
        low,
        high,
        "95 % profile likelihood, this model only",
        over_models=over_models,
        model=fitted.name,
        details=(
            ("standard error", f"{fitted.standard_error:,.1f}"),
            ("deviance", f"{fitted.deviance:.2f} on {fitted.degrees_of_freedom}"),
            ("AIC", f"{fitted.aic:.2f}"),
            ("BIC", f"{fitted.bic:.2f}"),
            *told,
        ),
    )


def _refused(key: str, title: str, assumption: str, error: EstimationError) -> MethodResult:
    return MethodResult(
        key, title, assumption, refusal=error.code, reason=error.message, next_step=error.next_step
    )


def _versions() -> tuple[tuple[str, str], ...]:
    packages = ("numpy", "scipy", "numba")
    found = [("habeas", habeas.__version__), ("python", platform.python_version())]
    return (*found, *((name, importlib.metadata.version(name)) for name in packages))
