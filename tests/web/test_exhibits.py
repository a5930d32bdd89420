"""The page of an exhibit: its text beside its picture, what lies inside, what is not there."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from tests.archive.making import seal_text
from tests.web.conftest import Reader

from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.exhibits.quoting import read_text, spots
from habeas.archive.models import Layer, Passage, Reading
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def opened(
    archive: Archive, tmp_path: Path, vectors: Path, reading_as: ReadingAs
) -> SimpleNamespace:
    """A PDF of many pages, a zip with a note in it and a picture-less file, all read."""
    box = tmp_path / "box.zip"
    with zipfile.ZipFile(box, "w") as made:
        made.writestr("inner/note.txt", "Twelve rooms, she said.\nTwelve rooms.")
        made.writestr("inner/noise.bin", b"\x00\x01\x02")
    pdf = vectors / "documents" / "ingest-file" / "500 pages.pdf"
    added = add_files(archive, [Received(pdf), Received(box)])
    waits = reading_as(archive, OWNER).page(f"/exhibits/{added.exhibits[0][1].position}/")
    read_what_waits(archive, workers=2)
    at = [ref.position for _, ref in added.exhibits]
    return SimpleNamespace(
        archive=archive, pdf=at[0], box=at[1], owner=reading_as(archive, OWNER), waits=waits
    )


def test_before_anything_opened_it_the_page_says_so(opened: SimpleNamespace) -> None:
    assert "waiting to be read" in opened.waits
    assert "habeas reading work" in opened.waits


def test_the_list_says_how_the_reading_of_each_stands(
    opened: SimpleNamespace, tmp_path: Path, reading_as: ReadingAs
) -> None:
    seal_text(opened.archive, tmp_path)  # as an import does it: with its text, unopened
    listed = opened.owner.twin("/exhibits/")["exhibits"]
    states = {each["position"]: each["reading"]["state"] for each in listed}
    assert states.pop(opened.pdf) == "read"
    assert states.pop(opened.box) == Reading.objects.get(exhibit=opened.box, inner_path="").state
    ((imported, state),) = states.items()
    assert state == "with-text"
    assert "text recorded at import" in opened.owner.page(f"/exhibits/{imported}/")
    assert "waiting to be read" not in opened.owner.page("/exhibits/")


def test_a_page_of_text_stands_beside_its_picture(opened: SimpleNamespace) -> None:
    text = opened.owner.twin(f"/exhibits/{opened.pdf}/?page=250")["text"]
    assert (text["page"], text["pages"]) == (250, 500)
    assert f"page={249}" in text["previous"]
    assert f"page={251}" in text["next"]
    assert {"1", "250", "500"} <= {item["words"] for item in text["list"]}
    answer = opened.owner.get(text["picture"]["url"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    kept = list((opened.archive.directory / "cache" / "pictures").rglob("*.png"))
    assert len(kept) == 1
    with Image.open(kept[0]) as picture:
        assert picture.width == 700
        assert picture.info == {}
    assert kept[0].stat().st_mode & 0o077 == 0
    assert opened.owner.get(text["picture"]["url"]).content == kept[0].read_bytes()
    for wrong in ("?page=0", "?page=501", "?page=x", "?from=99999999", "?file=1", "?from=9&to=3"):
        assert opened.owner.get(f"/exhibits/{opened.pdf}/{wrong}").status_code == 404, wrong
    bare = text["picture"]["url"]
    for wrong in (bare.replace("250.png", "501.png"), f"{bare}?width=701"):
        assert opened.owner.get(wrong).status_code == 404, wrong


def test_a_place_asked_for_is_marked_in_the_text_and_on_the_picture(
    opened: SimpleNamespace,
) -> None:
    read = read_text(opened.archive, OWNER, opened.pdf)
    page = next(p for p in read.parts if p.kind == "page" and p.locator["page"] == 7)
    words = read.text[page.start : page.stop].split()[0]
    spot = spots(read, words, page=7)[0]
    with opened.archive.writing() as batch:
        cited = verbs.cite(batch, opened.pdf, read.layer.position, read.text, spot.start, spot.stop)
    where = f"/exhibits/{opened.pdf}/?from={spot.start}&to={spot.stop}"
    text = opened.owner.twin(where)["text"]
    assert text["page"] == 7
    assert "".join(s["text"] for s in text["segments"] if s["found"]) == words
    assert text["picture"]["found"]
    assert text["picture"]["cited"] == text["picture"]["found"]
    answer = opened.owner.get(f"/passages/{cited.position}/")
    assert f'id="passage-{cited.position}"' in opened.owner.page(
        answer["Location"].partition("#")[0]
    )


def test_words_are_found_within_one_text_and_lead_to_their_page(opened: SimpleNamespace) -> None:
    read = read_text(opened.archive, OWNER, opened.pdf)
    words = read.text[read.parts[10].start : read.parts[10].stop].split()[0].upper()
    found = opened.owner.twin(f"/exhibits/{opened.pdf}/?q={words}")["text"]["found"]
    assert found["places"][0]["place"].startswith("page ")
    assert words in opened.owner.page(found["places"][-1]["url"].partition("#")[0]).upper()
    assert "are not in this text" in opened.owner.page(f"/exhibits/{opened.pdf}/?q=Zzyzx")


def test_files_inside_are_listed_with_their_state_and_have_a_page(opened: SimpleNamespace) -> None:
    twin = opened.owner.twin(f"/exhibits/{opened.box}/")
    states = {
        file["inner_path"].rpartition("/")[2]: file["state"] for file in twin["inside"]["files"]
    }
    assert states == {"note.txt": "read", "noise.bin": "unsupported"}
    note = next(f for f in twin["inside"]["files"] if f["inner_path"].endswith("note.txt"))
    inner = opened.owner.twin(note["url"].partition("#")[0])
    assert "Twelve rooms, she said." in inner["text"]["segments"][0]["text"]
    assert inner["cite"] == (
        f"habeas cite {opened.box} --inner {note['inner_path']} 'the exact words'"
    )
    again = opened.owner.twin(inner["text"]["list"][0]["url"]) if inner["text"]["list"] else inner
    assert again["reading"]["inner_path"] == note["inner_path"]
    noise = next(f for f in twin["inside"]["files"] if f["inner_path"].endswith("noise.bin"))
    assert "No text was read from this file." in opened.owner.page(noise["url"].partition("#")[0])


def test_what_is_not_open_to_the_public_is_not_there_at_all(
    opened: SimpleNamespace, reading_as: ReadingAs
) -> None:
    reading = Reading.objects.filter(exhibit=opened.pdf).get().position
    public = reading_as(opened.archive, PUBLIC)
    for path in (f"/exhibits/{opened.pdf}/", f"/exhibits/{opened.pdf}/pictures/{reading}/1.png"):
        assert public.get(path).status_code == 404
    assert not (opened.archive.directory / "cache").exists()
    assert Layer.objects.exists()
    assert not Passage.objects.exists()
