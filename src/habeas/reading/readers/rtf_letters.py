"""Letters of an RTF file spelled out as Unicode, by the character set of the font they stand in.

A letter beyond ASCII is two hex digits in RTF, and its font says in which code page: Russian,
Arabic and Chinese stand side by side in one file. The library reads all in the file's own code
page, so letters of other fonts come out as letters of the West. Where the file's own is one of the
West and its letters make no words, it is weighed as any label is. Invariant: what is no such letter
stays byte for byte; a run that does not fit its code page stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from habeas.reading.encodings import decoding, labels

_TOKEN = re.compile(
    rb"\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<word>[a-zA-Z]+)(?P<number>-?\d{1,9})? ?"
    rb"|(?P<brace>[{}])|\\.|(?P<high>[\x80-\xff])|(?P<plain>[^\\{}\x80-\xff]+)|\\\Z",
    re.S,
)
#: Of the character sets of fonts those that are not the file's own (RTF 1.9.1, fcharset).
_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip
_BY_PAIRS = frozenset({"cp932", "cp949", "gb18030", "big5hkscs"})

_ENDS = frozenset({b"par", b"line", b"tab", b"cell", b"row"})

Run = Callable[[bytes, str, int], bytes | None]


@dataclass(slots=True)
class _Group:
    font: int = -1
    fallback: int = 1  # signs behind a \u that stand for it
    in_fonts: bool = False


@dataclass(slots=True)
class _Walk:
    """One pass over the file; ``run`` gives what stands for letters, None to leave them."""

    data: bytes
    run: Run
    own: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    default: int = -1
    groups: list[_Group] = field(default_factory=lambda: [_Group()])
    out: list[bytes] = field(default_factory=list)
    letters: bytes = b""
    raw: list[bytes] = field(default_factory=list)
    skip: int = 0
    heard: list[bytes] = field(default_factory=list)  # what stands in the file's own code page

    def over(self) -> bytes:
        at = 0
        while found := _TOKEN.match(self.data, at):
            at = found.end()
            token = found[0]
            if found["word"] == b"bin":
                self._end()
                stop = at + max(0, int(found["number"] or 0))
                self.out.append(token + self.data[at:stop])
                at = stop
            elif found["hex"] or found["high"]:
                self._letter(token, bytes.fromhex(found["hex"].decode()) if found["hex"] else token)
            elif found["plain"]:
                self._plain(token)
            else:
                self._end()
                self.out.append(token)
                self._control(found)
        self._end()
        return b"".join(self.out)

    def _codec(self) -> str:
        font = self.groups[-1].font if self.groups[-1].font >= 0 else self.default
        return self.fonts.get(font, self.own)

    def _letter(self, token: bytes, letter: bytes) -> None:
        if self.skip:  # stands for the \u before it, where a program knows none
            self.skip -= 1
            self.out.append(token)
            return
        self.letters += letter
        self.raw.append(token)

    def _plain(self, token: bytes) -> None:
        text = token.strip(b"\r\n")
        if not text and self.letters:
            self.raw.append(token)
            return
        if self.letters and self._codec() in _BY_PAIRS and _is_cut(self.letters, self._codec()):
            at = token.index(text)
            self.letters += token[at : at + 1]
            self.raw.append(token[: at + 1])
            token = token[at + 1 :]
        self._end()
        self.skip = max(0, self.skip - len(text))
        self.heard.append(token)
        self.out.append(token)

    def _end(self) -> None:
        if self.letters:
            if self._codec() == self.own:
                self.heard.append(self.letters)
            made = self.run(self.letters, self._codec(), self.groups[-1].fallback)
            self.out += self.raw if made is None else [made]
            self.letters, self.raw = b"", []

    def _control(self, found: re.Match[bytes]) -> None:
        here = self.groups[-1]
        if found["brace"] == b"{":
            self.groups.append(replace(here))
        elif found["brace"] == b"}":
            self.skip = 0
            if len(self.groups) > 1:
                self.groups.pop()
        elif word := found["word"]:
            number = int(found["number"]) if found["number"] else -1
            if word in _ENDS:
                self.heard.append(b"\n")
            if word == b"u":
                self.skip = here.fallback
            elif word == b"uc":
                here.fallback = max(0, min(number, 9))
            elif word == b"f":
                here.font = number
            elif word == b"plain":
                here.font = -1
            elif word == b"deff":
                self.default = number
            elif word == b"fonttbl":
                here.in_fonts = True
            elif word == b"ansicpg":
                self.own = labels.codec(f"cp{number}") or self.own
            elif word in (b"fcharset", b"cpg") and here.in_fonts:
                codec = (
                    _CHARSETS.get(number) if word == b"fcharset" else labels.codec(f"cp{number}")
                )
                if codec:
                    self.fonts[here.font] = codec


def _is_cut(letters: bytes, codec: str) -> bool:
    try:
        letters.decode(codec)
    except UnicodeDecodeError as error:
        return error.end == len(letters)
    return False


def spelled_out(data: bytes) -> tuple[bytes, list[str]]:
    """The file with letters of other code pages as Unicode escapes, and the doubts."""
    first = _Walk(data, lambda *_: None)
    first.over()
    weighed = decoding.decode_labelled(b"".join(first.heard), first.own)
    if not first.fonts and weighed.encoding == first.own:
        return data, list(weighed.doubts)

    def spell(letters: bytes, codec: str, fallback: int) -> bytes | None:
        codec = weighed.encoding if codec == first.own else codec
        try:
            text = letters.decode(codec)
        except (UnicodeDecodeError, LookupError):
            return None
        units = text.encode("utf-16-le", "surrogatepass")
        end = b"?" * fallback or b" "
        return b"".join(
            b"\\u%d" % int.from_bytes(units[at : at + 2], "little", signed=True) + end
            for at in range(0, len(units), 2)
        )

    return _Walk(data, spell).over(), list(weighed.doubts)
