"""Who acts in a command and signs, and what for they read above public."""

from __future__ import annotations

from pathlib import Path

from habeas.archive import models as m
from habeas.archive import purposes
from habeas.archive.access import OWNER, Viewer, live, visible
from habeas.archive.errors import PersonNeeded
from habeas.archive.opening import Archive
from habeas.archive.projection.trusted_people import PUT_BACK, granted, without_a_key
from habeas.archive.rules import checked_purpose
from habeas.cli.passphrases import passphrase_of
from habeas.cli.speaking import Speaker
from habeas.custody.errors import KeysMissing
from habeas.custody.keys.person_keys import open_person, person_path
from habeas.custody.log.notes import Signer


def acting_person(
    archive: Archive,
    pseudonym: str,
    passphrase_file: Path | None,
    *,
    or_unsigned: bool = False,
    option: str = "--person-passphrase-file",
) -> Signer:
    """The key of the person who takes the decision; ``''`` means the only one there is.

    ``option`` is what names ``passphrase_file`` on the command line.

    ``or_unsigned``: whether the command has ``--unsigned``, which a refusal then names.
    """
    if not pseudonym:
        pseudonym = only_person(archive, or_unsigned=or_unsigned)
    keys = archive.directory / "keys"
    verifiers = granted(pseudonym)
    path = person_path(keys, pseudonym, verifiers)
    passphrase = None
    if path.is_file():
        passphrase = passphrase_of(path, passphrase_file, pseudonym, option)
    elif verifiers:
        raise KeysMissing(f"No key file at {path}.", next_step=PUT_BACK)
    return open_person(keys, pseudonym, passphrase, verifiers)


def somebody(
    archive: Archive, pseudonym: str, passphrase_file: Path | None, *, alone: bool | None = None
) -> Signer | None:
    """Who signs what need not be signed: with ``alone``, or where nobody has a key, nobody.

    ``alone`` is ``--unsigned``; None where the command has no such option.
    """
    if alone or not (pseudonym or live(visible(OWNER, m.Key).filter(role="person")).exists()):
        return None
    return acting_person(archive, pseudonym, passphrase_file, or_unsigned=alone is not None)


def only_person(archive: Archive, *, or_unsigned: bool = False) -> str:
    granted = live(visible(OWNER, m.Key).filter(role="person"))
    in_force = set(granted.values_list("holder", flat=True))
    here = [name for name in archive.keyring.people() if name in in_force]
    if or_unsigned and len(here) != 1:
        keys = f"{len(here)} persons' keys are" if here else "no person's key is"
        people = "".join(f"--as {name} or " for name in here)
        raise PersonNeeded(
            f"Nothing says who signs this, and {keys} here.",
            next_step=f"Give {people}--unsigned: the installation alone then records it."
            + ("" if here else f" {without_a_key()}"),
        )
    if not here:
        raise PersonNeeded(
            "This is a decision, which a person signs, and no person's key is here.",
            next_step=without_a_key(),
        )
    if len(here) > 1:
        raise PersonNeeded(
            f"This is a decision, which a person signs, and {len(here)} persons' keys are here.",
            next_step=f"Choose whose key signs: --as {' or --as '.join(here)}.",
        )
    return here[0]


def reading_for(
    archive: Archive,
    speaker: Speaker,
    purpose: str,
    act: str,
    asked: str,
    who: tuple[str, Path | None],
    *,
    level: str = "",
) -> Viewer:
    """The owner, reading for the purpose that was just recorded; without one for none."""
    if not purpose:
        return OWNER

    checked_purpose(purpose)  # before a passphrase is asked
    person = acting_person(archive, *who)
    made = purposes.state(archive, person, purpose, act, asked, level=level)
    speaker.note(f"Recorded with its purpose at entry {made.position}.")
    return OWNER.with_purpose(made.position)
