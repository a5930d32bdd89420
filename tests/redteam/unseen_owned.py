"""Two archives of people and their detentions that a viewer must not be able to tell apart.

As ``unseen``, with what names an owner: people who agreed to be public, their detentions, claims
about either, groupings, judgements on both, and what takes these back. Entries are appended as
another program might, without the rules of the verbs: groupings of strangers' claims, of the same
claim twice, of what was taken back; detentions joined whose persons are not.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.archive.making import newspaper

from habeas.archive import verbs
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log.notes import Signer
from habeas.vocabulary import values

LEVELS = ("public", "public", "public", "team", "restricted")
SHARED = ("detained", "detained_in", "detention_reason", "detention_type")
FIGURES = {
    "held": "counts: person\nrules:\n  - {rule: has-record, kind: detention, claims: "
    "[{property: detained_in}, {property: detention_reason}]}\n",
    "any": "counts: person\nrules:\n  - {rule: has-record, kind: detention}\n",
    "camp": "counts: person\nrules:\n  - {rule: has-claim, property: detained_in}\n",
    "stays": "counts: detention\nrules:\n  - {rule: has-claim, property: detained}\n"
    "  - {rule: no-claim, property: detention_type}\n",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing recorded. ``on`` and ``takes_back`` are numbers of earlier steps."""

    kind: str
    handling: str
    on: tuple[int, ...] = ()
    takes_back: int | None = None
    words: str = ""


def plan(seed: int, length: int = 40) -> list[Step]:
    """Sources, camps, people and some of their detentions, then anything at any level."""
    chance = random.Random(seed)  # noqa: S311 - a plan to be drawn again, no secret
    steps = [Step("source", "public"), Step("source", "public"), Step("camp", "public")]
    people, stays, camps = [], [], [2]
    for number in range(4):
        people.append(len(steps))
        steps.append(Step("person", chance.choice(LEVELS), words=f"Person {number}"))
        steps.append(Step("consent", "public", (people[-1],)))
        if number != 2:
            stays.append(len(steps))
            steps.append(Step("stay", chance.choice(LEVELS), (people[-1],), None, f"Stay {number}"))
    steps += [Step("definition", "public", words=key) for key in FIGURES]
    standing: dict[str, list[int]] = {"claim": [], "judgement": [], "grouping": []}
    about: dict[int, int] = {}
    while len(steps) < 20 + length:
        handling, number = chance.choice(LEVELS), len(steps)
        what = chance.choice(
            ["claim"] * 5 + ["stay", "camp", "group", "group", "judge", "retract", "correct"]
        )
        if what == "camp" and len(camps) < 3:
            camps.append(number)
            steps.append(Step("camp", handling))
        elif what == "stay" and len(stays) < 8:
            stays.append(number)
            steps.append(Step("stay", handling, (chance.choice(people),), None, f"Stay {number}"))
        elif what == "claim":
            subject = chance.choice([*people, *people, *stays])
            on = (subject, chance.randrange(2), chance.choice(camps))
            steps.append(Step("claim", handling, on, None, chance.choice(SHARED)))
            standing["claim"].append(number)
            about[number] = subject
        elif what == "group" and stays:
            stay = chance.choice(stays)
            own = [c for c in about if about[c] == steps[stay].on[0]] or list(about)
            if not own:
                continue
            if chance.random() < 0.1:
                own = list(about)
            chosen = chance.sample(own, min(len(own), chance.choice([1, 1, 2, 3])))
            steps.append(Step("grouping", handling, (stay, *chosen), None, f"Grouped {number}"))
            standing["grouping"].append(number)
        elif what == "judge":
            pair = chance.sample(chance.choice([people, people, stays]), 2)
            verdict = chance.choice(["same", "same", "same", "different"])
            steps.append(Step("judgement", handling, tuple(pair), None, verdict))
            standing["judgement"].append(number)
        elif what == "retract":
            which = chance.choice(["claim", "judgement", "grouping"])
            if standing[which]:
                target = chance.choice(standing[which])
                standing[which].remove(target)
                steps.append(Step("retraction", handling, (), target, which))
        elif what == "correct" and standing["claim"]:
            target = chance.choice(standing["claim"])
            old = steps[target]
            on = (old.on[0], chance.randrange(2), chance.choice(camps))
            steps.append(Step("claim", handling, on, target, old.words))
            standing["claim"].remove(target)
            standing["claim"].append(number)
            about[number] = about[target]
    return steps


def closed_to(steps: Sequence[Step], seen: Collection[str]) -> set[int]:
    """The steps that are left out for whoever sees these levels only."""
    out = {number for number, step in enumerate(steps) if step.handling not in seen}
    while True:
        more = set(out)
        for number, step in enumerate(steps):
            on = step.on
            if step.kind == "claim" and step.words != "detained_in":
                on = on[:2]  # it names no camp
            if any(each in out for each in on):
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
) -> list[Ref]:
    """Record the steps, one entry each; in place of those left out, what nobody sees."""
    refs: list[Ref] = []
    with archive.writing(person) as batch:
        for number, step in enumerate(steps):
            if number in without:
                refs.append(newspaper(batch, f"hidden-{number}", Marking(handling="sealed")))
            else:
                refs.append(_record(batch, number, step, refs, without))
    return refs


def _value(step: Step, number: int, refs: Sequence[Ref]) -> values.Value:
    match step.words:
        case "detained":
            return values.date(f"201{number % 8}")
        case "detained_in":
            return values.reference(refs[step.on[2]].entry_id)
        case "detention_type":
            return values.code("detention-type", "camp")
    return values.text(f"Reason {number}")


def _record(
    batch: Batch, number: int, step: Step, refs: Sequence[Ref], without: Collection[int]
) -> Ref:
    place = Marking(handling=step.handling)
    match step.kind:
        case "source":
            return newspaper(batch, f"paper-{number}", place)
        case "camp":
            return verbs.mention(batch, "facility", f"Camp {number}", marking=place)
        case "person":
            return verbs.mention(batch, "person", step.words, marking=place)
        case "consent":
            person = refs[step.on[0]]
            return verbs.consent(
                batch, person, basis="public-statement", audience="public", marking=place
            )
        case "stay":
            owner = refs[step.on[0]]
            return verbs.mention(batch, "detention", step.words, of=owner, marking=place)
        case "definition":
            key = step.words
            text = f"key: {key}\ntitle: Figure {key}\nkind: counted\n{FIGURES[key]}"
            return verbs.define(
                batch, key=key, title=f"Figure {key}", kind="counted", text=text, marking=place
            )
        case "judgement":
            left, right = (refs[each].entry_id for each in step.on)
            said = {"verdict": step.words, "reason": f"Reason {number}"}
            return batch.append(
                "judgement", {"left": left, "right": right, **said, **place.fields(batch)}
            )
        case "grouping":
            episode, *claims = (refs[each].entry_id for each in step.on)
            said = {"claims": claims, "reason": step.words}
            return batch.append("grouping", {"episode": episode, **said, **place.fields(batch)})
        case "retraction":
            assert step.takes_back is not None
            return verbs.retract(
                batch, refs[step.takes_back], step.words, f"Reason {number}", marking=place
            )
    former = None if step.takes_back is None else refs[step.takes_back]
    stands = former is not None and step.takes_back not in without
    return verbs.claim(
        batch,
        refs[step.on[0]],
        step.words,
        _value(step, number, refs),
        [Attribution(refs[step.on[1]])],
        marking=place,
        previous=former if stands else None,
    )
