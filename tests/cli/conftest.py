"""Tests of the command line: no connection outlives its test, and transcripts can be renewed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from tests.cli.running import Ended, run
from tests.support.archives import ArchiveMaker

PASSPHRASE = "a passphrase of some length"


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
    habeas: Callable[..., Ended],
    archive_maker: ArchiveMaker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """An unprotected archive with one person, and the current directory in it."""
    monkeypatch.chdir(archive_maker.copy_to(tmp_path / "archive", "sqlite"))
    assert habeas("people", "add", "--unprotected").code == 0
    return tmp_path / "archive"


@pytest.fixture(scope="session")
def protected_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive under a passphrase; made once, because that is slow on purpose."""
    folder = tmp_path_factory.mktemp("protected")
    for name, text in (("right", PASSPHRASE), ("wrong", "another")):
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
        (folder / name).chmod(0o600)
    made = run("init", folder / "archive", "--passphrase-file", folder / "right")
    assert made.code == 0, made.said
    connections.close_all()
    return folder


@pytest.fixture
def protected(
    habeas: Callable[..., Ended],
    protected_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """An archive under a passphrase, which ``right`` beside it holds; ``wrong`` holds another."""
    shutil.copytree(protected_template, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path / "archive")
    return tmp_path / "archive"
