"""mirror: log and sealed objects for a partner who can verify and cannot read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.archive.preserve.mirroring import mirror as mirroring
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.opening import placed
from habeas.cli.session import Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.log.notes import Verifier


def mirror(
    session: Session,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The mirror: new, empty, or of this archive.")
    ],
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Check a mirror with public keys only; needs no archive and no key."
        ),
    ] = False,
    key: Annotated[
        str,
        typer.Option(
            metavar="KEY",
            help="With --check: the log's checkpoint key as you know it, not as the mirror says.",
            show_default=False,
        ),
    ] = "",
) -> int:
    """Bring a partner's mirror up to date: the log, sealed objects and public keys.

    Only what is new is copied; an interrupted run goes on. Refused where this archive does not
    continue the log that the mirror holds. What was erased here is removed there.
    """
    if check:
        return _check(folder, key, session.json)

    archive = session.open()
    with session.progress() as progress:
        done = mirroring(archive, placed(folder), progress)
    new = done.size - done.size_before
    session.say(
        f"The mirror holds the log with {several(done.size, 'entry', 'entries')}, {new:,} of "
        f"them new, and {several(done.objects_added, 'object')} more."
    )
    session.say(f"Its root is {done.root}.")
    if done.objects_removed:
        session.say(
            f"{several(len(done.objects_removed), 'object')} erased in this archive "
            f"{'was' if len(done.objects_removed) == 1 else 'were'} removed from it. Tell the "
            "partner: other copies of theirs are beyond this program."
        )
    for address in done.mended:
        session.say(f"Object {address} was damaged in the mirror: copied again.", style="red")
    for address in done.damaged:
        session.say(f"Object {address} is missing or altered here: not copied.", style="red")
    for address in done.kept:
        session.say(
            f"Object {address} is in the mirror, not in this archive, and no erasure says why: "
            "it was kept there.",
            style="red",
        )
    session.say("The partner checks it with `habeas mirror --check FOLDER --key KEY`, where KEY is")
    session.say(archive.chain.current.checkpoint.vkey)
    session.give(
        {
            "mirror": str(done.target),
            "size": done.size,
            "size_before": done.size_before,
            "root": done.root,
            "objects_added": done.objects_added,
            "objects_removed": done.objects_removed,
            "mended": done.mended,
            "damaged": done.damaged,
            "kept": done.kept,
            "key": archive.chain.current.checkpoint.vkey,
        }
    )
    return FINDINGS if done.damaged or done.kept else OK


def _check(folder: Path, key: str, json: bool) -> int:
    speaker = Speaker(json)
    with speaker.progress() as progress:
        report = check_mirror(folder, Verifier.parse(key) if key else None, progress)
    for fault in report.faults:
        speaker.say(f"{fault.path or 'mirror'}: {fault.message} [{fault.code}]", style="red")
    checked = (
        f"{several(report.size, 'entry', 'entries')}, {several(report.signatures, 'signature')}, "
        f"{several(report.objects, 'object')}"
    )
    if report.sound:
        speaker.say(f"Sound: {checked}, of the log {shown(report.origin)}.")
        speaker.say(f"The signed root at {report.size:,} is {report.root}.")
    else:
        speaker.say(f"{several(len(report.faults), 'fault')}. Checked: {checked}.")
        speaker.say(
            "A damaged object that is removed is copied again by the next `habeas mirror`; "
            "a log that does not verify needs a new mirror in another folder."
        )
    if report.removed:
        speaker.say(
            f"{several(report.removed, 'object')} that entries name "
            f"{'is' if report.removed == 1 else 'are'} listed as erased. Whether for a witness's "
            "sake, only the archive can say."
        )
    if not key:
        speaker.say("Checked with the key in the mirror itself. Give --key with the one you know.")
    speaker.give(
        {
            "sound": report.sound,
            "origin": report.origin,
            "key": report.checkpoint_key,
            "size": report.size,
            "root": report.root,
            "signatures": report.signatures,
            "objects": report.objects,
            "removed": report.removed,
            "faults": [
                {"code": f.code, "path": f.path, "position": f.position, "message": f.message}
                for f in report.faults
            ],
        }
    )
    return OK if report.sound else FINDINGS
