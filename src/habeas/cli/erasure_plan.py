"""An erasure's plan, told to whoever asks for it, approves it or carries it out: one wording.

The figures' new values are found by erasing inside a transaction that is taken back. What stays and
holds the same is named before anybody signs; what no program can reach is said wherever somebody
confirms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from habeas.archive.access import OWNER
from habeas.archive.erasing.cleaning import has_server
from habeas.archive.erasing.elsewhere import Copy, OtherTraces
from habeas.archive.erasing.planning import ErasurePlan, as_if_erased
from habeas.archive.opening import Archive
from habeas.cli import changed
from habeas.cli.speaking import Speaker, several, shown
from habeas.figures.changes.dependents import Change, difference, snapshot
from habeas.figures.evaluation.evaluating import remembered

SHOWN = 10  # things named one by one

LIMITS = (
    "copies that left: a bundle given to a court, a file copied out, a page printed or remembered",
    "older backups and mirrors, where someone kept an opened copy or the keys that open them",
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


def foreseen(archive: Archive, what: ErasurePlan) -> list[Change]:
    """The figures that would change; nothing stays recorded."""
    before = snapshot(archive, OWNER)
    remembered.clear()
    try:
        with as_if_erased(what):
            return difference(before, snapshot(archive, OWNER))
    finally:
        remembered.clear()  # results of a state that was never reached


def describe(speaker: Speaker, what: ErasurePlan, changes: Sequence[Change]) -> None:
    """The plan in words."""
    speaker.say(f"To be erased: {entries(what)}.")
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
    _staying(speaker, what)
    for group in what.parting:
        names = ", ".join(f"#{p}" for p in group)
        speaker.say(f"These mentions are one record only through what goes, and part: {names}.")
    for exhibit, event, agent in what.given_out:
        whom = f" by or to {shown(agent)}" if agent else ""
        speaker.say(f"A copy of exhibit {exhibit} has left this archive: {event}{whom}.")
    for entry, kinds, level in what.exports:
        speaker.say(
            f"Tables up to {level} left this archive since, and may hold it: {kinds} "
            f"(entry {entry})."
        )
    changed.tell(speaker, changes, "No figure would change.")
    for held in what.held:
        speaker.say(
            f"Legal hold: exhibit {held.exhibit}, by {shown(held.authority)} (entry "
            f"{held.position}). It forbids this erasure.",
            style="bold red",
        )


#: In what way something that stays holds what goes.
_HOW = {
    "bytes": "the same bytes",
    "file": "the same bytes, as a file inside it",
    "text": "the same text",
    "cited": "the words themselves: they were cited from it",
    "part": "some of the same text",
}


def _staying(speaker: Speaker, what: ErasurePlan) -> None:
    """What says or holds the same and stays; and what was not looked into."""
    found = what.elsewhere
    if found.copies:
        speaker.say("Staying, although it holds the same:", style="bold")
        _named(speaker, [_copy(copy, found) for copy in found.copies])
        whole = [e for e in found.exhibits if e not in what.kept]
        options = " ".join(f"--also {exhibit}" for exhibit in whole[:SHOWN])
        speaker.say(
            "Look at each. To take them along, whole and with all that rests on them, ask with: "
            f"{options}{' …' if len(whole) > SHOWN else ''}. Where others speak in one, make a "
            "copy without those words first (habeas erase redact) and --keep that."
        )
    else:
        speaker.say("Nothing that was looked into and stays holds the same bytes or text.")
    if found.retold:
        speaker.say("Staying, and written with a name or words that go (perhaps someone else's):")
        _named(speaker, [f"entry {position}, {kind}" for kind, position in found.retold])
    if found.runs:
        speaker.say(
            f"Text was looked for by {several(found.runs, 'run')} of words: what repeats "
            f"{found.found_from} words in a row, as they are written, is found; what tells the "
            "same in other words, in another language or in a picture is not."
        )
    if found.common:
        speaker.say(
            f"{several(found.common, 'run')} left out: they appear in so many passages that they "
            "are a form's wording."
        )
    if found.unread:
        speaker.say(
            f"Not opened, or only in part, so that what is in them is not known: "
            f"{several(found.unread, 'exhibit')} (habeas reading report)."
        )
    if found.unasked:
        speaker.say(
            f"Not looked into: {several(found.unasked, 'text')} that cannot be read or that the "
            "search index lacks. Run `habeas search --refresh`, then look again."
        )


def _copy(copy: Copy, found: OtherTraces) -> str:
    place = f"exhibit {copy.exhibit}"
    if copy.inner_path:
        place += f", {shown(copy.inner_path)}"
    extent = f" ({copy.runs} of {found.runs} runs of words)" if copy.how == "part" else ""
    return f"{place}: {_HOW[copy.how]}{extent}"


def limits(speaker: Speaker) -> None:
    """What no program can reach, said where somebody confirms."""
    speaker.note("This cannot reach:")
    for words in (*LIMITS, *((POSTGRESQL_LIMIT,) if has_server() else ())):
        speaker.note(f"  - {words}.")


def _named(speaker: Speaker, words: Sequence[str]) -> None:
    for each in words[:SHOWN]:
        speaker.say(f"  {each}")
    if len(words) > SHOWN:
        speaker.say(f"  … {len(words) - SHOWN:,} more; --json gives all")


def entries(what: ErasurePlan) -> str:
    return several(len(what.erased), "entry", "entries")


def as_json(what: ErasurePlan, changes: Sequence[Change]) -> Mapping[str, Any]:
    """The plan as plain data; positions are ledger positions."""
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
        "elsewhere": {
            "copies": [
                {
                    "exhibit": copy.exhibit,
                    "inner_path": copy.inner_path,
                    "how": copy.how,
                    "runs": copy.runs,
                }
                for copy in what.elsewhere.copies
            ],
            "retold": [
                {"kind": kind, "entry": position} for kind, position in what.elsewhere.retold
            ],
            "runs": what.elsewhere.runs,
            "found_from_words": what.elsewhere.found_from,
            "common_runs": what.elsewhere.common,
            "exhibits_not_opened": what.elsewhere.unread,
            "texts_not_looked_into": what.elsewhere.unasked,
        },
        "parting": [list(group) for group in what.parting],
        "given_out": [
            {"exhibit": exhibit, "event": event, "agent": agent}
            for exhibit, event, agent in what.given_out
        ],
        "exports": [
            {"entry": entry, "kinds": kinds.split(), "level": level}
            for entry, kinds, level in what.exports
        ],
        "holds": [
            {"exhibit": h.exhibit, "authority": h.authority, "entry": h.position} for h in what.held
        ],
        "figures": changed.as_json(changes),
        "cannot_reach": [*LIMITS, *((POSTGRESQL_LIMIT,) if has_server() else ())],
    }
