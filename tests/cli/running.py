"""Running the command in this process or as its own, and what it said."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habeas.cli import main

PROGRAM = Path(sys.executable).parent / "habeas"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. ``said`` is stdout and stderr in the order in which they came."""

    code: int
    out: str
    err: str
    said: str

    @property
    def json(self) -> Any:
        """stdout, which must be one JSON document."""
        return json.loads(self.out)


class _Both(io.StringIO):
    """A stream that also writes into a common one."""

    def __init__(self, common: io.StringIO) -> None:
        super().__init__()
        self._common = common

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def write(self, text: str) -> int:
        self._common.write(text)
        return super().write(text)


def run(*arguments: str | Path) -> Ended:
    """``habeas`` with these arguments, in this process, with no terminal."""
    said = io.StringIO()
    out, err = _Both(said), _Both(said)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        before = os.umask(0o022)  # a command sets its own, for the whole process
        try:
            code = main([str(argument) for argument in arguments])
        finally:
            os.umask(before)
    return Ended(code, out.getvalue(), err.getvalue(), said.getvalue())


def run_apart(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Ended:
    """The installed program, as a process of its own."""
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **(env or {})},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return Ended(done.returncode, done.stdout, done.stderr, done.stdout + done.stderr)
