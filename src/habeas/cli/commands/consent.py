"""consent withdraw, hold set and lift: what may not be shown any more, what may not be erased."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.cli import changed
from habeas.cli.options import (
    ArchiveOption,
    DryRunOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
    UnsignedOption,
    YesOption,
)

AuthorityOption = Annotated[
    str, typer.Option(metavar="TEXT", help="By whose order, such as a court and its file number.")
]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why.", show_default=False)]
ExhibitArgument = Annotated[
    int, typer.Argument(metavar="POSITION", min=0, help="The entry of the exhibit.")
]


def withdraw(
    subject: Annotated[
        int, typer.Argument(metavar="POSITION", min=0, help="The person's mention, or the source.")
    ],
    reason: ReasonOption = "",
    as_: PersonOption = "",
    unsigned: UnsignedOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Record that a person withdraws their consent: from now on nothing of theirs is public.

    Nothing is erased by it; `habeas erase request consent` asks for that. It never waits for
    somebody who is not there: with --unsigned the installation alone records it.
    """
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.foreseen import foreseen
    from habeas.cli.opening import opened, somebody
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    if not dry_run:
        answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    if dry_run:
        changes = foreseen(archive_, lambda batch: verbs.withdraw(batch, subject, reason))
        speaker.say("Nothing on this person's whole record would be public any more.")
        changed.tell(speaker, changes, "No figure of the team would change.")
        speaker.give({"subject": subject, "entry": None, "figures": changed.as_json(changes)})
        return
    confirm(
        f"Record that entry {subject} withdraws consent, on their whole record?",
        "Nothing was recorded.",
        yes=yes,
    )
    person = somebody(archive_, as_, person_passphrase_file, alone=unsigned)
    with archive_.writing(person) as batch:
        made = verbs.withdraw(batch, subject, reason).position
    speaker.say(f"Withdrawn, as entry {made}: nothing of this person is public any more.")
    speaker.say(
        f"To destroy what rests on it: habeas erase request consent {subject} --reason TEXT"
    )
    speaker.give({"subject": subject, "entry": made})


def set_hold(
    exhibit: ExhibitArgument,
    authority: AuthorityOption,
    reason: ReasonOption = "",
    as_: PersonOption = "",
    unsigned: UnsignedOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Place a legal hold: while it lasts the exhibit, and what rests on it, is not erased."""
    from habeas.cli.opening import opened, somebody
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    person = somebody(archive_, as_, person_passphrase_file, alone=unsigned)
    with archive_.writing(person) as batch:
        made = verbs.hold(batch, exhibit, authority=authority, reason=reason).position
    speaker.say(f"Exhibit {exhibit} is held by {shown(authority)} (entry {made}).")
    speaker.give({"exhibit": exhibit, "entry": made, "state": "placed"})


def lift_hold(
    exhibit: ExhibitArgument,
    authority: AuthorityOption,
    reason: ReasonOption = "",
    as_: PersonOption = "",
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Lift the legal holds on an exhibit. A person signs it."""
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.foreseen import foreseen
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    if not dry_run:
        answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    if dry_run:
        foreseen(
            archive_, lambda batch: verbs.lift(batch, exhibit, authority=authority, reason=reason)
        )
        speaker.say(f"No hold would be on exhibit {exhibit} any more: it could be erased.")
        speaker.give({"exhibit": exhibit, "entry": None, "state": "lifted"})
        return
    confirm(f"Lift every hold on exhibit {exhibit}?", "The holds stand.", yes=yes)
    person = acting_person(archive_, as_, person_passphrase_file)
    with archive_.writing(person) as batch:
        made = verbs.lift(batch, exhibit, authority=authority, reason=reason).position
    speaker.say(f"No hold is on exhibit {exhibit} any more (entry {made}).")
    speaker.give({"exhibit": exhibit, "entry": made, "state": "lifted"})


def list_holds(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the legal holds in force."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, live, visible
    from habeas.cli.marking import Marks

    found = list(live(visible(OWNER, m.Hold)).order_by("position"))
    marks = Marks(OWNER, {"hold": {hold.position for hold in found}})
    alike = marks.common(speaker, [("hold", hold.position) for hold in found])
    for hold in found:
        mark = marks.said("hold", hold.position, *alike)
        authority = shown(hold.authority)
        speaker.say(f"exhibit {hold.target}: {authority} (entry {hold.position}){mark}")
    if not found:
        speaker.say("There is no legal hold.")
    speaker.give(
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
