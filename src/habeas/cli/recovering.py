"""The keys of an archive as custodians or shares give them back; shares shown and typed.

Invariants: shares are shown on a terminal only, one at a time, and wiped from it; they are
never an argument, never in a file of ours and never in an error; what is typed is checked
share by share, so that a slip is told at once.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from habeas.cli.errors import FilesUnusable, SharesNotShown
from habeas.cli.passphrases import asked_passphrase
from habeas.cli.speaking import Speaker, write_terminal
from habeas.custody.age_headers import check_passphrase_header
from habeas.custody.errors import RecoveryCopyLocked, SharesRefused
from habeas.custody.keys import age_keys, passphrase_files, recovery, shares
from habeas.custody.keys.recovery import Recipients

_WIPE: Final = "\033[H\033[2J\033[3J"
_LARGEST_IDENTITY: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A recovered keyring's content, and in words who opened it."""

    content: dict[str, Any]
    how: str

    def __repr__(self) -> str:
        return f"Opened({self.how!r})"


def opened_copy(copy: Path, identity: Path | None, recipients: Recipients) -> Opened:
    """The keyring in a recovery copy: by a custodian's identity file, or by shares typed now."""

    if identity is not None:
        given = read_identity(identity)
        own = {age_keys.recipient_of(each) for each in given}
        labels = [one.label for one in recipients.custodians if one.recipient in own]
        how = f"custodian {labels[0]}" if labels else "an age identity"
    else:
        needed, joined = typed_shares()
        given = [joined]
        how = f"{needed} shares"
    return Opened(recovery.open_copy(copy, given), how)


def read_identity(path: Path) -> list[str]:
    """The age identities in a file, as age-keygen writes them; a passphrase is asked for."""
    import pyrage

    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_IDENTITY)
    except OSError as error:
        raise FilesUnusable(
            f"{path} cannot be read: {error.strerror}.", next_step="Check the path."
        ) from error
    if data.startswith(b"age-encryption.org/"):
        check_passphrase_header(data, path)  # nobody is asked for the words of what is not opened
        given = asked_passphrase(f"Passphrase of {path.name}: ")
        try:
            data = passphrase_files.decrypt(data, given, path)
        except passphrase_files.NotOpened:
            raise RecoveryCopyLocked(
                f"The passphrase does not open {path}.", next_step="Try again."
            ) from None
    lines = data.decode("utf-8", "replace").splitlines()
    found = [line.strip() for line in lines if line.strip().startswith("AGE-SECRET-KEY-1")]
    for identity in found:
        try:
            pyrage.x25519.Identity.from_str(identity)
        except pyrage.IdentityError:
            found = []
    if not found:
        raise RecoveryCopyLocked(
            f"{path} holds no age identity.",
            next_step="Name the file that `age-keygen` wrote: it has a line AGE-SECRET-KEY-1….",
        )
    return found


def typed_shares() -> tuple[int, str]:
    """Shares typed at the terminal, or one on each line of standard input.

    How many were needed, and the identity that they give.
    """

    terminal = sys.stdin.isatty()
    speaker = Speaker()
    read: list[shares.ShareRead] = []
    while not read or len(read) < read[0].needed:
        if terminal:
            left = f" of {read[0].needed}" if read else ""
            speaker.note(f"Type share {len(read) + 1}{left}, its {shares.WORDS} words in a line:")
        line = sys.stdin.readline()
        if not line:
            break
        if not line.strip():
            continue
        try:
            share = shares.read_share(line)
            if terminal:
                _wipe()
            if read and share.set_id != read[0].set_id:
                shares.join([read[0], share])  # refuses: they are of two sets
        except SharesRefused as error:
            if not terminal:
                raise
            speaker.note(f"habeas: {error}")
            continue
        if share.number in [one.number for one in read]:
            speaker.note(f"Share {share.number} was typed already; each counts once.")
        else:
            read.append(share)
    return (read[0].needed if read else 0), shares.join(read)


def show_shares(words: list[str], needed: int) -> None:
    """Each share in turn on the terminal, until two of its words are typed back."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SharesNotShown(
            "Shares are shown on a terminal only, so that they end up in no file.",
            next_step="Run the command in a terminal. Nothing was changed.",
        )
    speaker = Speaker()
    for number, share in enumerate(words, 1):
        try:
            _show_share(speaker, share.split(), number, len(words), needed)
        finally:  # also where somebody breaks off
            _wipe()


def _show_share(speaker: Speaker, listed: list[str], number: int, made: int, needed: int) -> None:
    speaker.note(f"Share {number} of {made}. Any {needed} of them recover the keys.")
    speaker.note("Write the words on paper, with their numbers, for one person:")
    for row in range(0, len(listed), 6):
        cells = [f"{n:>2} {word:<9}" for n, word in enumerate(listed[row : row + 6], row + 1)]
        speaker.note("  " + " ".join(cells))
    asked = sorted(secrets.SystemRandom().sample(range(len(listed)), 2))
    while asked:
        write_terminal(f"Word {asked[0] + 1}, to show that it is written down: ")
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        if line.strip().lower() == listed[asked[0]]:
            asked.pop(0)
        else:
            speaker.note("That is another word. Look at what you wrote.")


def _wipe() -> None:
    """Take what stands there off the terminal, and out of what it can scroll back to."""
    write_terminal(_WIPE)
