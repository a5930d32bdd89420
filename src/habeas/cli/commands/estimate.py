"""estimate: how many were never documented, from a table of overlapping lists."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.cli.endings import OK, REFUSED
from habeas.cli.speaking import Speaker, asked, shown
from habeas.estimation import ClassSettings, Estimate, prior_sensitivity, read_csv
from habeas.estimation import estimate as estimated
from habeas.estimation.errors import BadSetting, BadTable, Refused, Unanswered
from habeas.estimation.estimating import CLOSED, REACHABLE
from habeas.estimation.priors import PriorPoint
from habeas.estimation.reporting import (
    as_page,
    as_text,
    largest_moves,
    method_rows,
    number,
    provenance,
    shaken_rows,
    total_of_strata,
)

LARGEST_FILE = 64 * 2**20  # bytes


def estimate(
    speaker: Speaker,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE.csv",
            exists=True,
            dir_okay=False,
            help="A column a list with 0 or 1, and `count` or `person`; perhaps `stratum`.",
        ),
    ],
    closed_population: Annotated[
        str,
        typer.Option(
            metavar="ANSWER",
            show_default=False,
            help="Were the same people there all the time? yes, no or unknown.",
        ),
    ] = "",
    everyone_could_be_listed: Annotated[
        str,
        typer.Option(
            metavar="ANSWER",
            show_default=False,
            help="Had everyone some chance of being on a list? yes, no or unknown.",
        ),
    ] = "",
    unit: Annotated[str, typer.Option(help="What is counted.")] = "person",
    seed: Annotated[int, typer.Option(min=0, help="Where the random numbers start.")] = 20170401,
    resamples: Annotated[int, typer.Option(min=20, help="Bootstrap tables.")] = 200,
    classes: Annotated[int, typer.Option(min=1, max=100, help="Latent classes, at most.")] = 10,
    cap: Annotated[
        float | None,
        typer.Option(help="At most so many unobserved for each observed.", show_default="none"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write an HTML page with plots.", show_default=False),
    ] = None,
    priors: Annotated[
        bool,
        typer.Option("--priors", help="Also with other numbers of classes and other priors."),
    ] = False,
) -> int:
    """Estimate how many were never documented.

    From how lists overlap; needs no archive. Says a number with what it rests on, or refuses
    and says why. Two questions about the lists must be answered first.
    """
    if report is not None and not report.absolute().parent.is_dir():
        raise BadSetting(
            f"The directory for {report} does not exist.", next_step="Create it first."
        )
    tables = read_csv(_text(table), unit=unit)

    answers = {
        "closed_population": _answer(speaker, CLOSED, closed_population, "closed-population"),
        "everyone_could_be_listed": _answer(
            speaker, REACHABLE, everyone_could_be_listed, "everyone-could-be-listed"
        ),
    }
    settings = ClassSettings(classes=classes, cap=cap)
    found: dict[str, Estimate | Refused] = {}
    moved: dict[str, list[PriorPoint]] = {}
    with speaker.progress() as progress:
        for stratum, each in tables.items():
            try:
                found[stratum] = estimated(
                    each,
                    seed=seed,
                    settings=settings,
                    resamples=resamples,
                    progress=progress,
                    **answers,
                )
                if priors:
                    moved[stratum] = prior_sensitivity(
                        each, seed, settings, lambda done, total: progress("priors", done, total)
                    )
            except Refused as error:
                if len(tables) == 1:
                    raise
                found[stratum] = error
    return _told(speaker, found, moved, report, table.name, seed)


def _text(table: Path) -> str:
    if table.stat().st_size > LARGEST_FILE:
        raise BadTable(
            f"{table} is larger than {LARGEST_FILE // 2**20} MiB.",
            next_step="Give counts by combination instead of a row a person.",
        )
    try:
        return table.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise BadTable(f"{table} is not UTF-8.", next_step="Save the file as UTF-8.") from None


def _answer(speaker: Speaker, question: str, given: str, option: str) -> str:
    if given:
        return given
    if speaker.json or not sys.stdin.isatty():
        raise Unanswered(question, next_step=f"Answer with --{option} yes, no or unknown.")

    speaker.note(question)
    return asked("yes, no or unknown").strip()


def _told(
    speaker: Speaker,
    found: dict[str, Any],
    moved: dict[str, list[PriorPoint]],
    report: Path | None,
    title: str,
    seed: int,
) -> int:
    for stratum, each in found.items():
        if stratum:
            speaker.say(f"Stratum {stratum}")
        _say(speaker, each)
        if stratum in moved:
            speaker.say("Latent classes under other settings (points to 1 %):")
            speaker.table(_prior_rows(moved[stratum]), indent="  ")
    total = total_of_strata(found, seed) if len(found) > 1 else None
    if total is not None:
        speaker.say(str(total["sentence"]))
    if report is not None:
        pages = [
            as_page(each, f"{title} {stratum}".strip())
            for stratum, each in found.items()
            if not isinstance(each, Exception)
        ]
        report.write_text("\n".join(pages), encoding="utf-8")
        speaker.note(f"The report is in {report}.")
    documents = {
        stratum: _document(each)
        | ({"priors": [asdict(p) for p in moved[stratum]]} if stratum in moved else {})
        for stratum, each in found.items()
    }
    speaker.give(
        documents[""] if list(documents) == [""] else {"strata": documents, "total": total}
    )
    refused = [each for each in found.values() if isinstance(each, Exception) or each.refused]
    return REFUSED if refused else OK


def _say(speaker: Speaker, each: Any) -> None:
    if isinstance(each, Exception):
        speaker.say(str(each))
        speaker.say()
        return
    for line in as_text(each):
        speaker.say(shown(line))
    speaker.say()
    speaker.table(method_rows(each), indent="  ")
    if each.without_each_list:
        speaker.say("Without each list (stepwise log-linear):")
        speaker.table(shaken_rows(each.without_each_list), indent="  ")
    moves = largest_moves(each)
    if moves:
        speaker.say("One match more or less (stepwise log-linear), largest moves:")
        speaker.table(shaken_rows(moves), indent="  ")
    speaker.say(provenance(each))
    speaker.say()


def _prior_rows(points: list[PriorPoint]) -> list[list[str]]:
    rows = [["setting", "estimate", "95 % interval"]]
    for p in points:
        interval = p.reason if p.median is None else f"{number(p.low)} to {number(p.high)}"
        rows.append([p.change, "none" if p.median is None else number(p.median), interval])
    return rows


def _document(each: Any) -> dict[str, Any]:
    if isinstance(each, Exception):
        return {"refused": True, "refusal": {"code": each.code, "reason": each.message}}  # type: ignore[attr-defined]
    document: dict[str, Any] = each.to_json()
    return document
