"""consent withdraw, hold set and lift: what may not be shown any more, what may not be erased."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.cli import changed
from habeas.cli.foreseen import foreseen
from habeas.cli.marking import Marks
from habeas.cli.options import DryRunOption, PersonOption, UnsignedOption, YesOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import shown

AuthorityOption = Annotated[
    str, typer.Option(metavar="TEXT", help="By whose order, such as a court and its file number.")
]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why.", show_default=False)]
ExhibitArgument = Annotated[
    int, typer.Argument(metavar="POSITION", min=0, help="The entry of the exhibit.")
]


def withdraw(
    session: PersonSession,
    subject: Annotated[
        int, typer.Argument(metavar="POSITION", min=0, help="The person's mention, or the source.")
    ],
    reason: ReasonOption = "",
    as_: PersonOption = "",
    unsigned: UnsignedOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> None:
    """Record that a person withdraws their consent: from now on nothing of theirs is public.

    Nothing is erased by it; `habeas erase request consent` asks for that. It never waits for
    somebody who is not there: with --unsigned the installation alone records it.
    """
    if not dry_run:
        session.answerable(yes=yes)
    archive = session.open()
    if dry_run:
        changes = foreseen(archive, lambda batch: verbs.withdraw(batch, subject, reason))
        session.say("Nothing on this person's whole record would be public any more.")
        changed.tell(session, changes, "No figure of the team would change.")
        session.give({"subject": subject, "entry": None, "figures": changed.as_json(changes)})
        return
    session.confirm(
        f"Record that entry {subject} withdraws consent, on their whole record?",
        "Nothing was recorded.",
        yes=yes,
    )
    person = session.somebody(as_, alone=unsigned)
    with archive.writing(person) as batch:
        made = verbs.withdraw(batch, subject, reason).position
    session.say(f"Withdrawn, as entry {made}: nothing of this person is public any more.")
    session.say(
        f"To destroy what rests on it: habeas erase request consent {subject} --reason TEXT"
    )
    session.give({"subject": subject, "entry": made})


def set_hold(
    session: PersonSession,
    exhibit: ExhibitArgument,
    authority: AuthorityOption,
    reason: ReasonOption = "",
    as_: PersonOption = "",
    unsigned: UnsignedOption = False,
) -> None:
    """Place a legal hold: while it lasts the exhibit, and what rests on it, is not erased."""
    archive = session.open()
    person = session.somebody(as_, alone=unsigned)
    with archive.writing(person) as batch:
        made = verbs.hold(batch, exhibit, authority=authority, reason=reason).position
    session.say(f"Exhibit {exhibit} is held by {shown(authority)} (entry {made}).")
    session.give({"exhibit": exhibit, "entry": made, "state": "placed"})


def lift_hold(
    session: PersonSession,
    exhibit: ExhibitArgument,
    authority: AuthorityOption,
    reason: ReasonOption = "",
    as_: PersonOption = "",
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> None:
    """Lift the legal holds on an exhibit. A person signs it."""
    if not dry_run:
        session.answerable(yes=yes)
    archive = session.open()
    if dry_run:
        foreseen(
            archive, lambda batch: verbs.lift(batch, exhibit, authority=authority, reason=reason)
        )
        session.say(f"No hold would be on exhibit {exhibit} any more: it could be erased.")
        session.give({"exhibit": exhibit, "entry": None, "state": "lifted"})
        return
    session.confirm(f"Lift every hold on exhibit {exhibit}?", "The holds stay in place.", yes=yes)
    person = session.person(as_)
    with archive.writing(person) as batch:
        made = verbs.lift(batch, exhibit, authority=authority, reason=reason).position
    session.say(f"No hold is on exhibit {exhibit} any more (entry {made}).")
    session.give({"exhibit": exhibit, "entry": made, "state": "lifted"})


def list_holds(session: Session) -> None:
    """List the current legal holds."""
    session.open()
    found = list(live(visible(OWNER, m.Hold)).order_by("position"))
    marks = Marks(OWNER, {"hold": {hold.position for hold in found}})
    alike = marks.common(session, [("hold", hold.position) for hold in found])
    for hold in found:
        mark = marks.said("hold", hold.position, *alike)
        authority = shown(hold.authority)
        session.say(f"exhibit {hold.target}: {authority} (entry {hold.position}){mark}")
    if not found:
        session.say("No legal holds.")
    session.give(
        {
            "holds": [
                {
                    "exhibit": hold.target,
                    "authority": hold.authority,
                    "reason": hold.reason,
                    "entry": hold.position,
                    **marks.told("hold", hold.position),
                }
                for hold in found
            ]
        }
    )
