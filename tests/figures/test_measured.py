"""Areas and growth as figures: what is measured, with which error, and how it leads to evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import add_reviewer
from tests.figures import making as make

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.display.area_chart import chart
from habeas.display.asking import Query
from habeas.display.figures import figure as pages
from habeas.exchange.importing import import_folder
from habeas.figures.definition import recorded
from habeas.figures.definition.definitions import FigureDefinition, parse
from habeas.figures.errors import DefinitionError
from habeas.figures.evaluation.evaluating import compute, evaluate
from habeas.figures.evaluation.measured import MeasuredFigure
from habeas.figures.evaluation.rows import ClaimRow, Episodes
from habeas.figures.why.asking import as_text, tree
from habeas.vocabulary import areas, schema

GROWTH = """\
key: growth
title: Growth of sites
kind: measured
measures: area-change
"""
AREA = GROWTH.replace("area-change", "area").replace("growth", "areas")
SMALL = "37.100001,79.9 37.100001,79.902 37.102001,79.902 37.102001,79.9"
LARGE = "37.100001,79.9 37.100001,79.904 37.104001,79.904 37.104001,79.9"
CAMP, EARLY, LATE, OTHER = 10, 11, 12, 20


def outline(text: str) -> dict[str, object]:
    return {"type": "outline", "written": {"text": text}, "ring": text, "rule": "outline/1"}


def seen(at: int, text: str, when: str = "", pixel: int | None = 50) -> list[ClaimRow]:
    """What one observation says, by positions from ``at``."""
    said = [make.claim(at, CAMP, "outline", outline(text))]
    if when:
        said.append(make.claim(at + 1, CAMP, "observed", make.date(when)))
    if pixel is not None:
        size = make.count(pixel, pixel, "centimetres")
        said.append(make.claim(at + 2, CAMP, "resolution", size))
    return said


def measure(text: str, *views: list[ClaimRow]) -> MeasuredFigure:
    """The figure over views of one camp, and a second camp of which nothing is said."""
    about = {row.position: 1000 + n for n, view in enumerate(views) for row in view}
    facts = make.facts(
        [row for view in views for row in view],
        records=(CAMP, OTHER),
        kind="facility",
        episodes=Episodes(about=about),
    )
    found = compute(parse(text), facts, schema.core(), as_of=500, viewer="owner", scope="")
    assert isinstance(found, MeasuredFigure)
    return found


def definition(text: str) -> FigureDefinition:
    return parse(text)


def test_a_site_that_was_traced_twice_grew_by_so_much_with_an_interval() -> None:
    found = measure(GROWTH, seen(100, SMALL, "2016-05-01"), seen(200, LARGE, "2018-07"))
    (site,) = found.sites
    (change,) = site.changes
    assert (change.before, change.after) == (100, 200)
    assert change.growth.percent == pytest.approx(300, abs=0.1)
    low, high = change.growth.interval_95 or (0, 0)
    assert 296 < low < 299.5 < 300.5 < high < 304
    assert found.headline == areas.describe_growth(change.growth)
    assert found.steps[-1].dropped == (OTHER,)
    assert {100, 101, 102, 200, 201, 202} <= found.grounds
    assert found.require_lineage().records == (CAMP,)


def test_two_analysts_are_two_measurements_and_none_is_preferred() -> None:
    found = measure(
        GROWTH,
        seen(100, SMALL, "2016"),
        seen(200, LARGE, "2018"),
        seen(300, SMALL, "2018-07"),
    )
    assert [(each.before, each.after) for each in found.sites[0].changes] == [
        (100, 200),
        (100, 300),
    ]
    assert found.headline.startswith("1 site measured twice, 2 pairs of outlines: 1 certainly grew")
    assert "1 may not have changed" in found.headline


def test_an_outline_without_a_time_is_shown_and_never_compared() -> None:
    found = measure(GROWTH, seen(100, SMALL, "2016"), seen(200, LARGE))
    assert not found.sites
    assert (found.not_known, found.undecided[0].position) == (1, CAMP)
    undated = {each.name: each for each in measure(AREA, seen(100, SMALL)).weak}["undated"]
    assert (undated.part, undated.whole) == (1, 1)


def test_times_that_may_overlap_are_not_compared() -> None:
    assert not measure(GROWTH, seen(100, SMALL, "2016/2018"), seen(200, LARGE, "2017")).sites


def test_without_resolution_or_error_there_is_no_interval() -> None:
    found = measure(AREA, seen(100, SMALL, "2016", pixel=None))
    (one,) = found.sites[0].outlines
    assert (one.area.deviation, one.area.interval_95) == (None, None)
    assert "error not known" in found.headline


def test_between_two_stated_times_others_are_left_out() -> None:
    views = [seen(100, SMALL, "2015"), seen(200, SMALL, "2016"), seen(300, LARGE, "2018")]
    found = measure(GROWTH + "between: [2016, 2018]\n", *views)
    assert [(c.before, c.after) for c in found.sites[0].changes] == [(200, 300)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("between: [2018, 2016]\n", "The first is not before the second."),
        ("between: [2018]\n", "These are not two times."),
        ("view: map\n", "No such key."),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(more: str, said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        definition(GROWTH + more)
    assert said in str(refused.value)


def test_a_drawing_is_of_round_steps_and_holds_every_mark() -> None:
    found = chart([(736_000, 736_364, areas.Area(39_000.0, 800, 200, 0.5)),
                   (736_800, 736_800, areas.Area(160_000.0, 1600, None, None))])  # fmt: skip
    assert found is not None
    vague, sharp = found.marks
    assert vague.right - vague.left > 40 * (sharp.right - sharp.left)
    assert (vague.open, sharp.open) == (False, True)
    assert all(found.top <= mark.top <= mark.foot <= found.foot for mark in found.marks)
    assert [level.words for level in found.levels][-1] == "20 ha"


SOURCES = "id,kind,code,handling\ns,publication,news,public\n"
MENTIONS = """\
id,kind,caption,of,handling
camp,facility,Example camp,,public
first,observation,Seen in 2016,camp,public
second,observation,Seen in 2018,camp,public
"""
CLAIMS = f"""\
id,subject,property,value,source,handling
a,first,outline,"{SMALL}",s,public
b,first,observed,2016-05-01,s,public
c,first,resolution,50 centimetres,s,public
d,second,outline,"{LARGE}",s,{{handling}}
e,second,observed,2018-07-01,s,public
f,second,corner_error,100 centimetres,s,public
g,camp,area_growth,269 percent,s,public
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_measured_figure_has_a_page_a_why_and_only_what_one_may_see(
    archive: Archive, tmp_path: Path
) -> None:
    add_reviewer(archive)
    for name, text in {
        "sources": SOURCES,
        "mentions": MENTIONS,
        "claims": CLAIMS.format(handling="team"),
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    import_folder(archive, tmp_path, archive.keyring.person(archive.keyring.people()[0]))
    with archive.writing() as batch:
        verbs.define(batch, key="growth", title="Growth", kind="measured", text=GROWTH,
                     marking=Marking(handling="public"))  # fmt: skip
    shown = pages.figure(archive, OWNER, "growth", Query({})).measured
    assert shown is not None
    (site,) = shown.sites
    assert (site.changes[0].percent, len(site.outlines)) == (300, 2)
    assert site.changes[0].low_95 is not None
    assert "as stated" in site.outlines[1].corner
    found = evaluate(archive, recorded.named(OWNER, "growth"), OWNER)
    told = as_text(tree(archive, OWNER, found))
    assert "grew by 300 percent" in told
    assert "Karney" in told
    assert "269 percent" not in told  # what is reported of it is another figure; hashes have digits
    assert found.handling == "team"
    seen_by_all = evaluate(archive, recorded.named(PUBLIC, "growth"), PUBLIC)
    assert (len(seen_by_all.members), seen_by_all.not_known) == (0, 0)
