"""What a database refuses, in plain words: the one place where its errors are told apart.

PostgreSQL says by SQLSTATE what is wrong (its manual, appendix A); its texts come in the
server's language, so they are looked at only where a connection was refused and there is no
state. A setting of the server that stopped something is named, with where it is changed: it is
no damage, and nobody must restore a backup for it. SQLite says everything in its texts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError

from habeas.archive.errors import (
    ArchiveBusy,
    ArchiveError,
    ArchiveFull,
    DatabaseSetting,
    DatabaseTrouble,
)

WAIT_SECONDS = 60  # for another writer to finish
_DAMAGED = ("malformed", "not a database", "corrupt")
_KEPT = "Everything acknowledged before is kept."
_HOW: Final = (
    "`SHOW {}` says what it is; it is set in postgresql.conf, by ALTER DATABASE … SET or by ALTER "
    "ROLE … SET."
)


class _Known(NamedTuple):
    """A refusal: of which class, in which words, and what to do."""

    error: type[ArchiveError]
    message: str
    next_step: str


def _setting(name: str, did: str, advice: str) -> _Known:
    words = f"The database server's setting {name} {did}."
    return _Known(DatabaseSetting, words, f"{advice} {_HOW.format(name)} {_KEPT}")


def _other(message: str, next_step: str) -> _Known:
    return _Known(DatabaseTrouble, message, next_step)


_BUSY = _Known(
    ArchiveBusy,
    f"Another process has been writing to this archive for {WAIT_SECONDS} seconds.",
    "Nothing was recorded. Try again when it has finished.",
)
_FULL = _Known(
    ArchiveFull,
    "The disk is full. Nothing of this step was recorded.",
    "Make room, then run the same command again.",
)
_INPUT_OUTPUT = _other(
    "The disk reports an input/output error under the database.",
    "Look at the disk before anything else. What was acknowledged before is there; "
    "`habeas verify` says whether this step is.",
)
_LIFT: Final = "Raise it, or lift it for this archive's user with 0."
_ENDED = _other(
    "The database server ended the connection: it is being stopped or restarted, or its "
    f"administrator ended it. {_KEPT}",
    "Run the same command again when it runs.",
)
_CROWDED = _setting(
    "max_connections",
    "lets no more connections in (or the limit of the database or the user does)",
    "End what else is connected, or raise it.",
)
_ELSEWHERE = _other(
    "Another process changed the same rows at the same time, and the database server let only one "
    f"go on. {_KEPT}",
    "Run the same command again.",
)
_UNKNOWN_USER = _other(
    "The database server does not let this user in.",
    "Check user and password: in habeas.toml, in ~/.pgpass, and in the server's pg_hba.conf.",
)

#: By SQLSTATE, or by its class (the first two characters).
_STATES: Final[Mapping[str, _Known]] = {
    "08": _other(
        f"The connection to the database server broke off. {_KEPT}",
        "Check that it runs and that the network holds, then run the same command again.",
    ),
    "25006": _setting(
        "default_transaction_read_only",
        "lets nothing be written, or the server is a standby that only follows another",
        "Write where the database can be written to.",
    ),
    "25P03": _setting("idle_in_transaction_session_timeout", "ended the connection", _LIFT),
    "25P04": _setting("transaction_timeout", "ended the connection", _LIFT),
    "28": _UNKNOWN_USER,
    "3D000": _other(
        "The database server has no database of that name.",
        "Check the address in habeas.toml.",
    ),
    "40": _ELSEWHERE,
    "42501": _other(
        "The database's user may not do this there.",
        "The archive's tables must belong to the user in habeas.toml: connect as the user who "
        "made it, or change their owner (ALTER TABLE … OWNER TO).",
    ),
    "53100": _FULL,
    "53200": _other(
        f"The database server has no memory left. {_KEPT}",
        "Give it more, or lower its work_mem and shared_buffers.",
    ),
    "53300": _CROWDED,
    "53400": _setting("temp_file_limit", "or another limit of its own stopped this", "Raise it."),
    "55P03": _BUSY,
    "57P01": _ENDED,
    "57P02": _ENDED,
    "57P03": _other(
        "The database server is starting, stopping or recovering.", "Try again in a moment."
    ),
    "57P05": _setting("idle_session_timeout", "ended the connection", _LIFT),
    "58030": _INPUT_OUTPUT,
    "58P01": _INPUT_OUTPUT,
    "XX001": _other(
        "The database is damaged: its server says so of its own files.",
        "Copy the server's data directory as it is, then restore a backup; the log and the objects "
        "are apart from it.",
    ),
}
_STATES_OF: Final = {"XX002": "XX001"}
_CANCELLED = _other(
    f"The database server's administrator cancelled the statement. {_KEPT}",
    "Ask why, then run the same command again.",
)
_TIMED_OUT = _setting("statement_timeout", "stopped a statement that took longer", _LIFT)

#: Of connections that were refused or lost, which carry no state.
_SAID: Final[tuple[tuple[str, _Known], ...]] = (
    ("idle-in-transaction timeout", _STATES["25P03"]),
    ("idle-session timeout", _STATES["57P05"]),
    ("transaction timeout", _STATES["25P04"]),
    ("too many clients", _CROWDED),
    ("too many connections", _CROWDED),
    ("remaining connection slots", _CROWDED),
    ("the database system is", _STATES["57P03"]),
    ("administrator command", _ENDED),
    ("authentication failed", _UNKNOWN_USER),
    ("no password supplied", _UNKNOWN_USER),
    ("no pg_hba.conf entry", _UNKNOWN_USER),
    (
        "closed the connection unexpectedly",
        _other(
            "The database server closed the connection: it was stopped, or one of its time-outs "
            f"(idle_in_transaction_session_timeout, idle_session_timeout) ended it. {_KEPT}",
            "The server's log says why. Raise the time-out for this archive's user, or run the "
            "same command again when it runs.",
        ),
    ),
    ("connection is closed", _STATES["08"]),
    ("connection already closed", _STATES["08"]),
)


def told(error: BaseException) -> ArchiveError | None:
    """A database's error as one that says what it is and what to do; None where none is known."""
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    known = _by_state(state_of(error), str(error)) or _by_words(str(error).lower())
    if known is None and isinstance(error, (OperationalError, InterfaceError)):
        known = _other(
            f"The database does not answer: {(str(error).splitlines() or [''])[0]}",
            "Check that it runs and that habeas.toml names it.",
        )
    return None if known is None else known.error(known.message, next_step=known.next_step)


