"""The deeper check: derived tables, plain bytes, cosignatures and timestamps again."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, newspaper, seal_text
from tests.archive.test_rebuild import fill

from habeas.archive import models as m
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verify.deep import verify_deeper
from habeas.archive.verify.verifying import Sample, verify

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def full(archive: Archive, tmp_path: Path) -> Archive:
    fill(archive, tmp_path)
    return archive


def test_a_sound_archive_is_sound_deep_down(archive: Archive, tmp_path: Path) -> None:
    seal_text(archive, tmp_path)
    deeper = verify_deeper(archive)
    assert deeper.faults == []
    assert deeper.objects == m.ContentObjectKey.objects.count() > 1


@ON_SQLITE
def test_a_derived_table_that_was_edited_is_named(full: Archive) -> None:
    m.Exhibit.objects.update(filename="other.txt")
    assert "projection_exhibit" in [fault.path for fault in verify_deeper(full).faults]
    assert verify(full).faults == []


@ON_SQLITE
def test_a_false_token_is_named_and_a_good_cosignature_is_not(full: Archive) -> None:
    deeper = verify_deeper(full)
    assert (deeper.cosignatures, deeper.timestamps) == (1, 2)
    places = {fault.position for fault in deeper.faults}
    assert places == set(m.Timestamp.objects.values_list("position", flat=True))


@ON_SQLITE
def test_a_cosignature_over_another_log_is_named(full: Archive) -> None:
    row = m.Cosignature.objects.get()
    m.Cosignature.objects.update(size=row.size - 1)
    assert row.position in {fault.position for fault in verify_deeper(full).faults}


@ON_SQLITE
def test_the_wrong_bytes_under_a_right_address_are_named(full: Archive) -> None:
    exhibit = m.Exhibit.objects.order_by("position").first()
    assert exhibit is not None
    m.Exhibit.objects.filter(position=exhibit.position).update(plain_sha256="0" * 64)
    assert exhibit.position in {fault.position for fault in verify_deeper(full).faults}


@ON_SQLITE
def test_a_sample_says_what_it_left(full: Archive) -> None:
    whole = verify(full)
    part = verify(full, sample=Sample(1, percent=False, seed=7))
    assert (part.objects, part.objects_left) == (1, whole.objects - 1)
    assert verify(full, sample=Sample(100, percent=True, seed=7)).objects_left == 0
    some = {f"{number:064x}" for number in range(300)}
    assert Sample(5, percent=True, seed=1).of(some) == Sample(5, percent=True, seed=1).of(some)
    assert Sample(5, percent=True, seed=1).of(some) != Sample(5, percent=True, seed=2).of(some)
    assert len(Sample(5, percent=True, seed=1).of(some)) == 15


@ON_SQLITE
def test_opening_says_what_it_finished(full: Archive, caplog: pytest.LogCaptureFixture) -> None:
    add_reviewer(full)
    size = full.size
    with full.writing(sequence=False) as batch:
        newspaper(batch, "later")
    (full.directory / "objects" / "tmp" / "left").write_bytes(b"half")
    with caplog.at_level(logging.WARNING, logger="habeas"):
        open_archive(full.directory)
    assert f"the entries {size} to {size} are in the log now" in caplog.text
    assert "1 unfinished files were removed" in caplog.text
