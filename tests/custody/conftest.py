"""Keys, a composer and a log with a few hundred entries."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from habeas.custody.checks.audit import LogReport, audit_log
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log import merkle
from habeas.custody.log.entries import Composer
from habeas.custody.sequencer import Sequencer

ENTRIES_IN_LOG = 600  # two full bundles and a partial one


class Memory(dict[int, bytes]):
    """The checkpoints signed so far, kept in a dict instead of a database."""

    def signed(self, size: int) -> bytes | None:
        return self.get(size)

    def remember(self, size: int, note: bytes) -> None:
        self[size] = note


@dataclass(frozen=True)
class Log:
    """A log folder, the keys to it, its entries and the checkpoints signed."""

    directory: Path
    keyring: Keyring
    notes: list[bytes]
    memory: Memory

    @property
    def leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(note) for note in self.notes]

    def sequencer(self) -> Sequencer:
        return Sequencer(self.directory, self.keyring.origin, self.keyring.checkpoint, self.memory)

    def audit(self) -> LogReport:
        public = self.keyring.public
        return audit_log(self.directory, public.all, origin=self.keyring.origin)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.create(tmp_path_factory.mktemp("archive") / "keys", None)


@pytest.fixture(scope="session")
def composer(keyring: Keyring) -> Composer:
    return Composer(keyring.origin, keyring.entry)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def make_notes(composer: Composer) -> Callable[[int], list[bytes]]:
    """Entries with consecutive times: ``make_notes(3)``."""
    return lambda count: [
        composer.compose(1_600_000_000 + number, [("kind", "note")]).note for number in range(count)
    ]


@pytest.fixture(scope="session")
def _pristine_log(
    tmp_path_factory: pytest.TempPathFactory, keyring: Keyring, composer: Composer
) -> Log:
    notes = [
        composer.compose(1_500_000_000 + number, [("number", number)]).note
        for number in range(ENTRIES_IN_LOG)
    ]
    log = Log(tmp_path_factory.mktemp("pristine") / "log", keyring, notes, Memory())
    with log.sequencer() as sequencer:
        sequencer.extend(notes[:300])
        sequencer.extend(notes[300:590])
        sequencer.extend(notes[590:])
    return log


@pytest.fixture
def log(_pristine_log: Log, tmp_path: Path) -> Log:
    """A log of 600 entries, extended in three steps; a copy that may be damaged."""
    shutil.copytree(_pristine_log.directory, tmp_path / "log")
    return Log(
        tmp_path / "log", _pristine_log.keyring, _pristine_log.notes, Memory(_pristine_log.memory)
    )
