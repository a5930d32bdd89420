"""retract: what would fall is shown first, then asked, then done.

The figures' new values are found by retracting inside a transaction that is taken back:
nothing is recorded before the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from habeas.archive import joined, regions, verbs
from habeas.archive import models as m
from habeas.archive.access import OWNER, PUBLIC, live, visible
from habeas.archive.blast_radius import BlastRadius, blast_radius, stays_of_list
from habeas.archive.errors import UnknownReference
from habeas.archive.ledger.committed_entries import head
from habeas.archive.opening import Archive
from habeas.archive.projection.ending import RETRACTABLE
from habeas.archive.store.pieces import in_pieces
from habeas.archive.taken_out import taken_out
from habeas.archive.verbs.deciding import kind_at
from habeas.archive.verbs.referring import Marking
from habeas.cli import changed
from habeas.cli.foreseen import foreseen
from habeas.cli.marking import Marks
from habeas.cli.options import DryRunOption, PersonOption, YesOption
from habeas.cli.session import PersonSession
from habeas.cli.speaking import Speaker, several, shown
from habeas.figures.changes.dependents import Change, difference, snapshot, standing_on
from habeas.figures.why.claim_steps import Descent

SHOWN = 10  # claims and records named one by one
_IN_WORDS = frozenset({"purpose", "reason"})  # what persons wrote


def retract(
    session: PersonSession,
    position: Annotated[
        int,
        typer.Argument(
            metavar="POSITION",
            min=0,
            help="Of a claim, a list, a source, a judgement, a grouping, a transcript or an "
            "acceptance.",
        ),
    ],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why; it is recorded.", show_default=False)
    ] = "",
    handling: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Who may read that it was retracted, and why: public, team, restricted or sealed. "
            "It is closed to everyone else.",
        ),
    ] = "team",
    dry_run: DryRunOption = False,
    as_: PersonOption = "",
    yes: YesOption = False,
) -> None:
    """Take back a claim, a list, a source, a judgement, a grouping, a transcript or an acceptance.

    Shows what rests on it and which figures change, and asks. Nothing is deleted: it no longer
    counts, and stays readable, marked as retracted, for those who may read the retraction.
    """
    archive = session.open()
    kind = kind_at(position)
    radius = blast_radius(OWNER, position)
    if kind is None or radius is None:
        raise UnknownReference(
            f"Entry {position} is not something that can be retracted.",
            next_step=_instead(position),
        )
    marking = Marking(handling=handling)
    before = snapshot(archive, OWNER)
    changes = foreseen(
        archive,
        lambda batch: verbs.retract(batch, position, kind, reason or "A trial.", marking=marking),
    )
    records = _captions(radius.records)
    told: dict[str, Any] = {
        "kind": kind,
        "claims": list(radius.claims),
    }
    ending = {"transcript": set(radius.transcripts)}
    marks = Marks(OWNER, {"claim": set(radius.claims), "record": set(radius.records), **ending})
    told["records"] = [
        {"record": r, "caption": c, **marks.told("record", r)} for r, c in records.items()
    ]
    told["transcripts"] = [
        {"transcript": t, **marks.told("transcript", t)} for t in radius.transcripts
    ]
    handed = _handed(radius)
    told["handed_over"] = handed
    taken = _taken_out(archive, radius)
    told["taken_out"] = taken
    told["public"] = public = _public(radius)
    stays = stays_of_list(OWNER, position) if kind == "list" else {}
    told["stays"] = {what: [*positions] for what, positions in stays.items()}
    _describe(session, radius, records, changes, marks)
    _tell_handed(session, handed)
    _tell_taken(session, taken)
    if public:
        session.say(
            f"{several(public, 'claim')} of it {'is' if public == 1 else 'are'} public: anyone may "
            "have taken a copy, which is recorded only where a purpose was given."
        )
    _tell_stays(session, stays)
    if dry_run:
        figures = changed.as_json(changes)
        session.give({"retracted": None, "target": position, **told, "figures": figures})
        return
    if not reason.strip():
        raise typer.BadParameter("give a reason: --reason TEXT; it is recorded")
    session.answerable(yes=yes)
    person = session.person(as_)
    session.confirm("Retract it?", "Nothing was retracted.", yes=yes)
    with archive.writing(person) as batch:
        made = verbs.retract(batch, position, kind, reason, marking=marking)
    changes = difference(before, snapshot(archive, OWNER))
    session.say(f"Retracted: {kind} {position}, by entry {made.position}.")
    changed.tell(session, changes, "No figure changed.")
    session.give(
        {
            "retracted": position,
            "entry": made.position,
            **told,
            "figures": changed.as_json(changes),
        }
    )


def _handed(radius: BlastRadius) -> list[dict[str, Any]]:
    """When which of the files left in a bundle, and what for."""
    found: list[dict[str, Any]] = []
    for part in in_pieces(radius.handed_over):
        rows = visible(OWNER, m.CustodyEvent).filter(position__in=part).order_by("position")
        found += [
            {
                "entry": row.position,
                "exhibit": row.exhibit,
                "at": row.happened_at,
                "to": row.agent,
                "reason": row.reason,
            }
            for row in rows
        ]
    return found


def _taken_out(archive: Archive, radius: BlastRadius) -> list[dict[str, Any]]:
    """Which of the tables and bundles that were recorded may hold it, and what for they left."""
    left = visible(OWNER, m.Export).exists() or visible(OWNER, m.StatedPurpose).exists()
    entries = taken_out(OWNER, radius, standing_on(archive, OWNER, radius.target)) if left else ()
    found: list[dict[str, Any]] = []
    for row in visible(OWNER, m.Export).filter(position__in=entries):
        what = f"export of {row.kinds.replace(' ', ', ')}"
        found.append(_taken(row.position, what, row.level, row.purpose))
    bundles = visible(OWNER, m.StatedPurpose).filter(position__in=entries)
    found += [_taken(row.position, "bundle", row.level, row.purpose) for row in bundles]
    return sorted(found, key=lambda each: int(each["entry"]))


def _public(radius: BlastRadius) -> int:
    """How many of the claims anyone may read until now."""
    found = 0
    for part in in_pieces(radius.claims):
        found += live(visible(PUBLIC, m.Claim)).filter(position__in=part).count()
    return found


def _taken(entry: int, what: str, level: str, purpose: str) -> dict[str, Any]:
    return {"entry": entry, "what": what, "level": level, "purpose": purpose}


def _tell_taken(speaker: Speaker, taken: Sequence[dict[str, Any]]) -> None:
    heading = "It may be in what was taken out for a purpose, and is not to be called back:"
    _tell_left(speaker, heading, taken, "{what} up to {level}: {purpose} (entry {entry})")


def _tell_handed(speaker: Speaker, handed: Sequence[dict[str, Any]]) -> None:
    heading = "Handed over, and not to be called back:"
    _tell_left(speaker, heading, handed, "exhibit {exhibit}, {at}: {reason} (entry {entry})")


#: How each of what stays is taken back.
_TAKEN_BACK: Final = {
    "judgement": "`habeas retract` takes one back.",
    "grouping": "`habeas retract` takes one back.",
    "consent": "`habeas consent withdraw` ends one.",
    "assessment": "Assess again what was assessed.",
    "source": "`habeas retract` takes one back, with all that it says.",
    "definition": "Define the figure again.",
    "exhibit": "`habeas erase request` takes one out.",
}


def _tell_stays(speaker: Speaker, stays: Mapping[str, Sequence[int]]) -> None:
    """What a list brought beside its claims, and what to do about each kind of it."""
    if not stays:
        return
    speaker.say("It also brought what stays until you take it back:")
    for kind, positions in stays.items():
        numbers = ", ".join(f"#{each}" for each in positions[:SHOWN])
        more = f" and {len(positions) - SHOWN:,} more" if len(positions) > SHOWN else ""
        count = several(len(positions), kind)
        speaker.say(f"  {count}: {numbers}{more}. {_TAKEN_BACK[kind]}")


def _tell_left(speaker: Speaker, heading: str, left: Sequence[dict[str, Any]], line: str) -> None:
    """What left the archive, the first of it line by line; nothing where nothing did."""
    if not left:
        return
    speaker.say(heading)
    for each in left[:SHOWN]:
        told = {name: shown(v) if name in _IN_WORDS else v for name, v in each.items()}
        speaker.say(f"  {line.format(**told)}")
    if len(left) > SHOWN:
        speaker.say(f"  … {len(left) - SHOWN:,} more")


def _instead(position: int) -> str:
    """What could be retracted: of a record its claims, by their numbers."""
    found = joined.find(OWNER, position)
    mentions = [mention.position for mention in found.mentions] if found else []
    claims = live(visible(OWNER, m.Claim)).filter(subject__in=mentions).order_by("position")
    numbers = [str(each) for each in claims.values_list("position", flat=True)[: SHOWN + 1]]
    if not numbers:
        *first, last = RETRACTABLE
        return f"Give the number of a {', '.join(first)} or {last}."
    more = " and more" if len(numbers) > SHOWN else ""
    named = ", ".join(numbers[:SHOWN])
    return f"It is a record; give the number of one of its claims: {named}{more}."


def _captions(records: Sequence[int]) -> dict[int, str]:
    rows = visible(OWNER, m.Mention).filter(position__in=records).order_by("position")
    return dict(rows.values_list("position", "caption"))


def _describe(
    speaker: Speaker,
    radius: BlastRadius,
    records: dict[int, str],
    changes: Sequence[Change],
    marks: Marks,
) -> None:
    count = several(len(radius.claims), "claim")
    if radius.kind == "judgement":
        speaker.say(f"Judgement {radius.target} concerns {count} of the records that it joins:")
    elif radius.kind == "grouping":
        speaker.say(f"Grouping {radius.target} ends; its claims stay, in no detention, {count}:")
    elif radius.kind == "acceptance":
        speaker.say(f"Acceptance {radius.target} ends; the rows of its list are closed, {count}:")
    elif radius.kind == "claim":
        speaker.say("This claim falls:")
    elif radius.kind == "transcript":
        speaker.say(f"Transcript {radius.target} ends, and with it what cites its lines, {count}:")
    else:
        speaker.say(f"With {radius.kind} {radius.target} falls what rests on it, {count}:")
    first = radius.claims[:SHOWN]
    ending = () if radius.kind == "transcript" else radius.transcripts
    things = [*(("claim", claim) for claim in first), *(("record", r) for r in records)]
    things += [("transcript", each) for each in ending]
    alike = marks.common(speaker, things)
    for claim, title in zip(first, _claims(first), strict=True):
        speaker.say(f"  {shown(title)}{marks.said('claim', claim, *alike)}")
    if len(radius.claims) > SHOWN:
        speaker.say(f"  … {len(radius.claims) - SHOWN:,} more")
    if len(records) > 1:
        names = [
            f"{shown(caption)} (#{record}){marks.said('record', record, *alike)}"
            for record, caption in list(records.items())[:SHOWN]
        ]
        left_out = f" and {len(records) - SHOWN:,} more" if len(records) > SHOWN else ""
        speaker.say(f"Records: {', '.join(names)}{left_out}")
    if ending:
        numbers = [f"#{each}{marks.said('transcript', each, *alike)}" for each in ending[:SHOWN]]
        left_out = f" and {len(ending) - SHOWN:,} more" if len(ending) > SHOWN else ""
        speaker.say(f"Transcripts that end with it: {', '.join(numbers)}{left_out}")
    changed.tell(speaker, changes, "No figure would change.")


def _claims(positions: Sequence[int]) -> list[str]:
    """Each claim in a line."""
    down = Descent(OWNER, head()[0], regions.vocabulary(), None).read(positions)
    return [f"#{position} {down.claim(position).title}" for position in positions]
