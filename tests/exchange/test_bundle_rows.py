"""A passage in a list of people goes out without the rows beside it, and everything still holds."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.bundles import by_archive_code, by_standalone
from tests.exchange.test_bundles import everything

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Layer, LedgerEntry
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.readings import layer_text
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.custody.log import disclosures as sd
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.writing import write
from habeas.vocabulary import values

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PUBLIC = Marking(handling="public")
ROWS = [
    ["Name", "Town", "Note"],
    ["Nameone Before", "Exampletown", "xa"],
    ["Aygul Test", "Hotan", "a note that is longer than thirty-two characters here"],
    ["Nametwo After", "Aksu", "xb"],
]
PAGE = (
    "<table><tr><td>Nameone Before</td><td>x</td></tr><tr><td>Aygul Test</td><td>y</td></tr>"
    "<tr><td>Nametwo After</td><td>z</td></tr></table>"
)
STORY = "Nameone Before told us. Aygul Test, who was there. Nametwo After too.\n"


@pytest.fixture
def listed(archive: Archive, tmp_path: Path) -> dict[str, Any]:
    """A sheet, a table of a page and a story, each quoted for Aygul alone."""
    with (tmp_path / "list.csv").open("w", newline="") as file:
        csv.writer(file).writerows(ROWS)
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "story.txt").write_text(STORY)
    names = ("list.csv", "page.html", "story.txt")
    added = add_files(archive, [Received(tmp_path / name, marking=PUBLIC) for name in names])
    read_what_waits(archive, workers=1)
    made: dict[str, Any] = {"exhibits": [ref.position for _, ref in added.exhibits]}
    with archive.writing() as batch:
        source = verbs.source(batch, "paper", "publication", marking=PUBLIC)
        town = verbs.mention(batch, "place", "Hotan", marking=PUBLIC)
        cited = []
        for name, (_, exhibit) in zip(names, added.exhibits, strict=True):
            layer = Layer.objects.filter(exhibit=exhibit.position).latest("position")
            text = layer_text(archive, layer)
            entry = Ref(LedgerEntry.objects.get(position=layer.position).entry_id, layer.position)
            quotes = ("Aygul Test", "thirty-two") if name == "list.csv" else ("Aygul Test",)
            for quote in quotes:
                at = text.index(quote)
                passage = verbs.cite(
                    batch, exhibit, entry, text, at, at + len(quote), marking=PUBLIC
                )
                made[f"{name} {quote}"] = passage.position
                cited.append(passage)
        said = [Attribution(source)]
        verbs.claim(
            batch, town, "other_name", values.text("Hotan"), said, passages=cited, marking=PUBLIC
        )
    return {**made, "record": town.position}


def test_rows_beside_a_quote_are_in_no_file_unless_asked_for(
    archive: Archive, listed: dict[str, Any], tmp_path: Path
) -> None:
    chosen = choose(archive, "public", record=listed["record"])
    without = listed["exhibits"][:2]
    made = write(archive, chosen, "public", tmp_path / "b", without_files=without)
    told = {item["position"]: item for item in json.loads(_read(made.directory))["entries"]}
    sides = {
        name: {key for key in ("prefix", "suffix") if key in _names(made.directory, told[at])}
        for name, at in listed.items()
        if " " in name
    }
    assert sides == {
        "list.csv Aygul Test": {"suffix"},  # what stands after it is of the same row
        "list.csv thirty-two": {"prefix"},
        "page.html Aygul Test": set(),
        "story.txt Aygul Test": {"prefix", "suffix"},
    }
    found = everything(tmp_path / "b")
    assert b"Aygul Test" in found
    assert b"Exampletown" not in found
    sentence = next(
        each for each in json.loads(_read(made.directory))["withheld"] if "beside" in each
    )
    assert sentence.startswith("The fields prefix and suffix of 3 passages:")
    assert sentence in (tmp_path / "b/data/report/report.html").read_text()
    for check in (by_standalone, by_archive_code):
        assert check(tmp_path / "b").result == "holds"
    rules = Rules(shown=frozenset({"prefix", "suffix"}))
    write(archive, chosen, "public", tmp_path / "s", rules=rules, without_files=without)
    assert b"Exampletown" in everything(tmp_path / "s")
    assert not _said(tmp_path / "s")
    assert by_standalone(tmp_path / "s").result == "holds"


def _said(bundle: Path) -> list[str]:
    """What the bundle says of words beside quotes."""
    return [each for each in json.loads(_read(bundle))["withheld"] if "beside" in each]


def _read(bundle: Path) -> str:
    return (bundle / "data/bundle.json").read_text(encoding="utf-8")


def _names(bundle: Path, item: dict[str, Any]) -> set[str]:
    lines = (bundle / "data" / item["disclosures"]).read_bytes().splitlines()
    return {sd.read(line)[1] for line in lines}
