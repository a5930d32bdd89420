"""A recording: its player, its waveform, and what was written down of it beside it.

A cited time plays from its start and stops at its end. Invariants: times are those of the
reading; a line is shown with the word of whoever wrote it down, or of the file itself, and leads
to its moment and to its place in the text; what may not be seen is not there, and a source that
may not is not named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.exhibits import transcripts
from habeas.archive.exhibits.transcripts import SpokenLine
from habeas.archive.models import Exhibit, Reading, Source, Transcript
from habeas.display.asking import NotThere, Query
from habeas.display.references import EntryReference, Marked, Target
from habeas.reading import measured
from habeas.reading.measured import PIECE_MS, Measured
from habeas.vocabulary.locations import clock

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

LINES = 600  # beside a player
BEFORE = 60  # of them before the moment that is asked for
SECTION = "recording"


@dataclass(frozen=True, slots=True)
class TranscriptShown(Marked):
    """Who wrote down, or translated, what is said in a recording; and in which file."""

    position: int
    url: Target  # the recording with these lines
    recording: int
    exhibit: int
    language: str
    by: str
    translates: int | None
    note: str
    entry: EntryReference


@dataclass(frozen=True, slots=True)
class RecordingPart:
    """A part of a recording that is made and played as one."""

    number: int
    words: str
    url: Target
    current: bool


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of speech; ``from_ms``, ``to_ms``, ``url`` None where its time cannot be read."""

    text: str
    from_ms: int | None
    to_ms: int | None
    time: str
    url: Target | None
    speaker: str
    language: str
    text_url: Target


@dataclass(frozen=True, slots=True)
class CitedTime:
    """A cited time; with a rectangle of the film where ``across`` is not 0, in 1/1,000,000."""

    from_ms: int
    to_ms: int
    words: str
    left: int
    top: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Played:
    """What plays a recording, at a moment; ``waveform``: from 0 to 99, equally long stretches."""

    kind: str  # film, sound
    duration_ms: int
    duration: str
    width_px: int
    height_px: int
    at: int
    piece: int
    piece_ms: int
    source: Target
    waveform: tuple[int, ...]
    cited: CitedTime | None


@dataclass(frozen=True, slots=True)
class RecordingShown(Played):
    """A recording with its parts and what was written down of it."""

    pieces: tuple[RecordingPart, ...]
    transcripts: tuple[TranscriptShown, ...]
    transcript: TranscriptShown | None
    own_subtitles: bool
    lines: tuple[LineShown, ...]
    lines_before: int
    lines_after: int


def known(reading: Reading | None) -> Measured | None:
    """What is known of a recording; None where the reading is not of one."""
    if reading is None or not reading.media_type.startswith(("audio/", "video/")):
        return None
    found = measured.measured(json.loads(reading.metadata))
    return found if found.duration_ms else None


def played(exhibit: int, reading: Reading, at: int, cited: CitedTime | None) -> Played | None:
    """What plays a recording at a moment; None where the file is not one."""
    facts = known(reading)
    return None if facts is None else Played(**_player(exhibit, reading, facts, at), cited=cited)


