"""link next, judge, undo: people decide, one pair at a time, and can take it back.

Invariants: each answer is signed with its reviewer's key; a reviewer who is to be blind is
shown neither how probable a pair is nor what others answered.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from habeas.archive import models as m
from habeas.archive import regions, verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.errors import UnknownReference
from habeas.archive.ledger.committed_entries import head
from habeas.archive.opening import Archive
from habeas.archive.records import members
from habeas.archive.review.pairs import OpenPair
from habeas.archive.review.proposing import link_records
from habeas.archive.review.reviewing import ReviewOutcome, policy, queue, review
from habeas.archive.verbs.deciding import kind_at
from habeas.cli.acting import only_person
from habeas.cli.commands.link import KINDS, captions_of
from habeas.cli.marking import Marks
from habeas.cli.options import PersonOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, asked, shown
from habeas.custody.log.notes import Signer
from habeas.figures.changes.dependents import Change, Standing, difference, snapshot
from habeas.figures.why.claim_steps import Descent
from habeas.names import compare

CLAIMS_SHOWN = 15  # of each of the two
_ANSWERS = {"s": "same", "d": "different", "c": "cannot-tell"}


def next_(
    session: Session,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"Only {', '.join(KINDS)}.")
    ] = "",
    as_: PersonOption = "",
) -> None:
    """Show the next pair to judge, side by side."""
    archive = session.open()
    pairs = queue(archive, as_ or only_person(archive), kind)
    if not pairs:
        session.say("No pair waits. `habeas link run` proposes pairs.")
        session.give({"pair": None, "waiting": 0})
        return
    shown_pair = _show(session, pairs[0])
    left, right = pairs[0].mentions
    session.say(f"{len(pairs):,} waiting. Answer with:")
    session.say(f"  habeas link judge {left} {right} same|different|cannot-tell --reason TEXT")
    session.give({"pair": shown_pair, "waiting": len(pairs)})


def _show(speaker: Speaker, pair: OpenPair) -> dict[str, Any]:
    """Both records with what is said of each; the score only where reviewers are not blind."""
    sides = []
    asked = {mention: _claims_of(mention) for mention in pair.mentions}
    every = {claim for claims, _ in asked.values() for claim in claims}
    marks = Marks(OWNER, {"record": asked, "claim": every})
    alike = marks.common(
        speaker, [*(("record", p) for p in asked), *(("claim", p) for p in sorted(every))]
    )
    for mention, (claims, more) in asked.items():
        down = Descent(OWNER, head()[0], regions.vocabulary(), None).read(claims)
        lines = [
            {"claim": c, "words": down.claim(c).title, **marks.told("claim", c)} for c in claims
        ]
        caption = captions_of([mention]).get(mention, "")
        told_side = {"mention": mention, "caption": caption, "claims": lines, "more": more}
        sides.append(told_side | marks.told("record", mention))
        mark = marks.said("record", mention, *alike)
        speaker.say(f"{shown(caption)} (#{mention}){mark}", style="bold")
        for claim, line in zip(claims, lines, strict=True):
            mark = marks.said("claim", claim, *alike)
            speaker.say(f"  #{claim} {shown(str(line['words']))}{mark}")
        if more:
            speaker.say(f"  … {more:,} more claims")
        speaker.say()
    told: dict[str, Any] = {"left": sides[0], "right": sides[1]}
    if pair.ppm is not None and not policy().blind:
        told["probability"] = pair.ppm / 1_000_000
        told["reasons"] = _reasons(pair)
        speaker.say(f"A run found them one with probability {pair.ppm / 1_000_000:.3f}.")
        for reason in told["reasons"]:
            speaker.say(f"  - {shown(reason)}")
        speaker.say()
    return told


def _reasons(pair: OpenPair) -> list[str]:
    """What their names have in common, read again; places are told apart by a table alone."""
    kind = _kind_of(pair.mentions[0])
    if kind == "place":
        return []
    region = regions.chosen()
    left, right = (next(link_records(kind, only=[mention])) for mention in pair.mentions)
    best = max(
        (compare(one, other, region) for one in left.names for other in right.names),
        key=lambda alike: alike.similarity,
    )
    return list(best.reasons)


def _kind_of(mention: int) -> str:
    return visible(OWNER, m.Mention).values_list("kind", flat=True).get(position=mention)


def _claims_of(mention: int) -> tuple[list[int], int]:
    """The claims on the record that a mention belongs to: its own first."""
    rows = live(visible(OWNER, m.Claim)).filter(subject__in=members(mention))
    found = sorted(
        rows.values_list("subject", "position"), key=lambda row: (row[0] != mention, row[1])
    )
    positions = [position for _, position in found]
    return positions[:CLAIMS_SHOWN], max(0, len(positions) - CLAIMS_SHOWN)


def judge(
    session: PersonSession,
    left: Annotated[
        int | None, typer.Argument(metavar="LEFT", min=0, help="A mention.", show_default=False)
    ] = None,
    right: Annotated[
        int | None,
        typer.Argument(metavar="RIGHT", min=0, help="Another mention.", show_default=False),
    ] = None,
    verdict: Annotated[
        str, typer.Argument(metavar="VERDICT", help="same, different or cannot-tell.")
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help=f"Only {', '.join(KINDS)}.")
    ] = "",
    as_: PersonOption = "",
) -> None:
    """Record whether two records are the same.

    With LEFT, RIGHT and VERDICT it records one answer. Without them it asks about one pair
    after the other; q ends. By the archive's policy one answer decides, or two agreeing ones
    of people who do not see each other's.
    """
    if left is None and (session.json or not sys.stdin.isatty()):
        raise typer.BadParameter(
            "No one can be asked here. Give LEFT, RIGHT and VERDICT; "
            "`habeas link next` shows a pair."
        )
    if left is not None and (right is None or not verdict):
        raise typer.BadParameter("A judgement names two mentions and a verdict.")
    archive = session.open()
    person = session.person(as_)
    if left is None or right is None:
        _ask_one_by_one(session, archive, person, kind)
        return
    outcome, changes = _judged(archive, person, left, right, verdict, reason)
    _say_outcome(session, outcome, changes)
    session.give(
        {
            "review": outcome.review,
            "judgement": outcome.judgement,
            "verdict": outcome.verdict,
            "waits_for": outcome.waits_for,
            "replaced": outcome.replaced,
            "figures": [_figure(change) for change in changes],
        }
    )


def _judged(
    archive: Archive, person: Signer, left: int, right: int, verdict: str, reason: str
) -> tuple[ReviewOutcome, Sequence[Change]]:
    before: Standing = snapshot(archive, OWNER)
    seen = [claim for mention in (left, right) for claim in _claims_of(mention)[0]]
    outcome = review(archive, person, left, right, verdict, reason, seen)
    return outcome, difference(before, snapshot(archive, OWNER))


def _say_outcome(speaker: Speaker, outcome: ReviewOutcome, changes: Sequence[Change]) -> None:
    if outcome.replaced is not None:
        speaker.say(f"Your earlier answer, entry {outcome.replaced}, counts no more.")
    if outcome.judgement is not None:
        speaker.say(f"Decided: {outcome.verdict}, entry {outcome.judgement}.")
    elif outcome.waits_for == "nobody":
        speaker.say(f"Recorded as entry {outcome.review}. Three answers differ: it stays open.")
    else:
        speaker.say(
            f"Recorded as entry {outcome.review}. It waits for a {outcome.waits_for} answer."
        )
    speaker.table(
        [(change.key, f"{shown(change.before)} → {shown(change.after)}") for change in changes],
        indent="  ",
    )


def _ask_one_by_one(speaker: Speaker, archive: Archive, person: Signer, kind: str) -> None:
    pseudonym = person.name.rpartition("/")[2]
    skipped: set[tuple[int, int]] = set()
    while True:
        waiting = [p for p in queue(archive, pseudonym, kind) if p.mentions not in skipped]
        if not waiting:
            speaker.say("No pair waits.")
            return
        pair = waiting[0]
        _show(speaker, pair)
        question = f"{len(waiting):,} waiting. (s)ame, (d)ifferent, (c)annot tell, (l)ater, (q)uit"
        answer = asked(question).strip().lower()[:1]
        if answer == "q":
            return
        if answer not in _ANSWERS:
            skipped.update([pair.mentions] if answer == "l" else [])
            continue
        reason = asked("Why")
        outcome, changes = _judged(archive, person, *pair.mentions, _ANSWERS[answer], reason)
        _say_outcome(speaker, outcome, changes)
        speaker.say()


def undo(
    session: PersonSession,
    judgement: Annotated[
        int, typer.Argument(metavar="JUDGEMENT", min=0, help="The entry of the judgement.")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")],
    as_: PersonOption = "",
) -> None:
    """Take back a judgement: both records are again what they were, and are asked again."""
    archive = session.open()
    if kind_at(judgement) != "judgement":
        raise UnknownReference(
            f"Entry {judgement} is not a judgement.",
            next_step="`habeas link report` lists the newest ones.",
        )
    person = session.person(as_)
    before = snapshot(archive, OWNER)
    with archive.writing(person) as batch:
        made = verbs.retract(batch, judgement, "judgement", reason)
    changes = difference(before, snapshot(archive, OWNER))
    session.say(f"Judgement {judgement} is taken back, by entry {made.position}.")
    session.table(
        [(change.key, f"{shown(change.before)} → {shown(change.after)}") for change in changes],
        indent="  ",
    )
    session.give(
        {
            "undone": judgement,
            "entry": made.position,
            "figures": [_figure(change) for change in changes],
        }
    )


def _figure(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "before": change.before,
        "after": change.after,
        "value_changed": change.value_changed,
    }
