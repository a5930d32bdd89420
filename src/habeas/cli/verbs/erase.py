"""erase request, approve, list: what would go is shown first; two people sign the same list.

The figures' new values are found by erasing inside a transaction that is taken back. What no
program can reach is said wherever somebody confirms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli import changed
from habeas.cli.options import (
    ArchiveOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
    YesOption,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from habeas.archive.erasing.planning import Plan
    from habeas.archive.opening import Archive
    from habeas.cli.speaking import Speaker
    from habeas.figures.standing import Change

SHOWN = 10  # things named one by one

LIMITS = (
    "copies that left: a bundle given to a court, a file copied out, a page printed or remembered",
    "older backups and mirrors, where somebody kept a copy opened or the keys that open them",
    "what the disk keeps of deleted files, its snapshots and swap: only disk encryption helps",
    "what stays and was written freely: titles, notes, reasons, figures defined by a name",
    (
        "the log: it keeps each erased entry's number, time and signer and the hash of its sealed "
        "object for ever; none of them says what it held"
    ),
)
POSTGRESQL_LIMIT = (
    "the database server's write-ahead log, replicas and backups: `carry-out` names them"
)


def request(
    kind: Annotated[str, typer.Argument(metavar="exhibit|claim|consent", help="What to erase.")],
    target: Annotated[
        list[int],
        typer.Argument(
            metavar="POSITION…",
            help="Of exhibits, of claims, or of the person's mention or source.",
        ),
    ],
    basis: Annotated[
        str,
        typer.Option(metavar="WORD", help="withdrawn, ordered, endangering or mistaken."),
    ] = "withdrawn",
    reason: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Why, naming nobody: it can never be erased.", show_default=False
        ),
    ] = "",
    keep: Annotated[
        list[int] | None,
        typer.Option(
            "--keep",
            metavar="POSITION",
            help="A derived exhibit that stays, such as a redacted copy.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go; ask and record nothing.")
    ] = False,
    as_: PersonOption = "",
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for an erasure: shows exactly what would go, and signs that list.

    `consent` means all that rests on one person's consent: it also records that they withdraw,
    and blocks the exhibits in which they speak among others. Nothing is destroyed before a
    second person approves and somebody carries it out.
    """
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.erasing.planning import plan
    from habeas.archive.verbs.erasing import refuse_held, request_erasure

    what = plan(archive_, kind, target, keep or ())
    changes = foreseen(archive_, what)
    describe(speaker, what, changes)
    if dry_run:
        speaker.give({"requested": None, **as_json(what, changes)})
        return
    refuse_held(what)
    answerable(speaker, yes=yes)
    person = acting_person(archive_, as_, person_passphrase_file)
    limits(speaker)
    confirm("Ask that this be erased?", "Nothing was asked for.", yes=yes)
    with archive_.writing(person) as batch:
        if kind == "consent":
            _withdraw(batch, target, what)
            batch.flush()
            what = plan(archive_, kind, target, keep or ())
        made = request_erasure(batch, what, basis, reason).position
    speaker.say(f"Requested, as entry {made}: {_entries(what)}. Nothing is erased yet.")
    speaker.say(f"Another person now approves it: habeas erase approve {made} --as …")
    speaker.give({"requested": made, **as_json(what, changes)})


def _withdraw(batch: Any, subjects: Sequence[int], what: Plan) -> None:
    """The withdrawal is recorded, and what the person shares with others is blocked at once."""
    from habeas.archive import verbs
    from habeas.archive.verbs.erasing import block, is_blocked

    for subject in subjects:
        verbs.withdraw(batch, subject)
    for exhibit in what.others:
        if not is_blocked(exhibit):
            block(batch, exhibit, "Somebody who speaks in it withdrew.")


