"""What is said in a recording, by whom it was written down: its transcripts and their lines.

Invariants: a transcript is as strict as the strictest of recording, file, reading, source and
what it translates (its label), and its text besides is asked for by the one door; a line is a part
of the logged reading, with the times that the file gives; nothing is aligned or corrected here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.access import Viewer, visible
from habeas.archive.readings import bounds_of, part_of, rows_in, standing

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MOST_LINES = 5_000  # given at once


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line; ``from_ms`` None where the file gives no time that can be read."""

    text: str
    start: int  # code points of the layer
    stop: int
    from_ms: int | None
    to_ms: int | None
    speaker: str
    tier: str
    language: str


def of_recording(viewer: Viewer, exhibit: int) -> list[m.Transcript]:
    """The transcripts that stand, the earliest first."""
    rows = visible(viewer, m.Transcript).filter(exhibit=exhibit, ended_at__isnull=True)
    return list(rows.order_by("position"))


def layer_of(viewer: Viewer, transcript: m.Transcript) -> int | None:
    """The position of the text that holds its lines, if the viewer may read it."""
    if transcript.reading is None:
        return None
    reading = visible(viewer, m.Reading).filter(position=transcript.reading).first()
    if reading is None or reading.layer is None:
        return None
    shown = visible(viewer, m.Layer).filter(position=reading.layer)
    return reading.layer if shown.exists() else None


def past_the_end(
    archive: Archive, viewer: Viewer, recording: int, reading: int
) -> list[tuple[int, int]]:
    """The lines of a reading that go on after their recording, each with its number and its end.

    One that begins after it is refused: it is said in another one. The last line of subtitles often
    runs on a little.
    """
    of = standing(viewer, recording)
    end_ms = 0 if of is None else bounds_of(of).duration_ms
    found: list[tuple[int, int]] = []
    if end_ms:
        for number, line in enumerate(lines_of(archive, viewer, reading, most=None), 1):
            if line.from_ms is not None:
                rules.refuse(rules.spoken(number, line.from_ms, end_ms))
            if line.to_ms is not None and line.to_ms > end_ms:
                found.append((number, line.to_ms))
    return found


def lines_of(
    archive: Archive, viewer: Viewer, reading: int, *, most: int | None = MOST_LINES
) -> Iterator[SpokenLine]:
    """The lines of one reading, a transcript's or a film's subtitles, in order."""
    row = visible(viewer, m.Reading).filter(position=reading).first()
    layer = None
    if row is not None and row.layer is not None and row.map_address:
        layer = visible(viewer, m.Layer).filter(position=row.layer).first()
    if row is None or layer is None:
        return
    text = archive.read_object(layer.address).decode("utf-8")
    count = 0
    for part in map(part_of, rows_in(archive.read_object(row.map_address))):
        if part.kind != "line":
            continue
        count += 1
        if most is not None and count > most:
            return
        place = part.locator
        yield SpokenLine(
            text[part.start : part.stop], part.start, part.stop,
            _ms(place.get("from_ms")), _ms(place.get("to_ms")),
            str(place.get("speaker", "")), str(place.get("tier", "")), part.language,
        )  # fmt: skip


def _ms(value: object) -> int | None:
    return value if isinstance(value, int) else None
