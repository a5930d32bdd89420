"""Figures read from an archive, on both databases, by each kind of viewer, as of any size."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures import world as w
from tests.figures.world import World, build, say
from tests.support.archives import Filling

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, team_member
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import parse
from habeas.figures.errors import AheadOfLedger, UnknownFigure, UnknownRecord, WrongView
from habeas.figures.evaluation import evaluating
from habeas.figures.evaluation.drawing import map_points, matrix, series, timeline
from habeas.figures.evaluation.evaluating import evaluate, evaluate_afresh
from habeas.figures.evaluation.results import Evaluation


@pytest.fixture
def world(filled: Filling) -> World:
    evaluating.remembered.clear()
    world: World = filled(build)[1]
    return world


def figure(world: World, key: str, viewer: object = OWNER, as_of: int | None = None) -> Evaluation:
    definition = recorded.named(viewer, key)  # type: ignore[arg-type]
    return evaluate(world.archive, definition, viewer, as_of)  # type: ignore[arg-type]


def captions(result: Evaluation) -> list[str]:
    return [result.captions[member.position] for member in result.members]


def test_the_owner_sees_the_number_with_its_waterfall_and_doubts(world: World) -> None:
    result = figure(world, "supported")
    assert captions(result) == ["Ruritania", "Borduria", "Freedonia"]
    assert result.headline == "at least 3 states (1 more not known)"
    assert [(s.entered, len(s.dropped), len(s.not_known)) for s in result.steps] == [
        (5, 0, 0),
        (5, 1, 1),
    ]
    weak = {point.name: (point.part, point.whole) for point in result.weak}
    assert weak["one-origin"] == (3, 3)  # the echo is no origin of its own
    assert weak["without-passage"] == (1, 3)
    assert result.scope == "Computed over everything in this archive."
    assert result.require_lineage().definition == world.at["figure supported"]


def test_the_public_sees_its_own_number_and_is_told_so_without_a_count_of_the_rest(
    world: World,
) -> None:
    result = figure(world, "supported", PUBLIC)
    assert captions(result) == ["Ruritania", "Borduria"]
    assert result.scope == "Computed over what this archive makes public."
    assert world.at["f"] not in result.grounds
    cleared = figure(world, "supported", team_member("reader", {"main": "restricted"}))
    assert cleared.number == 3
    assert "reader" in cleared.scope
    assert figure(world, "supported", team_member("other", {"main": "team"})).number == 2


def test_a_figure_answers_as_of_any_size(world: World) -> None:
    size = world.archive.size
    world.retract("b", "claim")
    assert figure(world, "supported").number == 2
    assert figure(world, "supported", as_of=size).number == 3
    assert figure(world, "supported", as_of=world.at["b"] + 1).number == 2
    assert figure(world, "supported", as_of=world.at["b"]).number == 1
    with pytest.raises(AheadOfLedger):
        figure(world, "supported", as_of=world.archive.size + 1)


def test_a_pinned_definition_never_looks_further(world: World) -> None:
    text = w.SUPPORTED + f"as-of: {world.at['b']}\n"
    assert evaluate(world.archive, parse(text), OWNER).number == 1


def test_a_merge_and_its_undoing_move_the_count_there_and_back(world: World) -> None:
    before = figure(world, "supported")
    world.judge("merge", "Ruritania", "Borduria")
    joined = world.archive.size
    assert captions(figure(world, "supported")) == ["Ruritania", "Freedonia"]
    world.retract("merge", "judgement")
    after = figure(world, "supported")
    assert (after.number, after.members) == (before.number, before.members)
    assert figure(world, "supported", as_of=joined).number == 2


def test_a_merge_the_viewer_may_not_see_joins_nothing_for_them(world: World) -> None:
    world.judge("merge", "Ruritania", "Borduria", marking=w.RESTRICTED)
    assert figure(world, "supported").number == 2
    assert figure(world, "supported", PUBLIC).number == 2
    assert captions(figure(world, "supported", PUBLIC)) == ["Ruritania", "Borduria"]


def test_in_place_follows_places_upwards(world: World) -> None:
    assert captions(figure(world, "facilities")) == ["Camp A", "Camp B"]
    world.retract("part", "claim")
    result = figure(world, "facilities")
    assert (result.number, result.not_known) == (0, 2)


def test_a_record_nobody_may_see_is_an_error_not_a_zero(world: World) -> None:
    text = w.FACILITIES.replace("Example region", "Nowhere")
    with pytest.raises(UnknownRecord, match="Nowhere"):
        evaluate(world.archive, parse(text), OWNER)
    with pytest.raises(UnknownFigure, match="supported"):
        recorded.named(OWNER, "nothing")


def test_a_retracted_list_takes_its_records_out(world: World) -> None:
    with world.archive.writing() as batch:
        imported = verbs.begin_list(batch, "A list", "0" * 64, marking=w.PUBLIC)
        state = verbs.mention(batch, "country", "Latveria", list=imported, marking=w.PUBLIC)
        source = verbs.source(batch, "third", "publication", name="Third", marking=w.PUBLIC)
        say(batch, state, "un_position", w.make.SUPPORT, source, list=imported, holds="2019-07")
    world.at["list"] = imported.position
    assert figure(world, "supported").number == 4
    world.retract("list", "list")
    result = figure(world, "supported")
    assert result.number == 3
    assert (result.steps[0].entered, result.steps[0].dropped) == (6, (state.position,))


def test_who_else_speaks_of_somebody_keeps_their_record(world: World) -> None:
    everybody = parse("key: all\ntitle: All\nkind: counted\ncounts: country\n")
    before = evaluate(world.archive, everybody, OWNER).number
    with world.archive.writing() as batch:
        imported = verbs.begin_list(batch, "A list", "0" * 64, marking=w.PUBLIC)
        known = verbs.mention(batch, "country", "Latveria", list=imported, marking=w.PUBLIC)
        verbs.mention(batch, "country", "Sokovia", list=imported, marking=w.PUBLIC)
        source = verbs.source(batch, "third", "publication", name="Third", marking=w.PUBLIC)
        say(batch, known, "name", {"type": "text", "text": "Latveria"}, source)
    world.at["list"] = imported.position
    world.retract("list", "list")
    result = evaluate(world.archive, everybody, OWNER)
    assert result.number == before + 1
    assert known.position in {member.position for member in result.members}
    asked = figure(world, "supported")  # nothing is said of its position: dropped, not taken out
    assert (asked.steps[0].entered, len(asked.steps[0].dropped)) == (before + 2, 1)


def test_a_claim_does_not_come_back_when_its_correction_is_taken_back(world: World) -> None:
    with world.archive.writing(world.reviewer) as batch:
        corrected = verbs.correct(
            batch,
            world.at["23"],
            subject=world.at["letter"],
            property="signatories",
            value=w.values.from_json(w.make.count(24, 24, "states")),
            attribution=[verbs.Attribution(_source(batch, world, "echo"))],
            marking=w.PUBLIC,
        )
    world.at["24"] = corrected.position
    assert [p.low for p in figure(world, "totals").points] == [22, 24]
    world.retract("24", "claim")
    assert [p.low for p in figure(world, "totals").points] == [22]


def test_a_correction_is_not_a_conflict(world: World) -> None:
    assert [c.words for c in figure(world, "totals").conflicts] == ["differ"]
    with world.archive.writing(world.reviewer) as batch:
        verbs.correct(
            batch,
            world.at["23"],
            subject=world.at["letter"],
            property="signatories",
            value=w.values.from_json(w.make.count(22, 22, "states")),
            attribution=[verbs.Attribution(_source(batch, world, "echo"))],
            marking=w.PUBLIC,
        )
    assert figure(world, "totals").conflicts == ()


def _source(batch: object, world: World, name: str) -> object:
    from habeas.archive import models as m
    from habeas.archive.verbs.referring import ref

    return ref(batch, world.at[name], m.Source)  # type: ignore[arg-type]


def test_a_denial_is_a_point_beside_what_it_denies(world: World) -> None:
    result = figure(world, "held")
    assert [(p.stance, p.source_title) for p in result.points] == [
        ("asserts", "Example News"),
        ("denies", "Ministry of Examples"),
    ]
    assert result.headline == "2 reports, 1 of them a denial"
    assert [c.words for c in result.conflicts] == ["differ"]


def test_the_matrix_shows_what_is_dated_and_sets_the_rest_apart(world: World) -> None:
    found = matrix(figure(world, "positions"))
    rows = {row.caption: row for row in found.rows}
    assert [c.edtf for c in found.columns] == ["2019-07", "2020-10"]
    assert [v.code for v in rows["Ruritania"].cells[0]] == ["support"]
    assert rows["Ruritania"].cells[0][0].claims == (world.at["r"], world.at["r-echo"])
    assert rows["Ruritania"].cells[1] == ()
    assert rows["Syldavia"].cells == ((), ())
    assert [v.code for v in rows["Syldavia"].undated] == ["support"]
    assert found.totals[0] == {"condemn": 1, "support": 3}
    with pytest.raises(WrongView):
        timeline(figure(world, "positions"))
    with pytest.raises(WrongView):
        series(figure(world, "positions"))


def test_the_map_shows_each_claimed_place(world: World) -> None:
    points = map_points(figure(world, "facilities"))
    assert [(p.caption, p.precision, p.claim) for p in points] == [
        ("Camp A", "county", world.at["Camp A at"]),
        ("Camp B", "county", world.at["Camp B at"]),
    ]


def test_a_repeated_page_is_remembered_until_the_ledger_grows(world: World) -> None:
    first = figure(world, "supported")
    assert figure(world, "supported") is first
    assert figure(world, "supported", PUBLIC) is not first
    world.retract("e", "claim")
    assert figure(world, "supported") is not first


@pytest.mark.parametrize("viewer", [OWNER, PUBLIC])
def test_the_number_of_queries_does_not_grow_with_the_archive(world: World, viewer: object) -> None:
    definitions = recorded.in_force(OWNER)

    def queries() -> list[int]:
        found = []
        for definition in definitions:
            with CaptureQueriesContext(connection) as captured:
                evaluate_afresh(definition, viewer, world.archive.size)  # type: ignore[arg-type]
            found.append(len(captured))
        return found

    before = queries()
    with world.archive.writing() as batch:
        source = _source(batch, world, "news")
        for number in range(40):
            state = verbs.mention(batch, "country", f"State {number}", marking=w.PUBLIC)
            say(batch, state, "un_position", w.make.SUPPORT, source, holds="2019-07")  # type: ignore[arg-type]
            camp = verbs.mention(batch, "facility", f"Camp {number}", marking=w.PUBLIC)
            say(batch, camp, "location", w.point("37.1", "80.2"), source)  # type: ignore[arg-type]
    assert queries() == before
    assert max(before) <= 17  # one asks how strict what it stands on is
