"""Whether the original of an exhibit can be had, in whose name, and under which file name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import ExhibitBlocked
from habeas.archive.models import Exhibit

LONGEST_NAME = 120  # characters of a file's name
_KEPT_APART = frozenset('/\\:*?"<>|%')  # mean something to a file system or a shell


@dataclass(frozen=True, slots=True)
class OriginalOffer:
    """``state``: offered, read-only or blocked; ``by``: in whose name it is handed out."""

    state: str
    filename: str
    by: str
    copy: str
    serve: str
    message: str
    next_step: str


def offered(row: Exhibit, by: str | None) -> OriginalOffer:
    """Whether the original can be had here, and how else; ``by`` None: nothing is recorded here."""
    offer = OriginalOffer(
        state="read-only" if by is None else "offered",
        filename=safe_name(row),
        by=by or "",
        copy=f"habeas custody {row.position} --copy-to FILE --by WHO --why TEXT",
        serve="habeas serve --as PSEUDONYM",
        message="",
        next_step="",
    )
    try:
        refuse_blocked(row.address)
    except ExhibitBlocked as error:
        refused = {"message": error.message, "next_step": error.next_step}
        return replace(offer, state="blocked", copy="", **refused)
    return offer


def safe_name(row: Exhibit) -> str:
    """The name under which the original is saved: it begins with what habeas says.

    Of the name as received the last part is kept, without what hides, reorders or ends text and
    without what a file system reads as a path; it can neither begin with a dot nor be the name of
    a device, because it begins with the exhibit's number.
    """
    last = row.filename.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join("_" if _is_unsafe(letter) else letter for letter in last)
    stem, dot, suffix = kept.rpartition(".")
    if dot and 0 < len(suffix) <= 12:
        kept = f"{stem[: LONGEST_NAME - len(suffix)]}.{suffix}"
    kept = kept[: LONGEST_NAME + 1].rstrip(" .") or "original"
    return f"exhibit-{row.position}-{kept}"


def _is_unsafe(letter: str) -> bool:
    return letter in _KEPT_APART or unicodedata.category(letter) in (
        *("Cc", "Cf", "Cs", "Co", "Cn"),  # controls, bidi and other formats, no characters
        *("Zl", "Zp"),
    )
