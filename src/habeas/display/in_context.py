"""A passage with the text around it.

Invariants: the text is read from its sealed object each time and kept nowhere; offsets are
code points of the layer; what is cut off is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from habeas.archive.exhibits.places import of_layer
from habeas.archive.models import Layer, Passage
from habeas.archive.readings import layer_text
from habeas.archive.search.sheet_rows import cited_in
from habeas.display import words
from habeas.display.in_row import InRow, in_row
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

AROUND = 320  # code points on each side of a passage
READABLE_AROUND = 1_000_000  # layers longer than this show only the passage's kept sides


@dataclass(frozen=True, slots=True)
class InContext:
    """``starts``, ``ends``: nothing of the text was cut off on that side.

    ``row``: of a passage in a sheet, as ``in_row`` gives it; there is nothing around it then.
    """

    before: str
    quote: words.TextWords
    after: str
    starts: bool
    ends: bool
    row: InRow | None
    fault: str
    start: int
    stop: int
    unit: str
    reader: str
    reader_version: str


def in_context(archive: Archive, passage: Passage, layer: Layer | None) -> InContext:
    """The passage with what is before and after it; in a sheet its ``row``, no one else's."""
    before, after = passage.prefix, passage.suffix
    starts, ends, fault = False, False, ""
    cited = None
    if layer is not None:
        try:
            text_of = partial(layer_text, archive, layer)
            cited = cited_in(of_layer(archive, layer), passage, text_of)
        except HabeasError as error:
            before, after, fault = "", "", error.message
    if cited is not None:
        before, after, starts, ends = "", "", True, True
    elif layer is not None and not fault and layer.length <= READABLE_AROUND:
        try:
            text = layer_text(archive, layer)
        except HabeasError as error:
            text, fault = "", error.message
        if text[passage.start : passage.stop] == passage.quote:
            first = _word_edge(text, max(0, passage.start - AROUND))
            last = _word_end(text, min(len(text), passage.stop + AROUND))
            before, after = text[first : passage.start], text[passage.stop : last]
            starts, ends = first == 0, last == len(text)
    return InContext(
        before=before,
        quote=words.text(passage.quote),
        after=after,
        starts=starts,
        ends=ends,
        row=in_row(cited.row) if cited is not None and cited.row else None,
        fault=fault,
        start=passage.start,
        stop=passage.stop,
        unit="code points" if passage.layer is not None else "bytes",
        reader=layer.reader if layer else "",
        reader_version=layer.reader_version if layer else "",
    )


def _word_edge(text: str, start: int) -> int:
    """The start moved on to the next word, when that is near."""
    if start == 0:
        return 0
    space = text.find(" ", start, start + 40)
    return start if space < 0 else space + 1


def _word_end(text: str, stop: int) -> int:
    """The stop moved back to the end of a word, when that is near."""
    if stop == len(text):
        return stop
    space = text.rfind(" ", stop - 40, stop)
    return stop if space < 0 else space
