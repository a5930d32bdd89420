"""Citing from the command line: the place that is meant, or every place that could be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

Habeas = Callable[..., Ended]


@pytest.fixture
def exhibit(archive_here: Path, habeas: Habeas) -> int:
    """A read exhibit of some paragraphs, in which a line is broken within a quote."""
    path = archive_here.parent / "note.txt"
    path.write_text("Held in May\n2018, he said.\n\nHeld in June.\n\nHeld in June again.\n")
    given = habeas("add", path, "--json").json
    assert given["read"]["states"] == {"read": 1}
    return int(given["sealed"][0]["exhibit"])


def test_a_quote_becomes_a_passage_with_its_place(exhibit: int, habeas: Habeas) -> None:
    given = habeas("cite", str(exhibit), "Held in  May 2018", "--json").json
    assert given["quote"] == "Held in May\n2018"  # as it stands there
    assert (given["start"], given["new"]) == (0, True)
    from habeas.archive import models as m

    passage = m.Passage.objects.get(position=given["passage"])
    assert (passage.exhibit, passage.layer) == (exhibit, given["layer"])
    assert passage.label == m.Exhibit.objects.get(position=exhibit).label
    again = habeas("cite", str(exhibit), "Held in May 2018", "--json").json
    assert (again["passage"], again["new"]) == (given["passage"], False)
    said = habeas("cite", str(exhibit), "Held in May 2018").out
    assert f"#{given['passage']}  exhibit {exhibit}" in said
    assert "(cited before)" in said
    assert f"write #{given['passage']} in the column `passages`" in said
    assert str(given["passage"]) in given["next_step"]
    assert habeas("verify").code == 0


def test_an_ambiguous_quote_is_refused_with_its_places(exhibit: int, habeas: Habeas) -> None:
    ended = habeas("cite", str(exhibit), "Held in June")
    assert ended.code == 3
    assert "[quote.ambiguous]" in ended.err
    assert "⟦Held in June⟧ again." in ended.err
    second = habeas("cite", str(exhibit), "Held in June", "--occurrence", "2", "--json").json
    assert second["start"] > 40
    assert habeas("cite", str(exhibit), "Held in June", "--occurrence", "3").code == 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["Held in July"], "quote.not-found"),
        ([" "], "quote.not-found"),
        (["Held in May", "--page", "2"], "quote.not-found"),
        (["Held in May", "--inner", "box!/x"], "reference.unknown"),
        (["Held in May", "--layer", "1"], "reference.unknown"),
    ],
)
def test_what_is_not_there_is_refused(
    exhibit: int, habeas: Habeas, options: list[str], code: str
) -> None:
    ended = habeas("cite", str(exhibit), *options)
    assert ended.code == 3
    assert f"[{code}]" in ended.err


def test_a_page_says_which_of_two_places(archive_here: Path, habeas: Habeas, vectors: Path) -> None:
    pdf = vectors / "documents" / "ingest-file" / "500 pages.pdf"
    given = habeas("add", pdf, "--json").json
    number = str(given["sealed"][0]["exhibit"])
    from habeas.archive import models as m
    from habeas.archive.opening import open_archive
    from habeas.archive.readings import parts_of

    layer = m.Layer.objects.get()
    archive = open_archive(archive_here)
    text = archive.read_object(layer.address).decode()
    pages = [p for p in parts_of(archive, layer.position) if p.kind == "page" and p.stop > p.start]
    third = next(page for page in pages if page.locator["page"] == 3)
    words = " ".join(text[third.start : third.stop].split()[:4])
    cited = habeas("cite", number, words, "--page", "3", "--occurrence", "1", "--json").json
    assert cited["locator"]["page"] == 3
    assert third.start <= cited["start"] < third.stop


def test_a_file_inside_is_cited_in_its_own_text_and_verified(
    archive_here: Path, habeas: Habeas
) -> None:
    import zipfile

    path = archive_here.parent / "box.zip"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("inner/note.txt", "Twelve rooms, she said.")
    exhibit = str(habeas("add", path, "--json").json["sealed"][0]["exhibit"])
    files = habeas("reading", "report", "--json").json["files"]
    inner = next(file["inner_path"] for file in files if file["inner_path"])
    cited = habeas("cite", exhibit, "Twelve rooms", "--inner", inner, "--json").json
    assert cited["inner_path"] == inner
    assert habeas("verify").code == 0
    from habeas.archive import models as m

    m.Passage.objects.filter(position=cited["passage"]).update(quote="Twenty rooms")
    ended = habeas("verify", "--json")
    assert [fault["code"] for fault in ended.json["faults"]] == ["passage.differs"]
