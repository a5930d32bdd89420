"""Passphrases, asked for where a key has one.

Invariants: a passphrase comes from a terminal or from a file that the caller names, never
from an argument or the environment; a key that has none is never asked about.
"""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path

from habeas.cli.errors import PassphrasesDiffer, PassphraseUnreadable
from habeas.cli.speaking import Speaker, plain
from habeas.custody.errors import PassphraseNeeded
from habeas.custody.keys.key_files import is_protected
from habeas.custody.keys.passphrases import check_new

LARGEST_PASSPHRASE = 4096  # bytes


def new_passphrase(file: Path | None, whose: str, option: str) -> str:
    """A passphrase for new keys: from a file, or typed twice."""
    first = _from_file(file, option) if file else _asked(f"New passphrase of {whose}: ", option)
    check_new(first)
    if file is not None:
        return first
    if first != _asked("The same again: ", option):
        raise PassphrasesDiffer(
            "The two are not the same.", next_step="Nothing was made. Try again."
        )
    return first


def passphrase_of(key: Path, file: Path | None, whose: str, option: str) -> str | None:
    """The passphrase of a key file; None where it has none."""
    return _passphrase(file, f"Passphrase of {whose}: ", option) if is_protected(key) else None


def asked_passphrase(question: str) -> str:
    """A passphrase that can only be typed."""
    return _asked(question, "--identity")


def _passphrase(file: Path | None, question: str, option: str) -> str:
    return _from_file(file, option) if file is not None else _asked(question, option)


def _asked(question: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise PassphraseNeeded(
            "A passphrase is needed, but no terminal is available to ask for it.",
            next_step=f"Name a file that holds it: {option} FILE.",
        )
    return getpass.getpass(plain(question))


def _from_file(file: Path, option: str) -> str:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(LARGEST_PASSPHRASE + 1)
        passphrase = data.decode("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not UTF-8"
        raise PassphraseUnreadable(
            f"The passphrase file {file} cannot be read: {reason}.",
            next_step=f"Check the path given to {option}.",
        ) from None
    if not passphrase or len(data) > LARGEST_PASSPHRASE:
        wrong = "is longer than any passphrase" if passphrase else "begins with an empty line"
        raise PassphraseUnreadable(
            f"The passphrase file {file} {wrong}.",
            next_step="Put the passphrase on its first line.",
        )
    if stat.S_ISREG(mode) and mode & 0o077:
        Speaker().note(f"habeas: {file} can be read by others on this machine; chmod 600 {file}")
    return passphrase
