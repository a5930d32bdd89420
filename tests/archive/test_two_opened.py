"""Two archives opened one after the other: the first never answers or writes as the second."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC

from habeas.archive import verbs
from habeas.archive.errors import AnotherOpen
from habeas.archive.making import init_archive
from habeas.archive.models import LedgerEntry
from habeas.archive.opening import Archive, open_archive

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def write(archive: Archive) -> None:
    with archive.writing() as batch:
        verbs.source(batch, "paper", "publication", marking=PUBLIC)


USES: dict[str, Callable[[Archive], object]] = {
    "size": lambda archive: archive.size,
    "writing": write,
    "sequence": lambda archive: archive.sequence(),
    "sequence if free": lambda archive: archive.sequence_if_free(),
    "sequencer": lambda archive: archive.sequencer(),
    "read": lambda archive: archive.read_object("0" * 64),
    "read what is blocked": lambda archive: archive.read_object("0" * 64, even_blocked=True),
    "copy": lambda archive: archive.copy_object("0" * 64, io.BytesIO()),
}


def test_the_first_refuses_and_the_second_is_as_it_was(archive: Archive, tmp_path: Path) -> None:
    other = init_archive(tmp_path / "other", passphrase=None)
    size = other.size
    logged = other.log.size
    for name, use in USES.items():
        with pytest.raises(AnotherOpen, match="no longer open") as refused:
            use(archive)
        assert refused.value.code == "archive.another-open", name
    assert (other.size, other.log.size, LedgerEntry.objects.count()) == (size, logged, size)
    write(other)
    again = open_archive(archive.directory)
    write(again)
    write(archive)  # the same archive, opened twice
    assert archive.size == again.size == size + 2
    with pytest.raises(AnotherOpen):
        write(other)
