"""UTF-16 and UTF-32 without a byte order mark.

Text in these holds a zero byte wherever it has a space, a digit, a comma or a line's end, and the
bytes 4 to 6 wherever it has a letter of Cyrillic or Arabic; no other text holds these at all. Which
of the four it is, is told by what comes out: in the wrong one a comma is a letter of a script that
nobody uses. Without such bytes only Chinese of common characters is taken for UTF-16: everything
else has another, likelier reading.
"""

from __future__ import annotations

import re

from habeas.reading.encodings import han

_USUAL = re.compile(
    "[\t\n\r\x20-\x7e\u00a0-\u017f\u018f\u0259\u0370-\u052f\u0531-\u058f\u0590-\u05f4"
    "\u0600-\u06ff\u0e00-\u0e5b\u10d0-\u10ff\u1e00-\u1eff\u2000-\u206f\u20a0-\u20bf\u2100-\u214f"
    "\u2160-\u217f\u2190-\u21ff\u2460-\u2473\u2500-\u25ff\u3000-\u301f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
    "\ufb50-\ufdff\ufe70-\ufefc\uff01-\uff5e]"
)
#: Zero, and the rows of Cyrillic, Hebrew and Arabic: controls that no other text holds.
_ROWS = re.compile(rb"[\0\x04\x05\x06]")
#: Without any of these a few bytes are numbers of a program.
_LETTER = re.compile("[0-9A-Za-z\u0400-\u052f\u0621-\u06d5\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_LEAST_USUAL = 0.97
_HAN = re.compile("[\u4e00-\u9fff]")
_SAMPLE = 4_096


def encoding_of(sample: bytes) -> str:
    """The UTF-16 or UTF-32 that a sample is in, or ''."""
    if len(sample) < 4:
        return ""
    if not _ROWS.search(sample):
        return _without_rows(sample)
    best, most = "", 0.0
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        usual = _usual(sample, encoding)
        if usual > most:
            best, most = encoding, usual
    return best if most >= _LEAST_USUAL else ""


def _usual(sample: bytes, encoding: str) -> float:
    """The share of characters that texts hold; 0 where the bytes do not fit, or are of no text."""
    text = _text(sample[: _SAMPLE * 4], encoding)
    if not _LETTER.search(text) or "\0" in text or _is_rare_han(text):
        return 0.0
    return len(_USUAL.findall(text)) / len(text)


def _is_rare_han(text: str) -> bool:
    """Chinese that nobody writes: two letters of ASCII in each unit, as binary files hold them."""
    signs = "".join(_HAN.findall(text))
    common = max(han.common_share(signs), han.common_share(signs, traditional=True))
    return len(signs) >= 4 and common < 0.5


def _text(sample: bytes, encoding: str) -> str:
    """The sample in the encoding, less a character that its end cuts; '' where it does not fit."""
    width = 4 if "32" in encoding else 2
    whole = sample[: len(sample) // width * width]
    for piece in (whole, whole[:-2]):  # UTF-16: the sample may end inside a pair
        try:
            return piece.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _without_rows(sample: bytes) -> str:
    if len(sample) % 2 or sample.isascii() or len(sample) < 8:
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        if han.common_share(_text(sample, encoding)) >= 0.95:
            return encoding
    return ""
