"""Word processing: docx and odt by our own streaming readers, rtf and doc by kreuzberg.

A paragraph is cited by its number. In docx and odt, headings, table cells, foot and end
notes, comments, headers and footers, text boxes, tracked changes and hidden text are read and
said. kreuzberg gives rtf and doc as one run of text without these; its lines are the
paragraphs, and the document says so.
"""

from __future__ import annotations

from habeas.reading.documents import State
from habeas.reading.readers import docx, legacy, markup, opendocument
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.word"
VERSION = "3"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCX_FAMILY = frozenset(
    {
        DOCX,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroEnabled.12",
        "application/vnd.ms-word.template.macroEnabled.12",
    }
)
ODT_FAMILY = frozenset(
    {
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.text-template",
        "application/vnd.oasis.opendocument.text-master",
    }
)
LEGACY = frozenset({"application/rtf", "text/rtf", "application/msword"})
MEDIA_TYPES = DOCX_FAMILY | ODT_FAMILY | LEGACY


def warm_up(media_type: str) -> None:
    if media_type in LEGACY:
        legacy.warm_up()


def read(source: InputFile, draft: DraftReading) -> None:
    try:
        if source.media_type in LEGACY:
            legacy.read_words(source, draft)
        elif source.media_type in ODT_FAMILY:
            opendocument.read_text(source, draft)
        else:
            docx.read(source, draft)
    except markup.RefusedXml as error:
        draft.ends(State.REFUSED, f"its XML has {error}")
