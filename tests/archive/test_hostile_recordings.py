"""Recordings that lie or burst: each has one state, and a time is cited only inside what was
measured."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.archive.making import PUBLIC
from tests.support import films

from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.errors import PassageOutside
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.vocabulary import locations

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

LONG = ("-f", "lavfi", "-i", "color=s=16x16:r=1/30:d=36000", "-c:v", "libx264")


def lying() -> bytes:
    """A film of two seconds that says it lasts ten hours."""
    data = bytearray(films.film())
    struct.pack_into(">I", data, data.index(b"mvhd") + 20, 36_000 * 1_000)
    return bytes(data)


def many() -> bytes:
    """Forty streams of sound in one file."""
    maps = [word for _ in range(40) for word in ("-map", "0:a")]
    return films.made(
        "many.mkv", "-f", "lavfi", "-i", "sine=d=0.2:r=8000", *maps, "-c:a", "pcm_s16le"
    )


def test_each_has_one_state_and_its_bounds(archive: Archive, tmp_path: Path) -> None:
    made = {
        "long.mkv": films.made("long.mkv", *LONG, "-preset", "ultrafast"),
        "lying.mp4": lying(), "many.mkv": many(), "broken.mp4": films.film()[:600],
    }  # fmt: skip
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    files = [Received(tmp_path / name, marking=PUBLIC) for name in made]
    at = {path.name: ref.position for path, ref in add_files(archive, files).exhibits}
    read_what_waits(archive, workers=1)
    states = dict(m.Reading.objects.values_list("exhibit", "state"))
    assert {name: states[at[name]] for name in made} == {
        "long.mkv": "read", "lying.mp4": "read", "many.mkv": "in-part", "broken.mp4": "failed",
    }  # fmt: skip

    def cite(name: str, place: str) -> locating.FoundPlace:
        return locating.find(archive, OWNER, at[name], locations.parse(place))

    assert cite("long.mkv", "9:59:00-10:00:00").location.to_ms == 36_000_000
    for name, place, bounds in (
        ("long.mkv", "9:59:00-10:00:01", "from 0:00 to 10:00:00"),
        ("lying.mp4", "5:00:00-5:00:01", "from 0:00 to 0:02"),
        ("many.mkv", "0:00-0:00.1, stream 39", "Its streams: 0, 1, 2"),
        ("many.mkv", "0:00-0:00.1, 0-50 across, 0-50 down", "Leave the rectangle out"),
        ("broken.mp4", "0:00-0:01", "Only sound and film are cited by time"),
    ):
        with pytest.raises(PassageOutside) as refused:
            cite(name, place)
        assert bounds in refused.value.next_step, name
    for name in made:
        assert cite(name, "whole file").location.form == "whole"
