"""Old office files by kreuzberg: rtf, doc, ppt, and pst as far as it gives them.

kreuzberg runs in this child only: its panics are no ``Exception`` and are caught by name, its
cache lies in the scratch home, and its OCR is never asked for. It gives text without most
places, so paragraphs are its lines; what it leaves out is said, and a file from which it
gives nothing is never called read.
"""

from __future__ import annotations

import re
from typing import Any

import kreuzberg

from habeas.reading.documents import State
from habeas.reading.readers import rtf_letters
from habeas.reading.readers.interface import DraftEnded, DraftReading, InputFile, LimitReached

_FIELD = re.compile(r'\s?HYPERLINK "([^"\n]{1,2000})"(?: \\[a-z](?: "[^"\n]*")?)*\s?')
_METADATA = {
    "title": "title",
    "subject": "subject",
    "authors": "author",
    "created_by": "author",
    "modified_by": "last_modified_by",
    "created_at": "created",
    "modified_at": "modified",
    "revision": "revision",
    "keywords": "keywords",
}


def warm_up() -> None:
    """Have kreuzberg start its runtime on words of our own.

    The runtime (tokio) asks for a pair of sockets, which a parser cannot have.
    """
    kreuzberg.extract_bytes_sync(
        rb"{\rtf1 Held in May}", "application/rtf", kreuzberg.ExtractionConfig(use_cache=False)
    )


def extracted(
    source: InputFile, draft: DraftReading, media_type: str, data: bytes | None = None
) -> Any:
    """What kreuzberg gives of the file, or of ``data``; else it ends as failed or encrypted."""
    draft.settings["library"] = f"kreuzberg {kreuzberg.__version__}"
    try:
        return kreuzberg.extract_bytes_sync(
            source.bytes() if data is None else data,
            media_type,
            kreuzberg.ExtractionConfig(use_cache=False),
        )
    except (MemoryError, KeyboardInterrupt, SystemExit, DraftEnded, LimitReached):
        raise
    except BaseException as error:  # a panic of pyo3 is a BaseException
        words = str(error).partition("\n")[0]
        if re.search("password|encrypt", words, re.IGNORECASE):
            draft.ends(State.ENCRYPTED, "the document needs a password")
        draft.ends(State.FAILED, f"{type(error).__name__}: {words}")


def keep_metadata(draft: DraftReading, found: Any) -> None:
    for key, kept in _METADATA.items():
        value = dict(found).get(key)
        if isinstance(value, (list, tuple)):
            value = ", ".join(str(item) for item in value)
        if value and kept not in draft.metadata:
            draft.metadata[kept] = str(value).replace("\0", "").strip()[:2000]


def read_words(source: InputFile, draft: DraftReading) -> None:
    rtf = source.media_type != "application/msword"
    if rtf:
        data, doubts = rtf_letters.spelled_out(source.bytes())
        for doubt in doubts:
            draft.warn(doubt)
        result = extracted(source, draft, "application/rtf", data)
    else:
        result = extracted(source, draft, "application/msword")
    keep_metadata(draft, result.metadata)
    text = result.content
    links = dict.fromkeys(_FIELD.findall(text))
    if links:
        draft.metadata["links"] = "\n".join(list(links)[:200])
    _lines(draft, _FIELD.sub(" ", text))
    what = "rtf" if rtf else "doc"
    if not text.strip():
        draft.ends(State.FAILED, f"the library gave no text of this {what} file")
    draft.lacks(
        f"of an old {what} file: the places of tables, notes, comments, tracked changes, hidden "
        "text, pictures and files inside"
    )


def read_slides(source: InputFile, draft: DraftReading) -> None:
    result = extracted(source, draft, "application/vnd.ms-powerpoint")
    keep_metadata(draft, result.metadata)
    _lines(draft, result.content)
    if not result.content.strip():
        draft.ends(State.FAILED, "the library gave no text of this ppt file")
    draft.lacks(
        "of an old ppt file: which slide the text is on, tables, notes, pictures and files "
        "inside; text may be missing altogether"
    )


def _lines(draft: DraftReading, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            draft.add("paragraph", line.rstrip("\r"), {"paragraph": number})
