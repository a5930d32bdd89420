"""Office documents as one XML file: which of them a beginning is."""

from __future__ import annotations

import re

WORD_2003 = "application/vnd.ms-word.2003-xml"
EXCEL_2003 = "application/vnd.ms-excel.2003-xml"
WORD_FLAT = "application/vnd.ms-word.flat-package"
OPEN_TEXT = "application/vnd.oasis.opendocument.text-flat-xml"
OPEN_SHEETS = "application/vnd.oasis.opendocument.spreadsheet-flat-xml"
OPEN_SLIDES = "application/vnd.oasis.opendocument.presentation-flat-xml"
MEDIA_TYPES = frozenset({WORD_2003, EXCEL_2003, WORD_FLAT, OPEN_TEXT, OPEN_SHEETS, OPEN_SLIDES})

_ROOT = re.compile(rb"<(?![?!])(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,40})[\s>/]")
_FLAT_KIND = re.compile(rb"""office:mimetype\s*=\s*["']([\w./+-]{1,80})["']""")
_FLAT_KINDS = {
    b"application/vnd.oasis.opendocument.text": OPEN_TEXT,
    b"application/vnd.oasis.opendocument.spreadsheet": OPEN_SHEETS,
    b"application/vnd.oasis.opendocument.presentation": OPEN_SLIDES,
}


def media_type(head: bytes) -> str:
    """The media type of an XML file by its beginning; '' where it is no office document."""
    root = _ROOT.search(head)
    if root is None:
        return ""
    if root[1] == b"wordDocument" and b"schemas.microsoft.com/office/word/2003" in head:
        return WORD_2003
    if root[1] == b"Workbook" and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return EXCEL_2003
    if root[1] == b"package" and b"schemas.microsoft.com/office/2006/xmlPackage" in head:
        return WORD_FLAT
    if root[1] == b"document" and (said := _FLAT_KIND.search(head)):
        return _FLAT_KINDS.get(said[1], "")
    return ""
