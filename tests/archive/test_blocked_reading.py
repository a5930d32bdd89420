"""A blocked exhibit is neither read nor in the way of what waits to be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import add_reviewer

from habeas.archive import models as m
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.pipeline import queue
from habeas.archive.pipeline.flow import read_what_waits
from habeas.archive.verbs.blocking import block, unblock


def add(archive: Archive, path: Path, text: str) -> int:
    path.write_text(text, encoding="utf-8")
    ((_, exhibit),) = add_files(archive, [Received(path)]).exhibits
    return exhibit.position


@pytest.mark.parametrize("was_read", [True, False], ids=["after its reading", "before it"])
def test_others_are_read_while_one_is_blocked(
    archive: Archive, tmp_path: Path, was_read: bool
) -> None:
    signer = add_reviewer(archive)
    first = add(archive, tmp_path / "one.txt", "One who spoke.")
    if was_read:
        read_what_waits(archive)
    queue.fill()  # as by another program that was ended before it began
    with archive.writing(signer) as batch:
        block(batch, first, "One withdrew.")
    second = add(archive, tmp_path / "two.txt", "Two rooms.")
    read_what_waits(archive)
    assert m.Reading.objects.filter(exhibit=second).count() == 1
    assert m.Reading.objects.filter(exhibit=first).count() == was_read
    assert queue.left().all == 0
    with archive.writing(signer) as batch:
        unblock(batch, first, "They agree again.")
    read_what_waits(archive)
    assert m.Reading.objects.filter(exhibit=first).count() == 1
