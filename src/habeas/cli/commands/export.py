"""export: tables of the archive as a file for statisticians, with a codebook beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.access import Viewer
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import EntryRefused
from habeas.cli.opening import placed
from habeas.cli.options import PersonOption
from habeas.cli.purposes import PurposeOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, several, shown
from habeas.exchange.bundling.choosing import viewer_of
from habeas.exchange.exporting import writing
from habeas.exchange.exporting.left_out import LeftOut, as_json, left_out
from habeas.exchange.exporting.writing import Exported

_WHAT = ("claims", "records", "sources", "citations", "observations", "figure", "all")


def export(
    session: PersonSession,
    what: Annotated[str, typer.Argument(metavar="WHAT", help=f"{', '.join(_WHAT)}.")],
    to: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="Where to write it; ends with .csv, .parquet, .sqlite or .jsonl, of observations "
            "also with .geojson (STAC).",
        ),
    ],
    key: Annotated[
        str, typer.Argument(metavar="[KEY]", help="The figure's key.", show_default=False)
    ] = "",
    level: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Nothing handled more strictly goes out: public, team, restricted, sealed.",
        ),
    ] = "public",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    purpose: PurposeOption = "",
    as_: PersonOption = "",
) -> None:
    """Write claims, records, sources or observations as tables.

    One row each, with a codebook beside them.

    Above public it needs --purpose, signed, and is recorded before the file is there. What is
    public is recorded where a purpose is given, so that a retraction lists it. Every row carries
    handling and consent. In CSV, what a spreadsheet would take for a formula begins with an
    apostrophe; the other forms are exact.
    """
    if what not in _WHAT:
        raise typer.BadParameter(f"no table named {what!r}; use one of {', '.join(_WHAT)}")
    if (what == "figure") != bool(key):
        raise typer.BadParameter("a figure is named by its key: habeas export figure KEY")

    archive = session.open()
    asked = writing.ExportRequest(
        viewer=_viewer(level),
        kinds=writing.ALL if what == "all" else (what,),
        to=placed(to),
        figure=key,
        purpose=purpose,
        force=force,
    )
    writing.check(asked, archive.directory)
    person = None
    if asked.recorded:
        person = session.person(as_)
    with session.progress() as progress:
        done = writing.export(archive, asked, person, progress)
    missing = list(left_out(done, level))
    _tell(session, level, done, missing)
    session.give(
        {
            "files": [str(path) for path in done.files],
            "rows": done.rows,
            "left_out": as_json(missing),
            "level": level,
            "strictest": done.strictest,
            "not_agreed": done.not_agreed,
            "formulas_neutralised": done.neutralised,
            "undated": done.undated,
            "digest": done.digest,
            "size": done.size,
            "entry": done.entry,
        }
    )


def _viewer(level: str) -> Viewer:
    """Somebody who may read everything up to a level, and nothing above."""
    if level not in LEVELS:
        raise EntryRefused(
            f"No handling level named {level!r}.",
            next_step=f"Use one of: {', '.join(LEVELS)}.",
        )
    found = viewer_of(level)
    return found if level == "public" else replace(found, name=f"a reader up to {level}")


def _tell(speaker: Speaker, level: str, done: Exported, missing: Sequence[LeftOut]) -> None:
    lacking = {one.kind: one for one in missing}
    for kind, rows in done.rows.items():
        if kind not in lacking:
            speaker.say(f"{kind}: {several(rows, 'row')}")
            continue
        one = lacking[kind]
        single = one.rows == 1
        why = f"{'is' if single else 'are'} handled above {level}"
        if one.waits:
            why += (
                f", or {'waits' if single else 'wait'} for an acceptance, a confirmation or the "
                "consent of someone"
            )
        speaker.say(
            f"{kind}: {rows:,} of {several(one.of, 'row')}: {one.rows:,} {why}. "
            f"`--level {one.level} --purpose …` writes {'it' if single else 'them'}."
        )
    speaker.say(
        f"As of {done.size:,} entries, for readers of what is {level} at most; SHA-256 "
        f"{done.digest}"
    )
    for path in done.files:
        speaker.say(f"  {shown(str(path))}")
    if done.neutralised:
        speaker.note(
            f"{several(done.neutralised, 'text')} could be taken for a formula by a spreadsheet; "
            "an apostrophe was put before it. Parquet, SQLite and JSON lines are exact."
        )
    if done.undated:
        speaker.note(
            f"{several(done.undated, 'observation')} of no stated time, or of one with an open "
            "end: STAC has no item without. Another form of the file has them."
        )
    if done.entry is not None:
        speaker.note(f"Recorded with its purpose at entry {done.entry}.")
        held = f"It holds what is {done.strictest}"
        if done.not_agreed:
            held += f", and in {several(done.not_agreed, 'row')} someone who has not agreed to "
            held += "publication"
        speaker.note(f"{held}. Keep it as you keep the exhibits; an erasure does not reach it.")
