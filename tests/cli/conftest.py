"""Tests of the command line: no connection outlives its test, and transcripts can be renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from tests.cli.running import Ended, run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write what the commands answer into tests/cli/transcripts, to be read in the diff",
    )


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hundred and twenty columns, no colours; the connection is closed afterwards."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    yield
    connections.close_all()


@pytest.fixture
def habeas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Runs ``habeas`` in this process, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def archive_here(
    habeas: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An unprotected archive with one person, and the current directory in it."""
    assert habeas("init", "archive", "--unprotected").code == 0
    monkeypatch.chdir(tmp_path / "archive")
    assert habeas("people", "add", "--unprotected").code == 0
    return tmp_path / "archive"
