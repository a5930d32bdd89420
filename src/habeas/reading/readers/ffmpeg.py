"""ffmpeg and ffprobe as processes: one file in, lines or bytes out, and nothing else opened.

Invariants: the demuxer is named and no other is allowed, the only protocol is ``file``, and so
a playlist, a script of names or a reference in a film opens nothing; one thread; no picture
larger than the cap is decoded and no block larger than another cap is allocated; a run has an
end, whatever the file says; while it works ``on_wait`` is told. What ffmpeg says of a fault is
cut to one line without the names of this machine.
"""

from __future__ import annotations

import ctypes
import functools
import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from habeas.reading import bounded
from habeas.reading.limits import MIB, Limits
from habeas.reading.readers.interface import InputFile

DEMUXERS = {
    "video/mp4": "mov", "audio/mp4": "mov", "video/quicktime": "mov",
    "video/x-matroska": "matroska", "video/x-msvideo": "avi", "video/x-ms-asf": "asf",
    "video/x-flv": "flv", "video/mp2t": "mpegts", "video/mpeg": "mpeg",
    "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/flac": "flac",
    "audio/aac": "aac", "audio/amr": "amr", "audio/aiff": "aiff", "audio/x-caf": "caf",
}  # fmt: skip
_BESIDE = {"avi": "srt,ass"}  # subtitles that it keeps as files of their own
_PATH = "/usr/local/bin:/usr/bin:/bin"
_PIECE_BYTES = 256 * 1024
_PROBE_BYTES = 4 * MIB  # of what ffprobe says of a file
_SAID_BYTES = 64 * 1024  # of what it says went wrong
_MOST_BLOCK_BYTES = 512 * MIB
_LOOKED_AT_BYTES = 64 * MIB  # of a file, to find its streams
_LOOKED_AT_SECONDS = 30
_MOST_STREAMS = 200  # past which ffmpeg opens none
_NO_MATTER = "Warning: using insecure memory!"  # libgcrypt's, which is asked for nothing here
_IN_PLAIN_WORDS = {
    b"moov atom not found": "the list of what is in it (moov) is missing, so it was cut off",
    b"Invalid data found": "it is damaged, or not a file of this kind",
    b"Input/output error": "it breaks off at once",
    b"End of file": "it breaks off at once",
}
_WHERE = re.compile(r"^(?:\[[^\]]*\] ?)+|\bfile:\S+?: |0x[0-9a-f]+")


class Unplayable(Exception):
    """ffmpeg cannot do what was asked with this file; in one line why."""


class Overdue(Unplayable):
    """The run took longer than it may."""


@functools.cache
def is_installed() -> bool:
    return all(shutil.which(name, path=_PATH) for name in ("ffmpeg", "ffprobe"))


@functools.cache
def version() -> str:
    """As the library says, without starting a program."""
    for number in range(70, 55, -1):
        try:
            say = ctypes.CDLL(f"libavutil.so.{number}").av_version_info
        except (OSError, AttributeError):
            continue
        say.restype = ctypes.c_char_p
        return str(say().decode("ascii", "replace"))
    return ""


