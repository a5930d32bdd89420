"""The log says how many entries there are and when, and nothing about anyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.archive.making import add_reviewer, newspaper
from tests.archive.test_rebuild import fill
from tests.support.revealing import assert_nothing_shows

from habeas.archive import verbs
from habeas.archive.opening import Archive
from habeas.custody.log.entries import Composed, Composer


def test_a_filled_archive_shows_nothing(archive: Archive, tmp_path: Path) -> None:
    fill(archive, tmp_path)
    reviewer = add_reviewer(archive)
    with archive.writing(reviewer) as batch:
        for number in range(300):  # full tiles and partial ones
            verbs.mention(batch, "person", f"Aygul Testperson {number}, آيگۈل", language="ug")
        verbs.source(batch, "W-12", "witness", about="A teacher of Exampletown")
        batch.sign_batch()
    assert_nothing_shows(archive)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_field_more_in_clear_is_found(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, tmp_path)
    compose = Composer.compose

    def leak(self: Composer, *given: Any, **named: Any) -> Composed:
        made = compose(self, *given, **named)
        return made._replace(note=made.note.replace(b'"time"', b'"kind":"source","time"', 1))

    monkeypatch.setattr(Composer, "compose", leak)
    with archive.writing(sequence=False) as batch:
        newspaper(batch, "leaked")
    with pytest.raises(AssertionError):
        assert_nothing_shows(archive)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["tile/Testperson", "tile/0/000", "notes.txt"])
def test_a_file_more_or_other_is_found(archive: Archive, tmp_path: Path, name: str) -> None:
    fill(archive, tmp_path)
    path = archive.directory / "log" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"Test Person")
    with pytest.raises(AssertionError):
        assert_nothing_shows(archive)
