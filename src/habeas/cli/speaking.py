"""What a command says: results on stdout, everything else on stderr.

Invariants: with ``--json`` stdout holds exactly one JSON document; text from evidence never
steers the terminal (controls and direction overrides are shown as U+FFFD); colours and bars
appear only on a terminal, and not where NO_COLOR is set.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from rich.console import Console

from habeas.figures import printing

WIDTH_ELSEWHERE = 100  # columns, where there is no terminal
_EVERYTHING = 1 << 30
_OVERRIDES = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067")

Progress = Callable[[str, int, int], None]


class Speaker:
    """Speaks for one command."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.json = as_json
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    def say(self, text: str = "", *, style: str = "") -> None:
        """A line of the result; nothing where JSON was asked for."""
        if not self.json:
            self._out.print(harmless(text), style=style or None)

    def give(self, document: Mapping[str, Any]) -> None:
        """The result as JSON, where it was asked for."""
        if self.json:
            write_json(document)

    def note(self, text: str, *, style: str = "") -> None:
        """A remark beside the result, on stderr."""
        self._err.print(harmless(text), style=style or None)

    def table(self, rows: Sequence[Sequence[str]], *, indent: str = "") -> None:
        """Rows in aligned columns; the last column is as long as it is."""
        for line in aligned(rows):
            self.say(indent + line)

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar on a terminal: call it with what is done, how much, of how much."""
        if not self._err.is_terminal:
            yield lambda what, done, total: None
            return
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=self._err, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield show


def _console(stream: IO[str]) -> Console:
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def write_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; escaped to ASCII where stdout is not UTF-8."""
    unicode = speaks_unicode()
    sys.stdout.write(json.dumps(document, ensure_ascii=not unicode, indent=2) + "\n")
    sys.stdout.flush()


def speaks_unicode() -> bool:
    """Whether stdout can write every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "")


def width() -> int:
    """Columns of the terminal, or of the page where there is none."""
    return shutil.get_terminal_size((WIDTH_ELSEWHERE, 24)).columns


def harmless(text: str) -> str:
    """The text without what steers a terminal; line ends stay."""
    return "".join("\ufffd" if (c != "\n" and _steers(c)) or c in _OVERRIDES else c for c in text)


def _steers(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"


def shown(text: str) -> str:
    """A piece of evidence inside a line of ours: one line, right-to-left runs isolated."""
    return printing.wrap(text, _EVERYTHING)[0]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell."""
    if not rows:
        return []
    count = max(map(len, rows))
    widths = [
        max((printing.cells(row[n]) for row in rows if n < len(row)), default=0)
        for n in range(count)
    ]
    lines = []
    for row in rows:
        cells = [cell + " " * (widths[n] - printing.cells(cell)) for n, cell in enumerate(row[:-1])]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return lines


def bytes_words(count: int) -> str:
    """A number of bytes as people say it."""
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{count:,} bytes" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def several(count: int, one: str, many: str = "") -> str:
    """``1 claim``, ``3 claims``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
