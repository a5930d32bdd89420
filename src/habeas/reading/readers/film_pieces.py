"""A piece of a recording made anew, for a browser to play: VP8 and Opus in a WebM; and a still.

Invariants: the piece holds the first picture and the first sound, decoded and encoded again, and
nothing else of the file: no metadata, chapters, subtitles or attachments; it is no longer, wider
or larger than the constants here, whatever the file is. Piece 0 begins where the recording does.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from habeas.reading import ebml
from habeas.reading.measured import PIECE_MS
from habeas.reading.readers import ffmpeg
from habeas.reading.readers.interface import InputFile

if TYPE_CHECKING:
    from PIL.Image import Image

WIDEST_PX = 640
FRAMES_A_SECOND = 30
LARGEST_BYTES = 24 * 1024 * 1024
_LARGEST_STILL = 4 * WIDEST_PX * WIDEST_PX
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


_STILL = ("-map", "0:V:0", "-frames:v", "1", "-vf", _SCALE, "-pix_fmt", "rgb24")
_STILL_SECONDS = 60


def still(source: InputFile, at_ms: int, on_wait: Callable[[], None]) -> Image:
    """The picture that a film shows at a time, at the size of a piece."""
    from PIL import Image

    medium = ffmpeg.opened(source, on_wait)
    written = bytearray()
    for some in medium.decoded(
        *_STILL, "-f", "image2pipe", "-c:v", "ppm", "-",
        before=("-ss", f"{at_ms / 1000:.3f}"), seconds=_STILL_SECONDS,
    ):  # fmt: skip
        written += some
        if len(written) > _LARGEST_STILL:
            raise ValueError("the picture is larger than a still may be")
    if not written:
        raise ValueError("the film shows nothing at that time")
    image: Image.Image = Image.open(io.BytesIO(bytes(written)), formats=["PPM"])
    image.load()
    return image


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
