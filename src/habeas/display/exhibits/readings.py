"""What opening an exhibit gave: its state, the files inside it, what they say of themselves."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.access import Viewer, newest, visible
from habeas.archive.access.blocked_bytes import blocked_among
from habeas.archive.models import Exhibit, Layer, Reading
from habeas.archive.readings import standing
from habeas.display.asking import NotThere, Query, paged
from habeas.display.references import Marked, Target, Turning

STATES = {
    "read": gettext_noop("read"),
    "in-part": gettext_noop("read in part"),
    "empty": gettext_noop("contains no text"),
    "encrypted": gettext_noop("encrypted"),
    "unsupported": gettext_noop("a file type that cannot be read"),
    "refused": gettext_noop("refused: over a limit"),
    "failed": gettext_noop("could not be read"),
    "waiting": gettext_noop("waiting to be read"),
    "blocked": gettext_noop("blocked: not shown or given to anyone"),
}
#: No reader has opened it, and its text was recorded with it: an import does so.
WITH_TEXT = "with-text"
STATES[WITH_TEXT] = gettext_noop("text recorded at import; the file has not been read yet")
FILES = 50  # inside an exhibit, in one part


@dataclass(frozen=True, slots=True)
class StateWords:
    """The state of a file's reading."""

    state: str
    words: str


@dataclass(frozen=True, slots=True)
class FileState(StateWords):
    """The same, with the entry that says so; None where none does."""

    position: int | None


@dataclass(frozen=True, slots=True)
class MetadataWords:
    """What a file says of itself."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FileRead(FileState):
    """How the reading of a file ended; what is not stated is empty."""

    inner_path: str
    reason: str
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    metadata: tuple[MetadataWords, ...]
    media_type: str
    sha256: str
    size_bytes: int | None
    reader: str
    reader_version: str
    pages: int
    superseded: int | None


@dataclass(frozen=True, slots=True)
class InnerFile(Marked):
    """A file inside an exhibit."""

    reading: int
    url: Target
    inner_path: str
    media_type: str
    size_bytes: int | None
    state: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class InnerFiles:
    """A part of the files inside an exhibit."""

    files: tuple[InnerFile, ...]
    pages: Turning


def states_of(viewer: Viewer, exhibits: Iterable[int]) -> dict[int, StateWords]:
    """The state of each exhibit's own reading, in words: three queries for a whole list."""
    wanted = list(exhibits)
    rows = newest(viewer, Reading).filter(exhibit__in=wanted, inner_path="")
    found = dict(rows.order_by("position").values_list("exhibit", "state"))
    texts = visible(viewer, Layer).filter(exhibit__in=wanted, inner_path="")
    with_text = set(texts.values_list("exhibit", flat=True))
    # Nobody sees a reading of a blocked exhibit; that it is blocked is no secret (its own page).
    found |= dict.fromkeys(blocked_among(wanted), "blocked")
    return {
        exhibit: _standing(found.get(exhibit, WITH_TEXT if exhibit in with_text else "waiting"))
        for exhibit in wanted
    }


def _standing(state: str) -> StateWords:
    return StateWords(state, _(STATES[state]))


def chosen(viewer: Viewer, exhibit: Exhibit, query: Query) -> Reading | None:
    """The file that is looked at: the one asked for, else the exhibit itself.

    ``file`` names an inner file by its reading; ``layer`` alone finds the file it is of.
    """
    readings = visible(viewer, Reading).filter(exhibit=exhibit.position)
    wanted = query.number("file")
    if wanted is not None:
        found = readings.filter(position=wanted).first()
        if found is None:
            raise NotThere
        return found
    layer = query.number("layer")
    if layer is not None:
        of_layer = readings.filter(layer=layer).order_by("-position").first()
        if of_layer is not None:
            return of_layer
    return standing(viewer, exhibit.position)


def state_of(
    reading: Reading | None, *, blocked: bool = False, with_text: bool = False
) -> FileState:
    """How a file ended, in words. ``with_text``: a text is there."""
    if blocked or reading is None:
        state = "blocked" if blocked else WITH_TEXT if with_text else "waiting"
        return FileState(state, _(STATES[state]), None)
    return FileRead(
        state=reading.state,
        words=_(STATES[reading.state]),
        position=reading.position,
        inner_path=reading.inner_path,
        reason=reading.reason,
        missing=tuple(json.loads(reading.missing)),
        warnings=tuple(json.loads(reading.warnings)),
        metadata=tuple(MetadataWords(*each) for each in json.loads(reading.metadata).items()),
        media_type=reading.media_type,
        sha256=reading.inner_sha256,
        size_bytes=reading.size_bytes,
        reader=reading.reader,
        reader_version=reading.reader_version,
        pages=reading.pages,
        superseded=reading.ended_at,
    )


def inside(viewer: Viewer, exhibit: int, query: Query) -> InnerFiles:
    """The files inside the exhibit, with their states, a part at a time."""
    rows = newest(viewer, Reading).filter(exhibit=exhibit).exclude(inner_path="")
    found, pages = paged(rows, query, FILES, cursor="files", section="files")
    return InnerFiles(
        tuple(
            InnerFile(
                reading=row.position,
                url=Target("exhibit", exhibit, (("file", str(row.position)),), "text"),
                inner_path=row.inner_path,
                media_type=row.media_type,
                size_bytes=row.size_bytes,
                state=row.state,
                words=_(STATES[row.state]),
                reason=row.reason,
            )
            for row in found
        ),
        pages,
    )


def cite_command(exhibit: int, reading: Reading | None, page: int | None, quote: str) -> str:
    """The command that cites a place of this text, to be copied."""
    parts = ["habeas", "cite", str(exhibit)]
    if reading is not None and reading.inner_path:
        parts += ["--inner", reading.inner_path]
    if page is not None:
        parts += ["--page", str(page)]
    return shlex.join([*parts, quote])
