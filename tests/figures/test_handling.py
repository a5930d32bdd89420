"""A figure is as strict as what it stands on, a merge among it, whoever may see that merge."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures import world as w
from tests.figures.world import World, build
from tests.support.archives import Filling

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.verbs.referring import Marking
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import parse
from habeas.figures.definition.naming import require_known_sources, require_openly_named
from habeas.figures.errors import NamesStricter, UnknownRecord, UnknownSource
from habeas.figures.evaluation.evaluating import evaluate, evaluate_afresh

SEALED = Marking(handling="sealed")


def cleared(level: str) -> Viewer:
    return team_member("a colleague", {"main": level})


def level(world: World, key: str, viewer: Viewer, as_of: int | None = None) -> str:
    return evaluate(world.archive, recorded.named(viewer, key), viewer, as_of).handling


def inside(world: World, key: str, as_of: int | None = None) -> str:
    """To those who may see the merge, who are told the same."""
    (found,) = {level(world, key, each, as_of) for each in (OWNER, cleared("sealed"))}
    return found


@pytest.fixture
def world(filled: Filling) -> World:
    world: World = filled(build)[1]
    return world


def test_a_sealed_merge_of_public_mentions_seals_the_figures_on_it(world: World) -> None:
    with world.archive.writing() as batch:
        more = {
            "another letter": verbs.mention(batch, "document", "A letter", marking=w.PUBLIC),
            "another region": verbs.mention(batch, "place", "The region", marking=w.PUBLIC),
        }
    world.at |= {name: ref.position for name, ref in more.items()}
    world.retract("f", "claim")  # the only claim above public
    for key, left, right in (
        ("facilities", "Camp A", "Camp B"),  # its members
        ("facilities", "region", "another region"),  # what its deciding claims name
        ("totals", "letter", "another letter"),  # what its points are about
        ("held", "another region", "region"),
        ("supported", "Syldavia", "Borduria"),  # undecided, and decided
    ):
        before = world.archive.size
        assert inside(world, key) == "public"
        world.judge("merge", left, right, marking=SEALED)
        assert inside(world, key) == "sealed", key
        assert inside(world, key, before) == "public"
        for other in (cleared("team"), PUBLIC):  # nothing is joined for them
            assert level(world, key, other) == "public"
        world.retract("merge", "judgement")
        assert inside(world, key) == "public"


def test_later_mentions_count_and_what_it_does_not_stand_on_does_not(world: World) -> None:
    with world.archive.writing() as batch:
        later = verbs.mention(batch, "facility", "Camp A again", marking=w.RESTRICTED)
    world.at["later"] = later.position
    world.judge("merge", "Camp A", "later")
    assert inside(world, "facilities") == "restricted"
    assert level(world, "facilities", cleared("team")) == "public"
    world.judge("merge", "Ruritania", "Borduria", marking=SEALED)
    assert inside(world, "facilities") == "restricted"  # does not stand on that one
    assert inside(world, "supported") == "sealed"


RANGE = """\
key: range
title: States
kind: counted
counts: country
undecided-from: 0.5
"""


def test_a_sealed_verdict_seals_the_range_that_it_moves(world: World) -> None:
    world.retract("f", "claim")  # the only claim above public
    with world.archive.writing() as batch:
        verbs.define(
            batch, key="range", title="States", kind="counted", text=RANGE, marking=w.PUBLIC
        )
    assert inside(world, "range") == "public"
    world.judge("apart", "Syldavia", "Borduria", "different", marking=SEALED)
    assert inside(world, "range") == "public"  # nobody had asked about that pair
    world.judge("unclear", "Syldavia", "Borduria", "cannot-tell")
    assert inside(world, "range") == "sealed"  # it says that the pair is not open
    assert level(world, "range", cleared("team")) == "public"
    world.retract("apart", "judgement")
    assert inside(world, "range") == "public"
    world.judge("not sure", "Ruritania", "Borduria", "cannot-tell", marking=SEALED)
    assert inside(world, "range") == "sealed"
    assert inside(world, "supported") == "public"  # no range


GRADED = w.SUPPORTED.replace("code: support", "code: support, credibility: {at-least: 2}")


def test_sealed_grades_and_lineage_seal_what_asks_for_them(world: World) -> None:
    world.retract("f", "claim")  # the only claim above public
    assert inside(world, "supported") == "public"
    (claim, *_) = evaluate(world.archive, recorded.named(OWNER, "supported"), OWNER).grounds
    text = GRADED.replace("key: supported", "key: graded")
    with world.archive.writing(world.reviewer) as batch:
        verbs.define(
            batch, key="graded", title="Graded", kind="counted", text=text, marking=w.PUBLIC
        )
        verbs.assess(
            batch, claim, "claim", scheme="credibility", grade="1", marking=SEALED, reason="A test."
        )
    assert inside(world, "graded") == "sealed"
    assert inside(world, "supported") == "public"
    assert level(world, "graded", cleared("team")) == "public"
    speaker = m.Claim.objects.get(position=claim).source
    with world.archive.writing() as batch:
        paper = verbs.source(batch, "paper", "publication", name="Paper", marking=w.PUBLIC)
        verbs.lineage(batch, speaker, paper, marking=SEALED)
    assert inside(world, "supported") == "sealed"  # its origins are a weak point that is said


INTEREST = (
    w.TOTALS.replace("key: totals", "key: paid")
    + """\
