"""keys hand-over: new keys that sign entries and checkpoints, in place of those that did."""

from __future__ import annotations

from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive.access import OWNER, live, visible
from habeas.archive.keys.handing_over import hand_over as hand_over_
from habeas.archive.opening import Archive
from habeas.cli.commands.witness import POLICY
from habeas.cli.options import YesOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, several
from habeas.custody.keys import recovery


def hand_over(
    session: PersonSession,
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="PSEUDONYM",
            help="Who decides it. Required if anyone has a key, unless only one is here.",
            show_default=False,
        ),
    ] = "",
    stolen: Annotated[
        bool,
        typer.Option("--stolen", help="Record that the former keys may be in other hands."),
    ] = False,
    yes: YesOption = False,
) -> None:
    """Give the archive new keys that sign its entries and checkpoints.

    The former keys sign the hand-over and are destroyed here; all that they signed before stays
    verifiable. Shows what will happen, then asks. An interrupted hand-over is finished when the
    archive is next opened. Partners must learn of it: see docs/how-to/hand-keys-over.md.
    """
    session.answerable(yes=yes)
    archive = session.open()
    people = live(visible(OWNER, m.Key).filter(role="person")).exists()
    _preview(session, archive, stolen=stolen)
    session.confirm(
        "Destroy the former keys and sign with new ones?", "Nothing was changed.", yes=yes
    )
    person = session.person(as_) if people or as_ else None
    done = hand_over_(archive, person, "stolen" if stolen else "retired")
    session.say(f"The keys were handed over: the new ones sign from {done.size:,} entries on.")
    if not done.finished:
        session.say(
            "Another process is writing the log. The former keys are destroyed when the archive is "
            "next opened."
        )
    session.say(f"The new key of the log, for partners and readers: {done.new.checkpoint.vkey}")
    session.say(f"By this file whoever knows the former key can follow: {done.document}")
    _next_steps(session, archive)
    session.give(
        {
            "size": done.size,
            "former": {"entry": done.former.entry.vkey, "checkpoint": done.former.checkpoint.vkey},
            "new": {"entry": done.new.entry.vkey, "checkpoint": done.new.checkpoint.vkey},
            "document": str(done.document),
            "finished": done.finished,
        }
    )


def _preview(speaker: Speaker, archive: Archive, *, stolen: bool) -> None:
    former = archive.chain.current
    entries = several(archive.size, "entry", "entries")
    speaker.say(f"The ledger has {entries}. Until now these keys sign:")
    speaker.say(f"  entries      {former.entry.vkey}")
    speaker.say(f"  checkpoints  {former.checkpoint.vkey}")
    speaker.say("They sign four more entries, which grant new keys and end these, and the")
    speaker.say("checkpoint over them together with the new key. Then they are destroyed: in")
    speaker.say("keys/ and in the recovery copy there. Copies made before hold them still.")
    speaker.say("A backup made before can be restored and verified, and not added to: make one")
    speaker.say("now, if the newest is old, and another afterwards.")
    if stolen:
        speaker.say(
            "Whoever has the former keys can still sign in their name. What partners cosigned or "
            "authorities stamped before is safe from that; for what no one else attested, no "
            "signature shows who made it. Have the hand-over cosigned at once."
        )


def _next_steps(speaker: Speaker, archive: Archive) -> None:
    keys = archive.directory / "keys"
    if (archive.directory / POLICY).is_file():
        speaker.say("Next: have partners cosign it: `habeas witness request --online`.")
    if recovery.read_recipients(keys).all:
        speaker.say("The recovery copy was sealed again. Copies kept elsewhere hold the former")
        speaker.say(f"keys: replace them with {keys / recovery.FOLDER / 'copy'}.")
    speaker.say("Make a backup now, bring mirrors up to date, and tell readers the new key.")
