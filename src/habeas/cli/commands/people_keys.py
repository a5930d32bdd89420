"""people renew, request, recover: another key for somebody who has or had one.

Their own key signs for it. Where none is left, two others do: one asks, another grants.
"""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import TrustRefused
from habeas.archive.opening import Archive
from habeas.archive.projection.trusted_people import so_far
from habeas.cli.acting import acting_person
from habeas.cli.commands.people import UnprotectedOption, discard, new_key
from habeas.cli.options import (
    AsPassphraseFileOption,
    NewKeyPassphraseFileOption,
    PersonOption,
    YesOption,
)
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import shown
from habeas.cli.trusting import tell_ages, tell_too_young


def renew(
    session: Session,
    as_: PersonOption = "",
    unprotected: UnprotectedOption = False,
    person_passphrase_file: NewKeyPassphraseFileOption = None,
    as_passphrase_file: AsPassphraseFileOption = None,
) -> None:
    """Make a further key for yourself, signed by the one that you have.

    The older one stays in force; it counts as the same person wherever two are needed.
    """
    archive = session.open()
    person = acting_person(archive, as_, as_passphrase_file, option="--as-passphrase-file")
    pseudonym = person.name.rpartition("/")[2]
    signer = new_key(archive, pseudonym, person_passphrase_file, unprotected=unprotected)
    try:
        with archive.writing(person) as batch:
            position = verbs.add_key(batch, signer).position
    except BaseException:
        discard(archive, signer)
        raise
    session.say(f"{pseudonym} has a further key (entry {position}).")
    session.give({"pseudonym": pseudonym, "entry": position, "protected": not unprotected})


def request(
    session: Session,
    pseudonym: Annotated[
        str, typer.Argument(metavar="PSEUDONYM", help="Whose keys have all ended.")
    ],
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="The reason, naming no one: it is kept for ever.",
            show_default=False,
        ),
    ] = "",
    unprotected: UnprotectedOption = False,
    as_: PersonOption = "",
    person_passphrase_file: NewKeyPassphraseFileOption = None,
    as_passphrase_file: AsPassphraseFileOption = None,
) -> None:
    """Ask for a new key for someone who lost theirs; makes it, under a passphrase.

    They type the passphrase; another person signs the request (--as). It signs nothing before
    a third person grants it: `habeas people recover`.
    """
    archive = session.open()
    _refuse_stranger(archive, pseudonym)
    person = acting_person(archive, as_, as_passphrase_file, option="--as-passphrase-file")
    signer = new_key(archive, pseudonym, person_passphrase_file, unprotected=unprotected)
    try:
        with archive.writing(person) as batch:
            position = verbs.request_key(batch, signer, reason).position
    except BaseException:
        discard(archive, signer)
        raise
    session.say(f"Asked, as entry {position}: a new key for {pseudonym}. It signs nothing yet.")
    if not tell_too_young(session, archive, position):
        session.say(f"A third person grants it: habeas people recover {position} --as …")
    session.give({"requested": position, "pseudonym": pseudonym, "protected": not unprotected})


def _refuse_stranger(archive: Archive, pseudonym: str) -> None:
    trust = so_far(archive.origin)
    if pseudonym not in trust.holders:
        raise TrustRefused(
            f"{pseudonym} never had a key here.",
            next_step="A new person gets one with `habeas people add`.",
        )
    if trust.in_force(pseudonym):
        raise TrustRefused(
            f"{pseudonym} has an active key.",
            next_step=f"If it is lost, report that first: habeas people retire {pseudonym} --lost.",
        )


def recover(
    session: PersonSession,
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry; `people` lists them.")
    ],
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Grant a new key to someone who lost theirs, as another person asked.

    Ask them yourself first, by another way: from then on that key signs in their name.
    """
    session.answerable(yes=yes)
    archive = session.open()
    asked = visible(OWNER, m.KeyRequest).filter(position=request).first()
    if asked is not None:
        session.say(f"{asked.person} asks for a new key for {asked.holder}: {shown(asked.reason)}")
    person = session.person(as_)
    for one in so_far(archive.origin).requests.values():
        if one.position == request:
            tell_ages(session, archive, person, one)
    session.confirm(
        "Grant it? From then on it signs in their name.", "No key was granted.", yes=yes
    )
    with archive.writing(person) as batch:
        position = verbs.recover_key(batch, request).position
        holder = batch.trust.keys[-1].holder
    session.say(f"{holder} may sign again (entry {position}). It shows as recovered.")
    session.give({"pseudonym": holder, "request": request, "entry": position})
