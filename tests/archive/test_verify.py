"""A changed byte anywhere is found and named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from tests.archive.making import newspaper
from tests.archive.test_rebuild import fill

from habeas.archive import models as m
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verify.verifying import verify
from habeas.custody.log.entries import Composer
from habeas.custody.log.notes import Signer


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def flip_in_file(path: Path, place: int = 10) -> None:
    path.chmod(0o600)
    path.write_bytes(flip(path.read_bytes(), place))


@pytest.fixture
def full(archive: Archive, tmp_path: Path) -> Archive:
    fill(archive, tmp_path)
    return archive


def test_an_untouched_archive_is_sound(full: Archive) -> None:
    report = verify(full)
    assert report.faults == []
    assert report.size == report.logged == full.size
    assert report.objects == 2
    assert report.quotes == 1


def objects(archive: Archive) -> list[Path]:
    return sorted((archive.directory / "objects").glob("??/*"))


@pytest.mark.parametrize("which", [0, 1])
def test_a_changed_object_is_named(full: Archive, which: int) -> None:
    path = objects(full)[which]
    flip_in_file(path, path.stat().st_size // 2)
    assert path.name in " ".join(fault.path for fault in verify(full).faults)


def test_a_missing_object_is_named(full: Archive) -> None:
    path = objects(full)[0]
    path.unlink()
    assert path.name in " ".join(fault.path for fault in verify(full).faults)


@pytest.mark.parametrize("pattern", ["tile/0/**/*", "tile/entries/**/*", "checkpoint"])
def test_a_changed_file_of_the_log_is_named(full: Archive, pattern: str) -> None:
    path = next(p for p in sorted((full.directory / "log").glob(pattern)) if p.is_file())
    flip_in_file(path, path.stat().st_size // 2)
    damaged = open_archive(full.directory, damaged=True)
    paths = [fault.path for fault in verify(damaged).faults]
    assert any(str(path.relative_to(full.directory / "log")) in p for p in paths), paths


def _note(row: m.LedgerEntry) -> None:
    m.LedgerEntry.objects.filter(position=row.position).update(note=flip(bytes(row.note), 60))


def _leaf(row: m.LedgerEntry) -> None:
    m.LedgerEntry.objects.filter(position=row.position).update(leaf_hash=os.urandom(32))


def _content(row: m.LedgerEntry) -> None:
    content = m.ContentDisclosures.objects.get(position=row.position)
    altered = flip(bytes(content.disclosures), 80)
    m.ContentDisclosures.objects.filter(position=row.position).update(disclosures=altered)


def _no_content(row: m.LedgerEntry) -> None:
    m.ContentDisclosures.objects.filter(position=row.position).delete()


@pytest.mark.parametrize("damage", [_note, _leaf, _content, _no_content])
def test_a_changed_row_of_ledger_or_content_is_named(
    full: Archive, damage: Callable[[m.LedgerEntry], None]
) -> None:
    row = m.LedgerEntry.objects.get(position=9)
    damage(row)
    positions = {fault.position for fault in verify(full).faults}
    assert 9 in positions


def test_what_else_an_import_holds_is_not_blamed(full: Archive) -> None:
    """One entry's content is lost; the import's signed root still holds."""
    batch = m.Batch.objects.get()
    lost = m.ContentDisclosures.objects.get(position=batch.first + 1)
    altered = flip(bytes(lost.disclosures), 80)
    m.ContentDisclosures.objects.filter(position=lost.position).update(disclosures=altered)
    assert [fault.position for fault in verify(full).faults] == [lost.position]


def test_an_entry_key_that_grants_itself_is_named(
    full: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that no checkpoint covers yet, put into the database by somebody else."""
    stranger = Signer.generate(f"{full.origin}/entry")
    forged = full.size
    monkeypatch.setattr(full, "composer", lambda size: Composer(full.origin, stranger))
    with full.writing(sequence=False) as batch:
        role = {"holder": "entry", "role": "entry", "state": "granted"}
        batch.append("key", role | {"verifier": stranger.verifier.vkey})
        newspaper(batch, "forged")
    faults = verify(open_archive(full.directory, damaged=True)).faults
    assert [fault.position for fault in faults] == [forged, forged + 1]


def test_a_changed_quote_is_named(full: Archive) -> None:
    passage = m.Passage.objects.get()
    m.Passage.objects.update(quote="Other")
    assert [fault.position for fault in verify(full).faults] == [passage.position]


def test_verify_changes_nothing(full: Archive) -> None:
    before = {p: p.read_bytes() for p in (full.directory / "log").rglob("*") if p.is_file()}
    verify(full)
    assert before == {p: p.read_bytes() for p in (full.directory / "log").rglob("*") if p.is_file()}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_derived_tables_of_an_older_program_are_no_damage(archive: Archive) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE projection_key DROP COLUMN request")
    m.LocalState.objects.filter(name="projection").update(value="of an older program")
    assert verify(archive).faults == []