@dataclass(slots=True)
class Medium:
    """A file of sound or film, and the one demuxer that may open it."""

    path: str
    demuxer: str
    limits: Limits
    on_wait: Callable[[], None] = lambda: None
    beside: str = ""  # further demuxers of what this one holds, by commas
    said: str = ""  # what went wrong in the last run that was not an error

    def probe(self, *options: str, seconds: float = 60) -> dict[str, Any]:
        """What ffprobe says, as JSON."""
        command = [*self._begun("ffprobe"), *options, "-of", "json", f"file:{self.path}"]
        answer = bytearray()
        with self._running(command, seconds) as pieces:
            for piece in pieces:
                answer += piece
                if len(answer) > _PROBE_BYTES:
                    raise Unplayable("it says more of itself than can be taken")
        try:
            found = bounded.load(bytes(answer), most_bytes=_PROBE_BYTES, most_structure=MIB)
        except bounded.Unbounded:
            raise Unplayable("what ffprobe says of it cannot be read") from None
        return found if isinstance(found, dict) else {}

    def rows(self, *options: str, seconds: float) -> Iterator[list[str]]:
        """What ffprobe lists, a row of values each, as they come."""
        command = [*self._begun("ffprobe"), *options, "-of", "csv=p=0", f"file:{self.path}"]
        with self._running(command, seconds) as pieces:
            held = b""
            for piece in pieces:
                *lines, held = (held + piece).split(b"\n")
                yield from (line.decode("ascii", "replace").split(",") for line in lines)

    def decoded(self, *options: str, seconds: float, before: Sequence[str] = ()) -> Iterator[bytes]:
        """What ffmpeg writes to its standard output; ``before`` goes before the file."""
        command = [*self._begun("ffmpeg", *before), "-nostdin", "-i", f"file:{self.path}"]
        with self._running([*command, *options], seconds) as pieces:
            yield from pieces

    def _begun(self, program: str, *before: str) -> list[str]:
        allowed = ",".join(filter(None, (self.demuxer, self.beside)))
        return [
            program, "-v", "error", "-hide_banner", *before,
            "-protocol_whitelist", "file", "-format_whitelist", allowed,
            "-max_alloc", str(_MOST_BLOCK_BYTES), "-max_pixels", str(self.limits.pixels),
            "-threads", "1", "-probesize", str(_LOOKED_AT_BYTES),
            "-analyzeduration", str(_LOOKED_AT_SECONDS * 1_000_000),
            "-max_streams", str(_MOST_STREAMS), "-f", self.demuxer,
        ]  # fmt: skip

    @contextmanager
    def _running(self, command: list[str], seconds: float) -> Iterator[Iterator[bytes]]:
        """The pieces that the program writes; raises where it fails or takes too long."""
        self.said = ""
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=_environment(), cwd=os.path.dirname(self.path) or None,
        )  # fmt: skip
        said = bytearray()
        ended: list[bool] = []
        try:
            yield self._pieces(process, said, time.monotonic() + seconds, ended)
            if not ended:  # the caller has enough
                return
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        self.said = _one_line(bytes(said))
        if code != 0:
            raise Unplayable(self.said or f"ffmpeg ended with {code}")

    def _pieces(
        self, process: subprocess.Popen[bytes], said: bytearray, until: float, ended: list[bool]
    ) -> Iterator[bytes]:  # fmt: skip
        assert process.stdout is not None  # noqa: S101 - asked for
        assert process.stderr is not None  # noqa: S101
        out, errors = process.stdout.fileno(), process.stderr.fileno()
        poll = select.poll()
        for pipe in (out, errors):
            poll.register(pipe, select.POLLIN)
        listened = {out, errors}
        while listened:
            if time.monotonic() > until:
                raise Overdue("it takes longer than it may")
            ready = poll.poll(1000)
            self.on_wait()
            for pipe, _ in ready:
                piece = os.read(pipe, _PIECE_BYTES)
                if not piece:
                    poll.unregister(pipe)
                    listened.discard(pipe)
                elif pipe == errors:
                    said += piece[: max(0, _SAID_BYTES - len(said))]
                else:
                    yield piece
        ended.append(True)


def opened(source: InputFile, on_wait: Callable[[], None] = lambda: None) -> Medium:
    """The file as it can be asked about."""
    demuxer = DEMUXERS[source.media_type]
    return Medium(source.path(), demuxer, source.limits, on_wait, _BESIDE.get(demuxer, ""))


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
    return {"PATH": _PATH, "LC_ALL": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1"} | kept


def _one_line(said: bytes) -> str:
    """The last line of what a program said, without paths and addresses, or it in plain words."""
    for sign, words in _IN_PLAIN_WORDS.items():
        if sign in said:
            return words
    lines = [
        line for line in said.decode("utf-8", "replace").strip().splitlines() if line != _NO_MATTER
    ]
    return _WHERE.sub("", lines[-1]).strip()[:200] if lines else ""
