"""What a reading says of size and time, against which a rectangle or a time is checked.

Facts stand in a reading's metadata as words of integers, so that they are committed with it:
milliseconds on the file's own clock, which begins at its first sound or picture, and pixels of
the picture as it is seen, upright. They were measured here; what a file only says of itself is
under ``stated_…``. The keys are a format and never move: docs/reference/reading.md.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DURATION, WIDTH, HEIGHT = "duration_ms", "upright_width_px", "upright_height_px"
ROTATION, STREAMS, STREAM = "rotation_degrees", "streams", "stream_{}"
PAGE_BOXES, PAGE_SIZES = "page_boxes", "page_sizes_px"
WAVEFORM, KEYFRAMES, KEYFRAME_COUNT = "waveform", "keyframes_ms", "keyframes"
PIECE_MS = 120_000  # of a recording, made anew and played as one
FURTHEST_MS = 2**31 - 1  # 24 days: what a place in a text can hold
_LONGEST = 480  # code points, within what an entry keeps of a piece of metadata
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_STREAM_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}")
_RUN = re.compile(r"([1-9]\d{0,6})(?:-([1-9]\d{0,6}))? ([1-9]\d{0,9})x([1-9]\d{0,9})")


@dataclass(frozen=True, slots=True)
class RecordingStream:
    """One stream of a recording. ``kind``: video, audio, subtitle, picture, data."""

    number: int
    kind: str
    codec: str = ""
    from_ms: int = 0
    to_ms: int = 0
    width_px: int = 0
    height_px: int = 0
    rotation_degrees: int = 0
    units: int = 0  # packets: frames of film, blocks of sound
    language: str = ""

    def written(self) -> str:
        pairs = {
            "kind": self.kind, "codec": self.codec, "from_ms": self.from_ms, "to_ms": self.to_ms,
            "width_px": self.width_px, "height_px": self.height_px,
            "rotation_degrees": self.rotation_degrees, "units": self.units,
            "language": self.language,
        }  # fmt: skip
        always = ("kind", "from_ms", "to_ms")
        return " ".join(f"{key}={value}" for key, value in pairs.items() if value or key in always)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of size and time; 0 and none where the reading does not say."""

    duration_ms: int = 0
    width_px: int = 0
    height_px: int = 0
    rotation_degrees: int = 0
    streams: tuple[RecordingStream, ...] = ()
    pages: tuple[tuple[int, int, int, int], ...] = ()  # first, last, width, height

    def stream(self, number: int) -> RecordingStream | None:
        return next((each for each in self.streams if each.number == number), None)

    def page_size(self, page: int) -> tuple[int, int] | None:
        """Width and height of a page, in pixels or thousandths of a point; None: not known."""
        for first, last, width, height in self.pages:
            if first <= page <= last:
                return width, height
        return (self.width_px, self.height_px) if page == 1 and self.width_px else None


def measured(metadata: Mapping[str, str]) -> Measured:
    """The facts in a reading's metadata. What is not written as they are is not taken."""
    prefix = STREAM.format("")
    numbers = (key.removeprefix(prefix) for key in metadata if key.startswith(prefix))
    known = sorted(int(each) for each in numbers if _STREAM_NUMBER.fullmatch(each))
    found = (stream_in(number, metadata[STREAM.format(number)]) for number in known)
    return Measured(
        duration_ms=_number(metadata.get(DURATION, "")),
        width_px=_number(metadata.get(WIDTH, "")),
        height_px=_number(metadata.get(HEIGHT, "")),
        rotation_degrees=_number(metadata.get(ROTATION, "")),
        streams=tuple(each for each in found if each is not None),
        pages=_pages(metadata.get(PAGE_BOXES) or metadata.get(PAGE_SIZES, "")),
    )


def stream_in(number: int, written: str) -> RecordingStream | None:
    pairs = dict(word.split("=", 1) for word in written.split(" ") if "=" in word)
    if not pairs.get("kind"):
        return None
    numbers = {
        name: _number(pairs.get(name, ""))
        for name in ("from_ms", "to_ms", "width_px", "height_px", "rotation_degrees", "units")
    }
    return RecordingStream(
        number, pairs["kind"], pairs.get("codec", ""), language=pairs.get("language", ""), **numbers
    )


def page_runs(sizes: Sequence[tuple[int, int]]) -> str:
    """Sizes of pages, equal neighbours as one: ``1-12 595276x841890; 13 841890x595276``.

    Cut at a whole run where it is longer than an entry keeps: such pages are not stated.
    """
    words, first = "", 0
    for at in range(1, len(sizes) + 1):
        if at < len(sizes) and sizes[at] == sizes[first]:
            continue
        pages = str(at) if at == first + 1 else f"{first + 1}-{at}"
        run = f"{pages} {sizes[first][0]}x{sizes[first][1]}"
        first = at
        if len(words) + len(run) + 2 > _LONGEST:
            break
        words += f"; {run}" if words else run
    return words


def _pages(written: str) -> tuple[tuple[int, int, int, int], ...]:
    runs = (_RUN.fullmatch(run) for run in written.split("; "))
    return tuple(
        (int(run[1]), int(run[2] or run[1]), int(run[3]), int(run[4])) for run in runs if run
    )


def few_times(times_ms: Sequence[int]) -> str:
    """As many of the times as an entry keeps, evenly chosen, in order."""
    count = len(times_ms)
    while count:
        chosen = [times_ms[at * len(times_ms) // count] for at in range(count)]
        words = " ".join(map(str, chosen))
        if len(words) <= _LONGEST:
            return words
        count = min(count - 1, count * _LONGEST // len(words))
    return ""


def waveform_of(peaks: Sequence[int], most: int = 240) -> str:
    """Peaks from 0 to 99 as two digits each, the loudest of equal stretches."""
    count = min(most, len(peaks))
    ends = [at * len(peaks) // count for at in range(count + 1)] if count else [0]
    return "".join(f"{max(peaks[start:stop]):02d}" for start, stop in itertools.pairwise(ends))


def waveform_in(written: str) -> tuple[int, ...]:
    pairs = (written[at : at + 2] for at in range(0, len(written), 2))
    return tuple(int(pair) for pair in pairs if re.fullmatch("[0-9]{2}", pair))


def _number(word: str) -> int:
    return int(word) if _NUMBER.fullmatch(word) else 0
