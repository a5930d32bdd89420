"""doctor: who could recover this archive today, and what a stranger with the disk reads.

Asks for no passphrase and changes nothing: it sees what anybody with the disk sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError

import habeas
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import LocalState
from habeas.archive.store import clock, schema
from habeas.archive.store.connecting import connect
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.cli.disk import Encryption, encryption_of
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.people_here import findings
from habeas.cli.session import DirectorySession
from habeas.custody.keys import recovery
from habeas.custody.keys.key_files import is_protected
from habeas.custody.log.tiles import TileLog
from habeas.errors import HabeasError

GOOD, UNSURE, RED = "good", "unsure", "red"
_STYLES = {GOOD: "green", UNSURE: "yellow", RED: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it stands, and in words."""

    name: str
    state: str
    words: str


def doctor(session: DirectorySession) -> int:
    """Show who could recover the archive, and who could read it.

    Who could recover it today, and what a stranger who holds the disk would read. Asks for no
    passphrase and changes nothing.
    """
    directory = session.directory
    settings = ArchiveSettings.read(directory)
    findings = [
        _version(directory),
        *_keys(directory),
        *_disk(directory, settings),
        _modes(directory),
        *_ledger(directory, settings),
    ]
    for finding in findings:
        session.say(
            f"{finding.state:<7} {finding.name}: {finding.words}", style=_STYLES[finding.state]
        )
    sound = not any(finding.state == RED for finding in findings)
    session.give(
        {
            "sound": sound,
            "version": habeas.__version__,
            "archive": str(directory),
            "findings": [{"name": f.name, "state": f.state, "words": f.words} for f in findings],
        }
    )
    return OK if sound else FINDINGS


def _version(directory: Path) -> Finding:
    return Finding("version", GOOD, f"habeas {habeas.__version__}, looking at {directory}")


def _keys(directory: Path) -> list[Finding]:
    try:
        protected = is_protected(directory / "keys")
    except (HabeasError, OSError) as error:
        return [Finding("keys", RED, f"they cannot be read: {error}")]
    found = []
    if protected:
        found.append(Finding("keys", GOOD, "the archive's keys are under a passphrase"))
    else:
        found.append(
            Finding(
                "keys", RED, "unprotected: whoever reads keys/ opens the archive and signs as it"
            )
        )
    if list((directory / "keys").glob("*.former")):
        words = "a former version lies beside them: `habeas keys refresh` destroys it"
        found.append(Finding("former", RED, words))
    found.append(_recovery(directory / "keys", protected=protected))
    return found


def _recovery(keys: Path, *, protected: bool) -> Finding:
    """Who could recover the archive today, and when that was last tried."""
    try:
        known = recovery.read_recipients(keys)
        current = recovery.is_current(keys, known)
    except HabeasError as error:
        return Finding("recovery", RED, error.message)
    copy = "has a copy of this directory and its database"
    who = [f"whoever {copy}, with no passphrase at all"]
    if protected:
        who = [f"whoever knows the passphrase and {copy}"]
    who += [f"{custodian.label}, alone" for custodian in known.custodians]
    if known.shares:
        who.append(f"any {known.shares.needed} of the {known.shares.made} holders of shares")
    words = f"today it could be recovered by {'; by '.join(who)}"
    if not known.all:
        lack = "; no one else. Name custodians or make shares: `habeas keys --help`"
        return Finding("recovery", UNSURE, words + lack)
    words += ", given a backup and the recovery copy kept with it"
    if not current:
        words += ". The copy is older than the keys: run `habeas keys refresh`"
        return Finding("recovery", RED, words)
    tried = recovery.rehearsals(keys)
    if not tried:
        return Finding("recovery", UNSURE, f"{words}. Never tried: `habeas keys rehearse` does")
    last = tried[-1]
    how = "it worked" if last.worked else "it FAILED"
    words += f". Last tried on {last.on} with {last.how}: {how}"
    return Finding("recovery", GOOD if last.worked else RED, words)