def state_of(error: BaseException) -> str:
    """The SQLSTATE of an error of PostgreSQL; '' where there is none."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def lacks_table(error: BaseException) -> bool:
    """Whether the database has no table of that name."""
    return state_of(error) == "42P01" or "no such table" in str(error)


def _by_state(state: str, text: str) -> _Known | None:
    if state == "57014":
        # The two differ in nothing else. Where the server speaks another language it is taken
        # for the setting, which is the likelier and the one that somebody can look up.
        return _CANCELLED if "user request" in text else _TIMED_OUT
    state = _STATES_OF.get(state, state)
    return _STATES.get(state) or _STATES.get(state[:2])


def _by_words(text: str) -> _Known | None:
    for words, known in _SAID:
        if words in text:
            return known
    if "locked" in text or "lock timeout" in text:
        return _BUSY
    if "disk is full" in text or "disk full" in text or "no space" in text:
        return _FULL
    if "disk i/o error" in text:
        return _INPUT_OUTPUT
    if "readonly database" in text:
        return _other(
            "The database's file cannot be written to.",
            f"Check who owns it and whether its disk is mounted to be written. {_KEPT}",
        )
    if any(words in text for words in _DAMAGED):
        return _damaged(text.splitlines()[0])
    return None


def _damaged(why: str) -> _Known:
    return _other(
        f"The database is damaged: {why}.",
        "Copy the directory as it is, then restore a backup; the log and the objects are apart "
        "from it.",
    )


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Database errors that a user can do something about, as errors that say what."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        known = told(error)
        if known is None:
            raise
        raise known from error
    except UnicodeDecodeError as error:  # SQLite quotes the damaged bytes in what it says
        damaged = _damaged("what it says about its tables is not text")
        raise damaged.error(damaged.message, next_step=damaged.next_step) from error
