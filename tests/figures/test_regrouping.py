"""Whoever groups whatever: no count of people changes, and what was sure stays so.

The archives of ``tests.redteam.unseen_owned``: groupings of strangers' claims, of the same claim
twice, of what was taken back, and detentions joined whose people are not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer
from tests.redteam import unseen_owned
from tests.support.archives import ArchiveMaker

from habeas.archive.access import OWNER
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import open_archive
from habeas.archive.verify.verifying import verify
from habeas.figures.definition import recorded
from habeas.figures.evaluation.evaluating import evaluate_afresh
from habeas.figures.evaluation.results import CountedFigure


def counted(archive: Any, size: int) -> dict[str, CountedFigure]:
    viewer = OWNER.with_purpose(1)
    found = {}
    for definition in recorded.in_force(viewer, size):
        figure = evaluate_afresh(definition, viewer, size)
        assert isinstance(figure, CountedFigure)
        found[definition.key] = figure
    return found


def members(figure: CountedFigure) -> set[int]:
    return {member.position for member in figure.members}


def possible(figure: CountedFigure) -> set[int]:
    return members(figure) | {member.position for member in figure.undecided}


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("seed", range(10))
def test_groupings_change_no_count_of_people(
    backend: str, archive_maker: ArchiveMaker, tmp_path: Path, seed: int
) -> None:
    steps = unseen_owned.plan(seed, length=60)
    of_groupings = {number for number, step in enumerate(steps) if step.kind == "grouping"}
    of_groupings |= {n for n, step in enumerate(steps) if step.takes_back in of_groupings}
    figures, sizes = [], ()
    for name, without in (("grouped", set[int]()), ("not", of_groupings)):
        archive = open_archive(archive_maker.copy_to(tmp_path / name, backend))
        first = unseen_owned.record(archive, add_reviewer(archive), steps, without)[0].position
        sizes = tuple(range(first + 30, archive.size + 1, 10))
        assert verify(archive).faults == []
        assert rebuilding.check() == []
        figures.append([counted(archive, size) for size in sizes])
    assert len(of_groupings) > 3
    for size, grouped, loose in zip(sizes, *figures, strict=True):
        for key in ("camp", "any"):
            assert members(grouped[key]) == members(loose[key]), (size, key)
            assert possible(grouped[key]) == possible(loose[key]), (size, key)
        assert members(loose["held"]) <= members(grouped["held"]), size
        assert possible(grouped["held"]) <= possible(loose["held"]), size
        least = [f["stays"].fewest or 0 for f in (loose, grouped)]
        most = [f["stays"].number + f["stays"].not_known for f in (loose, grouped)]
        assert least[0] <= least[1] <= most[1] <= most[0], (size, least, most)
