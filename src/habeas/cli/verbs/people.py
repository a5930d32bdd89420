"""people add, list, retire: the pseudonymous keys of those who take decisions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from habeas.cli.options import (
    ArchiveOption,
    JsonOption,
    PassphraseFileOption,
    PersonPassphraseFileOption,
    YesOption,
)


def add(
    unprotected: Annotated[
        bool,
        typer.Option("--unprotected", help="Keep this key without a passphrase."),
    ] = False,
    person_passphrase_file: PersonPassphraseFileOption = None,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key for a person.

    They are known by a random pseudonym only; who that is stands nowhere in the archive.
    """
    from habeas.cli.opening import new_passphrase, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive import verbs
    from habeas.archive.access import OWNER, visible

    passphrase = None
    if not unprotected:
        passphrase = new_passphrase(
            person_passphrase_file, "the person", "--person-passphrase-file"
        )
    signer = archive_.keyring.add_person(passphrase)
    pseudonym = signer.name.rpartition("/")[2]
    try:
        with archive_.writing() as batch:
            position = verbs.add_person(batch, signer).position
    except BaseException:
        if not visible(OWNER, m.Key).filter(holder=pseudonym).exists():
            for path in (archive_.directory / "keys" / "people").glob(f"{pseudonym}.*"):
                path.unlink()  # a key that no entry grants is of no use
        raise
    speaker.say(f"{pseudonym} may now sign decisions (entry {position}).")
    speaker.say("Who that is stands nowhere in the archive: note it elsewhere, safely.")
    if unprotected:
        speaker.say("The key is unprotected: whoever reads keys/people can sign with it.")
    speaker.give({"pseudonym": pseudonym, "entry": position, "protected": not unprotected})


def list_(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the keys, and which of them are on this machine."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible
    from habeas.custody.key_files import is_protected

    here = set(archive_.keyring.people())
    folder = archive_.directory / "keys" / "people"
    found: list[dict[str, Any]] = []
    for key in visible(OWNER, m.Key).filter(role="person").order_by("position"):
        kept = key.holder in here
        found.append(
            {
                "pseudonym": key.holder,
                "entry": key.position,
                "state": key.ended_by or "in force",
                "here": kept,
                "protected": is_protected(folder / f"{key.holder}.key") if kept else None,
            }
        )
    speaker.give({"people": found})
    if not found:
        speaker.say("No person has a key yet. Make one with `habeas people add`.")
    kept_words = {True: "protected", False: "unprotected", None: "not on this machine"}
    speaker.table(
        [
            (
                str(key["pseudonym"]),
                f"entry {key['entry']}",
                str(key["state"]),
                kept_words[key["protected"]],
            )
            for key in found
        ]
    )


def retire(
    pseudonym: Annotated[
        str, typer.Argument(metavar="PSEUDONYM", help="Whose key; `people list` shows them.")
    ],
    lost: Annotated[
        bool, typer.Option("--lost", help="The key was lost or may be in other hands.")
    ] = False,
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """End a key: it signs no more. What it signed stays good. Asks: it cannot be undone."""
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, shown

    speaker = Speaker(as_json=json)
    answerable(speaker, yes=yes)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs

    state = "lost" if lost else "retired"
    confirm(
        f"End the key of {shown(pseudonym)} as {state}? It can never sign again.",
        "The key was not ended.",
        yes=yes,
    )
    with archive_.writing() as batch:
        position = verbs.end_key(batch, pseudonym, state).position
    speaker.say(f"The key of {pseudonym} is {state} (entry {position}). What it signed stays good.")
    speaker.give({"pseudonym": pseudonym, "state": state, "entry": position})
