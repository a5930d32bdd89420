"""policy gate: what lists and pictures must have before they are public, shown or set."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, gates, visible
from habeas.archive.access.gates import GateRules
from habeas.cli.options import PersonOption, YesOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker


def gate(
    session: PersonSession,
    acceptance: Annotated[
        bool | None,
        typer.Option(
            "--acceptance / --no-acceptance",
            help="Whether the rows of a list that comes in wait for its acceptance.",
            show_default=False,
        ),
    ] = None,
    another: Annotated[
        bool | None,
        typer.Option(
            "--another / --anyone",
            help="Whether only someone other than who claimed it confirms whom a picture shows.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is recorded.", show_default=False)
    ] = "",
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Show or set what is asked before lists and pictures are public.

    It binds what comes in from then on. What came in before keeps what was asked of it then, so
    a laxer policy opens nothing.
    """
    archive = session.open()
    now = gates.policy_at()
    if acceptance is None and another is None:
        row = visible(OWNER, m.GatePolicy).order_by("-position").first()
        if row is None:
            session.say("This archive has no policy: its lists are public without an acceptance.")
            session.say("Record one: habeas policy gate --acceptance --another --reason …")
        else:
            session.say(f"In force since entry {row.position}:")
            _tell(session, now)
        session.give({"entry": None if row is None else row.position, **now.fields()})
        return
    wanted = GateRules(
        now.acceptance if acceptance is None else acceptance,
        now.another_person if another is None else another,
    )
    _tell(session, wanted)
    if not reason.strip():
        raise typer.BadParameter("give a reason: --reason TEXT; it is recorded")
    session.answerable(yes=yes)
    person = session.person(as_)
    session.confirm("Make it the policy?", "The policy stays.", yes=yes)
    with archive.writing(person) as batch:
        made = verbs.gate_policy(batch, wanted, reason).position
    session.say(f"In force from entry {made} on.")
    session.give({"entry": made, **wanted.fields()})


def _tell(speaker: Speaker, policy: GateRules) -> None:
    speaker.say(
        "  The rows of a list that comes in are not public before someone accepted it."
        if policy.acceptance
        else "  The rows of a list that comes in are public without an acceptance."
    )
    speaker.say(
        "  Whom a picture shows is confirmed by someone other than who claimed it."
        if policy.another_person
        else "  Whom a picture shows may be confirmed by whoever claimed it."
    )
