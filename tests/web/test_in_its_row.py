"""A passage in a sheet is shown in its own row: the rows beside it are other people's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.web.conftest import Reader

from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.exhibits.quoting import read_text, spots
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verbs.claiming import Attribution
from habeas.figures.why import printing
from habeas.figures.why.asking import tree
from habeas.vocabulary.values import Value, Written

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ReadingAs = Callable[[Archive, Viewer], Reader]
SHEET = (
    "No,Name,Born,الاسم\n1,Person One,1961,محمد\n2,Person Two,1962,علي\n3,Person Three,1963,عمر\n"
)


def claim(archive: Archive, exhibit: int, quotes: list[str]) -> int:
    read = read_text(archive, OWNER, exhibit)
    with archive.writing() as batch:
        source = verbs.source(batch, "S-1", "publication", name="A list")
        about = verbs.mention(batch, "person", "Person Two")
        cited = []
        for quote in quotes:
            spot = spots(read, quote)[0]
            where = (read.layer.position, read.text, spot.start, spot.stop)
            cited.append(verbs.cite(batch, exhibit, *where))
        made = verbs.claim(
            batch,
            about,
            "name",
            Value("text", "Person Two", as_written=Written("Person Two")),
            [Attribution(source)],
            passages=cited,
        )
    return made.position


def test_a_claim_shows_the_row_and_nobody_elses(
    archive: Archive, tmp_path: Path, reading_as: ReadingAs
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(SHEET, encoding="utf-8")
    ((_, ref),) = add_files(archive, [Received(path)]).exhibits
    read_what_waits(archive, workers=1)
    number = claim(archive, ref.position, ["1962", "علي", "Person Two\t1962\tعلي\n3"])
    owner = reading_as(archive, OWNER)
    page = owner.page(f"/claims/{number}/")
    assert "Person One" not in page
    assert "Person Three" not in page
    assert "<mark>1962</mark>" in page
    assert '<bdi dir="rtl" lang="ar" class="script-arab"><mark>علي</mark>' in page
    first, _, several = (one["context"] for one in owner.twin(f"/claims/{number}/")["passages"])
    assert [cell["heading"]["text"] for cell in first["row"]["cells"]] == [
        *("No", "Name", "Born", "الاسم")
    ]
    assert [cell["text"]["text"] for cell in first["row"]["cells"] if cell["found"]] == ["1962"]
    assert (first["before"], first["after"]) == ("", "")
    assert (several["row"], several["before"], several["after"]) == (None, "", "")
    said = printing.as_text(tree(archive, OWNER, number, proof=False), width=200)
    assert "No: 2 · Name: Person Two · Born: ⟦1962⟧" in said
    assert "Person One" not in said
    assert "Person Three" not in said
    spot = spots(read_text(archive, OWNER, ref.position), "1962")[0]
    assert "One" not in spot.before
    assert "Three" not in spot.after
