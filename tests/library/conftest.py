"""An archive with a row of every kind, closed, for the library to open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from tests.exchange.tidy_world import build
from tests.support.archives import Filling


@dataclass(frozen=True, slots=True)
class Made:
    """Where it lies, the numbers of what is in it by name, and the person's pseudonym."""

    directory: Path
    at: dict[str, int]
    person: str


@pytest.fixture
def made(filled: Filling, tmp_path: Path) -> Made:
    archive, world = filled(build)
    connections.close_all()
    return Made(archive.directory, world.at, world.person.name.rpartition("/")[2])
