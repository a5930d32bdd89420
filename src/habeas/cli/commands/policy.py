"""policy show, adopt, propose, approve: how long trust takes, and who changes that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.options import (
    ApproverHoursOption,
    ArchiveOption,
    ChangeHoursOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
    YesOption,
)

if TYPE_CHECKING:
    from habeas.cli.speaking import Speaker
    from habeas.custody.trust.persons import Policy

_OUTSIDE_HELP = "A time is a whole number of hours from 0 to 720."


def list_(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Show the policy in force, what is asked for, and when it can be approved."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, live, visible
    from habeas.archive.projection.trusted_people import policy_row, so_far
    from habeas.archive.store.clock import utc

    row, trust = policy_row(), so_far(archive_.origin)
    if row is None or trust.policy is None:
        speaker.say("This archive has no policy: nothing says how old a key must be.")
        speaker.say("Record one: habeas policy adopt --as …")
        speaker.give({"policy": None, "requests": []})
        return
    by = f"by {row.person}" if row.person else "by the installation alone"
    speaker.say(f"In force since entry {row.position}, {by}:")
    _tell(speaker, trust.policy)
    waiting = list(live(visible(OWNER, m.TrustPolicyRequest)).order_by("position"))
    asked = {each.position: each for each in trust.requests.values()}
    for one in waiting:
        speaker.say()
        speaker.say(f"Entry {one.position}: {one.person} asks for another: {shown(one.reason)}")
        request = asked[one.position]
        if request.policy is not None:
            _tell(speaker, request.policy)
        when = utc(request.time + trust.policy.change_wait)
        speaker.say(f"  Another person can approve it from {when} on.")
    speaker.give(
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
                }
                for one in waiting
            ],
        }
    )


def adopt(
    approver_hours: ApproverHoursOption = 72,
    change_hours: ChangeHoursOption = 72,
    as_: PersonOption = "",
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Record a policy in an archive that has none yet. Its rules bind from then on.

    What stands before is no fault; it shows as by the installation alone.
    """
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import opened, somebody
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.archive.errors import TrustRefused
    from habeas.archive.projection.trusted_people import policy_row

    if policy_row() is not None:
        raise TrustRefused(
            "This archive has a policy.",
            next_step="Ask for another: `habeas policy propose`; a second person approves it.",
        )
    policy = _policy(approver_hours, change_hours)
    _tell(speaker, policy)
    person = somebody(archive_, as_, person_passphrase_file)
    confirm("Adopt it? Changing it later takes two people.", "No policy was recorded.", yes=yes)
    with archive_.writing(person) as batch:
        made = verbs.first_policy(batch, policy).position
    speaker.say(f"Adopted, as entry {made}.")
    speaker.give({"entry": made, **policy.fields()})


def propose(
    reason: Annotated[
        str,
        typer.Option(metavar="TEXT", help="Why: it stays for ever.", show_default=False),
    ] = "",
    approver_hours: ApproverHoursOption = 72,
    change_hours: ChangeHoursOption = 72,
    as_: PersonOption = "",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for another policy. It waits for the time that the one in force asks for."""
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.archive.store.clock import utc
    from habeas.cli.trusting import tell_too_young

    policy = _policy(approver_hours, change_hours)
    person = acting_person(archive_, as_, person_passphrase_file)
    with archive_.writing(person) as batch:
        made = verbs.request_policy(batch, policy, reason).position
        asked = next(one for one in batch.trust.requests.values() if one.position == made)
        when = asked.time + (batch.trust.policy or policy).change_wait
    _tell(speaker, policy)
    speaker.say(f"Asked, as entry {made}. The policy in force stays until it is approved.")
    if not tell_too_young(speaker, archive_, made):
        speaker.say(f"Another person, from {utc(when)} on: habeas policy approve {made} --as …")
    speaker.give({"requested": made, "approvable_at": when, **policy.fields()})


def approve(
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry, as `policy` shows it.")
    ],
    as_: PersonOption = "",
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Put the policy in force that another person asked for."""
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker
    from habeas.cli.trusting import tell_ages

    speaker = Speaker(json)
    answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.archive.projection.trusted_people import so_far

    trust = so_far(archive_.origin)
    asked = next((one for one in trust.requests.values() if one.position == request), None)
    if asked is not None and asked.policy is not None:
        speaker.say(f"{asked.person} asks for:")
        _tell(speaker, asked.policy)
    person = acting_person(archive_, as_, person_passphrase_file)
    if asked is not None:
        tell_ages(speaker, archive_, person, asked)
    confirm("Put it in force?", "The policy in force stays.", yes=yes)
    with archive_.writing(person) as batch:
        made = verbs.approve_policy(batch, request).position
    speaker.say(f"In force from entry {made} on.")
    speaker.give({"approved": request, "entry": made})


def _policy(approver_hours: int, change_hours: int) -> Policy:
    from habeas.cli.errors import CliError
    from habeas.custody.trust.persons import HOUR, Policy

    policy = Policy(approver_hours * HOUR, change_hours * HOUR)
    if not policy.within():
        raise CliError("No policy waits that long.", next_step=_OUTSIDE_HELP)
    return policy


def _tell(speaker: Speaker, policy: Policy) -> None:
    from habeas.custody.trust.persons import lasting

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
