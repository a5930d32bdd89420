"""A transcript is somebody's word on what is said in a recording: strict, bounded, gone with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC, acting, newspaper, seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.access import PUBLIC as EVERYBODY
from habeas.archive.blast_radius import blast_radius
from habeas.archive.erasing.closure import Graph, close
from habeas.archive.errors import ArchiveError
from habeas.archive.exhibits import transcripts
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.readings import locator_in, locator_words, map_of, parts_of
from habeas.archive.search import refresh
from habeas.archive.verbs.blocking import block
from habeas.archive.verbs.referring import Marking
from habeas.display.asking import Query
from habeas.display.search import search
from habeas.errors import HabeasError
from habeas.reading.documents import Document, Part, State

LINES = "We were held.\nIn the school.\nno time\n"
PARTS = [
    Part("line", 0, 13, {"from_ms": 500, "to_ms": 1500, "speaker": "A", "line": 3}),
    Part("line", 14, 28, {"from_ms": 61_500, "to_ms": 62_000, "line": 6}),
    Part("line", 29, 36, {"line": 9}),
]


@dataclass
class Told:
    recording: Ref
    words: Ref
    layer: Ref
    reading: Ref
    source: Ref
    transcript: Ref


def told(archive: Archive, folder: Path, *, marking: Marking = PUBLIC) -> Told:
    recording, _ = seal_text(archive, folder, "sound, to these tests", "talk.txt")
    words, layer = seal_text(archive, folder, LINES, "lines.txt")
    with archive.objects.batch() as objects:
        sealed = objects.seal(map_of(PARTS))
    with archive.writing() as batch:
        document = Document("", "", 3, "text/vtt", State.READ, reader="test", reader_version="1")
        reading = verbs.reading(
            batch, words, document, layer=layer, sealed_map=sealed, marking=PUBLIC
        )
        source = newspaper(batch)
        made = verbs.transcript(
            batch, recording, words, source, "UG-arab", reading=reading, marking=marking
        )
    return Told(recording, words, layer, reading, source, made)


def test_a_transcript_gives_its_lines_with_their_times(archive: Archive, tmp_path: Path) -> None:
    at = told(archive, tmp_path)
    (row,) = transcripts.of_recording(EVERYBODY, at.recording.position)
    assert (row.position, row.language) == (at.transcript.position, "ug-Arab")
    assert transcripts.layer_of(EVERYBODY, row) == at.layer.position
    lines = list(transcripts.lines_of(archive, EVERYBODY, at.reading.position))
    assert [(line.text, line.from_ms, line.speaker) for line in lines] == [
        ("We were held.", 500, "A"), ("In the school.", 61_500, ""), ("no time", None, ""),
    ]  # fmt: skip
    parts = parts_of(archive, at.layer.position)
    assert locator_words(locator_in(parts, 0, 4)) == "0:00.500-0:01.500, speaker A"
    assert locator_words(locator_in(parts, 0, 20)) == "0:00.500-1:02, speaker A"
    assert locator_words(locator_in(parts, 29, 31)) == "line 9"
    before = list(m.Transcript.objects.values())
    rebuilding.rebuild(archive)
    assert list(m.Transcript.objects.values()) == before


def test_it_is_as_strict_as_its_strictest_part(archive: Archive, tmp_path: Path) -> None:
    at = told(archive, tmp_path)
    with archive.writing() as batch:
        hidden = newspaper(batch, "hidden", Marking(handling="sealed"))
        again = verbs.transcript(
            batch, at.recording, at.words, hidden, "en", reading=at.reading,
            translates=at.transcript, marking=PUBLIC,
        )  # fmt: skip
        further = verbs.transcript(
            batch, at.recording, at.words, at.source, "fr", reading=at.reading, translates=again,
            marking=PUBLIC,
        )  # fmt: skip
    seen = {row.position for row in transcripts.of_recording(EVERYBODY, at.recording.position)}
    assert seen == {at.transcript.position}
    everything = transcripts.of_recording(OWNER, at.recording.position)
    assert [row.position for row in everything][-1] == further.position


def test_what_is_no_transcript_is_refused(archive: Archive, tmp_path: Path) -> None:
    at = told(archive, tmp_path)
    other, _ = seal_text(archive, tmp_path, "another recording", "other.txt")
    cases = (
        {"language": ""}, {"language": "no language at all"}, {"of": at.recording},
        {"exhibit": other, "translates": at.transcript}, {"of": other}, {"source": at.words},
    )  # fmt: skip
    size = archive.size
    for case in cases:
        given = {
            "exhibit": at.recording, "of": at.words, "source": at.source, "language": "ug",
            "reading": at.reading,
        } | case  # fmt: skip
        if "source" in case:
            given["source"] = at.words.position  # type: ignore[assignment]
        with pytest.raises(HabeasError), archive.writing() as batch:
            verbs.transcript(batch, **given)  # type: ignore[arg-type]
    assert archive.size == size


@pytest.mark.parametrize("what", ["transcript", "source"])
def test_it_can_be_taken_back(what: str, archive: Archive, tmp_path: Path) -> None:
    at = told(archive, tmp_path)
    with archive.writing() as batch:
        passage = verbs.cite(batch, at.words, at.layer, LINES, 0, 13, marking=PUBLIC)
        place = verbs.mention(batch, "place", "Example town", marking=PUBLIC)
        from tests.archive.making import says

        claim = says(batch, place, at.source, passages=(passage,))
    radius = blast_radius(OWNER, at.transcript.position)
    assert radius is not None
    assert radius.claims == (claim.position,)
    shown = blast_radius(OWNER, getattr(at, what).position)
    assert shown is not None
    with archive.writing(acting(archive)) as batch:
        verbs.retract(batch, getattr(at, what), what, "Not what is said", marking=PUBLIC)
    assert transcripts.of_recording(OWNER, at.recording.position) == []
    ended = m.Transcript.objects.filter(ended_at__isnull=False).order_by("position")
    assert list(ended.values_list("position", flat=True)) == list(shown.transcripts) != []
    before = list(m.Transcript.objects.values())
    rebuilding.rebuild(archive)
    assert list(m.Transcript.objects.values()) == before
    with pytest.raises(ArchiveError), archive.writing(acting(archive)) as batch:
        verbs.retract(batch, at.transcript, "transcript", "Again")


def test_the_text_of_a_blocked_recording_is_shown_to_nobody(
    archive: Archive, tmp_path: Path
) -> None:
    at = told(archive, tmp_path)
    with archive.writing(acting(archive)) as batch:
        block(batch, at.recording.position, "Somebody who speaks in it asked")
    assert transcripts.of_recording(OWNER, at.recording.position) == []
    _refuse_words(archive, at)
    with archive.writing(acting(archive)) as batch:
        verbs.retract(batch, at.transcript, "transcript", "A poor one; still their words.")
    _refuse_words(archive, at)
    assert rebuilding.check() == []


def _refuse_words(archive: Archive, at: Told) -> None:
    assert list(transcripts.lines_of(archive, OWNER, at.reading.position)) == []
    assert not visible(OWNER, m.Layer).filter(position=at.layer.position).exists()
    layer = m.Layer.objects.get(position=at.layer.position)
    with pytest.raises(ArchiveError):
        archive.read_object(layer.address)
    refresh(archive)
    found = search(archive, OWNER.with_purpose(1), Query({"q": "school"})).found
    assert found is None or found.hits == ()


def test_it_goes_with_either_and_the_words_with_the_recording() -> None:
    ids = {name: f"{at:032x}" for at, name in enumerate(("talk", "words", "who", "entry"))}
    at = {entry: number for number, entry in enumerate(ids.values())}
    graph = Graph()
    for name in ("talk", "words"):
        graph.add(at[ids[name]], {"kind": "exhibit"}, at)
    graph.add(at[ids["who"]], {"kind": "source"}, at)
    fields = {
        "kind": "transcript",
        "exhibit": ids["talk"],
        "of": ids["words"],
        "source": ids["who"],
    }
    graph.add(at[ids["entry"]], fields, at)
    assert close(graph, [0]).erased == {0, 1, 3}
    assert close(graph, [0], kept=[1]).erased == {0, 3}
    assert close(graph, [1]).erased == {1, 3}
    assert close(graph, [2]).erased == {2, 3}
