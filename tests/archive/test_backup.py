"""Backup and restore: the same records and figures, on either database, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper, place_mention, says, seal_text

from habeas.archive import rebuilding
from habeas.archive.backing_up import backup
from habeas.archive.opening import Archive, open_archive
from habeas.archive.restoring import check_backup, restore


@pytest.fixture
def full(archive: Archive, tmp_path: Path) -> Archive:
    """A few of everything that is stored."""
    add_reviewer(archive)
    seal_text(archive, tmp_path)
    with archive.writing() as batch:
        says(batch, place_mention(batch), newspaper(batch))
    return archive


def test_a_restored_archive_is_the_same(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    before, size, root = rebuilding.digests(), full.size, full.log.root()
    restored = restore(made.path, tmp_path / "again", full.keyring, passphrase=None)
    assert restored.sound, restored.faults
    assert (restored.entries, restored.sha256) == (size, made.sha256)
    again = open_archive(tmp_path / "again")
    assert (again.size, again.log.root()) == (size, root)
    assert rebuilding.digests() == before
    assert rebuilding.check() == []


def test_a_check_leaves_the_archive_as_it_was(full: Archive, tmp_path: Path) -> None:
    made = backup(full, tmp_path / "b.age", only_own_keys=True)
    checked = check_backup(full, made.path)
    assert checked.sound, checked.faults
    assert not list((full.directory / "cache").iterdir())
    add_reviewer(full)
