"""A piece of a recording made anew, for a browser to play: VP8 and Opus in a WebM.

Invariants: the piece holds the first picture and the first sound, decoded and encoded again, and
nothing else of the file: no metadata, chapters, subtitles or attachments; it is no longer, wider
or larger than the constants here, whatever the file is. Piece 0 begins where the recording does.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

from habeas.reading import ebml
from habeas.reading.measured import PIECE_MS
from habeas.reading.readers import ffmpeg
from habeas.reading.readers.interface import InputFile

WIDEST_PX = 640
FRAMES_A_SECOND = 30
LARGEST_BYTES = 24 * 1024 * 1024
_SECONDS = 600
_SCALE = (
    f"scale=w='min({WIDEST_PX},iw)':h='min({WIDEST_PX},ih)'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2"
)
_PICTURE = (
    "-vf", _SCALE, "-pix_fmt", "yuv420p", "-fpsmax", str(FRAMES_A_SECOND),
    "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "700k",
    "-auto-alt-ref", "0", "-g", "60", "-threads", "1",
)  # fmt: skip
_SOUND = ("-c:a", "libopus", "-b:a", "48k", "-ac", "2", "-ar", "48000")
_BARE = (
    "-map", "0:V:0?", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
    "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
)  # fmt: skip


def piece(source: InputFile, number: int, on_wait: Callable[[], None]) -> bytes:
    """The two minutes that begin ``number`` pieces after the beginning, as a WebM."""
    medium = ffmpeg.opened(source, on_wait)
    handle, path = tempfile.mkstemp(suffix=".webm")
    os.close(handle)
    begins = f"{number * PIECE_MS / 1000:.3f}"
    for _ in medium.decoded(
        *_BARE, *_PICTURE, *_SOUND, "-t", f"{PIECE_MS / 1000:.3f}", "-fs", str(LARGEST_BYTES),
        "-f", "webm", "-y", f"file:{path}",
        before=("-ss", begins), seconds=_SECONDS,
    ):  # fmt: skip
        pass
    with open(path, "rb") as written:
        return ebml.without_tags(written.read())
