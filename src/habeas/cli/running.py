"""The outermost layer: every ending is a code and, where something is wrong, plain lines.

Nothing here shows a traceback unless ``--debug`` asks for it. Error lines read

    habeas: what is wrong [its.code]
      → what to do next

and, where the input has several faults, they stand on lines of their own before them.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

import habeas
from habeas.cli import collecting, endings, faults, python_caches
from habeas.cli.app import app
from habeas.custody import core_dumps
from habeas.errors import HabeasError

#: The code of ``archive.errors.ClockDoubted``: importing that here would set Django up before the
#: command could say with which settings, and ``habeas serve`` would answer nothing.
CLOCK_DOUBTED = "clock.doubted"
#: What is wrong with a file or its disk, wherever it was met.
_OF_A_FILE = frozenset(
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "EIO", "ENOENT", "EEXIST", "EISDIR", "ENOTDIR", "ENOTEMPTY"),
        *("ELOOP", "ENAMETOOLONG", "ESTALE", "ENXIO", "ENODEV", "ETXTBSY", "EBUSY"),
    )
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    core_dumps.turn_off()
    python_caches.keep_open()
    collecting.spare()
    os.umask(0o077)  # also for what libraries write; our own files have modes of their own
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    code = endings.PIPE_CLOSED
    try:
        _speak_warnings()
        code = _ended(given)
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    except KeyboardInterrupt:  # before there was a command, or while its end was told
        code = endings.INTERRUPTED
        _line("habeas: Interrupted. What was finished before is kept.")
    if code == endings.PIPE_CLOSED:
        # Python would write to the closed pipe once more when it ends.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _ended(given: list[str]) -> int:
    usage_error: type[Exception] = typer.BadParameter.__bases__[0]  # whichever click typer has
    as_json = "--json" in given
    try:
        result = app(args=given, prog_name="habeas", standalone_mode=False)
    except HabeasError as error:
        if error.code == CLOCK_DOUBTED and _goes_on(error, given, as_json):
            return _ended(["--despite-clock", *given])
        return _told(error, as_json)
    except usage_error as error:
        return _misused(error, as_json)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        result = endings.INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer makes an exit of a closed pipe
        return endings.PIPE_CLOSED
    except Exception as error:
        known = _known(error) or _damage(error)
        if known is not None and "--debug" not in given:
            return _told(known, as_json)
        return _bug(error, given, as_json)
    if result == endings.INTERRUPTED:  # also what typer makes of Ctrl-C
        _line("habeas: Interrupted. What was finished before is kept.")
    return result if isinstance(result, int) else endings.OK


def _goes_on(error: HabeasError, given: list[str], as_json: bool) -> bool:
    """Whether somebody at the terminal says that it is to be recorded all the same.

    Asked here, where the command has ended without having signed anything: it is run again.
    """
    from habeas.cli.speaking import confirmed

    if as_json or "--despite-clock" in given or not sys.stdin.isatty():
        return False
    _line(f"habeas: {error.message} [{error.code}]")
    try:
        return confirmed("Record all the same, with this clock?")
    except (KeyboardInterrupt, EOFError, typer.Abort):
        return False


def _told(error: HabeasError, as_json: bool) -> int:
    """Say an error: each fault of the input first, then the error and what to do."""
    found = faults.of(error)
    message = error.message
    if hasattr(error, "problems"):  # their words are its message
        message = f"The definition has {len(found)} problem{'s' if len(found) > 1 else ''}."
    if as_json:
        _json(error.code, message, error.next_step, found)
        return endings.ending_of(error)
    for line in faults.told(found):
        _line(line)
    _line(f"habeas: {message} [{error.code}]")
    if error.next_step:
        _line(f"  → {error.next_step}")
    return endings.ending_of(error)


def _misused(error: Exception, as_json: bool) -> int:
    message = str(getattr(error, "format_message", lambda: error)()).strip()
    context = getattr(error, "ctx", None)
    if not message or type(error).__name__ == "NoArgsIsHelpError":
        if context is not None:
            for line in context.get_help().split("\n"):
                _line(line)
        return endings.USAGE
    message = message if message.endswith((".", "?")) else f"{message}."
    step = f"See `{context.command_path} --help`." if context is not None else ""
    if as_json:
        _json("cli.usage", message, step, [])
        return endings.USAGE
    _line(f"habeas: {message} [cli.usage]")
    if step:
        _line(f"  → {step}")
    return endings.USAGE


def _known(error: Exception) -> HabeasError | None:
    """Failures of the machine, in plain words; None for a fault of this program."""
    from habeas.archive.errors import ArchiveFull, DatabaseTrouble
    from habeas.archive.store.database_errors import told
    from habeas.cli.errors import CliError

    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return ArchiveFull(
                "The disk is full. Nothing of this step was recorded.",
                next_step="Make room, then run the same command again.",
            )
        if error.errno in _OF_A_FILE and error.filename:
            return CliError(
                f"{error.filename}: {os.strerror(error.errno or 0)}.",
                next_step="Check who owns it and that its disk can be read and written.",
            )
        return None
    if any(kind.__module__ == "django.db.utils" for kind in type(error).__mro__):
        return told(error) or DatabaseTrouble(
            f"The database cannot be used: {(str(error).splitlines() or ['no reason given'])[0]}.",
            next_step="Run `habeas doctor`. If the file is damaged, restore it from a backup.",
        )
    return None


def _damage(error: Exception) -> HabeasError | None:
    """The damage that this met, if the archive is damaged: nothing that reads expects it."""
    from habeas.archive.verify.damage import damage_met, has_a_database

    try:
        if not has_a_database():
            return None
        _line("habeas: Something could not be read. Looking whether the archive was altered …")
        return damage_met()
    except Exception:
        return None  # what failed first is told


def _bug(error: Exception, given: list[str], as_json: bool) -> int:
    """A fault of this program. The message of the exception may quote evidence: not shown."""
    if "--debug" in given:
        import traceback

        for line in traceback.format_exc().rstrip().split("\n"):
            _line(line)
    message = f"This is a bug in habeas: {type(error).__name__} in {_place(error)}."
    step = "Report it with this line; `habeas --debug …` shows more, which may quote evidence."
    if as_json:
        _json("cli.bug", message, step, [])
    else:
        _line(f"habeas: {message} [cli.bug]")
        _line(f"  → {step}")
    return endings.BUG


def _place(error: Exception) -> str:
    """The innermost line of this program; of no other file, whatever folder it lies in."""
    trace, place = error.__traceback__, "an unknown place"
    here = Path(habeas.__file__).parent
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(here):
            place = (
                f"{(Path('habeas') / path.relative_to(here)).as_posix()}, line {trace.tb_lineno}"
            )
        trace = trace.tb_next
    return place


def _line(text: str) -> None:
    from habeas.cli.speaking import warn

    warn(text)


def _json(code: str, message: str, next_step: str, faults: list[dict[str, Any]]) -> None:
    from habeas.cli.speaking import write_json

    error: dict[str, Any] = {"code": code, "message": message, "next_step": next_step}
    if faults:
        error["faults"] = faults
    write_json({"error": error})


class _Plainly(logging.Handler):
    """Warnings of the rooms as a line on stderr, wherever stderr is now."""

    def emit(self, record: logging.LogRecord) -> None:
        _line(f"habeas: {record.getMessage()}")


def _speak_warnings() -> None:
    logger = logging.getLogger("habeas")
    if not any(isinstance(handler, _Plainly) for handler in logger.handlers):
        logger.addHandler(_Plainly(logging.WARNING))
        logger.propagate = False
