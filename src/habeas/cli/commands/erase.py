"""erase request, approve, list: what would go is shown first; two people sign the same list.

What a plan says is in ``cli.erasure_plan``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from habeas.archive import verbs
from habeas.archive.erasing.carrying_out import planned
from habeas.archive.erasing.decisions import (
    approve_erasure,
    refuse_held,
    refuse_naming,
    request_erasure,
)
from habeas.archive.erasing.planning import ErasurePlan, plan
from habeas.archive.erasing.requests import listed
from habeas.archive.ledger.committed_entries import entry_id_at
from habeas.archive.projection.trusted_people import so_far
from habeas.archive.verbs.blocking import block, is_blocked
from habeas.cli.erasure_plan import as_json, describe, entries, foreseen, limits
from habeas.cli.options import DryRunOption, PersonOption, YesOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import several
from habeas.cli.trusting import tell_ages, tell_too_young


def request(
    session: PersonSession,
    kind: Annotated[str, typer.Argument(metavar="exhibit|claim|consent", help="What to erase.")],
    target: Annotated[
        list[int],
        typer.Argument(
            metavar="POSITION…",
            help="Of exhibits, of claims, or of the person's mention or source.",
        ),
    ],
    basis: Annotated[
        str,
        typer.Option(metavar="WORD", help="withdrawn, ordered, endangering or mistaken."),
    ] = "withdrawn",
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="The reason, naming no one: it can never be erased.",
            show_default=False,
        ),
    ] = "",
    keep: Annotated[
        list[int] | None,
        typer.Option(
            "--keep",
            metavar="POSITION",
            help="A derived exhibit that stays, such as a redacted copy.",
            show_default=False,
        ),
    ] = None,
    also: Annotated[
        list[int] | None,
        typer.Option(
            "--also",
            metavar="EXHIBIT",
            help="An exhibit to take along, because it holds the same.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Ask for an erasure: shows exactly what would go, and signs that list.

    `consent` means all that rests on one person's consent: it also records that they withdraw,
    and blocks the exhibits in which they speak among others. Nothing is destroyed before a
    second person approves and somebody carries it out.
    """
    archive = session.open()
    what = plan(archive, kind, target, keep or (), also or ())
    changes = foreseen(archive, what)
    describe(session, what, changes)
    if dry_run:
        session.give({"requested": None, **as_json(what, changes)})
        return
    refuse_held(what)
    refuse_naming(what, reason)
    session.answerable(yes=yes)
    person = session.person(as_)
    limits(session)
    session.confirm("Ask that this be erased?", "Nothing was asked for.", yes=yes)
    with archive.writing(person) as batch:
        if kind == "consent":
            _withdraw(batch, target, what)
            batch.flush()
            what = plan(archive, kind, target, keep or (), also or ())
        made = request_erasure(batch, what, basis, reason).position
    session.say(f"Requested, as entry {made}: {entries(what)}. Nothing is erased yet.")
    if not tell_too_young(session, archive, made):
        session.say(f"Another person now approves it: habeas erase approve {made} --as …")
    session.give({"requested": made, **as_json(what, changes)})


def _withdraw(batch: Any, subjects: Sequence[int], what: ErasurePlan) -> None:
    """The withdrawal is recorded, and what the person shares with others is blocked at once."""
    for subject in subjects:
        verbs.withdraw(batch, subject)
    for exhibit in what.others:
        if not is_blocked(exhibit):
            block(batch, exhibit, "Someone who speaks in it withdrew.")


def approve(
    session: PersonSession,
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry, as `erase list` shows it.")
    ],
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Approve another person's request. Shows first what would go, and how old both keys are."""
    archive = session.open()
    what = planned(archive, request)
    changes = foreseen(archive, what)
    describe(session, what, changes)
    if dry_run:
        session.give({"approved": None, "request": request, **as_json(what, changes)})
        return
    session.answerable(yes=yes)
    person = session.person(as_)
    asked = so_far(archive.origin).requests.get(entry_id_at(request))
    if asked is not None:
        tell_ages(session, archive, person, asked)
    limits(session)
    session.confirm("Approve that this be erased?", "Nothing was approved.", yes=yes)
    with archive.writing(person) as batch:
        made = approve_erasure(batch, request).position
    session.say(f"Approved, as entry {made}. Nothing is erased yet.")
    session.say(
        "Now: end whatever else has the archive open, then "
        f"habeas erase carry-out {request} --backup FILE"
    )
    session.give({"approved": request, "entry": made, **as_json(what, changes)})


def list_(session: Session) -> None:
    """List the requests and how far each has come."""
    session.open()
    rows = listed()
    for row in rows:
        count = several(row.count, "entry", "entries")
        session.say(f"{row.position}  {row.target_kind}, {count}, by {row.person}: {row.state}")
    if not rows:
        session.say("No one has asked for an erasure.")
    session.give(
        {
            "requests": [
                {
                    "entry": row.position,
                    "kind": row.target_kind,
                    "entries": row.count,
                    "basis": row.basis,
                    "person": row.person,
                    "approved": row.approved,
                    "erased": row.erased,
                    "state": row.state,
                }
                for row in rows
            ]
        }
    )
