"""Inner paths: how a file inside others is named, the same at every reading.

Invariants: a path is printable text on one line; distinct files of one container have
distinct paths; ``!/`` stands only between a container and what it holds.
"""

from __future__ import annotations

import re
import unicodedata

SEPARATOR = "!/"
_LONGEST_NAME = 1_024
_BYTE = re.compile("[\udc80-\udcff]")
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
_JOINERS = "\u200c\u200d"  # Persian, Uyghur and emoji spell with them


def written(name: str) -> str:
    """``name`` as a path shows it: what cannot be seen or would mislead is spelled out.

    Bytes that were not UTF-8 (lone surrogates, by ``surrogateescape``) become ``\\xNN``;
    controls, bidirectional marks, backslashes and the ``!`` of ``!/`` become ``\\uNNNN``.
    """
    if name.isascii() and name.isprintable() and "\\" not in name and SEPARATOR not in name:
        return name[:_LONGEST_NAME] or "unnamed"
    spelled = []
    for at, sign in enumerate(name[: _LONGEST_NAME * 2]):
        if _BYTE.match(sign):
            spelled.append(f"\\x{ord(sign) - 0xDC00:02x}")
        elif _misleads(sign, name[at + 1 : at + 2]):
            spelled.append(f"\\u{ord(sign):04x}")
        else:
            spelled.append(sign)
    return "".join(spelled)[:_LONGEST_NAME] or "unnamed"


def _misleads(sign: str, following: str) -> bool:
    if sign == "\\" or (sign == "!" and following == "/"):
        return True
    return sign not in _JOINERS and unicodedata.category(sign) in _INVISIBLE


class PathNames:
    """Gives each file of one container its own path."""

    def __init__(self, container_path: str) -> None:
        self._prefix = f"{container_path}{SEPARATOR}" if container_path else ""
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    def path(self, name: str) -> str:
        """The path of the next file called ``name``: a second one gets `` (2)``."""
        shown = written(name)
        chosen = shown
        while chosen in self._used:
            number = self._next.get(shown, 1) + 1
            self._next[shown] = number
            chosen = f"{shown} ({number})"
        self._used.add(chosen)
        return self._prefix + chosen
