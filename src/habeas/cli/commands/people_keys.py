"""people renew, request, recover: another key for somebody who has or had one.

Their own key signs for it. Where none is left, two others do: one asks, another grants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.commands.people import UnprotectedOption
from habeas.cli.options import (
    ArchiveOption,
    AsPassphraseFileOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
    YesOption,
)

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def renew(
    as_: PersonOption = "",
    unprotected: UnprotectedOption = False,
    person_passphrase_file: PersonPassphraseFileOption = None,
    as_passphrase_file: AsPassphraseFileOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Make a further key for yourself, signed by the one that you have.

    The older one stays in force; it counts as the same person wherever two are needed.
    """
    from habeas.cli.commands.people import discard, new_key
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    person = acting_person(archive_, as_, as_passphrase_file)
    pseudonym = person.name.rpartition("/")[2]
    signer = new_key(archive_, pseudonym, person_passphrase_file, unprotected=unprotected)
    try:
        with archive_.writing(person) as batch:
            position = verbs.add_key(batch, signer).position
    except BaseException:
        discard(archive_, signer)
        raise
    speaker.say(f"{pseudonym} has a further key (entry {position}).")
    speaker.give({"pseudonym": pseudonym, "entry": position, "protected": not unprotected})


def request(
    pseudonym: Annotated[
        str, typer.Argument(metavar="PSEUDONYM", help="Whose keys have all ended.")
    ],
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Why, naming nobody: it stays for ever.", show_default=False
        ),
    ] = "",
    unprotected: UnprotectedOption = False,
    as_: PersonOption = "",
    person_passphrase_file: PersonPassphraseFileOption = None,
    as_passphrase_file: AsPassphraseFileOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Ask that somebody who lost their keys be given a new one; makes it, under a passphrase.

    They type the passphrase; another person signs the request (--as). It signs nothing before
    a third person grants it: `habeas people recover`.
    """
    from habeas.cli.commands.people import discard, new_key
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.cli.trusting import tell_too_young

    _refuse_stranger(archive_, pseudonym)
    person = acting_person(archive_, as_, as_passphrase_file)
    signer = new_key(archive_, pseudonym, person_passphrase_file, unprotected=unprotected)
    try:
        with archive_.writing(person) as batch:
            position = verbs.request_key(batch, signer, reason).position
    except BaseException:
        discard(archive_, signer)
        raise
    speaker.say(f"Asked, as entry {position}: a new key for {pseudonym}. It signs nothing yet.")
    if not tell_too_young(speaker, archive_, position):
        speaker.say(f"A third person grants it: habeas people recover {position} --as …")
    speaker.give({"requested": position, "pseudonym": pseudonym, "protected": not unprotected})


def _refuse_stranger(archive: Archive, pseudonym: str) -> None:
    from habeas.archive.errors import TrustRefused
    from habeas.archive.projection.trusted_people import so_far

    trust = so_far(archive.origin)
    if pseudonym not in trust.holders:
        raise TrustRefused(
            f"{pseudonym} never had a key here.",
            next_step="A new person gets one with `habeas people add`.",
        )
    if trust.in_force(pseudonym):
        raise TrustRefused(
            f"{pseudonym} has a key in force.",
            next_step=f"If it is lost, say so first: habeas people retire {pseudonym} --lost.",
        )


def recover(
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry; `people` lists them.")
    ],
    as_: PersonOption = "",
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Grant a new key to somebody who lost theirs, as another person asked.

    Ask them yourself first, by another way: from then on that key signs in their name.
    """
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(json)
    answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive import verbs
    from habeas.archive.access import OWNER, visible
    from habeas.archive.projection.trusted_people import so_far
    from habeas.cli.trusting import tell_ages

    asked = visible(OWNER, m.KeyRequest).filter(position=request).first()
    if asked is not None:
        speaker.say(f"{asked.person} asks for a new key for {asked.holder}: {shown(asked.reason)}")
    person = acting_person(archive_, as_, person_passphrase_file)
    for one in so_far(archive_.origin).requests.values():
        if one.position == request:
            tell_ages(speaker, archive_, person, one)
    confirm("Grant it? From then on it signs in their name.", "No key was granted.", yes=yes)
    with archive_.writing(person) as batch:
        position = verbs.recover_key(batch, request).position
        holder = batch.trust.keys[-1].holder
    speaker.say(f"{holder} may sign again (entry {position}). It shows as recovered.")
    speaker.give({"pseudonym": holder, "request": request, "entry": position})