def _player(exhibit: int, reading: Reading, facts: Measured, at: int) -> dict[str, Any]:
    at = min(at, facts.duration_ms - 1)
    here = at // PIECE_MS
    return {
        "kind": "film" if facts.width_px else "sound",
        "duration_ms": facts.duration_ms,
        "duration": clock(facts.duration_ms // 1000 * 1000),
        "width_px": facts.width_px,
        "height_px": facts.height_px,
        "at": at,
        "piece": here,
        "piece_ms": PIECE_MS,
        "source": Target("piece", (exhibit, reading.position, here)),
        "waveform": measured.waveform_in(json.loads(reading.metadata).get(measured.WAVEFORM, "")),
    }


def shown(
    archive: Archive,
    viewer: Viewer,
    exhibit: Exhibit,
    reading: Reading | None,
    query: Query,
    cited: CitedTime | None = None,
) -> RecordingShown | None:
    """The recording with what is shown beside it; None where the file is not one."""
    facts = known(reading)
    if reading is None or facts is None:
        return None
    wanted = query.number("at")
    at = (cited.from_ms if cited else 0) if wanted is None else wanted
    written = [] if reading.inner_path else transcripts.of_recording(viewer, exhibit.position)
    row = _chosen(written, query)
    own = reading.layer is not None and any(s.kind == "subtitle" for s in facts.streams)
    read = row.reading if row is not None else (reading.position if own else None)
    lines = [] if read is None else list(transcripts.lines_of(archive, viewer, read))
    player = _player(exhibit.position, reading, facts, at)
    first = max(0, _line_at(lines, player["at"]) - BEFORE)
    place = _Place(viewer, exhibit.position, reading, row)
    count = -(-facts.duration_ms // PIECE_MS)
    return RecordingShown(
        **player,
        cited=cited,
        pieces=tuple(
            RecordingPart(n, clock(n * PIECE_MS), place.moment(n * PIECE_MS), n == player["piece"])
            for n in range(count)
        ),
        transcripts=tuple(_transcript(viewer, each) for each in written),
        transcript=None if row is None else _transcript(viewer, row),
        own_subtitles=own and row is None,
        lines=tuple(place.line(line) for line in lines[first : first + LINES]),
        lines_before=first,
        lines_after=max(0, len(lines) - first - LINES),
    )


def transcript_of(viewer: Viewer, exhibit: int) -> tuple[TranscriptShown, ...]:
    """What the exhibit is as a transcript, of which recordings."""
    rows = visible(viewer, Transcript).filter(transcript=exhibit, ended_at__isnull=True)
    return tuple(_transcript(viewer, row) for row in rows.order_by("position"))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the moments and the lines of one recording lead."""

    viewer: Viewer
    exhibit: int
    reading: Reading
    transcript: Transcript | None

    def moment(self, ms: int) -> Target:
        asked = {"file": self.reading.position} if self.reading.inner_path else {}
        if self.transcript is not None:
            asked["transcript"] = self.transcript.position
        return Target("exhibit", self.exhibit, _asked((asked | {"at": ms}).items()), SECTION)

    def line(self, line: SpokenLine) -> LineShown:
        row = self.transcript
        return LineShown(
            text=line.text,
            from_ms=line.from_ms,
            to_ms=line.to_ms,
            time="" if line.from_ms is None else clock(line.from_ms // 100 * 100),
            url=None if line.from_ms is None else self.moment(line.from_ms),
            speaker=line.speaker or line.tier,
            language=line.language or ("" if row is None else row.language),
            text_url=self._text(line),
        )

    def _text(self, line: SpokenLine) -> Target:
        """Where the line is in its text, to be cited."""
        place = {"from": line.start, "to": line.stop}
        row = self.transcript
        if row is None:
            if self.reading.inner_path:
                place = {"file": self.reading.position, **place}
            return Target("exhibit", self.exhibit, _asked(place.items()), "found")
        return Target("exhibit", row.transcript, _asked(place.items()), "found")


def _asked(pairs: Iterable[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in pairs)


def _transcript(viewer: Viewer, row: Transcript) -> TranscriptShown:
    source = visible(viewer, Source).filter(position=row.source).first()
    return TranscriptShown(
        position=row.position,
        url=Target("exhibit", row.exhibit, (("transcript", str(row.position)),), SECTION),
        recording=row.exhibit,
        exhibit=row.transcript,
        language=row.language,
        by=_("a source that is not shown") if source is None else source.name or source.code,
        translates=row.translates,
        note=row.note,
        entry=EntryReference("transcript", row.position),
    )


def _chosen(written: list[Transcript], query: Query) -> Transcript | None:
    wanted = query.number("transcript")
    if wanted is None:
        return written[0] if written else None
    found = next((row for row in written if row.position == wanted), None)
    if found is None:
        raise NotThere
    return found


def _line_at(lines: list[SpokenLine], at: int) -> int:
    times = (n for n, line in enumerate(lines) if line.from_ms is not None and line.from_ms >= at)
    return next(times, len(lines))
