"""policy show, adopt, propose, approve: how long trust takes, and who changes that."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.errors import TrustRefused
from habeas.archive.projection.trusted_people import policy_row, so_far
from habeas.archive.store.clock import utc
from habeas.cli.errors import CliError
from habeas.cli.options import ApproverHoursOption, ChangeHoursOption, PersonOption, YesOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, shown
from habeas.cli.trusting import anew_words, ask_anew, tell_ages, tell_too_young, too_young
from habeas.custody.trust.persons import HOUR, TrustRules, lasting

_OUTSIDE_HELP = "A time is a whole number of hours from 0 to 720."


def list_(session: Session) -> None:
    """Show the current policy, what is asked for, and when it can be approved."""
    archive = session.open()
    row, trust = policy_row(), so_far(archive.origin)
    if row is None or trust.policy is None:
        session.say("This archive has no policy: nothing sets how old a key must be.")
        session.say("Record one: habeas policy adopt --as …")
        session.give({"policy": None, "requests": []})
        return
    by = f"by {row.person}" if row.person else "by the installation alone"
    session.say(f"In force since entry {row.position}, {by}:")
    _tell(session, trust.policy)
    waiting = list(live(visible(OWNER, m.TrustPolicyRequest)).order_by("position"))
    asked = {each.position: each for each in trust.requests.values()}
    for one in waiting:
        session.say()
        session.say(f"Entry {one.position}: {one.person} asks for another: {shown(one.reason)}")
        request = asked[one.position]
        if request.policy is not None:
            _tell(session, request.policy)
        anew = ask_anew(trust, request)
        if anew is None:
            when = utc(request.time + trust.policy.change_wait)
            session.say(f"  Another person can approve it from {when} on.")
        else:
            session.say(
                f"  It cannot be approved: {one.person}'s key was too young when they asked. "
                f"{anew_words(anew)}"
            )
    session.give(
        {
            "policy": {"entry": row.position, "by": row.person or None, **trust.policy.fields()},
            "requests": [
                {
                    "entry": one.position,
                    "person": one.person,
                    "reason": one.reason,
                    "approver_age_seconds": one.approver_age_seconds,
                    "change_wait_seconds": one.change_wait_seconds,
                    "approvable_at": asked[one.position].time + trust.policy.change_wait,
                    "ask_anew_at": ask_anew(trust, asked[one.position]),
                }
                for one in waiting
            ],
        }
    )


def adopt(
    session: PersonSession,
    approver_hours: ApproverHoursOption = 72,
    change_hours: ChangeHoursOption = 72,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Record a policy in an archive that has none yet. Its rules bind from then on.

    What stands before is no fault; it shows as by the installation alone.
    """
    session.answerable(yes=yes)
    archive = session.open()
    if policy_row() is not None:
        raise TrustRefused(
            "This archive has a policy.",
            next_step="Ask for another: `habeas policy propose`; a second person approves it.",
        )
    policy = _policy(approver_hours, change_hours)
    _tell(session, policy)
    person = session.somebody(as_)
    session.confirm(
        "Adopt it? Changing it later takes two people.", "No policy was recorded.", yes=yes
    )
    with archive.writing(person) as batch:
        made = verbs.first_policy(batch, policy).position
    session.say(f"Adopted, as entry {made}.")
    session.give({"entry": made, **policy.fields()})


def propose(
    session: PersonSession,
    reason: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Why: it stays for ever.", show_default=False),
    ] = "",
    approver_hours: ApproverHoursOption = 72,
    change_hours: ChangeHoursOption = 72,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Ask for another policy. It waits for the time that the current policy requires.

    Refused where the asker's key is too young, so that nobody could ever approve it; --yes
    records it all the same.
    """
    archive = session.open()
    policy = _policy(approver_hours, change_hours)
    person = session.person(as_)
    with archive.writing(person) as batch:
        made = verbs.request_policy(batch, policy, reason).position
        asked = next(one for one in batch.trust.requests.values() if one.position == made)
        when = asked.time + (batch.trust.policy or policy).change_wait
        anew = ask_anew(batch.trust, asked)
        if anew is not None and not yes:
            raise TrustRefused(
                f"No one could approve it: {too_young(batch.trust, asked)} Nothing was recorded.",
                next_step=anew_words(anew),
            )
    _tell(session, policy)
    session.say(f"Asked, as entry {made}. The current policy stays until it is approved.")
    if not tell_too_young(session, archive, made):
        session.say(f"Another person, from {utc(when)} on: habeas policy approve {made} --as …")
    session.give({"requested": made, "approvable_at": when, **policy.fields()})


def approve(
    session: PersonSession,
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry, as `policy` shows it.")
    ],
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Approve the policy that another person asked for."""
    session.answerable(yes=yes)
    archive = session.open()
    trust = so_far(archive.origin)
    asked = next((one for one in trust.requests.values() if one.position == request), None)
    if asked is not None and asked.policy is not None:
        session.say(f"{asked.person} asks for:")
        _tell(session, asked.policy)
    person = session.person(as_)
    if asked is not None:
        tell_ages(session, archive, person, asked)
    session.confirm("Make it the current policy?", "The current policy stays.", yes=yes)
    with archive.writing(person) as batch:
        made = verbs.approve_policy(batch, request).position
    session.say(f"In force from entry {made} on.")
    session.give({"approved": request, "entry": made})


def _policy(approver_hours: int, change_hours: int) -> TrustRules:
    policy = TrustRules(approver_hours * HOUR, change_hours * HOUR)
    if not policy.within():
        raise CliError("No policy waits that long.", next_step=_OUTSIDE_HELP)
    return policy


def _tell(speaker: Speaker, policy: TrustRules) -> None:
    age, wait = policy
    speaker.say(
        f"  Both people's keys are {lasting(age)} older than the request."
        if age
        else "  Both people's keys may be of any age."
    )
    speaker.say(
        f"  A recovery and a change of this policy wait {lasting(wait)} and take two people."
        if wait
        else "  A recovery and a change of this policy take two people and no time."
    )