def approve(
    request: Annotated[
        int, typer.Argument(metavar="REQUEST", min=0, help="Its entry, as `erase list` shows it.")
    ],
    as_: PersonOption = "",
    yes: YesOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Approve somebody else's request, under another key. Shows first what would go."""
    from habeas.cli.confirming import answerable, confirm
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.erasing.carrying import planned
    from habeas.archive.verbs.erasing import approve_erasure

    what = planned(archive_, request)
    changes = foreseen(archive_, what)
    describe(speaker, what, changes)
    answerable(speaker, yes=yes)
    person = acting_person(archive_, as_, person_passphrase_file)
    limits(speaker)
    confirm("Approve that this be erased?", "Nothing was approved.", yes=yes)
    with archive_.writing(person) as batch:
        made = approve_erasure(batch, request).position
    speaker.say(f"Approved, as entry {made}. Nothing is erased yet.")
    speaker.say(
        "Now: end whatever else has the archive open, then "
        f"habeas erase carry-out {request} --backup FILE"
    )
    speaker.give({"approved": request, "entry": made, **as_json(what, changes)})


def list_(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """List the requests and how far each has come."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(as_json=json)
    opened(archive, passphrase_file)
    from habeas.archive.erasing.requests import listed

    rows = listed()
    for row in rows:
        count = several(row.count, "entry", "entries")
        speaker.say(f"{row.position}  {row.target_kind}, {count}, by {row.person}: {row.state}")
    if not rows:
        speaker.say("Nobody has asked for an erasure.")
    speaker.give(
        {
            "requests": [
                {
                    "entry": row.position,
                    "kind": row.target_kind,
                    "entries": row.count,
                    "basis": row.basis,
                    "person": row.person,
                    "approved": row.approved,
                    "erased": row.erased,
                    "state": row.state,
                }
                for row in rows
            ]
        }
    )


# --- showing ------------------------------------------------------------------------------


def foreseen(archive: Archive, what: Plan) -> list[Change]:
    """The figures that would change; nothing stays recorded."""
    from habeas.archive.access import OWNER
    from habeas.archive.erasing.planning import as_if_erased
    from habeas.figures.evaluation import remembered
    from habeas.figures.standing import difference, snapshot

    before = snapshot(archive, OWNER)
    remembered.clear()
    try:
        with as_if_erased(what):
            return difference(before, snapshot(archive, OWNER))
    finally:
        remembered.clear()  # results of a state that was never reached


def describe(speaker: Speaker, what: Plan, changes: Sequence[Change]) -> None:
    """The plan in words."""
    from habeas.cli.speaking import several, shown

    speaker.say(f"To be erased: {_entries(what)}.")
    speaker.table([(kind, f"{n:,}") for kind, n in sorted(what.by_kind.items())], indent="  ")
    if what.objects:
        speaker.say(
            f"With them the sealed bytes and keys of {several(len(what.objects), 'object')}."
        )
    speaker.say(f"In: {', '.join(map(shown, what.compartments)) or 'no compartment'}.")
    if what.closed.shells:
        count = several(len(what.closed.shells), "thing")
        speaker.say(
            f"Staying, though part of what it rests on goes: {count}. Read them; their words may "
            "come from what goes. Erase them too with a request of their own:"
        )
        _named(speaker, [f"entry {p}" for p in what.closed.shells])
    if what.trimmed:
        count = several(len(what.trimmed), "passage")
        speaker.say(f"Losing the words beside their quote, which are among what goes: {count}.")
    if what.others:
        speaker.say("Staying, and blocked from now on: exhibits in which this person speaks:")
        words = [
            f"exhibit {exhibit} ({several(others, 'passage')} of others)"
            for exhibit, others in what.others.items()
        ]
        _named(speaker, words)
        speaker.say(
            "Make a copy without them: habeas erase redact. Destroying an original is a request of "
            "its own: habeas erase request exhibit …"
        )
    if what.twins:
        speaker.say("The same bytes stay sealed also as:")
        _named(speaker, [f"exhibit {p}" for p in what.twins])
    for group in what.parting:
        names = ", ".join(f"#{p}" for p in group)
        speaker.say(f"These mentions are one record only through what goes, and part: {names}.")
    for exhibit, event, agent in what.given_out:
        whom = f" by or to {shown(agent)}" if agent else ""
        speaker.say(f"A copy of exhibit {exhibit} has left this archive: {event}{whom}.")
    changed.tell(speaker, changes, "No figure would change.")
    for held in what.held:
        speaker.say(
            f"Legal hold: exhibit {held.exhibit}, by {shown(held.authority)} (entry "
            f"{held.position}). It forbids this erasure.",
            style="bold red",
        )


def limits(speaker: Speaker) -> None:
    """What no program can reach, said where somebody confirms."""
    from habeas.archive.erasing.cleaning import has_server

    speaker.note("This cannot reach:")
    for words in (*LIMITS, *((POSTGRESQL_LIMIT,) if has_server() else ())):
        speaker.note(f"  - {words}.")


def _named(speaker: Speaker, words: Sequence[str]) -> None:
    for each in words[:SHOWN]:
        speaker.say(f"  {each}")
    if len(words) > SHOWN:
        speaker.say(f"  … {len(words) - SHOWN:,} more; --json gives all")


def _entries(what: Plan) -> str:
    from habeas.cli.speaking import several

    return several(len(what.erased), "entry", "entries")


def as_json(what: Plan, changes: Sequence[Change]) -> Mapping[str, Any]:
    """The plan as plain data; positions are ledger positions."""
    from habeas.archive.erasing.cleaning import has_server

    return {
        "kind": what.target_kind,
        "targets": list(what.targets),
        "kept": list(what.kept),
        "erased": list(what.erased),
        "by_kind": dict(what.by_kind),
        "objects": len(what.objects),
        "compartments": list(what.compartments),
        "shells": {str(p): list(lost) for p, lost in what.closed.shells.items()},
        "blocked": {str(p): others for p, others in what.others.items()},
        "trimmed": list(what.trimmed),
        "twins": list(what.twins),
        "parting": [list(group) for group in what.parting],
        "given_out": [
            {"exhibit": exhibit, "event": event, "agent": agent}
            for exhibit, event, agent in what.given_out
        ],
        "holds": [
            {"exhibit": h.exhibit, "authority": h.authority, "entry": h.position} for h in what.held
        ],
        "figures": changed.as_json(changes),
        "cannot_reach": [*LIMITS, *((POSTGRESQL_LIMIT,) if has_server() else ())],
    }
