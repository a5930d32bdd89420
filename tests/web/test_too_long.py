"""A page whose time is over says so, shows nothing half, and leaves the others their turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.search.making import seal_texts
from tests.web.conftest import Reader

from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.search import refresh, searching
from habeas.display import search as search_page
from habeas.web.explore.frame import pages

ReadingAs = Callable[..., Reader]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_page_that_takes_too_long_says_so(
    archive: Archive, reading_as: ReadingAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reading_as(archive, OWNER)
    monkeypatch.setattr(pages, "MOST_SECONDS", -1.0)
    for path in ("/records/", "/records.json"):
        answer = reader.get(path)
        assert answer.status_code == 503
        assert b"archive.too-long" in answer.content
    monkeypatch.undo()
    assert reader.get("/records/").status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_search_that_takes_too_long_shows_the_question_and_no_hit(
    archive: Archive, tmp_path: Path, reading_as: ReadingAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_texts(archive, tmp_path / "texts", ["a letter from the camp"])
    refresh(archive)
    reader = reading_as(archive, OWNER)
    assert reader.twin("/search/?q=letter")["found"]["total"] == 1
    monkeypatch.setattr(search_page, "MOST_SECONDS", -1.0)
    stopped = reader.twin("/search/?q=letter")
    assert stopped["found"] is None
    assert stopped["query"] == "letter"
    assert "was stopped" in stopped["error"]["message"]
    page = reader.page("/search/?q=letter")
    assert "Use fewer * and ?" in page
    assert "<mark>" not in page
    searching.search(archive, OWNER, "letter")  # the command line has no deadline
