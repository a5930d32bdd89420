"""Reviewing pairs: who is asked what next, when a pair is decided, and how far people agree.

The policy says how many reviewers a pair needs and whether they see how probable it is. With
one, a review is carried out at once. With two, neither is shown the other's before both have
answered; where they differ a third is asked, and what two of the three say is carried out;
three answers that all differ leave the pair open. What a decision rests on stands in it.
Until somebody else has answered, a reviewer may answer otherwise: the newer answer counts.

Invariants: nobody is asked a pair twice; a pair that follows from other judgements is not
asked; the order does not tell a blind reviewer how probable a pair is.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.committed_entries import entry_id_at
from habeas.archive.review.pairs import OpenPair, open_pairs, ordered

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

DECIDING = 2  # of three
ASKED_AT_MOST = 3


class ReviewRules(NamedTuple):
    """How pairs are decided."""

    reviewers: int = 1
    blind: bool = False


class ReviewAnswer(NamedTuple):
    """One reviewer's answer."""

    position: int
    person: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """What became of a review: the entries made, and what the pair still needs."""

    review: int
    judgement: int | None
    verdict: str
    waits_for: str  # '' decided; 'second', 'third'; 'nobody': three answers that all differ
    replaced: int | None = None  # the entry of an earlier answer that counts no more


def policy(as_of: int | None = None) -> ReviewRules:
    row = live(visible(OWNER, m.ReviewPolicy), as_of).order_by("-position").first()
    return ReviewRules() if row is None else ReviewRules(row.reviewers, row.blind)


def queue(archive: Archive, person: str, kind: str = "", threshold_ppm: int = 0) -> list[OpenPair]:
    """The open pairs that this person has not answered, in the order in which they are asked.

    Pairs that wait for one more answer come first. A blind reviewer gets the others in an
    order that says nothing.
    """
    canonical = dict(m.Mention.objects.values_list("position", "canonical"))
    rule = policy()
    pairs = open_pairs(
        OWNER,
        lambda mention: canonical.get(mention, mention),
        archive.size,
        threshold_ppm=threshold_ppm,
        kind=kind,
    )
    answers = _answers()
    waiting = []
    for pair in pairs:
        if pair.judgement is not None:
            continue  # decided as far as anybody could
        said = answers.get(ordered(*pair.mentions), [])
        if person not in (each.person for each in said) and len(said) < ASKED_AT_MOST:
            waiting.append((pair, len(said)))

    def place(each: tuple[OpenPair, int]) -> tuple[object, ...]:
        pair, said = each
        shuffled = hashlib.sha256(repr(pair.mentions).encode()).hexdigest()
        return (-said, shuffled if rule.blind else -(pair.ppm or 0), pair.mentions)

    return [pair for pair, _ in sorted(waiting, key=place)]


def _answers() -> dict[tuple[int, int], list[ReviewAnswer]]:
    """What was said of each pair since its last decision was undone, earliest first.

    Of one who answered again before anybody else did, the newer answer.
    """
    undone = _undone()
    found: dict[tuple[int, int], list[ReviewAnswer]] = defaultdict(list)
    rows = visible(OWNER, m.Review).order_by("position")
    for position, left, right, person, verdict in rows.values_list(
        "position", "left", "right", "person", "verdict"
    ):
        if position > undone.get((left, right), -1):
            said = found[left, right]
            if _alone(said, person):
                said.clear()
            said.append(ReviewAnswer(position, person, verdict))
    return found


def _alone(said: Sequence[ReviewAnswer], person: str) -> bool:
    """Whether this person has answered and nobody else."""
    return len(said) == 1 and said[0].person == person


def _undone() -> dict[tuple[int, int], int]:
    """When the last decision on a pair was taken back: its reviews are asked anew."""
    found: dict[tuple[int, int], int] = {}
    rows = visible(OWNER, m.Judgement).filter(ended_at__isnull=False).order_by("ended_at")
    for left, right, ended_at in rows.values_list("left", "right", "ended_at"):
        found[ordered(left, right)] = ended_at or 0
    return found


def review(
    archive: Archive,
    person: Signer,
    left: int,
    right: int,
    verdict: str,
    reason: str,
    seen: Sequence[int] = (),
) -> ReviewOutcome:
    """Record an answer, and the decision where it makes one; one transaction."""
    pair = ordered(left, right)
    pseudonym = person.name.rpartition("/")[2]
    with archive.writing(person) as batch:  # what was answered is read where nobody else can answer
        rule = policy()
        before = _answers().get(pair, [])
        corrects = _alone(before, pseudonym) and before[0].verdict != verdict and rule.reviewers > 1
        _refuse_answered(pair, pseudonym, [] if corrects else before)
        replaced = before.pop().position if corrects else None
        made = verbs.review(
            batch, *pair, verdict, reason, seen=[entry_id_at(position) for position in seen]
        )
        said = [*before, ReviewAnswer(made.position, pseudonym, verdict)]
        decided, waits_for = decision(rule, [each.verdict for each in said])
        judgement = None
        if decided:
            judgement = verbs.judge(
                batch,
                *pair,
                decided,
                reason,
                rests_on=[
                    made.entry_id if each.position == made.position else entry_id_at(each.position)
                    for each in said
                    if each.verdict == decided
                ],
            ).position
    return ReviewOutcome(made.position, judgement, decided, waits_for, replaced)


def _refuse_answered(pair: tuple[int, int], pseudonym: str, before: Sequence[ReviewAnswer]) -> None:
    """One answer a person; none to a pair that is decided already."""
    if pseudonym in (each.person for each in before):
        raise EntryRefused(
            f"{pseudonym} has answered this pair before.",
            next_step="An answer can be changed only until someone else has answered. A decision "
            "is withdrawn with `habeas link undo`.",
        )
    decided = live(visible(OWNER, m.Judgement)).filter(
        left__in=pair, right__in=pair, verdict__in=("same", "different")
    )
    if found := decided.order_by("position").first():
        raise EntryRefused(
            f"This pair was decided at entry {found.position}.",
            next_step=f"To decide it again, undo that first: `habeas link undo {found.position}`.",
        )


def decision(rule: ReviewRules, answers: Sequence[str]) -> tuple[str, str]:
    """What the answers decide ('' nothing yet), and for whom the pair still waits."""
    if rule.reviewers == 1:
        return answers[-1], ""
    verdict, number = Counter(answers).most_common(1)[0]
    if number >= DECIDING:
        return verdict, ""
    if len(answers) >= ASKED_AT_MOST:
        return "", "nobody"
    return "", "second" if len(answers) == 1 else "third"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers agree on pairs that two answered apart.

    ``kappa`` is Cohen's (1960, equation 1): None where both always gave one same answer, for
    then chance explains everything.
    """

    pairs: int
    agreed: int
    kappa: float | None


def agreement() -> Agreement:
    """Over the first two answers of each pair."""
    first_two = [
        (said[0].verdict, said[1].verdict) for said in _answers().values() if len(said) > 1
    ]
    return Agreement(len(first_two), sum(a == b for a, b in first_two), cohen_kappa(first_two))


def cohen_kappa(answers: Iterable[tuple[str, str]]) -> float | None:
    """Agreement beyond chance of two raters (Cohen 1960): (p_o - p_e) / (1 - p_e)."""
    both = list(answers)
    if not both:
        return None
    observed = sum(a == b for a, b in both) / len(both)
    first, second = Counter(a for a, _ in both), Counter(b for _, b in both)
    chance = sum(first[each] * second[each] for each in first) / len(both) ** 2
    return None if chance == 1 else (observed - chance) / (1 - chance)
