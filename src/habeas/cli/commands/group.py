"""group: claims about a person are of one detention of theirs: tried, then asked, then done."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import UnknownReference
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import Marking
from habeas.cli import changed
from habeas.cli.foreseen import foreseen
from habeas.cli.options import DryRunOption, PersonOption, YesOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import several, shown
from habeas.figures.changes.dependents import difference, snapshot

DETENTION = "detention"


def group(
    session: PersonSession,
    claims: Annotated[
        list[int], typer.Argument(metavar="CLAIM", min=0, help="Claims about one person.")
    ],
    into: Annotated[
        int | None,
        typer.Option("--in", metavar="DETENTION", min=0, help="A detention.", show_default=False),
    ] = None,
    new: Annotated[
        str,
        typer.Option(metavar="CAPTION", help="A new detention, so called.", show_default=False),
    ] = "",
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is recorded.", show_default=False)
    ] = "",
    handling: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Who may read the grouping, and a new detention: public, team, restricted or "
            "sealed. Neither is more open than the person.",
        ),
    ] = "team",
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Group claims about a person into one detention of theirs.

    Shows which figures change, and asks. No claim is copied or changed; `habeas retract` takes the
    grouping back. A claim that is in no grouping is read as one possible detention.
    """
    if (into is None) is not bool(new):
        raise typer.BadParameter("give either a detention with --in or a caption with --new")
    archive = session.open()
    marking = Marking(handling=handling)

    def act(batch: Batch, why: str) -> tuple[int | Ref, Ref]:
        episode: int | Ref | None = into
        if episode is None:
            episode = verbs.mention(batch, DETENTION, new, of=_person(claims), marking=marking)
        return episode, verbs.group(batch, episode, claims, why, marking=marking)

    before = snapshot(archive, OWNER)
    changes = foreseen(archive, lambda batch: act(batch, reason or "A trial."))
    where = f"detention {into}" if into is not None else f"a new detention, {shown(new)}"
    session.say(f"{several(len(claims), 'claim')} would be of {where}.")
    changed.tell(session, changes, "No figure would change.")
    if dry_run:
        told = {"grouping": None, "detention": into, "claims": claims}
        session.give({**told, "figures": changed.as_json(changes)})
        return
    if not reason.strip():
        raise typer.BadParameter("give a reason: --reason TEXT; it is recorded")
    session.answerable(yes=yes)
    person = session.person(as_)
    session.confirm("Group them?", "Nothing was grouped.", yes=yes)
    with archive.writing(person) as batch:
        episode, made = act(batch, reason)
    changes = difference(before, snapshot(archive, OWNER))
    position = episode if isinstance(episode, int) else episode.position
    session.say(f"Grouped in detention {position}, by entry {made.position}.")
    told = {"grouping": made.position, "detention": position, "claims": claims}
    session.give({**told, "figures": changed.as_json(changes)})


def _person(claims: list[int]) -> int:
    """The mention that the first of the claims is about."""
    claim = visible(OWNER, m.Claim).filter(position=claims[0]).first()
    if claim is None:
        raise UnknownReference(
            f"Entry {claims[0]} is not a claim.", next_step="`habeas why RECORD` numbers claims."
        )
    return claim.subject
