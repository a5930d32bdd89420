"""accept: the rows of a list may count in public, on a sample that is named; or what waits for it.

Shows which public figures change, and asks. A list whose pictures are known under another name is
refused unless it is said why that does not matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, gates, visible
from habeas.archive.awaiting import ImportedList, imported_lists, shown_on_pictures
from habeas.archive.errors import UnknownReference
from habeas.archive.ledger.appending import Batch
from habeas.cli import changed
from habeas.cli.foreseen import foreseen
from habeas.cli.options import DryRunOption, PersonOption, YesOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, several, shown
from habeas.exchange.samples import read_sample
from habeas.figures.changes.dependents import difference, snapshot


def accept(
    session: PersonSession,
    list_: Annotated[
        int | None,
        typer.Argument(metavar="LIST", min=0, help="A list, by its number.", show_default=False),
    ] = None,
    rows: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Which rows were checked.", show_default=False),
    ] = "",
    checked_by: Annotated[
        str, typer.Option(metavar="WHO", help="Who checked them.", show_default=False)
    ] = "",
    against: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What they were checked against.", show_default=False),
    ] = "",
    sample: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="The same as CSV, a line a part: rows, checked_by, against.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is recorded.", show_default=False)
    ] = "",
    despite: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Why it is accepted although a picture is known under another name.",
            show_default=False,
        ),
    ] = "",
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Accept a list, so that its rows count in public; without one, list what waits.

    Name the rows that were checked, by whom and against what. `habeas retract` takes it back.
    """
    archive = session.open()
    if list_ is None:
        _tell_waiting(session)
        return
    parts = read_sample(sample) if sample is not None else []
    if rows or checked_by or against:
        parts.append({"rows": rows, "checked_by": checked_by, "against": against})
    one = next((each for each in imported_lists(OWNER) if each.position == list_), None)
    if one is None:
        raise UnknownReference(
            f"Entry {list_} is not a list, or was retracted.",
            next_step="`habeas accept` lists them.",
        )

    def act(batch: Batch, why: str) -> int:
        return verbs.accept(batch, one.position, parts, why, despite=despite).position

    before = snapshot(archive, PUBLIC)
    changes = foreseen(archive, lambda batch: act(batch, reason or "A trial."), PUBLIC)
    session.say(f"List {one.position}, {shown(one.name)}: {_size(one)}.")
    listed = set(
        visible(OWNER, m.Claim)
        .filter(list=one.position, property=gates.DEPICTS)
        .values_list("position", flat=True)
    )
    pictures = [each for each in shown_on_pictures(OWNER) if each.claim in listed]
    if pictures:
        unseen = sum(not each.counts for each in pictures)
        session.say(
            f"It says of {several(len(pictures), 'picture')} whom it shows; {unseen:,} of these "
            "no one has confirmed: they stay closed."
        )
    for part in parts:
        session.say(
            f"Checked: {shown(part['rows'])}, by {shown(part['checked_by'])}, against "
            f"{shown(part['against'])}."
        )
    session.say("For the public:")
    changed.tell(session, changes, "No public figure would change.")
    told = {"list": one.position, "sample": parts, "pictures": [each.claim for each in pictures]}
    if dry_run:
        session.give({"acceptance": None, **told, "figures": changed.as_json(changes)})
        return
    if not reason.strip():
        raise typer.BadParameter("give a reason: --reason TEXT; it is recorded")
    session.answerable(yes=yes)
    person = session.person(as_)
    session.confirm("Accept it?", "Nothing was accepted.", yes=yes)
    with archive.writing(person) as batch:
        made = act(batch, reason)
    changes = difference(before, snapshot(archive, PUBLIC))
    session.say(f"Accepted: list {one.position}, by entry {made}.")
    session.say(f"`habeas retract {made}` would take the acceptance back.")
    session.give({"acceptance": made, **told, "figures": changed.as_json(changes)})


def _size(one: ImportedList) -> str:
    return f"{several(one.claims, 'claim')} about {several(one.records, 'record')}"


def _tell_waiting(speaker: Speaker) -> None:
    """The lists, and the pictures of which nobody has said whom they show."""
    lists, pictures = imported_lists(OWNER), shown_on_pictures(OWNER, waiting_only=True)
    waiting = [each for each in lists if each.acceptance is None]
    for each in lists:
        state = f"accepted at entry {each.acceptance}"
        if each.acceptance is None:
            state = "waits; not public" if each.binds else "not accepted; older than the policy"
        speaker.say(f"#{each.position} {shown(each.name)}: {_size(each)}; {state}")
    for one in pictures:
        speaker.say(
            f"#{one.claim} {shown(one.caption)}: no one has confirmed that it shows "
            f"{shown(one.whom_caption)}"
        )
    if not (waiting or pictures):
        speaker.say("Nothing waits.")
    speaker.give(
        {"lists": [_told(each) for each in lists], "pictures": [p.claim for p in pictures]}
    )


def _told(each: ImportedList) -> dict[str, Any]:
    return {
        "list": each.position,
        "name": each.name,
        "claims": each.claims,
        "records": each.records,
        "binds": each.binds,
        "acceptance": each.acceptance,
        "sample": [
            {"rows": part.rows, "checked_by": part.checked_by, "against": part.against}
            for part in each.sample
        ],
    }
