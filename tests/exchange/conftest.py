"""Bundles of one small archive, made once; each test that alters one gets a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from tests.custody.authority import Authority
from tests.exchange.bundles import World, fill
from tests.support.archives import ArchiveMaker


@pytest.fixture
def world(archive_maker: ArchiveMaker, tmp_path: Path, authority: Authority) -> Iterator[World]:
    """A filled archive with partners and a timestamp."""
    yield archive_maker.copy_filled(tmp_path / "archive", "sqlite", fill, authority)[1]
    connections.close_all()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "own")


@pytest.fixture(scope="session")
def bundles(
    archive_maker: ArchiveMaker, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Path:
    """``record`` and ``exhibits``: two bundles of one archive, never altered."""
    from habeas.archive.opening import open_archive
    from habeas.exchange.bundling.choosing import choose
    from habeas.exchange.bundling.writing import write

    place = tmp_path_factory.mktemp("bundles")
    (place / "received").mkdir()
    directory = archive_maker.copy_to(place / "archive", "sqlite")
    try:
        world = fill(open_archive(directory), place / "received", authority)
        chosen = choose(world.archive, "public", record=world.record)
        write(world.archive, chosen, "public", place / "record")
        chosen = choose(world.archive, "public", exhibits=[world.note, world.held])
        write(world.archive, chosen, "public", place / "exhibits")
    finally:
        connections.close_all()
    return place


@pytest.fixture
def bundle(bundles: Path, tmp_path: Path) -> Path:
    """A copy of the record's bundle, to be altered."""
    return Path(shutil.copytree(bundles / "record", tmp_path / "bundle"))


@pytest.fixture
def copy_of(bundles: Path, tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copytree(bundles / name, tmp_path / name))
