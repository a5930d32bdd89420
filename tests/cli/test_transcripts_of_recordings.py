"""Who wrote down what is said in a recording, from the command line to a search's answer."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.support import films

from habeas.archive import models as m

Habeas = Callable[..., Ended]
VTT = (
    "WEBVTT\n\n00:00.100 --> 00:00.900\n<v A>Held in the school.\n\n"
    "00:00.900 --> 00:01.400\nIn May.\n"
)


@pytest.fixture
def recording(archive_here: Path, habeas: Habeas) -> int:
    """A second of silence, read, and a source that can write down what is said in it."""
    films.require()
    path = archive_here.parent / "talk.wav"
    with wave.open(str(path), "wb") as talk:
        talk.setnchannels(1)
        talk.setsampwidth(2)
        talk.setframerate(8_000)
        talk.writeframes(bytes(16_000))
    given = habeas("add", path, "--handling", "public", "--json").json
    assert given["read"]["states"] == {"read": 1}
    folder = archive_here.parent / "sources"
    folder.mkdir()
    (folder / "sources.csv").write_text("id,kind,code,name\ns,person,scribe,A Scribe\n", "utf-8")
    assert habeas("import", folder).code == 0
    return int(given["sealed"][0]["exhibit"])


def test_a_transcript_is_recorded_listed_and_found(
    recording: int, archive_here: Path, habeas: Habeas
) -> None:
    path = archive_here.parent / "talk.vtt"
    path.write_text(VTT, "utf-8")
    by = ("--by", "scribe", "--language", "UG")
    given = habeas("transcript", "add", str(recording), path, *by, "--json").json
    assert (given["timed"], given["recording"]) == (2, recording)
    assert given["past_the_end"] == [2]
    listed = habeas("transcript", "list", str(recording), "--json").json["transcripts"]
    assert [(each["transcript"], each["language"], each["by"]) for each in listed] == [
        (given["transcript"], "ug", "scribe")
    ]
    assert "recorded already" in habeas("transcript", "add", str(recording), path, *by).err
    found = habeas("search", "school", "--purpose", "To check what is written down").out
    assert "talk.vtt, 0:00.100-0:00.900, speaker A" in found
    assert f"→ habeas cite {recording} --at 0:00.100-0:00.900" in found
    asked = ("search", "school", "--purpose", "To cite the moment", "--json")
    (hit,) = habeas(*asked).json["hits"]
    at = hit["located"]
    assert (at["exhibit"], at["form"], at["place"]) == (
        *(recording, "time", {"from_ms": 100, "to_ms": 900}),
    )
    assert habeas(*at["command"].split()[1:], "--json").json["words"] == at["words"]
    later = habeas("search", "May", "--purpose", "To check what is written down").out
    assert "0:00.900-0:01.400" in later
    assert habeas("verify").code == 0
    ended = [{"transcript": given["transcript"], "handling": "team"}]
    source = str(m.Source.objects.get(code="scribe").position)
    for number in (source, str(given["transcript"])):
        tried = habeas("retract", number, "--dry-run")
        assert ("Transcripts that end with it: #" in tried.out) == (number == source)
        assert habeas("retract", number, "--dry-run", "--json").json["transcripts"] == ended
    retracted = ("retract", str(given["transcript"]), "--reason", "Wrong", "--yes")
    assert habeas(*retracted).code == 0
    listed = habeas("transcript", "list", str(recording), "--json").json
    assert listed["transcripts"] == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--by", "nobody", "--language", "ug"], "reference.unknown"),
        (["--by", "scribe", "--language", "not a tag"], "vocabulary.bad-text"),
        (["--by", "scribe", "--language", ""], "entry.refused"),
        (["--by", "scribe", "--language", "ug", "--translates", "1"], "reference.unknown"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_sealed(
    options: list[str], code: str, recording: int, archive_here: Path, habeas: Habeas
) -> None:
    path = archive_here.parent / "talk.vtt"
    path.write_text(VTT, "utf-8")
    ended = habeas("transcript", "add", str(recording), path, *options)
    assert f"[{code}]" in ended.err
    if "--translates" not in options:
        assert "sealed" not in ended.out


def test_a_letter_is_no_recording(recording: int, archive_here: Path, habeas: Habeas) -> None:
    note = archive_here.parent / "note.txt"
    note.write_text("A letter.", "utf-8")
    letter = habeas("add", note, "--json").json["sealed"][0]["exhibit"]
    ended = habeas("transcript", "add", str(letter), note, "--by", "scribe", "--language", "en")
    assert ended.code != 0
    assert "not a recording" in ended.err or "its own transcript" in ended.err


def test_a_line_after_the_end_of_its_recording_is_refused_with_its_number(
    recording: int, archive_here: Path, habeas: Habeas
) -> None:
    """It is of another recording; one that only goes on a little is recorded, and told."""
    path = archive_here.parent / "talk.vtt"
    by = ("--by", "scribe", "--language", "ug")
    path.write_text(VTT.replace("00:00.900 --> 00:01.400", "01:00.000 --> 01:02.000"), "utf-8")
    refused = habeas("transcript", "add", str(recording), path, *by)
    assert refused.code != 0
    assert "Line 2 begins at 1:00, and the recording ends at 0:01" in refused.err
    assert habeas("transcript", "list", str(recording), "--json").json["transcripts"] == []
    path.write_text(VTT, "utf-8")
    told = habeas("transcript", "add", str(recording), path, *by)
    assert "Line 2 goes on to 0:01.400, after the recording's end." in told.out
