"""Two archives that a viewer must not be able to tell apart.

``plan`` draws what is recorded, with mixed handling; ``record`` records it, or records in place
of some steps a thing that nobody but the owner sees, so that every later entry has the same
position. ``closed_to`` says which steps are left out for a viewer: those that they may not see,
what rests on them, and (decision 0031) what those take back.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.archive.making import newspaper, place_mention

from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.vocabulary import schema, values

LEVELS = ("public", "public", "team", "restricted")
KEYS = ("first", "second")
TEXT = """\
key: {key}
title: Variant {number}
kind: counted
counts: place
rules:
  - {{rule: has-claim, property: population, value: {{known: yes}}}}
"""
REPORTED = """\
key: {key}
title: Variant {number}
kind: reported
reports: [population]
rules: []
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing recorded. ``rests_on`` and ``takes_back`` are numbers of earlier steps."""

    kind: str
    handling: str
    rests_on: tuple[int, ...] = ()
    takes_back: int | None = None
    words: str = ""


def plan(seed: int, length: int = 22) -> list[Step]:
    """Sources and mentions in the open, then anything at any level."""
    chance = random.Random(seed)  # noqa: S311 - a plan to be drawn again, no secret
    steps = [Step("source", "public") for _ in range(2)]
    steps += [Step("mention", "public", words=f"Town {number}") for number in range(2, 6)]
    standing: dict[str, list[int]] = {"claim": [], "judgement": [], "source": [0, 1]}

    def claim(handling: str) -> Step:
        return Step("claim", handling, (chance.randrange(2, 6), chance.choice(standing["source"])))

    while len(steps) < 6 + length:
        handling = chance.choice(LEVELS)
        what = chance.choice(["define", *["claim"] * 3, "judge", "correct", "retract", "assess"])
        number = len(steps)
        if what == "define":
            steps.append(Step("definition", handling, words=chance.choice(KEYS)))
        elif what == "claim":
            steps.append(claim(handling))
            standing["claim"].append(number)
        elif what == "judge":
            verdict = chance.choice(["same", "same", "different", "cannot-tell"])
            steps.append(
                Step("judgement", handling, tuple(chance.sample(range(2, 6), 2)), None, verdict)
            )
            standing["judgement"].append(number)
        elif what == "retract":
            which = chance.choice(["claim", "claim", "judgement", "source"])
            if not standing[which] or (which == "source" and len(standing[which]) == 1):
                continue
            target = chance.choice(standing[which])
            standing[which].remove(target)
            steps.append(Step("retraction", handling, (), target, which))
            if which == "source":
                standing["claim"] = [n for n in standing["claim"] if steps[n].rests_on[1] != target]
        elif standing["claim"]:
            target = chance.choice(standing["claim"])
            if what == "assess":
                steps.append(Step("assessment", handling, (target,)))
            else:
                about = (steps[target].rests_on[0], chance.choice(standing["source"]))
                steps.append(Step("claim", handling, about, target))
                standing["claim"].remove(target)
                standing["claim"].append(number)
    return steps


def closed_to(steps: Sequence[Step], seen: Collection[str]) -> set[int]:
    """The steps that are left out for whoever sees these levels only."""
    out = {number for number, step in enumerate(steps) if step.handling not in seen}
    while True:
        more = set(out)
        for number, step in enumerate(steps):
            if any(each in out for each in step.rests_on):
                more.add(number)
            if step.takes_back is not None and number in out:
                more.add(step.takes_back)
            if step.kind == "retraction" and step.takes_back in out:
                more.add(number)
        if more == out:
            return out
        out = more


def record(
    archive: Archive, person: Signer, steps: Sequence[Step], without: Collection[int] = ()
) -> None:
    """Record the steps, one entry each; in place of those left out, what nobody sees."""
    refs: list[Ref] = []
    with archive.writing(person) as batch:
        for number, step in enumerate(steps):
            if number in without:
                refs.append(newspaper(batch, f"hidden-{number}", Marking(handling="sealed")))
            else:
                refs.append(_record(batch, number, step, refs, without))


def _record(
    batch: Batch, number: int, step: Step, refs: Sequence[Ref], without: Collection[int]
) -> Ref:
    place = Marking(handling=step.handling)
    match step.kind:
        case "source":
            return newspaper(batch, f"paper-{number}", place)
        case "mention":
            return place_mention(batch, step.words, place)
        case "definition":
            text = (TEXT if number % 2 else REPORTED).format(key=step.words, number=number)
            kind = "counted" if number % 2 else "reported"
            title = f"Variant {number}"
            return verbs.define(
                batch, key=step.words, title=title, kind=kind, text=text, marking=place
            )
        case "judgement":
            left, right = (refs[each] for each in step.rests_on)
            return verbs.judge(batch, left, right, step.words, f"Reason {number}", marking=place)
        case "retraction":
            assert step.takes_back is not None
            return verbs.retract(
                batch, refs[step.takes_back], step.words, f"Reason {number}", marking=place
            )
        case "assessment":
            target = refs[step.rests_on[0]]
            return verbs.assess(batch, target, "claim", "credibility", "3", "x", marking=place)
    former = None if step.takes_back is None else refs[step.takes_back]
    stands = former is not None and step.takes_back not in without
    subject, source = (refs[each] for each in step.rests_on)
    return verbs.claim(
        batch,
        subject,
        "population",
        values.parse(str(number), schema.core().properties["population"]),
        [Attribution(source)],
        marking=place,
        previous=former if stands else None,
    )
