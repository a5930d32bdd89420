"""A recording on its page: played as made anew, under the rules of access."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.archive.making import acting, newspaper
from tests.support import films
from tests.web.conftest import Reader

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.readings import standing
from habeas.archive.verbs.referring import Marking
from habeas.reading import pieces_out
from habeas.web.explore.exhibits import rendering
from habeas.web.explore.exhibits.recordings import ranged

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
VTT = (
    "WEBVTT\n\n00:00.500 --> 00:01.000\n<v A>بىز &lt;b&gt;مەكتەپتە\n\n"
    "00:01.000 --> 00:02.000\nIn May.\n"
)


@pytest.fixture
def told(archive: Archive, tmp_path: Path, reading_as: ReadingAs) -> SimpleNamespace:
    """A film with subtitles of its own, and a sound whose transcript the public may not see."""
    film, sound, words = tmp_path / "film.mkv", tmp_path / "talk.ogg", tmp_path / "talk.vtt"
    film.write_bytes(films.with_subtitles())
    sound.write_bytes(films.sound("ogg"))
    words.write_text(VTT, "utf-8")
    public = Marking(handling="public")
    files = [Received(film), Received(sound, marking=public), Received(words, marking=public)]
    added = [ref for _, ref in add_files(archive, files).exhibits]
    read_what_waits(archive, workers=1)
    reading = standing(OWNER, added[2].position)
    assert reading is not None
    with archive.writing() as batch:
        source = newspaper(batch, "scribe", Marking(handling="team"))
        made = verbs.transcript(
            batch, added[1], added[2], source, "ug", reading=reading.position, marking=public
        )
    return SimpleNamespace(
        archive=archive, film=added[0].position, sound=added[1].position,
        words=added[2].position, transcript=made.position,
        reading_as=lambda viewer: reading_as(archive, viewer),
    )  # fmt: skip


def test_lines_stand_beside_the_recording_with_their_moments(told: SimpleNamespace) -> None:
    owner = told.reading_as(OWNER)
    shown = owner.twin(f"/exhibits/{told.sound}/")["recording"]
    assert shown["kind"] == "sound"
    assert shown["transcript"]["by"] == "Scribe"
    first, second = shown["lines"]
    assert (first["text"], first["speaker"], first["time"]) == ("بىز <b>مەكتەپتە", "A", "0:00.500")
    assert second["url"].endswith(f"transcript={told.transcript}&at=1000#recording")
    page = owner.page(f"/exhibits/{told.sound}/")
    assert "بىز &lt;b&gt;مەكتەپتە" in page
    assert 'lang="ug"' in page
    there = owner.page(first["text_url"].partition("#")[0])
    assert "Transcript of" in there
    own = owner.twin(f"/exhibits/{told.film}/")["recording"]
    assert own["own_subtitles"] is True
    assert [line["text"] for line in own["lines"]] == ["We were held", "in the school & the hall"]
    assert (own["width_px"], own["height_px"]) == (64, 48)


def test_who_may_not_see_a_part_of_it_sees_no_transcript(told: SimpleNamespace) -> None:
    source = told.reading_as(OWNER).twin(f"/exhibits/{told.film}/")["recording"]["source"]
    public = told.reading_as(PUBLIC)
    shown = public.twin(f"/exhibits/{told.sound}/")["recording"]
    assert (shown["transcripts"], shown["lines"]) == ([], [])
    assert public.twin(f"/exhibits/{told.words}/")["transcript_of"] == []
    path = f"/exhibits/{told.sound}/?transcript={told.transcript}"
    assert public.get(path).status_code == 404
    assert public.get(source).status_code == 404


def test_a_piece_is_made_anew_kept_and_given_in_ranges(told: SimpleNamespace) -> None:
    owner = told.reading_as(OWNER)
    source = owner.twin(f"/exhibits/{told.film}/")["recording"]["source"]
    answer = owner.get(source)
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/webm")
    assert answer["Cache-Control"] == "no-store"
    pieces_out.check(answer.content)
    for word in (b"Phone 7", b"39.46", b"school"):
        assert word not in answer.content
    kept = list((told.archive.directory / "cache" / "pictures").rglob("*.webm"))
    assert [path.read_bytes() for path in kept] == [answer.content]
    part = owner.client.get(source, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, answer.content[4:10])
    assert part["Content-Range"] == f"bytes 4-9/{len(answer.content)}"
    assert owner.get(source.replace("0.webm", "1.webm")).status_code == 404
    other = f"/exhibits/{told.words}/recording/{source.split('/')[4]}/0.webm"
    assert owner.get(other).status_code == 404


def test_a_page_may_play_what_is_its_own_and_no_other_page_may(told: SimpleNamespace) -> None:
    owner = told.reading_as(OWNER)
    policy = owner.get(f"/exhibits/{told.film}/")["Content-Security-Policy"]
    assert "media-src 'self'" in policy
    assert "media-src" not in owner.get("/exhibits/")["Content-Security-Policy"]


def test_what_was_made_of_a_recording_goes_when_it_is_blocked(told: SimpleNamespace) -> None:
    """Somebody in it withdrew; who takes the disk finds no film of them in the clear."""
    owner, cache = told.reading_as(OWNER), told.archive.directory / "cache" / "pictures"
    sources = [
        owner.twin(f"/exhibits/{at}/")["recording"]["source"] for at in (told.film, told.sound)
    ]
    for source in sources:
        assert owner.get(source).status_code == 200
    assert len(list(cache.rglob("*.webm"))) == 2
    with told.archive.writing(acting(told.archive)) as batch:
        verbs.block(batch, told.film, "She withdrew.")
    (left,) = cache.rglob("*.webm")
    assert left.parent.name == m.Exhibit.objects.get(position=told.sound).address
    assert [owner.get(source).status_code for source in sources] == [404, 200]
    path = cache / "x" / "0.webm"
    rendering._keep(path, b"made meanwhile", m.Exhibit.objects.get(position=told.film))
    assert not path.exists()


def test_what_was_made_while_its_exhibit_was_erased_is_not_kept(told: SimpleNamespace) -> None:
    exhibit = m.Exhibit.objects.get(position=told.film)
    path = told.archive.directory / "cache" / "pictures" / "x" / "0.webm"
    rendering._keep(path, b"film", exhibit)
    assert path.read_bytes() == b"film"
    m.Exhibit.objects.filter(position=told.film).delete()
    rendering._keep(path, b"film", exhibit)
    assert not path.exists()


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("", 200, b"0123456789"), ("bytes=0-3", 206, b"0123"), ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"), ("bytes=8-99", 206, b"89"), ("bytes=10-", 416, b""),
        ("bytes=-0", 416, b""), ("bytes=5-2", 416, b""), ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"), ("bytes=-", 200, b"0123456789"),
    ],
)  # fmt: skip
def test_ranges(wanted: str, status: int, content: bytes, backend: str) -> None:
    answer = ranged(wanted, b"0123456789")
    assert (answer.status_code, answer.content) == (status, content)
