"""What a claim becomes: its row, its chain of sources and its passages."""

from __future__ import annotations

from collections.abc import Collection

from habeas.archive import models as m
from habeas.archive.access import gates
from habeas.archive.access.under_names import people
from habeas.archive.projection import name_keys
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.taking_back import make_as_strict, take_back
from habeas.archive.projection.things import named
from habeas.archive.store.facts import Fact, stored_json
from habeas.vocabulary import edtf, values


def claim(p: Projector, fact: Fact) -> None:
    f = fact.fields
    subject, subject_label = p.find(m.Mention, f["subject"])
    speakers = [p.find(m.Source, step["source"]) for step in f["attribution"]]
    passages = [p.find(m.Passage, passage) for passage in f.get("passages", ())]
    value = f["value"]
    labels = [
        p.own_label(f),
        subject_label,
        *(s[1] for s in speakers),
        *(p[1] for p in passages),
    ]
    ref = None
    if "mention" in value:
        ref, ref_label = p.find(m.Mention, value["mention"])
        labels.append(ref_label)
    column = values.columns(values.from_json(value))
    holds = f.get("holds", "")
    when = edtf.parse(holds) if holds else None
    previous = None
    if "previous" in f:  # what was stopped stays so when it is corrected
        previous, former_label = p.find(m.Claim, f["previous"])
        labels += [p.labels.gate(gate) for gate in p.labels.gates(former_label) if gate != previous]
    of_list = p.maybe(m.List, f.get("list"))
    if of_list is not None and p.gates.of_list(of_list):
        labels.append(p.labels.gate(of_list))
    if f["property"] == gates.DEPICTS:
        labels.append(p.labels.gate(fact.position))
    under_names = _shows_a_picture(p, f["property"], (subject, ref), [each for each, _ in passages])
    if under_names:
        labels.append(p.labels.gate(fact.position))
    label = p.join(*labels)
    p.add(
        m.Claim,
        fact,
        label,
        subject=subject,
        property=f["property"],
        stance=f["stance"],
        value=stored_json(value),
        value_type=column.value_type,
        value_key=column.value_key,
        number_low=column.number_low,
        number_high=column.number_high,
        value_from=column.value_from,
        value_to=column.value_to,
        ref=ref,
        holds=holds,
        holds_from=when.earliest if when else None,
        holds_to=when.latest if when else None,
        attribution=stored_json(f["attribution"]),
        source=speakers[0][0],
        list=of_list,
        row=f.get("row", ""),
        vocabulary=f["vocabulary"],
        note=f.get("note", ""),
        previous=previous,
    )
    if f["property"] in name_keys.PROPERTIES and f["stance"] == "asserts" and "text" in value:
        named(p, fact.position, subject, value["text"], label)
    rows = p.rows
    for ordinal, (source, _) in enumerate(speakers):
        rows[m.ClaimSource].append([fact.position, ordinal, source])
    for ordinal, (passage, _) in enumerate(passages):
        rows[m.ClaimPassage].append([fact.position, ordinal, passage])
    if previous is not None:  # a correction stands in the grouping of what it corrects
        grouped = m.GroupedClaim.objects.filter(claim=previous)
        for grouping in grouped.values_list("grouping", flat=True):
            rows[m.GroupedClaim].append([grouping, fact.position])
        former = m.Claim.objects.filter(position=previous)
        take_back(p, former, fact.position, "superseded", label, ended_why=previous)
    if f["property"] == gates.DEPICTS:
        _close_pictures(p, fact.position, previous)
    if under_names:
        p.flush()
        p.gates.changed([fact.position])


def _shows_a_picture(
    p: Projector, property: str, mentions: tuple[int, int | None], passages: list[int]
) -> bool:
    """Whether a claim shows a picture under somebody's name, where a policy binds what comes in."""
    if property == gates.DEPICTS or not passages or p.gates.rules == gates.NONE:
        return False
    files = p.seen_in(passages)
    if not files or not p.gates.any_picture(files, p.flush):
        p.looked_at.update(file.exhibit for file in files)
        return False
    p.flush()
    return bool(people({each for each in mentions if each is not None}))


def close_what_holds(p: Projector, claims: Collection[int]) -> None:
    """Files that hold a picture of which these claims say whom it shows wait with it."""
    for picture, files in gates.holding(claims).items():
        make_as_strict(p, m.Exhibit, files, p.labels.gate(picture))


def _close_pictures(p: Projector, claim: int, previous: int | None) -> None:
    """The pictures that a claim says show somebody, with all that rests on them, wait for it."""
    p.flush()
    concerned = [claim] if previous is None else [previous, claim]
    for model, pictures in gates.pictures_of(concerned).items():
        for picture in sorted(pictures):
            make_as_strict(p, model, [picture], p.labels.gate(picture))
    close_what_holds(p, concerned)
    p.flush()
    p.gates.changed_with(concerned)
