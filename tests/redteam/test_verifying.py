"""Red team, verifying: what was done to make a sound archive look damaged, or a damaged one sound.

The attacks of the report that began this module, then others of each kind. Beside them:
``tests/archive/test_still.py`` (writers between all steps), ``test_database_errors.py`` (settings
of a server), ``test_clock.py``, ``tests/cli/test_speaking.py`` (forged lines) and
``tests/faults/test_any_state.py`` (any cell, any file).
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, connections
from tests.archive.making import newspaper, seal_text
from tests.archive.test_mirroring import grow
from tests.cli.conftest import archive_here, habeas
from tests.cli.running import Ended
from tests.support.archives import database_of
from tests.support.postgresql import Cluster

from habeas.archive import models as m
from habeas.archive.attestation.cosigning import FOLDER
from habeas.archive.errors import ClockDoubted, DatabaseSetting, ErasureRefused
from habeas.archive.ledger import appending
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve.mirroring import mirror
from habeas.archive.store import clock, open_lock
from habeas.archive.store.still import still
from habeas.archive.verify.deep import verify_deeper
from habeas.archive.verify.verifying import verify
from habeas.custody.checks.mirrors import check_mirror
from habeas.custody.log.checkpoints import sign_checkpoint
from habeas.custody.log.notes import Signer
from habeas.custody.log.tiles import ENTRIES, tile_path
from habeas.custody.objects.encrypting import object_path

__all__ = ["archive_here", "habeas"]
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def codes(archive: Archive) -> set[str]:
    return {fault.code for fault in verify(archive).faults}


# --- the attacks of the report ----------------------------------------------------------------


def test_beside_a_writer_a_sound_archive_is_sound(archive: Archive) -> None:
    """6 of 14 runs said that entries were missing."""

    def append() -> None:
        try:
            for _ in range(5):
                grow(archive, 40)
        finally:
            connections.close_all()

    writer = threading.Thread(target=append)
    writer.start()
    found = [verify(archive).faults for _ in range(3)]
    writer.join()
    assert found == [[]] * 3


def test_one_append_under_a_clock_of_2036(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_accepted", False)
    monkeypatch.setattr(appending.time, "time", lambda: 2_082_758_400.0)
    with pytest.raises(ClockDoubted), archive.writing():
        pytest.fail("it began")
    assert codes(archive) == set()


@ON_POSTGRESQL
def test_a_statement_time_out_is_no_damage(archive: Archive, postgres: Cluster) -> None:
    postgres.set(database_of(archive.settings.database), "statement_timeout", "20ms")
    connection.close()
    from habeas.archive.store.database_errors import plain_errors

    with (
        pytest.raises(DatabaseSetting, match="statement_timeout"),
        plain_errors(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(30)")


@ON_POSTGRESQL
def test_backslashes_in_what_is_signed_reach_the_database_as_they_were(
    archive: Archive, postgres: Cluster
) -> None:
    """With standard_conforming_strings off, notes were stored as other bytes than were signed."""
    postgres.set(database_of(archive.settings.database), "standard_conforming_strings", "off")
    connection.close()
    with archive.writing() as batch:
        newspaper(batch, "\\x41\\'); --")
    assert verify(open_archive(archive.directory)).faults == []


def test_a_line_feed_in_a_name(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    name = tmp_path / "a\nexhibit 99  forged.txt"
    name.write_text("A line that the program did not say.")
    said = habeas("add", name, "--no-read").out
    assert not any(line.startswith("exhibit 99") for line in said.splitlines())


# --- others: looking sound ----------------------------------------------------------------------


def test_a_full_tile_is_not_believed_in_place_of_a_partial_one(archive: Archive) -> None:
    """It is read where the partial one went; planted there, it must still lead to the root."""
    log = archive.directory / "log"
    partial = log / tile_path(0, 0, archive.log.size)
    notes = log / tile_path(ENTRIES, 0, archive.log.size)
    partial.unlink()
    assert codes(archive)
    (log / tile_path(0, 0)).write_bytes(bytes(256 * 32))
    assert codes(archive)
    (log / tile_path(0, 0)).unlink()
    notes.unlink()
    assert codes(archive)


def test_an_older_database_is_still_found_out(archive: Archive) -> None:
    grow(archive, 3)
    newest = archive.size - 1
    m.ContentDisclosures.objects.filter(position=newest).delete()
    m.LedgerEntry.objects.filter(position=newest).delete()
    assert "ledger.database-behind-log" in codes(archive)


def test_content_of_an_entry_that_no_checkpoint_covers_is_not_forgiven(archive: Archive) -> None:
    with archive.writing(sequence=False) as batch:
        newspaper(batch)
    assert codes(archive) == set()
    m.ContentDisclosures.objects.filter(position=archive.size - 1).delete()
    assert codes(archive) == {"content.missing"}


def test_a_cosigned_checkpoint_of_more_than_there_is(archive: Archive) -> None:
    """A copy that was rolled back, whose folder of cosigned checkpoints was left."""
    size = archive.log.size + 5
    signer = archive.keyring.checkpoint
    note = sign_checkpoint(archive.origin, size, hashlib.sha256(b"x").digest(), signer).note
    folder = archive.log.directory / FOLDER
    folder.mkdir()
    (folder / str(size)).write_bytes(note)
    assert "cosignature.other-log" in {fault.code for fault in verify_deeper(archive).faults}


def test_an_object_listed_as_removed_and_altered(archive: Archive, tmp_path: Path) -> None:
    seal_text(archive, tmp_path)
    mirror(archive, tmp_path / "mirror")
    address = m.Exhibit.objects.get().address
    (tmp_path / "mirror" / "removed").write_text(f"{address}\n")
    path = tmp_path / "mirror" / "objects" / object_path(address)
    path.chmod(0o600)
    path.write_bytes(b"other")
    assert [fault.path for fault in check_mirror(tmp_path / "mirror").faults] == [
        f"objects/{object_path(address)}"
    ]


# --- others: keeping the verifier busy, or stopping it --------------------------------------------


@pytest.mark.parametrize("size", [0, 1 << 40, 10**18])
def test_a_checkpoint_that_nobody_signed_over_any_number(archive: Archive, size: int) -> None:
    stranger = Signer.generate(archive.origin)
    note = sign_checkpoint(archive.origin, size, bytes(32), stranger).note
    (archive.log.directory / "checkpoint").write_bytes(note)
    assert verify(open_archive(archive.directory, damaged=True)).faults


def test_an_import_that_signs_more_entries_than_can_be_counted(archive: Archive) -> None:
    """Whoever holds the archive's key can append it; a range of 10^15 took for ever."""
    from tests.archive.making import add_reviewer

    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        batch.append("batch", {"first": 0, "count": 10**15, "root": "0" * 64}, decision=True)
    assert "ledger.batch-altered" in codes(archive)


