"""An archive whose texts are indexed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.search.making import TEXTS, Sealed, seal_texts

from habeas.archive.opening import Archive
from habeas.archive.search import refresh


@pytest.fixture
def indexed(archive: Archive, tmp_path: Path) -> tuple[Archive, list[Sealed]]:
    """``TEXTS`` as public exhibits, indexed."""
    sealed = seal_texts(
        archive,
        tmp_path / "texts",
        TEXTS,
        received_from="a courier",
        received_on="2019-05",
        names=[f"disk/box-{number % 2}/letter-{number}.txt" for number in range(len(TEXTS))],
    )
    refresh(archive)
    return archive, sealed
