"""Estimated figures: lists from sources, members from judged records, a number or a reason."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.archive.making import add_reviewer

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.exchange.exporting import writing
from habeas.exchange.tidy import parts
from habeas.exchange.tidy.reading import TidyReader
from habeas.figures.changes import dependents
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import UnknownSource
from habeas.figures.evaluation import estimates
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.results import CountedFigure, EstimatedFigure, Evaluation
from habeas.figures.why import asking
from habeas.vocabulary import values

OPEN = Marking(handling="public")
TEXT = """\
key: held-in-all
title: People held, documented or not
kind: estimated
counts: person
unit: persons
closed-population: yes
everyone-could-be-listed: unknown
rules:
  - {rule: has-claim, property: occupation}
lists:
  - {name: Registry, sources: registry, includes: Whoever the office wrote down}
  - {name: Letters, sources: letters, includes: Whoever wrote home}
  - {name: Interviews, sources: interviews, includes: Whoever could leave}
"""
LISTS = ("registry", "letters", "interviews")


class Cast:
    """People and who speaks of them; each is made with the lists that they are on."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.sources = {
            code: verbs.source(batch, code, "organisation", name=code.title(), marking=OPEN)
            for code in LISTS
        }
        self.people: list[Ref] = []

    def person(self, lists: Iterable[str], source: str = "") -> Ref:
        who = verbs.mention(self.batch, "person", f"Person {len(self.people)}", marking=OPEN)
        self.people.append(who)
        for code in lists:
            value = values.from_json(
                {"type": "text", "text": "Tailor", "language": "en", "script": "Latn"}
            )
            speaker = [Attribution(self.sources[code])]
            verbs.claim(self.batch, who, "occupation", value, speaker, marking=OPEN)
        return who


def fill(archive: Archive, cells: dict[tuple[str, ...], int]) -> Cast:
    with archive.writing() as batch:
        cast = Cast(batch)
        for lists, number in cells.items():
            for _ in range(number):
                cast.person(lists)
    return cast


CELLS = {
    ("registry",): 30,
    ("letters",): 28,
    ("interviews",): 25,
    ("registry", "letters"): 12,
    ("registry", "interviews"): 11,
    ("letters", "interviews"): 10,
    ("registry", "letters", "interviews"): 5,
}
FEW = {("registry",): 2, ("letters", "registry"): 1, ("interviews",): 1}


def define(archive: Archive, text: str = TEXT) -> FigureDefinition:
    definition = parse(text)
    with archive.writing() as batch:
        ref = verbs.define(
            batch,
            key=definition.key,
            title=definition.title,
            kind=definition.kind,
            text=text,
            marking=OPEN,
        )
    return parse(text, position=ref.position)


def evaluated(archive: Archive, text: str = TEXT) -> Evaluation:
    return evaluate(archive, define(archive, text), OWNER)


def test_lists_and_their_overlaps_come_from_who_speaks_of_whom(archive: Archive) -> None:
    fill(archive, CELLS)
    found = evaluated(archive)
    assert isinstance(found, EstimatedFigure)
    assert found.capture.table is not None
    assert found.capture.table.observed == len(found.members) == sum(CELLS.values())
    for lists, number in CELLS.items():
        assert found.capture.table.count_of(name.title() for name in lists) == number
    assert not isinstance(found, CountedFigure)
    assert found.headline == f"at least {sum(CELLS.values())} persons documented; not estimated yet"
    found.require_lineage()


def test_whom_the_rules_drop_and_who_is_on_no_list_are_steps_that_add_up(archive: Archive) -> None:
    cast = fill(archive, FEW)
    with archive.writing() as batch:
        verbs.mention(batch, "person", "Without any claim", marking=OPEN)
        other = verbs.source(batch, "passer-by", "person", name="A passer-by", marking=OPEN)
        cast.batch, cast.sources["passer-by"] = batch, other
        cast.person(["passer-by"])
    found = evaluated(archive)
    found.require_lineage()
    assert [(step.rule, len(step.dropped), step.kept) for step in found.steps] == [
        ("live", 0, 6),
        ("has-claim", 1, 5),
        ("on-a-list", 1, 4),
    ]


