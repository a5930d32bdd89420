"""What a command says: results on stdout, everything else on stderr.

Invariants: with ``--json`` stdout holds exactly one JSON document; colours and bars appear only
on a terminal, and not where NO_COLOR is set. Whatever stands in it (names of files, quotes,
reasons, what an error quotes), a line that is said is one line and steers nothing: line ends,
controls and direction marks in it are shown as U+FFFD and right-to-left letters are isolated
(``plain``). Nobody can forget that, because nothing else in ``cli`` writes or asks
(``tests/project/test_code.py``); what has several lines of ours says so (``say_lines``).
"""

from __future__ import annotations

import contextlib
import json as json_
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import typer

from habeas.cli.given import Given
from habeas.cli.options import JsonOption
from habeas.figures.why import printing

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_ELSEWHERE = 100  # columns, where there is no terminal
_EVERYTHING = 1 << 30
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_OPENS, _CLOSES = "\u2068", "\u2069"  # as ``shown`` isolates what is right to left

Progress = Callable[[str, int, int], None]


class Speaker(Given):
    """Speaks for one command, in words or as JSON."""

    def __init__(self, json: JsonOption = False) -> None:
        self.json = json
        #: What is said before everything else of an archive in which everything is made up.
        self.made_up = ""
        self._told = False
        self._out, self._err = sys.stdout, sys.stderr
        self._colours = {out: _console(out) for out in (self._out, self._err) if _coloured(out)}

    def say(self, text: str = "", *, style: str = "") -> None:
        """One line of the result; nothing where JSON was asked for."""
        if self.json:
            return
        if self.made_up and not self._told:
            self._told = True
            self._line(self._out, self.made_up, "bold")
        self._line(self._out, text, style)

    def say_lines(self, text: str) -> None:
        """Lines that this program laid out, and whose line ends are therefore its own."""
        for line in text.split("\n"):
            self.say(line)

    def give(self, document: Mapping[str, Any]) -> None:
        """The result as JSON, where it was asked for."""
        if self.json:
            write_json({"synthetic": self.made_up, **document} if self.made_up else document)

    def note(self, text: str, *, style: str = "") -> None:
        """One line of a remark beside the result, on stderr."""
        self._line(self._err, text, style)

    def _line(self, stream: IO[str], text: str, style: str) -> None:
        if stream in self._colours:
            self._colours[stream].print(plain(text), style=style or None)
        else:
            stream.write(plain(text) + "\n")
            stream.flush()

    def table(self, rows: Sequence[Sequence[str]], *, indent: str = "") -> None:
        """Rows in aligned columns; the last column is as long as it is."""
        for line in aligned(rows):
            self.say(indent + line)

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar on a terminal: call it with what is done, how much, of how much."""
        console = self._colours.get(self._err)
        if console is None or not console.is_terminal:
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
            TextColumn("{task.description:<10}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left", markup=False),
            TimeRemainingColumn(),
        )
        with Bars(*columns, console=console, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield show


def _coloured(stream: IO[str]) -> bool:
    """Whether rich is to decide on colours: it need not be imported to write into a pipe."""
    asked = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    return bool(asked) or stream.isatty()


def _console(stream: IO[str]) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def write_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; escaped to ASCII where stdout is not UTF-8."""
    text = json_.dumps(document, ensure_ascii=not speaks_unicode(), indent=2)
    # What JSON lets stand and a terminal obeys: the value stays the same when it is escaped.
    sys.stdout.write(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")
    sys.stdout.flush()


def speaks_unicode() -> bool:
    """Whether stdout can write every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "")


def width() -> int:
    """Columns of the terminal, or of the page where there is none."""
    return shutil.get_terminal_size((WIDTH_ELSEWHERE, 24)).columns


def plain(text: str) -> str:
    """A line as it may stand on a terminal; what was ``shown`` in it stays as it is."""
    isolated = _OPENS in text and _balanced(text)
    kept = "".join(
        "\ufffd"
        if (printing.steers(character) or character in "\u2028\u2029")
        and not (isolated and character in (_OPENS, _CLOSES))
        else character
        for character in text
    )
    return kept if isolated else printing.isolated(kept)


def _balanced(text: str) -> bool:
    """Whether each isolate is closed again, and none is closed that was not opened."""
    depth = 0
    for character in text:
        depth += (character == _OPENS) - (character == _CLOSES)
        if depth < 0:
            return False
    return depth == 0


def asked(question: str, default: str | None = None) -> str:
    """What somebody at the terminal answers to a question, which is put on stderr."""
    said = typer.prompt(plain(question), err=True, default=default, show_default=False)
    return str(said)


def confirmed(question: str) -> bool:
    """Whether somebody at the terminal says yes."""
    return typer.confirm(plain(question), default=False, err=True)


def warn(text: str) -> None:
    """One line on stderr, also where a command has no speaker (any more)."""
    sys.stderr.write(plain(text) + "\n")


def write_terminal(text: str) -> None:
    """Put on stderr as it is: what this program itself has the terminal do, or asks in a line."""
    sys.stderr.write(text)
    sys.stderr.flush()


def table_out() -> IO[str]:
    """Stdout for a table of data; on a terminal its cells must be ``plain``."""
    return sys.stdout


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
