"""people add, list, retire: the pseudonymous keys of those who take decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.errors import EntryRefused
from habeas.archive.opening import Archive
from habeas.archive.projection.trusted_people import granted, so_far
from habeas.cli.acting import acting_person
from habeas.cli.errors import CliError
from habeas.cli.options import (
    AsPassphraseFileOption,
    DryRunOption,
    NewKeyPassphraseFileOption,
    PersonOption,
    SignerOption,
    UnsignedOption,
    YesOption,
)
from habeas.cli.passphrases import new_passphrase
from habeas.cli.people_here import kept_key
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import shown
from habeas.custody.keys.person_keys import public_beside
from habeas.custody.log.notes import Signer
from habeas.custody.trust.rules import FIRST_PEOPLE

UnprotectedOption = Annotated[
    bool,
    typer.Option("--unprotected", help="Keep this key without a passphrase."),
]


def add(
    session: Session,
    unprotected: UnprotectedOption = False,
    as_: SignerOption = "",
    person_passphrase_file: NewKeyPassphraseFileOption = None,
    as_passphrase_file: AsPassphraseFileOption = None,
) -> None:
    """Make a key for a person.

    They are known by a random pseudonym only; who that is stands nowhere in the archive. From
    the third person on somebody who has a key signs for the new one (--as).
    """
    archive = session.open()
    introducer = _introducer(archive, as_, as_passphrase_file)
    signer = new_key(archive, "", person_passphrase_file, unprotected=unprotected)
    pseudonym = signer.name.rpartition("/")[2]
    try:
        with archive.writing(introducer) as batch:
            position = verbs.add_person(batch, signer).position
    except BaseException:
        discard(archive, signer)
        raise
    session.say(f"{pseudonym} may now sign decisions (entry {position}).")
    session.say("The archive does not record who that is: note it elsewhere, safely.")
    if introducer is None:
        session.say("No one signed for it: it shows as granted by the installation alone.")
    if unprotected:
        session.say("The key is unprotected: whoever reads keys/people can sign with it.")
    session.give(
        {
            "pseudonym": pseudonym,
            "entry": position,
            "protected": not unprotected,
            "by": None if introducer is None else introducer.name.rpartition("/")[2],
        }
    )


def _introducer(archive: Archive, as_: str, passphrase_file: Path | None) -> Signer | None:
    """Who signs for the new person; nobody need, for the first two."""
    trust = so_far(archive.origin)
    nobody = all(key.ended for key in trust.keys)
    if not as_ and (trust.policy is None or len(trust.holders) < FIRST_PEOPLE or nobody):
        return None  # the write path says where the installation alone may not
    return acting_person(archive, as_, passphrase_file, option="--as-passphrase-file")


def new_key(
    archive: Archive, pseudonym: str, passphrase_file: Path | None, *, unprotected: bool
) -> Signer:
    """A key for a new person, or with a pseudonym a further one; no entry grants it yet."""
    passphrase = None
    if not unprotected:
        whose = pseudonym or "the person"
        passphrase = new_passphrase(passphrase_file, whose, "--person-passphrase-file")
    return archive.keyring.add_person(passphrase, pseudonym)


def discard(archive: Archive, signer: Signer) -> None:
    """Remove a key that no entry grants: it is of no use."""
    vkey = signer.verifier.vkey
    if visible(OWNER, m.Key).filter(verifier=vkey).exists():
        return
    if visible(OWNER, m.KeyRequest).filter(verifier=vkey).exists():
        return
    for path in (archive.directory / "keys" / "people").glob("p-*.key"):
        if public_beside(path) == vkey:
            path.with_suffix(".pub").unlink(missing_ok=True)
            path.unlink()


def list_(session: Session) -> None:
    """List the keys, who signed for them, and which of them are on this machine."""
    archive = session.open()
    keys = archive.directory / "keys"
    found: list[dict[str, Any]] = []
    for key in visible(OWNER, m.Key).filter(role="person").order_by("position"):
        kept = kept_key(keys, key.holder, key.verifier)
        found.append(
            {
                "pseudonym": key.holder,
                "entry": key.position,
                "state": key.ended_by or "in force",
                "here": kept in ("protected", "unprotected"),
                "protected": {"protected": True, "unprotected": False}.get(kept),
                "by": key.by or None,
                "recovered": key.request,
                "kept": kept,
            }
        )
    waiting = list(live(visible(OWNER, m.KeyRequest)).order_by("position"))
    session.give(
        {
            "people": found,
            "requests": [
                {
                    "entry": one.position,
                    "pseudonym": one.holder,
                    "person": one.person,
                    "reason": one.reason,
                }
                for one in waiting
            ],
        }
    )
    if not found:
        session.say("No person has a key yet. Make one with `habeas people add`.")
    session.table(
        [
            (
                str(key["pseudonym"]),
                f"entry {key['entry']}",
                "active" if key["state"] == "in force" else str(key["state"]),
                str(key["kept"]),
                _granted_by(key),
            )
            for key in found
        ]
    )
    for one in waiting:
        session.say(
            f"Entry {one.position}: {one.person} asks for a new key for {one.holder}: "
            f"{shown(one.reason)}"
        )


def _granted_by(key: dict[str, Any]) -> str:
    if key["recovered"] is not None:
        return f"recovered by {key['by']} on request {key['recovered']}"
    return f"by {key['by']}" if key["by"] else "by the installation alone"


def retire(
    session: PersonSession,
    pseudonym: Annotated[
        str, typer.Argument(metavar="PSEUDONYM", help="Whose key; `people list` shows them.")
    ],
    lost: Annotated[
        bool, typer.Option("--lost", help="The key was lost or may be in other hands.")
    ] = False,
    as_: PersonOption = "",
    unsigned: UnsignedOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
) -> None:
    """End a person's keys: they can no longer sign. What they signed stays good.

    Asks: it cannot be undone. Signed by the person or by another; that a key was lost may be
    recorded by the installation alone (--unsigned).
    """
    if unsigned and not lost:
        raise CliError(
            "A retirement is signed by a person.",
            next_step="Use --as to choose whose key signs; or report the key as --lost.",
        )
    if not dry_run:
        session.answerable(yes=yes)
    archive = session.open()
    if not granted(pseudonym):
        raise EntryRefused(f"{pseudonym} has no active key.", next_step="See `habeas people`.")
    state = "lost" if lost else "retired"
    if dry_run:
        session.say(
            f"The keys of {shown(pseudonym)} would be {state} and never sign again. What they "
            "signed stays good."
        )
        session.give({"pseudonym": pseudonym, "state": state, "entry": None})
        return
    session.confirm(
        f"End the keys of {shown(pseudonym)} as {state}? They can never sign again.",
        "No key was ended.",
        yes=yes,
    )
    person = None
    if not unsigned:
        person = session.person(as_, or_unsigned=lost)
    with archive.writing(person) as batch:
        position = verbs.end_key(batch, pseudonym, state).position
    session.say(f"The key of {pseudonym} is {state} (entry {position}). What it signed stays good.")
    session.give(
        {
            "pseudonym": pseudonym,
            "state": state,
            "entry": position,
            "by": None if person is None else batch.pseudonym,
        }
    )
