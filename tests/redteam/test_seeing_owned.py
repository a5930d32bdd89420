"""Who may not see all that belongs to somebody cannot tell that there is more.

The rule of ``test_seeing`` on people with detentions: claims about the one and about the other,
groupings, judgements on both, and what takes these back; recorded also as no verb would.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer
from tests.redteam import unseen_owned
from tests.redteam.test_seeing import SEEN, stripped, viewer_of
from tests.support.archives import ArchiveMaker
from tests.web.conftest import Reader, reading_as  # noqa: F401

from habeas.archive.access import Viewer
from habeas.archive.blast_radius import blast_radius
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive, open_archive
from habeas.exchange.tidy.claims import claims as tidy_claims
from habeas.exchange.tidy.parts import parts as tidy_parts
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import records as tidy_records
from habeas.figures.changes.dependents import standing_on
from habeas.figures.definition import recorded
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.why.asking import tree
from habeas.figures.why.nodes import as_json

ReadingAs = Callable[[Archive, Viewer], Reader]


def told(archive: Archive, viewer: Viewer, first: int) -> dict[str, Any]:
    """All that the archive tells a viewer, at several ledger sizes and of every entry."""
    found: dict[str, Any] = {}
    for size in (archive.size - 12, archive.size):
        reader = TidyReader(viewer, size)
        found[f"claims as of {size}"] = [*tidy_claims(reader)]
        found[f"records as of {size}"] = [*tidy_records(reader)]
        for definition in recorded.in_force(viewer, size):
            key = f"{definition.key} as of {size}"
            evaluation = evaluate(archive, definition, viewer, size)
            found[key] = [*tidy_parts(reader, evaluation)]
            found[f"{key}: why"] = as_json(tree(archive, viewer, evaluation, proof=False))
    for position in range(first, archive.size, 2):
        radius = blast_radius(viewer, position)
        found[f"radius {position}"] = radius and dataclasses.astuple(radius)
        if radius is None:
            continue
        found[f"figures on {position}"] = standing_on(archive, viewer, position)
        if radius.kind not in ("judgement", "grouping"):
            found[f"why {position}"] = as_json(tree(archive, viewer, position, proof=False))
    return found


PAGES = {"person": "records", "stay": "records", "camp": "records", "claim": "claims"}


def pages(reader: Reader, steps: Sequence[unseen_owned.Step], first: int) -> dict[str, Any]:
    """The JSON twins of the pages of what is recorded, and of the lists."""
    kinds = ("person", "detention", "facility")
    addresses = ["/figures.json", "/sources.json", "/differences.json", "/overview.json"]
    addresses += [f"/records/{kind}.json" for kind in kinds]
    addresses += [f"/figures/{key}.json" for key in unseen_owned.FIGURES]
    addresses += [
        f"/{PAGES[step.kind]}/{first + number}.json"
        for number, step in enumerate(steps)
        if step.kind in PAGES
    ]
    found = {}
    for address in addresses:
        answer = reader.client.get(address)
        content = answer.json() if answer["Content-Type"] == "application/json" else None
        found[address] = (answer.status_code, answer.get("Location"), stripped(content))
    return found


def differing(at: str, one: Any, other: Any) -> list[tuple[str, Any, Any]]:
    """Where two answers differ, but for the times of the entries."""
    if at.endswith(("/time", "/Last-Modified")):
        return []
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [d for key in one for d in differing(f"{at}/{key}", one[key], other[key])]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for n, (left, right) in pairs for d in differing(f"{at}/{n}", left, right)]
    return [] if one == other else [(at, one, other)]


@pytest.mark.parametrize(
    ("backend", "who", "seed"),
    [("sqlite", "public", 1), ("sqlite", "team", 2)],
    indirect=["backend"],
)
def test_nobody_can_tell_that_there_is_more_of_somebody(
    backend: str,
    archive_maker: ArchiveMaker,
    tmp_path: Path,
    reading_as: ReadingAs,  # noqa: F811
    who: str,
    seed: int,
) -> None:
    steps = unseen_owned.plan(seed, length=24)
    out = unseen_owned.closed_to(steps, SEEN[who])
    answers = []
    for name, without in (("whole", set()), ("without", out)):
        archive = open_archive(archive_maker.copy_to(tmp_path / name, backend))
        refs = unseen_owned.record(archive, add_reviewer(archive), steps, without)
        viewer, first = viewer_of(who).with_purpose(1), refs[0].position
        said = stripped(json.loads(json.dumps(told(archive, viewer, first), default=str)))
        said |= pages(reading_as(archive, viewer), steps, first)
        assert rebuilding.check() == []
        answers.append(said)
    whole, without_it = answers
    assert [each for key in whole for each in differing(key, whole[key], without_it[key])] == []
    assert len(out) > 3
