"""A large archive is counted some records at a time: the figure is what it is when read whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import counting
from benchmarks.counting_archives import making
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures.world import PUBLIC as OPEN
from tests.figures.world import World, build, say

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member, visible
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import FigureError
from habeas.figures.evaluation import parts
from habeas.figures.evaluation.evaluating import evaluate_afresh
from habeas.figures.evaluation.results import Evaluation
from habeas.vocabulary import values

ARCHIVES = 6


@pytest.fixture
def world(archive: Archive, tmp_path: Path) -> World:
    return build(archive, tmp_path)


def in_parts(patch: pytest.MonkeyPatch, *, one_in: int = 1) -> None:
    """Read as a large archive is: two records at a time."""
    patch.setattr(parts, "MOST_AT_ONCE", 1)
    patch.setattr(parts, "RECORDS_AT_ONCE", 2)
    patch.setattr(parts, "_SUBJECTS", 3)
    patch.setattr(parts, "ONE_IN", one_in)


def answered(definition: FigureDefinition, viewer: Viewer, size: int) -> Evaluation | str:
    try:
        return evaluate_afresh(definition, viewer, size)
    except FigureError as error:
        return error.code


def both(texts: list[str], viewer: Viewer, sizes: list[int], one_in: int) -> Iterator[bool]:
    """Whether each figure is the same in parts, compared whole: members, grounds, level, words."""
    definitions = [parse(text) for text in texts]
    for size in sizes:
        whole = [answered(definition, viewer, size) for definition in definitions]
        with pytest.MonkeyPatch.context() as patch:
            in_parts(patch, one_in=one_in)
            found = [answered(definition, viewer, size) for definition in definitions]
        yield found == whole


CONDITIONS = (
    "points-to: '#{one}'",
    "points-to: ['#{one}', '#{other}']",
    "source: {source}",
    "stance: [asserts, denies], points-to: '#{one}'",
    "source: {source}, origins-at-least: 2",
)


def narrow(seed: int) -> list[str]:
    """Figures with one condition that can be put to the database."""
    chance = random.Random(seed)  # noqa: S311  (drawn for a test)
    rows = list(visible(OWNER, m.Claim).exclude(ref=None).values_list("subject", "property", "ref"))
    codes = list(visible(OWNER, m.Source).values_list("code", flat=True))
    kinds = dict(visible(OWNER, m.Mention).values_list("position", "kind"))
    found = []
    for number, condition in enumerate(CONDITIONS):
        subject, name, one = chance.choice(rows)
        asked = condition.format(one=one, other=chance.choice(rows)[2], source=chance.choice(codes))
        found.append(
            f"{{key: narrow-{number}, title: One, kind: counted, counts: {kinds[subject]}, rules: ["
            f"{{rule: has-claim, property: {name}, {asked}}}, {{rule: record, is-not: '#{one}'}}]}}"
        )
    return found


def test_a_figure_in_parts_is_what_it_is_whole() -> None:
    """On archives and figures made at random, for the owner and the public, at several sizes."""
    with making() as maker:
        for seed in range(ARCHIVES):
            size = maker.make(seed).size
            texts = [*counting.definitions_for(seed, 4), *narrow(seed)]
            assert all(both(texts, OWNER, [size, size // 2, size // 3], one_in=1))
            assert all(both(texts, PUBLIC, [size], one_in=4))


def test_handling_is_that_of_the_strictest_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For everyone who may see it; also where most of what counts is looked for among others."""
    world.judge("merge", "Camp A", "Camp B", marking=Marking(handling="sealed"))
    definitions = [d for d in recorded.in_force(OWNER) if d.kind == "counted"]
    for viewer in (OWNER, PUBLIC, team_member("one", {"main": "restricted"})):
        whole = [answered(d, viewer, world.archive.size) for d in definitions]
        with monkeypatch.context() as patch:
            in_parts(patch)
            patch.setattr("habeas.archive.openness._CHUNK", 1)
            assert [answered(d, viewer, world.archive.size) for d in definitions] == whole


def test_who_certainly_does_not_meet_the_condition_is_not_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty more of another county cost the count of one county no further query."""
    text = (
        "{key: k, title: One, kind: counted, counts: facility, rules: ["
        "{rule: has-claim, property: located_in, points-to: Example county}]}"
    )
    in_parts(monkeypatch)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            found = evaluate_afresh(parse(text), OWNER, world.archive.size)
        assert len(found.members) == 2
        return len(caught)

    before = queries()
    with world.archive.writing() as batch:
        source = verbs.source(batch, "more", "publication", name="More", marking=OPEN)
        other = verbs.mention(batch, "place", "Another county", marking=OPEN)
        there = values.to_json(values.reference(other.entry_id))
        for number in range(40):
            camp = verbs.mention(batch, "facility", f"Other camp {number}", marking=OPEN)
            say(batch, camp, "located_in", there, source)
    assert queries() == before