def test_an_estimate_is_computed_once_and_then_shown(archive: Archive) -> None:
    fill(archive, CELLS)
    definition = define(archive)
    unfinished = archive.directory / "cache" / "estimates" / "tmp" / "another-process"
    unfinished.parent.mkdir(parents=True)
    unfinished.write_text("half of")
    made = estimates.compute(archive, evaluate(archive, definition, OWNER))
    assert made is not None
    assert unfinished.exists()  # the file of whoever computes another one at this moment
    assert made.apart.estimate is not None
    assert made.apart.estimate > sum(CELLS.values())
    shown = evaluate(archive, definition, OWNER)
    assert shown.estimates == made
    assert shown.headline.endswith(made.apart.words)
    assert "cautions" in made.apart.document
    tree = asking.as_text(asking.tree(archive, OWNER, definition))
    for words in ("Registry", "Whoever wrote home", "could not have been on", "seed", "Person 0"):
        assert words in tree
    # Whoever may not see the people has another table, and so not this number.
    other = evaluate(archive, definition, PUBLIC)
    assert (len(other.members), other.estimates) == (0, None)


def test_too_little_overlap_is_a_reason_and_not_a_number(archive: Archive) -> None:
    fill(archive, FEW)
    definition = define(archive)
    made = estimates.compute(archive, evaluate(archive, definition, OWNER))
    assert made is not None
    assert made.apart.estimate is None
    assert "no estimate" in evaluate(archive, definition, OWNER).headline


def test_lists_that_repeat_each_other_are_one_list(archive: Archive) -> None:
    cast = fill(archive, CELLS)
    with archive.writing() as batch:
        verbs.lineage(batch, cast.sources["letters"], cast.sources["registry"], marking=OPEN)
    captured = evaluated(archive).capture
    assert captured is not None
    assert [each.name for each in captured.lists] == ["Registry + Letters", "Interviews"]
    assert captured.lists[0].merged
    assert captured.lists[0].persons == sum(
        number for lists, number in CELLS.items() if set(lists) & {"registry", "letters"}
    )


def test_lists_that_exclude_each_other_make_impossible_cells(archive: Archive) -> None:
    fill(archive, {("registry",): 3, ("letters",): 2, ("interviews", "letters"): 2})
    captured = evaluated(archive, TEXT + "exclusive: [[Registry, Letters]]\n").capture
    assert captured is not None
    assert captured.table is not None
    assert {captured.table.pattern(mask) for mask in captured.table.impossible} == {"110", "111"}


def test_somebody_on_lists_that_exclude_each_other_is_a_reason(archive: Archive) -> None:
    fill(archive, CELLS)
    found = evaluated(archive, TEXT + "exclusive: [[Registry, Letters]]\n")
    assert "impossible" in found.headline
    assert isinstance(found, EstimatedFigure)
    assert found.capture.table is None
    assert estimates.compute(archive, found) is None


def test_a_judgement_moves_a_person_between_cells(archive: Archive) -> None:
    cast = fill(archive, FEW)
    definition = define(archive)
    before = dependents.snapshot(archive, OWNER)
    with archive.writing(add_reviewer(archive)) as batch:
        verbs.judge(batch, cast.people[0], cast.people[3], "same", "one face of it", marking=OPEN)
    table = evaluate(archive, definition, OWNER).capture
    assert table is not None
    assert table.table is not None
    assert table.table.count_of(["Registry", "Interviews"]) == 1
    assert table.table.observed == 3
    changes = dependents.difference(before, dependents.snapshot(archive, OWNER))
    assert [change.key for change in changes] == ["held-in-all"]


def test_a_pair_that_nobody_could_decide_is_carried_both_ways(archive: Archive) -> None:
    cast = fill(archive, FEW)
    with archive.writing(add_reviewer(archive)) as batch:
        judged = verbs.judge(
            batch, cast.people[0], cast.people[3], "cannot-tell", "two papers", marking=OPEN
        )
    captured = evaluated(archive).capture
    assert captured is not None
    assert [pair.judgement for pair in captured.pairs] == [judged.position]
    assert captured.table is not None
    assert captured.joined is not None
    assert (captured.table.observed, captured.joined.observed) == (4, 3)
    found = evaluated(archive)
    assert isinstance(found, EstimatedFigure)
    assert found.fewest == 3
    assert found.headline.startswith(
        "at least 3 persons documented (4 if no undecided pair is one person)"
    )
    made = writing._rows(archive, TidyReader(OWNER, archive.size), "figure", "held-in-all")
    rows = [parts.Part(*row) for piece in made for row in piece]
    assert {row.counted_lower for row in rows if row.part == "total"} == {3}
    listed = [row.counted_lower for row in rows if row.part == "list"]
    assert listed == [each.fewest for each in captured.lists]
    assert all(each.fewest <= each.persons for each in captured.lists)


def test_a_list_of_an_unknown_source_is_refused(archive: Archive) -> None:
    definition = define(archive)
    with pytest.raises(UnknownSource, match="registry"):
        evaluate(archive, definition, OWNER)
