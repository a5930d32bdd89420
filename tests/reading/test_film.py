"""Sound and film: measured here, not believed; one state each, whatever the file does."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from tests.reading.drafting import read
from tests.support import films

from habeas.reading import measured, pieces_out
from habeas.reading.documents import Document, State
from habeas.reading.ebml import SEGMENT, elements
from habeas.reading.errors import NoPiece
from habeas.reading.limits import Limits
from habeas.reading.measured import Measured
from habeas.reading.readers import ffmpeg, film
from habeas.reading.sandbox.opening import Sandbox

ReadBytes = Callable[..., list[Document]]


@pytest.fixture(autouse=True)
def _ffmpeg() -> None:
    films.require()


def facts(document: Document) -> Measured:
    return measured.measured(document.metadata)


def test_a_film_is_measured(read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(films.film(), "film.mp4")
    assert found.state is State.READ
    assert (found.missing, found.warnings) == ((), ())
    known = facts(found)
    assert 1_900 <= known.duration_ms <= 2_100
    assert (known.width_px, known.height_px, known.rotation_degrees) == (64, 48, 0)
    picture, sound = known.streams
    assert (picture.kind, picture.codec, picture.units) == ("video", "h264", 20)
    assert (sound.kind, sound.codec, sound.from_ms) == ("audio", "aac", 0)
    assert found.metadata["keyframes_ms"] == "0 500 1000 1500"
    assert max(measured.waveform_in(found.metadata["waveform"])) > 5


def test_without_ffmpeg_the_reading_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "is_installed", lambda: False)
    draft = read(film, films.sound(), "audio/wav").draft
    assert draft.state is State.UNSUPPORTED
    assert "`habeas reading retry --state unsupported`" in draft.reason


def test_a_turned_film_is_upright(read_bytes: ReadBytes) -> None:
    known = facts(read_bytes(films.turned())[-1])
    assert (known.width_px, known.height_px, known.rotation_degrees) == (48, 64, 90)


def test_subtitles_are_lines_with_times(read_bytes: ReadBytes) -> None:
    inside, found = read_bytes(films.with_subtitles())
    assert found.state is State.READ
    lines = [(part.locator, found.text[part.start : part.stop]) for part in found.parts]
    assert [words for _, words in lines] == ["We were held", "in the school & the hall"]
    assert lines[0][0]["stream"] == 2
    assert lines[0][0]["to_ms"] - lines[0][0]["from_ms"] == 500  # type: ignore[operator]
    assert found.parts[0].language == "uig"
    # What it says of itself is kept as its own word; what is attached is a file inside.
    assert found.metadata["stated_created"].startswith("2018-05-02T01:02:03")
    assert found.metadata["stated_location"] == "+39.4600+075.9800/"
    assert found.metadata["stated_model"] == "Phone 7"
    assert (inside.inner_path, inside.state) == ("font.ttf", State.UNSUPPORTED)


@pytest.mark.parametrize("ending", ["wav", "mp3", "ogg", "flac", "aac"])
def test_kinds_of_sound(ending: str, read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(films.sound(ending), "no-ending")
    assert found.state is State.READ, (found.reason, found.missing)
    assert 1_900 <= facts(found).duration_ms <= 2_200


@pytest.mark.parametrize("ending", ["avi", "ts", "mpg"])
def test_kinds_of_film(ending: str, read_bytes: ReadBytes) -> None:
    rate = ("-r", "25") if ending == "mpg" else ()
    data = films.made(f"film.{ending}", *films.PICTURE, *rate)
    (found,) = read_bytes(data, "no-ending")
    assert found.state is State.READ, (found.reason, found.missing)
    assert (facts(found).width_px, facts(found).height_px) == (64, 48)


def test_a_lying_duration_is_said(read_bytes: ReadBytes) -> None:
    data = bytearray(films.film())
    at = data.index(b"mvhd") + 4 + 16  # after version, times and scale: the length of it all
    struct.pack_into(">I", data, at, 36_000 * 1_000)
    (found,) = read_bytes(bytes(data))
    assert facts(found).duration_ms < 2_200
    assert found.metadata["stated_duration_ms"] == "36000000"
    assert any("says that it lasts 10:00:00" in words for words in found.warnings)


def test_ten_hours_are_measured_in_bounded_time(read_bytes: ReadBytes) -> None:
    data = films.made(
        "long.mkv", "-f", "lavfi", "-i", "color=s=16x16:r=1/30:d=36000", "-c:v", "libx264",
        "-preset", "ultrafast",
    )  # fmt: skip
    (found,) = read_bytes(data)
    assert found.state is State.READ
    assert facts(found).duration_ms == 36_000_000


def test_forty_streams_are_read_in_part(read_bytes: ReadBytes) -> None:
    maps = [word for _ in range(40) for word in ("-map", "0:a")]
    data = films.made(
        "many.mkv", "-f", "lavfi", "-i", "sine=d=0.2:r=8000", *maps, "-c:a", "pcm_s16le"
    )
    (found,) = read_bytes(data)
    assert found.state is State.IN_PART
    assert found.missing == ("streams: 32 of 40 are measured",)
    assert len(facts(found).streams) == Limits().streams


def test_a_bomb_in_a_frame_is_not_decoded() -> None:
    """A picture past the cap is refused before it is decoded, and no piece is made of it."""
    tight = Limits(pixels=1_000)
    with Sandbox(tight, ocr=False, workers=1) as sandbox:
        (found,) = sandbox.read(io.BytesIO(films.film()), "film.mp4")
        assert (found.state, found.reason) == (
            State.REFUSED, "pixels: a picture in it is larger than 1,000",
        )  # fmt: skip
        with pytest.raises(NoPiece):
            sandbox.piece(io.BytesIO(films.made("f.webm", *films.PICTURE)), "f.webm")


@pytest.mark.parametrize("share", [2, 60])
def test_a_file_that_breaks_off_has_one_state(share: int, read_bytes: ReadBytes) -> None:
    for whole in (films.film(), films.with_subtitles(), films.sound("ogg")):
        found = read_bytes(whole[: len(whole) * share // 100])[-1]
        assert found.state in (State.READ, State.IN_PART, State.FAILED, State.UNSUPPORTED)
        if found.state is State.FAILED:
            assert found.reason
            assert "scratch" not in found.reason
        if found.state is State.READ:
            assert facts(found).duration_ms < 2_100


def test_what_lies_outside_is_named_and_not_opened(read_bytes: ReadBytes) -> None:
    data = bytearray(films.film())
    at = data.index(b"url ")
    assert data[at - 4 : at + 8] == bytes.fromhex("0000000c") + b"url " + bytes.fromhex("00000001")
    data[at + 7] = 0  # no longer in this file
    (found,) = read_bytes(bytes(data))
    assert found.state is State.IN_PART
    assert any("lies outside of it, which was not opened" in words for words in found.missing)


PLAYLISTS = {
    "list.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "list.ffconcat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "list.mp4": b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
    "list.sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_is_only_text(name: str, read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(PLAYLISTS[name], name)
    assert found.reader == "habeas.text"
    assert "root:" not in found.text
    assert found.text.startswith(PLAYLISTS[name].decode()[:8])


@pytest.mark.parametrize("head", [b"\0\0\0\x18ftypmp42", b"\x1a\x45\xdf\xa3", b"RIFF\0\0\0\0AVI "])
def test_a_playlist_dressed_as_a_film_opens_nothing(head: bytes, read_bytes: ReadBytes) -> None:
    (found,) = read_bytes(head + b"\n" + PLAYLISTS["list.m3u8"], "a.mp4")
    assert found.state is State.FAILED
    assert "root:" not in f"{found}"


def test_a_piece_plays_and_holds_nothing_else(sandbox: Sandbox) -> None:
    made = sandbox.piece(io.BytesIO(films.with_subtitles()), "film.mkv")
    for word in (b"Phone 7", b"2018-05", b"+39.46", b"school", b"font", b"ENCODER"):
        assert word not in made.webm
    pieces_out.check(made.webm)
    with pytest.raises(NoPiece, match="Nothing of it is at that time"):
        sandbox.piece(io.BytesIO(films.with_subtitles()), "film.mkv", number=3)
    with pytest.raises(NoPiece):
        sandbox.piece(io.BytesIO(b"Held in May."), "a.txt")


def test_a_piece_of_a_turned_film_is_upright(sandbox: Sandbox, read_bytes: ReadBytes) -> None:
    made = sandbox.piece(io.BytesIO(films.turned()), "film.mp4")
    assert (facts(read_bytes(made.webm)[-1]).width_px) == 48


def test_what_is_no_piece_is_refused(sandbox: Sandbox) -> None:
    good = sandbox.piece(io.BytesIO(films.film()), "film.mp4").webm
    with pytest.raises(NoPiece):
        pieces_out.check(films.with_subtitles())  # tags, an attachment, another codec
    with pytest.raises(NoPiece):
        pieces_out.check(good[:-1])
    (segment,) = [at for name, at, _, _ in elements(good, 0, len(good)) if name == SEGMENT]
    with pytest.raises(NoPiece):
        pieces_out.check(good[:segment])
    with pytest.raises(NoPiece):
        pieces_out.check(b"")


def test_nothing_a_film_holds_reaches_a_log(
    read_bytes: ReadBytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    data = films.with_subtitles()
    for whole in (data, data[: len(data) // 2], data[:200]):
        read_bytes(whole)
    said = caplog.text + "".join(capfd.readouterr())
    assert not any(word in said for word in ("held", "school", "Phone", "39.46"))
