"""One person at one terminal: plays what is typed and gives what is answered.

Lines that begin with ``$ `` are typed; what follows is the answer, stdout and stderr as
they come; a code other than 0 stands as ``[exit N]``, an empty line of an answer as ``.``.
Besides ``habeas`` a session may ``cd``, ``mkdir``, ``rm``, ``cp`` (a folder) and, with the
lines that follow, each after ``| ``, ``write FILE`` and ``append FILE``. What differs from
run to run is replaced (``<DIR>``, ``<sha256>``, ``p-<person>``).
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.running import run

REPLACED = (
    (r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", "<URL>"),
    (r"\bp-[0-9a-f]{16}\b", "p-<person>"),
    (r"\bhabeas/[0-9a-f]{32}\b", "habeas/<origin>"),
    (r"\b[0-9a-f]{64}\b", "<sha256>"),
    (r"\b[0-9a-f]{32}\b", "<id>"),
    (r"(?<![\w+/])[A-Za-z0-9+/]{43}=", "<root>"),
    (r"\d+\.\d s\b", "<seconds>"),
    (r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?( UTC)?", "<time>"),
)


class Session:
    """Plays transcripts in ``home``; ``$DATABASE`` stands for the options in ``database``."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, database: Sequence[str] = ()) -> None:
        self.home, self.patch, self.database = home, patch, database
        patch.chdir(home)

    def play(self, text: str, *, dots: bool = True) -> str:
        """The session as it went: what was typed, and what was answered now.

        Without ``dots`` empty lines of an answer stay empty, and remarks are not possible.
        """
        played: list[str] = []
        lines = text.splitlines()
        answering = False
        for number, line in enumerate(lines):
            if line.startswith("$ "):
                block = _block(lines[number + 1 :])
                played.append(line)
                if block:
                    self._write(line[2:], block)
                else:
                    empty = "." if dots else ""
                    played.extend(said or empty for said in self._answer(line[2:]))
                answering = not block
            elif not answering or (not line and dots):
                played.append(line)
                answering = False
        return "\n".join(played) + "\n"

    def _answer(self, typed: str) -> list[str]:
        match shlex.split(typed, comments=True):
            case ["habeas", *arguments]:
                given = [w for a in arguments for w in self._words(a)]
                ended = run(*given)
                said = self._replaced(ended.said).rstrip("\n")
                lines = [line.rstrip() for line in said.split("\n")] if said else []
                return [*lines, *([f"[exit {ended.code}]"] if ended.code else [])]
            case ["cd", place]:
                self.patch.chdir(Path.cwd() / place)
            case ["mkdir", place]:
                Path(place).mkdir(parents=True)
            case ["cp", source, target]:
                shutil.copytree(source, target)
            case ["rm", place]:
                shutil.rmtree(place) if Path(place).is_dir() else Path(place).unlink()
            case _:
                raise AssertionError(f"a transcript cannot type {typed!r}")
        return []

    def _words(self, argument: str) -> Sequence[str]:
        return self.database if argument == "$DATABASE" else [argument]

    def _write(self, typed: str, block: list[str]) -> None:
        verb, place = shlex.split(typed)
        before = Path(place).read_text(encoding="utf-8") if verb == "append" else ""
        self.write(Path(place), before + "\n".join(block) + "\n")

    def write(self, path: Path, text: str) -> None:
        """A file, with the folders that it needs."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _replaced(self, text: str) -> str:
        text = text.replace(str(self.home.resolve()), "<DIR>").replace(str(self.home), "<DIR>")
        for pattern, name in REPLACED:
            text = re.sub(pattern, name, text)
        return text


def _block(lines: list[str]) -> list[str]:
    """The lines of a file being written."""
    block = []
    for line in lines:
        if not line.startswith("|"):
            break
        block.append(line[2:])
    return block