rules:
  - {rule: interest, is: funding}
"""
)


def test_what_was_found_out_of_a_speaker_later_holds_of_what_they_said_before(world: World) -> None:
    before = world.archive.size
    paid = {"kind": "funding", "text": "By a ministry."}
    with world.archive.writing() as batch:
        verbs.define(
            batch, key="paid", title="Paid", kind="reported", text=INTEREST, marking=w.PUBLIC
        )
        verbs.source(
            batch, "news", "publication", interests=[paid], previous=world.at["news"],
            marking=SEALED,
        )  # fmt: skip
    definition = recorded.named(OWNER, "paid")
    found = evaluate(world.archive, definition, OWNER)
    assert found.points
    assert {point.source for point in found.points} == {world.at["news"]}
    assert found.handling == "sealed"  # by whom it is known is
    assert not evaluate(world.archive, definition, OWNER, before).points
    assert not evaluate(world.archive, definition, cleared("team")).points


def test_a_code_that_no_source_has_is_refused_where_it_is_added(world: World) -> None:
    text = w.TOTALS + "rules:\n  - {rule: source, is: [news, nobody]}\n"
    with pytest.raises(UnknownSource, match="nobody"):
        require_known_sources(parse(text))
    require_known_sources(parse(text.replace("nobody", "echo")))


@pytest.mark.parametrize("named", ["record", "source"])
def test_no_error_names_what_an_open_definition_names(world: World, named: str) -> None:
    with world.archive.writing() as batch:
        verbs.mention(batch, "country", "Sealed Name", marking=SEALED)
        verbs.source(batch, "sealed-code", "publication", marking=SEALED)
    text = RANGE + "rules:\n  - {rule: record, is-not: Sealed Name}\n"
    if named == "source":
        text = ESTIMATED
    definition = parse(text)
    if named == "record":
        assert evaluate(world.archive, definition, OWNER).handling == "sealed"
    for viewer in (cleared("team"), PUBLIC):
        with pytest.raises((UnknownRecord, UnknownSource)) as caught:
            evaluate(world.archive, definition, viewer)
        assert "ealed" not in f"{caught.value} {caught.value.next_step}"
    with pytest.raises(NamesStricter, match=r"Sealed Name|sealed-code"):
        require_openly_named(definition)
    require_openly_named(parse(text + "handling: sealed\n"))
    require_openly_named(parse(text.replace("Sealed Name", "Borduria").replace("sealed-", "no-")))


ESTIMATED = """\
key: range
title: States
kind: estimated
counts: country
closed-population: unknown
everyone-could-be-listed: no
lists:
  - {name: One, sources: sealed-code, includes: Whoever one met}
  - {name: Two, sources: news, includes: Whoever another met}
"""


def test_what_joins_is_asked_of_once(world: World) -> None:
    def queries() -> int:
        definition = recorded.named(OWNER, "facilities")
        with CaptureQueriesContext(connection) as captured:
            evaluate_afresh(definition, OWNER, world.archive.size)
        return len(captured)

    world.judge("merge", "Camp A", "Camp B")
    before = queries()
    with world.archive.writing() as batch:
        for number in range(12):
            again = verbs.mention(batch, "facility", f"Camp A, {number}", marking=w.PUBLIC)
            world.at[f"again {number}"] = again.position
    for number in range(12):
        world.judge(f"merge {number}", "Camp A", f"again {number}")
    assert queries() == before
