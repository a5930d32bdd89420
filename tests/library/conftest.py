"""An archive with a row of every kind, closed, for the library to open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from tests.exchange.tidy_world import build

from habeas.archive.opening import open_archive


@dataclass(frozen=True, slots=True)
class Made:
    """Where it lies, the numbers of what is in it by name, and the person's pseudonym."""

    directory: Path
    at: dict[str, int]
    person: str


@pytest.fixture
def made(archive_directory: Path, tmp_path: Path) -> Made:
    (tmp_path / "received").mkdir()
    world = build(open_archive(archive_directory), tmp_path / "received")
    connections.close_all()
    return Made(archive_directory, world.at, world.person.name.rpartition("/")[2])
