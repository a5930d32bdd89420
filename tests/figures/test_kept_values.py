"""What is kept of a large count for the overview: its value, never a record, only of this size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.figures.world import World, build

from habeas.archive.access import OWNER, PUBLIC
from habeas.archive.opening import Archive
from habeas.archive.store import forgetting
from habeas.display.figures.overview import overview
from habeas.figures.definition.recorded import named
from habeas.figures.evaluation import kept_values, loading, parts
from habeas.figures.evaluation.evaluating import evaluate, remembered

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def world(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An archive in which every count is large."""
    monkeypatch.setattr(parts, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(loading, "MOST_TOGETHER", 1)
    monkeypatch.setattr(kept_values, "KEPT_FROM", 0)
    return build(archive, tmp_path)


def shown(world: World, key: str, viewer: loading.Viewer = OWNER) -> tuple[str, bool]:
    """A count as the overview of another process shows it: its words, and whether it waits."""
    remembered.clear()
    found = overview(world.archive, viewer)
    (one,) = [
        each
        for kind in found.kinds
        for each in kind.figures
        if (each.figure or each.heading) and (each.figure or each.heading).key == key
    ]
    return (one.figure.headline if one.figure else ""), one.to_count is not None


def test_an_overview_counts_nothing_large_and_shows_what_was_counted(world: World) -> None:
    assert shown(world, "supported") == ("", True)
    counted = evaluate(world.archive, named(OWNER, "supported"), OWNER)
    assert shown(world, "supported") == (counted.headline, False)
    assert shown(world, "supported", PUBLIC) == ("", True)  # another sees another number


def test_a_value_goes_with_the_next_entry(world: World) -> None:
    evaluate(world.archive, named(OWNER, "supported"), OWNER)
    world.retract(next(iter(claims_of(world))), "claim")
    assert shown(world, "supported") == ("", True)
    evaluate(world.archive, named(OWNER, "supported"), OWNER)
    sizes = [each.name for each in (world.archive.directory / "cache" / "figures").iterdir()]
    assert sizes == [str(world.archive.size)]


def claims_of(world: World) -> list[str]:
    members = evaluate(world.archive, named(OWNER, "supported"), OWNER).members
    wanted = {claim for member in members for claim in member.claims}
    return [name for name, position in world.at.items() if position in wanted]


def test_no_record_and_no_claim_is_kept(world: World) -> None:
    found = evaluate(world.archive, named(OWNER, "supported"), OWNER)
    (file,) = (world.archive.directory / "cache" / "figures").rglob("*.json")
    text = file.read_text(encoding="utf-8")
    assert not [name for name in found.captions.values() if name in text]
    assert set(json.loads(text)) == set(kept_values.FigureValue.__slots__)


def test_what_is_not_whole_is_counted_again(world: World) -> None:
    evaluate(world.archive, named(OWNER, "supported"), OWNER)
    (file,) = (world.archive.directory / "cache" / "figures").rglob("*.json")
    file.chmod(0o600)
    file.write_text('{"headline": "12', encoding="utf-8")
    assert shown(world, "supported") == ("", True)


def test_whether_a_count_is_large_is_asked_once_a_size_and_viewer_and_forgotten(
    world: World,
) -> None:
    def asked(viewer: loading.Viewer = OWNER) -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(world, "supported", viewer)
        return sum("OFFSET 1" in each["sql"] for each in queries)

    assert asked() > 0
    assert asked() == 0
    assert asked(PUBLIC) > 0
    world.retract(next(iter(claims_of(world))), "claim")
    assert asked() > 0
    forgetting.everything()  # as when the archive is closed
    assert asked() > 0
