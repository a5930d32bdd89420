"""Tesseract as a process: pictures in, words with boxes and confidence out.

Invariants: one thread, no network, no configuration but the arguments; pictures go through a
scratch folder that is gone afterwards; a run that fails or takes too long is an error of this
page, never of the run. Several pictures share one start of the program and one model.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import functools
import io
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

_PATH = "/usr/local/bin:/usr/bin:/bin"
_TIMEOUT_SECONDS = 50
_UNSEEN = " \t\r\n\u200e\u200f\u202a\u202b\u202c"  # marks of direction that no page shows
_LARGEST_EDGE = 32_000  # Tesseract's own bound is 32,767


on_wait: Callable[[], None] | None = None  # called each second while Tesseract works


class Unrecognised(Exception):
    """Tesseract is missing, failed, or took too long."""


@dataclass(slots=True)
class RecognisedWord:
    """A word and its box in pixels of the picture it was found on."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(slots=True)
class Line:
    """A line of words; ``block`` tells paragraphs apart, '' where that is not known."""

    words: list[RecognisedWord] = field(default_factory=list)
    block: str = ""

    @property
    def text(self) -> str:
        return joined([word.text for word in self.words])

    @property
    def confidence(self) -> float:
        weights = [max(1, len(word.text)) for word in self.words]
        total = sum(w * word.confidence for w, word in zip(weights, self.words, strict=True))
        return total / sum(weights) if weights else 0.0

    @property
    def box(self) -> tuple[float, float, float, float]:
        return (
            min(word.left for word in self.words),
            min(word.top for word in self.words),
            max(word.right for word in self.words),
            max(word.bottom for word in self.words),
        )


_UNSPACED = re.compile(
    "[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def joined(words: Sequence[str]) -> str:
    """Words of a line as text; Han stands without spaces between."""
    text = ""
    for word in words:
        text += word if not text or spaceless(text[-1], word[:1]) else f" {word}"
    return text


def spaceless(before: str, after: str) -> bool:
    return bool(_UNSPACED.match(before) and _UNSPACED.match(after))


@functools.cache
def program() -> str | None:
    return shutil.which("tesseract", path=_PATH)


@functools.cache
def models() -> frozenset[str]:
    """The installed models; none where Tesseract is not."""
    if program() is None:
        return frozenset()
    folders = [Path(os.environ["TESSDATA_PREFIX"])] if "TESSDATA_PREFIX" in os.environ else []
    folders += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))
    folders += [Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata")]
    for folder in folders:
        if found := frozenset(path.stem for path in folder.glob("*.traineddata")):
            return found
    return frozenset()


@functools.cache
def version() -> str:
    """As its library says.

    ``tesseract --version`` also asks for that of curl, whose LDAP library asks the network for
    this machine's full name.
    """
    for name in ("libtesseract.so.5", "libtesseract.so.4"):
        with contextlib.suppress(OSError, AttributeError):
            say = ctypes.CDLL(name).TessVersion
            say.restype = ctypes.c_char_p
            return str(say().decode("ascii", "replace"))
    return ""


def recognise(pictures: Sequence[Image.Image], model: str, *, mode: int = 3) -> list[list[Line]]:
    """The lines of each picture, in reading order. ``mode`` is Tesseract's ``--psm``."""
    if not pictures:
        return []
    found: list[list[Line]] = [[] for _picture in pictures]
    places: dict[tuple[str, ...], Line] = {}
    table = _run(pictures, ["-l", model, "--psm", str(mode)], ["tsv"])
    rows = csv.reader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if len(row) != 12 or row[0] != "5" or not (text := row[11].strip(_UNSEEN)):
            continue
        page = int(row[1]) - 1
        if not 0 <= page < len(found):
            continue
        place = tuple(row[1:5])
        line = places.get(place)
        if line is None:
            line = places[place] = Line(block="/".join(row[2:4]))
            found[page].append(line)
        left, top, width, height = (int(value) for value in row[6:10])
        word = RecognisedWord(text, float(row[10]), left, top, left + width, top + height)
        line.words.append(word)
    return found


def orientation(picture: Image.Image) -> tuple[str, float, int, float]:
    """Script, its confidence, the turn that sets the picture upright, its confidence.

    ('', 0, 0, 0) where there is too little text to tell.
    """
    try:
        said = _run([picture], ["--psm", "0", "-l", "osd"], [])
    except Unrecognised:
        return "", 0.0, 0, 0.0
    values = dict(re.findall(r"^(.+?): (.+)$", said, re.MULTILINE))
    try:
        return (
            values["Script"],
            float(values["Script confidence"]),
            int(values["Rotate"]),
            float(values["Orientation confidence"]),
        )
    except (KeyError, ValueError):
        return "", 0.0, 0, 0.0


def _run(pictures: Sequence[Image.Image], options: list[str], outputs: list[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
        names = []
        for number, picture in enumerate(pictures):
            if max(picture.size) > _LARGEST_EDGE:
                raise Unrecognised(f"the picture is longer than {_LARGEST_EDGE} pixels")
            names.append(os.path.join(folder, f"{number}.tif"))
            picture.save(names[-1], "TIFF", dpi=(300, 300))
        start = names[0]
        if len(names) > 1:
            start = os.path.join(folder, "list.txt")
            Path(start).write_text("\n".join(names) + "\n", "utf-8")
        return _finished(
            [program() or "tesseract", start, "stdout", *options, *outputs],
            folder,
            _TIMEOUT_SECONDS * max(1, len(names)),
        )


def _finished(command: list[str], folder: str, most_seconds: float) -> str:
    """What the command wrote; while it works, ``on_wait`` is called each second."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            cwd=folder,
        )
    except FileNotFoundError as error:
        raise Unrecognised("Tesseract is not installed") from error
    until = time.monotonic() + most_seconds
    with process:
        while True:
            try:
                written, said = process.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > until:
                    process.kill()
                    raise Unrecognised(
                        f"Tesseract took more than {most_seconds:.0f} seconds"
                    ) from None
                if on_wait is not None:
                    on_wait()
    if process.returncode != 0:
        words = said.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise Unrecognised(f"Tesseract ended with {process.returncode}: {words}")
    return written.decode("utf-8", "replace")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("TESSDATA_PREFIX", "TMPDIR") if name in os.environ}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
    } | kept
