"""Which encoding a text is in: strict decoding decides what is possible, likelihood the rest.

Invariants: the text is exactly what the bytes say in the encoding named, every byte used; a
byte order mark is not text. Nothing is replaced but where no encoding fits, and then the
answer says so. A choice that was close is a doubt, in words. UTF-8 shows itself: what is UTF-8 in
most of its lines is UTF-8 with foreign bytes in the others, never an old encoding as a whole.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from habeas.reading.encodings import han, labelled, labels, old_encodings, wide
from habeas.reading.encodings.old_encodings import SAMPLE_BYTES as SAMPLE_BYTES
from habeas.reading.encodings.old_encodings import gaps, strict

_CONTROLS = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16", "utf-32")
_SHIFTS = (("hz", b"~{"), ("iso2022_jp_2", b"\x1b$"), ("iso2022_kr", b"\x1b$)C"))
_MOST_LINES_NAMED = 5
_FEW = 200
_SMALL_IN_DOS = frozenset(range(0xA0, 0xB0))
# Scripts of whose letters whole short words have the bytes of small Cyrillic letters in CP866.
_ALSO_IN_DOS = re.compile("[\u0900-\u0dff\u1800-\u18af\u3040-\u30ff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding it was read in, and what speaks against the choice."""

    text: str
    encoding: str
    doubts: tuple[str, ...] = ()
    lossy: bool = False


def looks_like_text(sample: bytes) -> bool:
    """Whether bytes can be text at all: no controls, or wide characters without a mark."""
    if not sample:
        return False
    if any(sample.startswith(mark) for mark, _ in _MARKS):
        return True
    if len(sample.translate(None, _CONTROLS)) == len(sample):
        return True
    return wide.encoding_of(sample) != ""