def _disk(directory: Path, settings: ArchiveSettings) -> list[Finding]:
    encryption, reason = encryption_of(directory)
    states = {Encryption.YES: GOOD, Encryption.NO: RED, Encryption.UNKNOWN: UNSURE}
    found = [Finding("disk", states[encryption], reason)]
    try:
        protected = is_protected(directory / "keys")
    except HabeasError:
        protected = False
    files = (
        "not the sealed files" if protected else "the sealed files too, the keys being unprotected"
    )
    database = "the database in clear: every claim, name, source, quote and note"
    if (directory / "index").exists():
        database += ", and in the search index the words of every text"
    if settings.database:
        database += ", on the database server's disk, which cannot be judged from here"
    if encryption is Encryption.YES:
        words = f"nothing while the machine is off; once the disk is unlocked: {database}; {files}"
    else:
        words = f"{database}; when things were recorded and how much; {files}"
    if (directory / "keys" / "recovery" / "recipients").exists():
        words += "; what custodians are called"
    found.append(
        Finding("stranger", states[encryption], f"someone who holds the disk reads {words}")
    )
    return found


def _modes(directory: Path) -> Finding:
    """Only the owner may enter the directory and read what is secret in it."""
    secret = [directory, directory / "keys", directory / "habeas.toml"]
    secret += sorted((directory / "keys").rglob("*"))
    open_to_others = [
        f"{path.relative_to(directory.parent)} ({path.stat().st_mode & 0o777:04o})"
        for path in secret
        if path.exists() and path.stat().st_mode & 0o077
    ]
    if open_to_others:
        names = ", ".join(open_to_others[:5])
        return Finding(
            "modes", RED, f"others on this machine may enter or read: {names}; use chmod go-rwx"
        )
    return Finding("modes", GOOD, "only you may enter the directory and read its keys")


def _ledger(directory: Path, settings: ArchiveSettings) -> list[Finding]:
    try:
        connect(directory, settings)
        logged = TileLog(directory / "log").size  # before the database: others may be appending
        with plain_errors():
            size, newest = head()
            state = dict(LocalState.objects.values_list("name", "value"))
    except (HabeasError, DatabaseError) as error:
        return [Finding("ledger", RED, f"it cannot be read: {str(error).splitlines()[0]}")]
    found = [_log(size, logged), _tables(size, state), _clock(newest)]
    if state.get("projection") == schema.projection_version():
        found = [*(Finding(*each) for each in findings(directory)), *found]
    return found


def _clock(newest: int) -> Finding:
    if words := clock.remark(newest) or clock.doubt(newest):
        return Finding("clock", RED if clock.doubt(newest) else UNSURE, words)
    return Finding("clock", GOOD, "it fits the newest entry; nothing else here vouches for it")


def _log(size: int, logged: int) -> Finding:
    if logged > size:
        words = f"the database holds {size:,} entries and its log {logged:,}: it is an older copy"
        return Finding("log", RED, words)
    if logged < size:
        words = (
            f"{size - logged:,} of {size:,} entries are not in the log yet; any command adds them"
        )
        return Finding("log", UNSURE, words)
    return Finding(
        "log", GOOD, f"all {size:,} entries are in the signed log; `habeas verify` checks them"
    )


def _tables(size: int, state: dict[str, str]) -> Finding:
    if int(state.get("format", "0")) > schema.FORMAT:
        return Finding("tables", RED, "a newer habeas made this database: install that one")
    if state.get("projection") != schema.projection_version():
        return Finding("tables", UNSURE, "made by another version: run `habeas rebuild`")
    if state.get("projected") != str(size):
        return Finding("tables", UNSURE, "a rebuild was interrupted: run `habeas rebuild`")
    return Finding("tables", GOOD, "the derived tables cover the whole ledger")
