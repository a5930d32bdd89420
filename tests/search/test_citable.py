"""A hit in a sheet, in a transcript or on a picture carries the place by which it can be cited."""

from __future__ import annotations

import wave
import zipfile
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.archive.making import PUBLIC, newspaper, seal_text
from tests.search.test_sheet_rows import hits, write
from tests.support import films

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.exhibits.transcripts import of_recording
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.search import refresh
from habeas.archive.search.citable import with_places
from habeas.archive.search.searching import Hit
from habeas.display.asking import Query
from habeas.display.references import Target
from habeas.display.search import search
from habeas.vocabulary import locations

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PICTURE = Path(__file__).parents[2] / "src" / "habeas" / "demo" / "tally" / "files" / "tally.png"


def words(archive: Archive, query: str) -> list[tuple[int, str] | None]:
    """Of each hit the exhibit and the place; each can be cited as it stands."""
    found: list[tuple[int, str] | None] = []
    for hit in hits(archive, query):
        if hit.place is None:
            found.append(None)
            continue
        said = locations.words(hit.place.location)
        exhibit = m.Exhibit.objects.get(position=hit.place.exhibit)
        at, inner = locations.parse(said), hit.place.inner_path
        assert at == hit.place.location
        cited, position, _ = locating.cite(archive, exhibit, at, inner=inner)
        if at.form == "cell":
            first, last = hit.ranges[0]
            assert hit.text[first - hit.excerpt[0] : last - hit.excerpt[0]] in cited.quote
        assert m.Passage.objects.get(position=position).form == at.form
        found.append((hit.place.exhibit, said))
    return found


def added(archive: Archive, *paths: Path) -> list[int]:
    made = add_files(archive, [Received(path, marking=PUBLIC) for path in paths]).exhibits
    read_what_waits(archive, workers=1)
    refresh(archive)
    return [ref.position for _, ref in made]


def test_a_hit_in_a_sheet_is_in_its_cell_or_its_row(archive: Archive, tmp_path: Path) -> None:
    rows = [["Name", "Where"], ["Tursun", "Hotan"], [], ["Omer", "Hotan, then Aksu"]]
    plain = write(tmp_path / "plain.csv", rows)
    with zipfile.ZipFile(tmp_path / "box.zip", "w") as box:
        box.write(write(tmp_path / "in.csv", [["a"], ["Korla"]]), "inner/in.csv")
    sheet, boxed = added(archive, plain, tmp_path / "box.zip")
    assert words(archive, "Tursun") == [(sheet, "cell A2, sheet 1")]
    assert words(archive, "Aksu") == [(sheet, "cell B4, sheet 1")]
    assert words(archive, "Omer Aksu") == [(sheet, "row 4, sheet 1")]  # in two cells of it
    assert words(archive, "Korla") == [(boxed, "cell A2, sheet 1")]
    (hit,) = hits(archive, "Korla")
    assert hit.place is not None
    assert hit.place.inner_path.endswith("in.csv")


def test_a_hit_in_a_text_has_no_other_place(archive: Archive, tmp_path: Path) -> None:
    seal_text(archive, tmp_path)
    refresh(archive)
    assert words(archive, "Aygul") == [None]


def test_a_hit_in_a_transcript_is_at_a_time_of_its_recording(
    archive: Archive, tmp_path: Path
) -> None:
    films.require()
    with wave.open(str(tmp_path / "talk.wav"), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(8_000)
        talk.writeframes(bytes(32_000))
    lines = (
        "WEBVTT\n\n00:00.100 --> 00:00.900\nIn the school.\n\n01:00.000 --> 01:02.000\nIn May.\n"
    )
    (tmp_path / "talk.vtt").write_text(lines, "utf-8")
    recording, text = added(archive, tmp_path / "talk.wav", tmp_path / "talk.vtt")
    assert words(archive, "school") == [None]  # of no recording yet
    reading = m.Reading.objects.get(exhibit=text).position
    with archive.writing() as batch:
        verbs.transcript(
            batch, recording, text, newspaper(batch), reading=reading, language="en",
            marking=PUBLIC,
        )  # fmt: skip
    refresh(archive)
    assert words(archive, "school") == [(recording, "0:00.100-0:00.900")]
    assert words(archive, "May") == [None]  # past the end of the recording
    (row,) = of_recording(OWNER, recording)
    found = search(archive, OWNER.with_purpose(0), Query({"q": "school"})).found
    assert found is not None
    (hit,) = found.hits
    assert hit.located is not None
    assert hit.located.url == Target(
        "exhibit",
        recording,
        (("transcript", str(row.position)), ("place", "0:00.100-0:00.900")),
        "recording",
    )
    assert hit.located.command == f"habeas cite {recording} --at 0:00.100-0:00.900"
    assert hit.url.of == text  # the line in its own file stays where it was


def test_a_hit_on_a_picture_is_a_rectangle_of_it(archive: Archive) -> None:
    (picture,) = added(archive, PICTURE)
    ((exhibit, said),) = [each for each in words(archive, "editors") if each]
    assert exhibit == picture
    place = locations.parse(said)
    assert (place.form, place.page) == ("rectangle", 1)
    assert place.edges is not None
    left, top, right, bottom = place.edges
    assert 0 < right - left < 300_000  # one word of the line
    assert 0 < bottom - top < 100_000


def test_the_places_of_hits_are_asked_for_together(archive: Archive, tmp_path: Path) -> None:
    rows = [["Name", "Where"], *([f"Nobody {n}", "Hotan"] for n in range(9))]
    added(archive, write(tmp_path / "many.csv", rows))
    found = hits(archive, "Hotan")
    assert len(found) == 9

    def queries(some: list[Hit]) -> int:
        with CaptureQueriesContext(connection) as told:
            assert all(hit.place for hit in with_places(archive, OWNER, some))
        return len(told)

    assert queries(found) == queries(found[:1]) == 1