@ON_SQLITE
def test_a_position_far_beyond_the_last(archive: Archive) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET position = 4611686018427387000 WHERE position = 4")
    assert "ledger.missing-entry" in codes(archive)


def test_an_object_of_a_stranger_in_the_store_is_told_and_no_fault(archive: Archive) -> None:
    data = b"age-encryption.org/v1\nof nobody"
    address = hashlib.sha256(data).hexdigest()
    path = archive.objects.directory / object_path(address)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    report = verify(archive)
    assert (report.faults, report.leftovers) == ([], [address])


def test_an_erasure_waits_for_whoever_verifies(archive: Archive) -> None:
    """Or what is being destroyed would be reported as missing."""
    lock = (archive.directory / open_lock.LOCK_NAME).open("rb")
    import fcntl

    with lock, still(archive):
        fcntl.flock(lock, fcntl.LOCK_SH)  # somebody else who has the archive open
        with pytest.raises(ErasureRefused), open_lock.alone(archive.directory):
            pytest.fail("it was alone")


def test_a_verification_that_breaks_off_lets_others_write(archive: Archive) -> None:
    with pytest.raises(KeyboardInterrupt), still(archive):
        raise KeyboardInterrupt
    grow(archive)
    assert codes(archive) == set()


def test_json_of_a_hostile_name_steers_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from habeas.cli import speaking

    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr(speaking, "speaks_unicode", lambda: True)
    speaking.write_json({"name": "\x9b2J\u202egnp\x1b]0;x\x07"})
    assert not set(out.getvalue()) & set("\x9b\u202e\x1b\x07")
