"""Tiny recordings, drawn and sounded by ffmpeg itself: nothing that anybody ever filmed."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support import presence

SUBTITLES = """1
00:00:00,500 --> 00:00:01,000
<i>We were held</i>

2
00:00:01,000 --> 00:00:02,000
in the school & the hall
"""
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=2")
SOUND = ("-f", "lavfi", "-i", "sine=d=2:r=8000")
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "16k")


def require() -> None:
    if not shutil.which("ffmpeg"):
        presence.missing("ffmpeg", "apt-get install ffmpeg")


@functools.cache
def made(name: str, *arguments: str) -> bytes:
    """What ffmpeg makes by these arguments; ``name`` says by its end which kind of file."""
    require()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lines.srt").write_text(SUBTITLES, encoding="utf-8")
        Path(folder, "font.ttf").write_bytes(b"\0\1\0\0 no font, only bytes of one kind")
        command = ["ffmpeg", "-v", "error", "-nostdin", *arguments, name]
        subprocess.run(command, check=True, cwd=folder, capture_output=True)
        return Path(folder, name).read_bytes()


def film(*more: str) -> bytes:
    """Two seconds of picture and sound, an MP4."""
    return made("film.mp4", *PICTURE, *SOUND, *_H264, *_AAC, "-movflags", "+faststart", *more)


def with_subtitles() -> bytes:
    """The same as Matroska, with subtitles, a font attached, and what a camera might say."""
    return made(
        "film.mkv", *PICTURE, *SOUND, "-i", "lines.srt", "-attach", "font.ttf",
        "-metadata:s:t", "mimetype=font/ttf", *_H264, *_AAC, "-c:s", "srt",
        "-metadata", "creation_time=2018-05-02T01:02:03Z", "-metadata:s:2", "language=uig",
        "-metadata", "location=+39.4600+075.9800/", "-metadata", "model=Phone 7",
    )  # fmt: skip


def turned() -> bytes:
    """An MP4 that asks to be turned by a quarter to be seen upright."""
    data = film()
    upright = bytes.fromhex("00010000") + bytes(12) + bytes.fromhex("00010000") + bytes(12)
    quarter = bytes(4) + bytes.fromhex("00010000") + bytes(4) + bytes.fromhex("ffff0000")
    at = data.index(b"tkhd") + 4 + 40  # the matrix of the first track, the picture's
    assert data[at : at + 20] == upright[:20]
    return data[:at] + quarter + bytes(16) + data[at + 32 :]


def sound(ending: str = "wav", *more: str) -> bytes:
    return made(f"sound.{ending}", *SOUND, *more)
