"""How a piece of a name sounds: the keys by which it is sought and its voices under them.

Invariants: a pure function of the written piece and the region. A voice is a reading in the
common alphabet, of the table's name where the table lists the piece; of a facility or organisation
it is the whole name, and the keys are its place and its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas import names
from habeas.linking import titles
from habeas.names import readings, table
from habeas.names.errors import BadName

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region

Heard = list[tuple[str, str]]


def hear(kind: str, piece: str, region: Region) -> Heard:
    """Every (key, voice) of a piece."""
    return _of_people(piece, region) if kind == "person" else _of_titles(piece, region)


def _of_people(piece: str, region: Region) -> Heard:
    try:
        keys = sorted(key for key in names.keys(piece, region) if key.startswith("s:"))
    except BadName:
        return []
    words = [name.name for name in table.of(region).find(piece)] or [piece]
    voices = {
        "".join(sounds)
        for word in words
        for sounds in _sounds(word.replace(" ", ""), region)[:2]
    } or {piece}  # fmt: skip
    return [(key, voice) for key in keys for voice in sorted(voices)]


def _of_titles(piece: str, region: Region) -> Heard:
    """By place and word; all that share a key are near enough."""
    return [(key, piece) for key in sorted(titles.title_keys(piece, region))]


def _sounds(word: str, region: Region) -> list[str]:
    return [reading.sounds.lower() for reading in readings.readings(word, region) if reading.sounds]
