"""custody: who held an exhibit, what was done with it, and who answers for it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.exhibits.captures import CapturedPage, capture_of
from habeas.archive.exhibits.custody_chain import CustodyStep, chain, words_of
from habeas.archive.exhibits.working_copies import check_fixity, copy_out
from habeas.archive.models import Exhibit
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import marking_never_public
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.marking import Marks
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, shown
from habeas.custody.log.notes import Signer
from habeas.vocabulary import edtf

EVENTS = "transfer-in, transfer-out, opened, copied, derived, stored, moved, …"


def _option(name: str, help_text: str, metavar: str = "TEXT") -> Any:
    return typer.Option(name, metavar=metavar, help=help_text, show_default=False)


def custody(
    session: PersonSession,
    exhibit: Annotated[
        int, typer.Argument(metavar="EXHIBIT", min=0, help="The exhibit's number in the ledger.")
    ],
    add: Annotated[
        str, _option("--add", f"Record an event: {EVENTS} (docs/reference/vocabulary.md).", "EVENT")
    ] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Hash its bytes again, and record what came of it.")
    ] = False,
    copy_to: Annotated[
        Path | None, _option("--copy-to", "Write a working copy, and record it.", "FILE")
    ] = None,
    by: Annotated[str, _option("--by", "Who did it.", "WHO")] = "",
    at: Annotated[str, _option("--at", "When; a clock time with its zone as stated.", "DATE")] = "",
    where: Annotated[str, _option("--where", "Where, or on which machine or medium.")] = "",
    why: Annotated[str, _option("--why", "What for.")] = "",
    authority: Annotated[str, _option("--authority", "On whose authority.")] = "",
    responsible: Annotated[str, _option("--responsible", "Who answers for it.", "WHO")] = "",
    changed: Annotated[str, _option("--changed", "What it changed; also: nothing.")] = "",
    before: Annotated[str, _option("--before", "Of the bytes before it.", "SHA256")] = "",
    after: Annotated[str, _option("--after", "Of the bytes after it.", "SHA256")] = "",
    derived: Annotated[
        int | None, _option("--derived", "The exhibit that was made of this one.", "EXHIBIT")
    ] = None,
    as_: Annotated[
        str,
        _option("--as", "Whose key also signs the event; by default, no person's.", "PSEUDONYM"),
    ] = "",
) -> int:
    """Print the chain of custody of an exhibit, or add to it.

    What people stated and what the ledger saw, in the order in which it was recorded.
    """
    if bool(add) + check + (copy_to is not None) > 1:
        raise typer.BadParameter("give one of --add, --check and --copy-to")
    archive = session.open()
    row = _exhibit(exhibit)
    person = session.person(as_) if as_ else None
    said = {
        "agent": by,
        "where": where,
        "reason": why,
        "authority": authority,
        "responsible": responsible,
    }
    code, done = OK, None
    if add:
        more = {"happened_at": at, "changed": changed}
        done = _add(archive, row, person, add, derived, before, after, said | more)
    elif check:
        code, done = _check(archive, row, person, said)
    elif copy_to is not None:
        done = _copy(archive, row, person, copy_to, said)
    elif any((*said.values(), at, changed, before, after, as_)) or derived is not None:
        raise typer.BadParameter("give what happened: --add EVENT, --check or --copy-to FILE")
    _tell(session, archive, row, done)
    return code


def _exhibit(position: int) -> Exhibit:
    row = visible(OWNER, m.Exhibit).filter(position=position).first()
    erased = visible(OWNER, m.Erased).filter(position=position, kind="exhibit").first()
    if erased is not None:
        raise UnknownReference(
            f"Exhibit {position} was erased by request at entry {erased.erased_at}.",
            next_step="Its entry stays in the log as a commitment; nothing else of it is left.",
        )
    if row is None:
        raise UnknownReference(
            f"Entry {position} is not an exhibit.",
            next_step="`habeas add` and `habeas import --json` print their numbers.",
        )
    return row


def _add(
    archive: Archive,
    row: Exhibit,
    person: Signer | None,
    event: str,
    derived: int | None,
    before: str,
    after: str,
    said: dict[str, str],
) -> dict[str, Any]:
    """Record what is stated. Of a derived exhibit both hashes are known already."""
    if event == "derived" and derived is None:
        raise EntryRefused(
            "Which exhibit was derived is not said.",
            next_step="Seal what was made with `habeas add`, then name its number: --derived N.",
        )
    for name, option in (("agent", "--by"), ("reason", "--why")):
        if not said[name]:
            raise EntryRefused(
                f"An event without {option} says too little to be of use.",
                next_step=f"Add {option}; if it is not known, write that.",
            )
    made = None if derived is None else _exhibit(derived)
    if made is not None:
        before, after = before or row.plain_sha256, after or made.plain_sha256
    with archive.writing(person) as batch:
        ref = verbs.custody(
            batch,
            row.position,
            event,
            derived=derived,
            before_sha256=before,
            after_sha256=after,
            signed=person is not None,
            marking=marking_never_public(row),
            **said,
        )
    return {"event": event, "entry": ref.position}


def _check(
    archive: Archive, row: Exhibit, person: Signer | None, said: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    checked = check_fixity(archive, row, person, **said)
    done = {"event": "checked", "entry": checked.event.position, "fault": checked.fault}
    return FINDINGS if checked.fault else OK, done


def _copy(
    archive: Archive, row: Exhibit, person: Signer | None, to: Path, said: dict[str, str]
) -> dict[str, Any]:
    if not said["agent"] or not said["reason"]:
        raise EntryRefused(
            "A working copy is recorded with who made it and what for.",
            next_step="Add --by WHO and --why TEXT.",
        )
    event = copy_out(archive, row, to, person, **said)
    return {"event": "copied", "entry": event.position, "file": str(to)}


def _tell(speaker: Speaker, archive: Archive, row: Exhibit, done: dict[str, Any] | None) -> None:
    found = chain(OWNER, row)
    steps = {step.position for step in found.steps}
    marks = Marks(OWNER, {"exhibit": [row.position], "custody": steps})
    whole = marks.words("exhibit", row.position)
    mark = marks.said("exhibit", row.position)
    speaker.say(f"Exhibit {row.position}: {shown(row.title or row.filename)}{mark}")
    speaker.say(f"  SHA-256 {row.plain_sha256}, {row.size_bytes:,} bytes")
    capture = capture_of(archive, OWNER, row)
    if capture is not None:
        speaker.say()
        _say_capture(speaker, capture)
    for step in found.steps:
        speaker.say()
        _say(speaker, step, marks.said("custody", step.position, *whole))
    if found.more:
        speaker.say(f"… {found.more:,} more events")
    if done is not None:
        speaker.say()
        if done.get("fault"):
            speaker.say(f"Damaged: {done['fault']} Recorded as entry {done['entry']}.", style="red")
        else:
            speaker.say(f"Recorded as entry {done['entry']}.")
    speaker.give(
        {
            "exhibit": row.position,
            **marks.told("exhibit", row.position),
            "sha256": row.plain_sha256,
            "steps": [
                step.as_json() | marks.told("custody", step.position) for step in found.steps
            ],
            "more": found.more,
            **({} if capture is None else {"capture": capture.as_json()}),
            **({} if done is None else {"recorded": done}),
        }
    )


def _say_capture(speaker: Speaker, capture: CapturedPage) -> None:
    speaker.say(f"Web archive: {capture.words}")
    speaker.table([(name, shown(value)) for name, value in capture.facts()], indent="  ")
    for remark in capture.remarks:
        speaker.say(f"  {shown(remark)}")


def _say(speaker: Speaker, step: CustodyStep, mark: str) -> None:
    when = datetime.datetime.fromtimestamp(step.recorded_at, datetime.UTC)
    speaker.say(
        f"{words_of(step.event)} · entry {step.position}, recorded {when:%Y-%m-%d %H:%M} UTC{mark}"
    )
    facts = [
        ("when", edtf.describe(edtf.parse(step.happened_at)) if step.happened_at else ""),
        ("who", step.agent),
        ("where", step.place),
        ("why", step.reason),
        ("on whose authority", step.authority),
        ("changed", step.changed),
        ("outcome", step.outcome.replace("-", " ")),
        ("SHA-256 before", step.before_sha256),
        ("SHA-256 after", step.after_sha256),
        ("exhibit", "" if step.derived is None else str(step.derived)),
        ("answers for it", step.responsible),
        ("signed by", step.person),
    ]
    speaker.table([(name, shown(value)) for name, value in facts if value], indent="  ")