def decode(data: bytes) -> Decoded:
    """The text of ``data``."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            decoded = strict(data[len(mark) :], encoding)
            if decoded is not None:
                return Decoded(decoded, encoding)
    if data.isascii() and (shifted := _shifted(data)) is not None:
        return shifted
    text = strict(data, "utf-8")
    unmarked = wide.encoding_of(data[:SAMPLE_BYTES])
    if text is not None and is_dos_by_chance(text):
        return Decoded(data.decode("cp866"), "cp866", ("Read as cp866, with little to go by.",))
    if text is not None and not unmarked:
        return Decoded(text, "utf-8", _doubts_of_utf8(data, text))
    if unmarked and (found := _unmarked(data, unmarked)) is not None:
        return found
    if text is not None:
        return Decoded(text, "utf-8")
    sound, foreign = _lines_in_utf8(data)
    if sound and len(foreign) <= sound:
        return _utf8_with_gaps(data, foreign)
    chosen = old_encodings.choose(data)
    if sound and (4 * _certain_lines(data) >= len(foreign) or _is_western(chosen)):
        return _utf8_with_gaps(data, foreign)
    if chosen is None:
        return _lossy(data)
    if chosen.lossy:
        return _with_gaps(data, chosen.encoding)
    doubts = chosen.doubts
    if sound:
        doubts += (f"{sound} of its lines {'is' if sound == 1 else 'are'} UTF-8.",)
    return Decoded(strict(data, chosen.encoding) or "", chosen.encoding, doubts)


def decode_labelled(data: bytes, label: str) -> Decoded:
    """The text of ``data`` that says, or whose mail or page says, which encoding it is in.

    The label is taken as the web takes it, where its encoding fits the bytes; a byte order
    mark goes before it.
    """
    codec = labels.codec(label) if label else None
    if codec is not None and codec.startswith(_WIDE) and not _may_be_wide(data):
        codec, label = None, f"{label}, though its bytes are single"
    if codec is None or any(data.startswith(mark) for mark, _ in _MARKS):
        decoded = decode(data)
        if not label or codec is not None or (data.isascii() and decoded.encoding == "utf-8"):
            return decoded
        why = "" if label.endswith("single") else ", which names no encoding"
        return _doubted(decoded, f"Labelled {label[:80]}{why}")
    text = strict(data, codec)
    if text is not None:
        doubts: tuple[str, ...] = ()
        if codec != "utf-8" and not data.isascii() and strict(data, "utf-8") is not None:
            doubts = (f"Read as {codec}, as it is labelled. Could also be utf-8.",)
        else:
            other, is_left = labelled.likelier(data, codec, text)
            if is_left:
                why = f"Labelled {label[:40]}, under which its letters make no words"
                return _doubted(Decoded(data.decode(other), other), why)
            if other:
                doubts = (f"Read as {codec}, as it is labelled. Could also be {other}.",)
        return Decoded(text, codec, doubts)
    if gaps(data, codec) * 50 <= len(data) and strict(data, "utf-8") is None:
        return _with_gaps(data, codec)
    return _doubted(decode(data), f"Labelled {label[:40]}, which does not fit")


def _may_be_wide(data: bytes) -> bool:
    """Whether bytes can be UTF-16 or 32: a page that says so in single bytes is in none of them."""
    if any(data.startswith(mark) for mark, _ in _MARKS) or b"\0" in data[:SAMPLE_BYTES]:
        return True
    return strict(data, "utf-8") is None and wide.encoding_of(data[:SAMPLE_BYTES]) != ""


def _shifted(data: bytes) -> Decoded | None:
    """Seven bits that stand for Chinese, Japanese or Korean: HZ (RFC 1843) and ISO 2022."""
    for codec, begins in _SHIFTS:
        if begins in data and (text := strict(data, codec)) is not None and not text.isascii():
            return Decoded(text, codec, (f"Read as {codec}: its letters are written in ASCII.",))
    return None


def _doubted(decoded: Decoded, why: str) -> Decoded:
    doubt = f"{why}; read as {decoded.encoding}."
    return replace(decoded, doubts=(doubt, *decoded.doubts))


def _doubts_of_utf8(data: bytes, text: str) -> tuple[str, ...]:
    """A few bytes may be UTF-8 by chance: two Chinese characters in GBK often are."""
    if len(data) > 64 or data.isascii():
        return ()
    wide_signs = [sign for sign in text if sign > "\x7f"]
    plain = any(sign.isascii() and sign.isalpha() for sign in text)
    if plain or len(wide_signs) > 4 or max(wide_signs) > "\u07ff":
        return ()
    chinese = strict(data, "gb18030")
    if chinese is None or han.common_share(chinese) < 1:
        return ()
    return ("Could also be gb18030.",)


def is_dos_by_chance(text: str) -> bool:
    """Whether what fits UTF-8 is rather Russian in CP866: "список" (list) is two letters of Batak.

    A word of small letters whose every third is one of р to я fits UTF-8 and gives signs that
    nobody writes. Common Chinese characters, and scripts that words are written in, stay.
    """
    if len(text) > _FEW or text.isascii():
        return False
    signs = [sign for sign in text if sign > "\x7f"]
    if not 0 < len(signs) <= 16 or any(_ALSO_IN_DOS.match(sign) for sign in signs):
        return False
    if sum(sign.isascii() and sign.isalpha() for sign in text) > 6 * len(signs):
        return False  # an odd sign in a text of Latin letters
    rest = b"".join(sign.encode("utf-8", "surrogatepass")[1:] for sign in signs)
    if min(signs) < "\u0800" or max(signs) > "\uffff" or not set(rest) <= _SMALL_IN_DOS:
        return False
    return not any(han.common_share(sign) == 1 for sign in signs)


def _unmarked(data: bytes, encoding: str) -> Decoded | None:
    whole = data[: len(data) - len(data) % (4 if "32" in encoding else 2)]
    text = strict(whole, encoding)
    if text is None:
        return None
    doubts: tuple[str, ...] = (f"No byte order mark: read as {encoding}.",)
    if len(whole) != len(data):
        doubts += ("The last character is cut off.",)
    return Decoded(text, encoding, doubts, lossy=len(whole) != len(data))


def _lines_in_utf8(data: bytes) -> tuple[int, list[int]]:
    """How many lines hold characters in UTF-8 beyond ASCII, and the numbers of those that hold
    bytes that are none. A line with more foreign bytes than sound characters is foreign.
    """
    sound, foreign = 0, []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        said = line.decode("utf-8", "ignore")
        letters = sum(1 for sign in said if sign > "\x7f")
        lost = len(line) - len(said.encode())
        if lost:
            foreign.append(number)
        if letters and letters > lost and not is_dos_by_chance(said):
            sound += 1
    return sound, foreign


def _certain_lines(data: bytes) -> int:
    """How many lines are UTF-8 as a whole, and not by chance: two signs of three bytes or more."""
    count = 0
    for line in data.split(b"\n"):
        if line.isascii() or (text := strict(line, "utf-8")) is None:
            continue
        count += sum(sign > "\u07ff" for sign in text) >= 2 and not is_dos_by_chance(text)
    return count


def _is_western(chosen: old_encodings.EncodingChoice | None) -> bool:
    """Whether an encoding of the West was chosen: of two kinds of lines it makes no text."""
    return chosen is None or chosen.encoding in labelled.WEST


def _utf8_with_gaps(data: bytes, foreign: list[int]) -> Decoded:
    named = ", ".join(map(str, foreign[:_MOST_LINES_NAMED]))
    more = f" and {len(foreign) - _MOST_LINES_NAMED} more" if foreign[_MOST_LINES_NAMED:] else ""
    lines = data.split(b"\n")
    other = old_encodings.choose(b"\n".join(lines[number - 1] for number in foreign))
    hint = "" if other is None or other.lossy or _is_western(other) else other.encoding
    shown = _with_gaps(data, "utf-8", f" (line{'s' if len(foreign) > 1 else ''} {named}{more})")
    doubt = (f"The lines that do not fit could be {hint}.",) if hint else ()
    return replace(shown, doubts=(*shown.doubts, *doubt))


def _with_gaps(data: bytes, encoding: str, where: str = "") -> Decoded:
    doubt = f"Read as {encoding}; bytes that do not fit are \\xNN{where}."
    return Decoded(data.decode(encoding, "backslashreplace"), encoding, (doubt,), lossy=True)


def _lossy(data: bytes) -> Decoded:
    """No encoding takes every byte: the one with the fewest gaps, which are shown."""
    best, fewest, chosen = "", len(data) + 1, "utf-8"
    for encoding in ("utf-8", "gb18030", "cp1251", "cp1252"):
        text = data.decode(encoding, "backslashreplace")
        gaps = len(text) - len(data.decode(encoding, "ignore"))
        if gaps < fewest:
            best, fewest, chosen = text, gaps, encoding
    doubt = f"No encoding fits every byte. Read as {chosen}; bytes that do not fit are \\xNN."
    return Decoded(best, chosen, (doubt,), lossy=True)
