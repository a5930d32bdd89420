"""WebVTT and SRT: lines of speech with their times."""

from __future__ import annotations

from habeas.reading.readers import cues, text
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.subtitles"
VERSION = "1"
WEB, PLAIN = "text/vtt", "application/x-subrip"
MEDIA_TYPES = frozenset({WEB, PLAIN})


def read(source: InputFile, draft: DraftReading) -> None:
    found = cues.in_subtitles(text.decoded(source, draft), web=source.media_type == WEB)
    cues.add_all(draft, found)
