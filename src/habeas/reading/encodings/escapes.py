r"""Letters that a text keeps behind escapes, shown as the letters: JSON, XML, vCard and iCalendar.

``\u4e70`` in JSON, ``&#x4E70;`` in XML and ``=E4=B9=B0`` or base64 in a vCard are how a program
wrote a letter; a person who searches for the name types the letter. Only letters and marks beyond
ASCII are replaced, so that what JSON and XML mean by their own signs stays as it is; lines that a
calendar folds are joined. Everything else is left exactly as written.
"""

from __future__ import annotations

import binascii
import re

from habeas.reading.encodings import decoding

_JSON = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\u[0-9A-Fa-f]{4})+)")
_XML = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.S)
_FOLD = re.compile(r"\r?\n[ \t]")
_QUOTED = re.compile(r"([^:]{0,400};(?:ENCODING=)?QUOTED-PRINTABLE(?:;[^:]{0,400})?:)(.*)", re.I)
_BASE64 = re.compile(
    r"^([^:\r\n]{0,400};(?:ENCODING=)?(?:BASE64|B)(?:;[^:\r\n]{0,400})?:)"
    r"([A-Za-z0-9+/= \t]+)(?=\r?$)",
    re.I | re.M,
)
_CHARSET = re.compile(r"CHARSET=\"?([\w.:-]{1,40})", re.I)
_FIRST_LETTER = 0xA0
_LEAST_FOREIGN = "\u0250"


def shown(text: str, media_type: str) -> str:
    """The text with its escaped letters as letters; itself where it has none."""
    if media_type == "application/json":
        return _JSON.sub(_of_json, text) if "\\u" in text else text
    if media_type == "text/plain":  # scripts, logs and settings write names so; one alone is none
        return _JSON.sub(_of_words, text) if "\\u" in text else text
    if media_type in ("application/xml", "image/svg+xml"):
        if "&#" not in text:
            return text
        return "".join(
            piece if at % 2 else _XML.sub(_of_xml, piece)
            for at, piece in enumerate(_CDATA.split(text))
        )
    if media_type in ("text/vcard", "text/calendar"):
        return _of_cards(text)
    return text


def _of_json(found: re.Match[str]) -> str:
    """A run of escapes: pairs of surrogates are one character."""
    units = [int(digits, 16) for digits in found[2].split("\\u")[1:]]
    raw = b"".join(unit.to_bytes(2, "big") for unit in units)
    letters = raw.decode("utf-16-be", "surrogatepass")
    return found[1] + "".join(
        sign if _is_letter(ord(sign)) else f"\\u{ord(sign):04x}" for sign in letters
    )


def _of_words(found: re.Match[str]) -> str:
    """Two escapes or more in a row, all of them of letters beyond the West; else as written."""
    letters = _of_json(found)
    word = letters[len(found[1]) :]
    return letters if len(word) > 1 and all(sign >= _LEAST_FOREIGN for sign in word) else found[0]


def _of_xml(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if _is_letter(number) else found[0]


def _is_letter(number: int) -> bool:
    return number >= _FIRST_LETTER and not 0xD800 <= number <= 0xDFFF and number <= 0x10FFFF


def _of_cards(text: str) -> str:
    """Quoted values read in their character set, folded lines joined."""
    if "QUOTED-PRINTABLE" in text.upper():
        lines = re.split(r"(\r?\n)", text)
        text = "".join(_unquoted(lines))
    text = _FOLD.sub("", text)
    return _BASE64.sub(_of_base64, text) if "B" in text.upper() else text


def _of_base64(found: re.Match[str]) -> str:
    """A value in base64 as its text; as it is where it is a picture, or damaged."""
    try:
        raw = binascii.a2b_base64("".join(found[2].split()), strict_mode=True)
    except (ValueError, UnicodeEncodeError):
        return found[0]
    if not decoding.looks_like_text(raw[: decoding.SAMPLE_BYTES]):
        return found[0]
    label = _CHARSET.search(found[1])
    value = decoding.decode_labelled(raw, label[1] if label else "").text
    return found[1] + value.replace("\r", "").replace("\n", "\\n")


def _unquoted(lines: list[str]) -> list[str]:
    """Each line, a quoted value with what a ``=`` at its end goes on with."""
    done: list[str] = []
    at = 0
    while at < len(lines):
        pieces, at = [lines[at]], at + 1
        if _QUOTED.match(pieces[0]):
            while pieces[-1].endswith("=") and at + 1 < len(lines):
                pieces[-1] = pieces[-1][:-1]
                pieces.append(lines[at + 1])
                at += 2
            pieces = [_value(_QUOTED.match("".join(pieces)), "".join(pieces))]
        done.append(pieces[0])
    return done


def _value(found: re.Match[str] | None, line: str) -> str:
    if found is None:
        return line
    label = _CHARSET.search(found[1])
    raw = binascii.a2b_qp(found[2].encode("utf-8", "surrogatepass"))
    value = decoding.decode_labelled(raw, label[1] if label else "").text
    return found[1] + value.replace("\r", "").replace("\n", "\\n")
