"""A second opinion on Chinese: another engine reads each line, and where it differs is said.

The engine is the recognition model of PP-OCR as RapidOCR's wheel brings it, run by
onnxruntime on one thread. Only the model file is used: RapidOCR's own program, with OpenCV
and an HTTP client, is never imported, and nothing is fetched. The text of a page stays
Tesseract's, with its boxes; the second reading adds a warning and nothing else.

Invariants: telemetry is off before onnxruntime is imported (from 1.29 on it reports to its
makers); one line of a picture goes in and letters come out, so that a page costs no memory
that grows with it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from habeas.reading.errors import SecondOpinionMissing

if TYPE_CHECKING:
    from PIL.Image import Image

_MODEL = "models/PP-OCRv6_rec_small.onnx"
_HEIGHT_PX, _MOST_WIDTH_PX = 48, 4_096
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_FEWEST_HAN = 2  # in a line that is worth asking about


def require() -> None:
    """Refuse before any file is read where the extra is not there; imports nothing of it."""
    if _model() is None or importlib.util.find_spec("onnxruntime") is None:
        raise SecondOpinionMissing(
            "A second opinion on Chinese was asked for, and its engine is not installed.",
            next_step='Install it (pip install "habeas[rapidocr]"), or switch the setting off.',
        )


def asked(text: str) -> bool:
    """Whether a line read so is one that the engine is asked about."""
    return len(_HAN.findall(text)) >= _FEWEST_HAN


def differing(
    lines: Sequence[tuple[str, Image]], progress: Callable[[], None] | None = None
) -> list[int]:
    """Which lines the engine reads otherwise: ``(text, picture of the line)`` each."""
    found = []
    for at, (text, picture) in enumerate(lines):
        if letters(read_line(picture)) != letters(text):
            found.append(at)
        if progress is not None:
            progress()
    return found


def letters(text: str) -> str:
    """What is compared: letters and digits, without blanks, marks and width."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()


def read_line(picture: Image) -> str:
    """The text of a picture of one line."""
    import numpy
    from PIL import Image as Pictures

    session, characters = _engine()
    width = round(picture.width * _HEIGHT_PX / max(1, picture.height))
    size = (min(_MOST_WIDTH_PX, max(_HEIGHT_PX, width)), _HEIGHT_PX)
    grey = picture.convert("L").resize(size, Pictures.Resampling.BILINEAR)
    row = (numpy.asarray(grey, dtype=numpy.float32) / 255 - 0.5) / 0.5
    given = numpy.broadcast_to(row, (1, 3, *row.shape))
    (shares,) = session.run(None, {session.get_inputs()[0].name: numpy.ascontiguousarray(given)})
    best = shares[0].argmax(axis=1).tolist()
    # Connectionist temporal classification: a sign stands in several places, 0 is between.
    kept = (now for before, now in zip([0, *best], best, strict=False) if now and now != before)
    return "".join(characters[now] for now in kept)


def version() -> str:
    return f"{Path(_MODEL).stem}, onnxruntime {_runtime().__version__}"


def _runtime() -> Any:
    """onnxruntime, told before it is imported that it must not call its makers."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


@cache
def _engine() -> tuple[Any, list[str]]:
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        str(_model()), options, providers=["CPUExecutionProvider"]
    )
    inside = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    return session, ["", *inside, " "]


def _model() -> Path | None:
    spec = importlib.util.find_spec("rapidocr")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / _MODEL
        if path.is_file():
            return path
    return None
