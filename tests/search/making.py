"""Synthetic texts in several scripts, sealed and read, for the tests of search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking

PUBLIC = Marking(handling="public")
TEAM = Marking()

TEXTS = (
    "A letter from Kashgar city: the re-education camp held people in May 2018.",
    "喀什市的拘留中心。他居留在喀什，后来被拘留。",
    "قايتا تەربىيەلەش لاگېرى قەشقەر شەھىرىدە",
    "Қайта тәрбиелеу лагері. Қәшқәр шәһири.",
    "Türkçe bir mektup: İSTANBUL, ışık ve Kaşgar.",
    "Письмо из Кашгара о лагере. Ёлка и ель, мои и мой.",
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An exhibit and its text layer, by position."""

    exhibit: int
    layer: int


def seal_texts(
    archive: Archive,
    folder: Path,
    texts: Sequence[str],
    *,
    marking: Marking = PUBLIC,
    received_from: str = "",
    received_on: str = "",
    names: Sequence[str] = (),
) -> list[Sealed]:
    """Exhibits with their text layers, in one batch."""
    files = []
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        path = folder / f"{len(list(folder.iterdir()))}.txt"
        path.write_text(text, encoding="utf-8")
        name = names[number] if names else path.name
        files.append(
            Received(
                path,
                filename=name,
                media_type="text/plain",
                received_from=received_from,
                received_on=received_on,
                marking=marking,
            )
        )
    sealed = seal_all(archive, files, [])
    found = []
    with archive.writing() as batch:
        for file in sealed:
            exhibit, layer = record_with_layer(batch, file)
            assert layer is not None
            found.append(Sealed(exhibit.position, layer.position))
    return found
