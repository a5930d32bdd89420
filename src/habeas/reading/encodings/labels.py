"""What a label of a character set means: as the web reads it (WHATWG Encoding), for all readers.

Mail, pages and XML name encodings by labels that are older than what is sent under them:
``latin1`` is windows-1252, ``gb2312`` is GB 18030. One table serves them all. Where Python's codec
of a name knows fewer characters than the web's, the wider codec stands for it; the five bytes that
windows-1252 leaves open stay open here, because a control character is no text.
"""

from __future__ import annotations

import codecs
import re

import webencodings

#: Names of the standard whose codec has another name here, or a wider one.
_CODECS = {
    "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc-kr": "cp949",
    "ibm866": "cp866", "macintosh": "mac-roman", "x-mac-cyrillic": "mac-cyrillic",
    "windows-874": "cp874", "iso-8859-8-i": "iso-8859-8", "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}  # fmt: skip
_NONE = ("replacement", "x-user-defined")
#: Labels of mail and of code pages that the web never uses, and that mean one thing.
#: The web refuses HZ and ISO 2022 because of what scripts may hide in them; here they are text.
_OTHERS = {
    "hz-gb-2312": "hz", "hz": "hz", "iso-2022-kr": "iso2022_kr", "csiso2022kr": "iso2022_kr",
    "cp936": "gb18030", "ms936": "gb18030", "cp65001": "utf-8", "cp1200": "utf-16-le",
}  # fmt: skip


def codec(label: str) -> str | None:
    """Python's name of the codec that a label stands for; None where it stands for none.

    A label that the web does not know is taken as Python knows it, if that is a text encoding.
    """
    label = label.strip("\"' \t\r\n\f").lower()
    if label in _OTHERS:
        return _OTHERS[label]
    known = webencodings.lookup(label)
    if known is not None:
        if known.name in _NONE:
            return None
        if known.name.startswith("windows-125"):
            return f"cp{known.name.removeprefix('windows-')}"
        return _CODECS.get(known.name, str(known.name))
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    return found.name if found._is_text_encoding else None


def charset_of(content_type: str) -> str:
    """The label in ``text/html; charset=…``, '' without one."""
    found = _PARAMETER.search(content_type)
    return found[1] if found else ""


_PARAMETER = re.compile(r""";\s*charset\s*=\s*["']?([^\s;"']{1,40})""", re.I)
_DECLARED = re.compile(
    rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{2,40})["']"""
)


def declared_by_xml(data: bytes) -> str:
    """The label in an XML declaration, '' without one."""
    found = _DECLARED.search(data[:400])
    return found[1].decode("ascii") if found else ""
