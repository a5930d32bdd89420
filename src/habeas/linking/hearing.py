"""How a piece of a name sounds: the keys by which it is sought and its voices under them.

Invariants: a pure function of the written piece. A voice is a reading in the common alphabet, of
the table's name where the table lists the piece; of a facility or organisation it is the whole
name, and the keys are its place and its words.
"""

from __future__ import annotations

from habeas import names
from habeas.linking import titles
from habeas.names import readings, table
from habeas.names.errors import BadName

Heard = list[tuple[str, str]]


def hear(kind: str, piece: str) -> Heard:
    """Every (key, voice) of a piece."""
    return _of_people(piece) if kind == "person" else _of_titles(piece)


def _of_people(piece: str) -> Heard:
    try:
        keys = sorted(key for key in names.keys(piece) if key.startswith("s:"))
    except BadName:
        return []
    words = [name.name for name in table.load().find(piece)] or [piece]
    voices = {
        "".join(sounds)
        for word in words
        for sounds in _sounds(word.replace(" ", ""))[:2]
    } or {piece}  # fmt: skip
    return [(key, voice) for key in keys for voice in sorted(voices)]


def _of_titles(piece: str) -> Heard:
    """By place and word; all that share a key are near enough."""
    return [(key, piece) for key in sorted(titles.title_keys(piece))]


def _sounds(word: str) -> list[str]:
    return [reading.sounds.lower() for reading in readings.readings(word) if reading.sounds]
