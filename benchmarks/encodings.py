"""``python -m benchmarks.encodings``: how often short lists are read in the wrong encoding.

Lists as leaks hold them: one to twenty lines of names, places and headings, in eight encodings,
made by chance from a seed out of words written for this. Reported for each encoding and length:
how many were read wrongly, and how many wrongly without a doubt. ``--detector`` measures another
one: a function of bytes that gives the name of an encoding or None.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from habeas.reading.encodings.decoding import decode

Detector = Callable[[bytes], "tuple[str | None, bool]"]

LENGTHS = ((1, 1), (2, 2), (3, 5), (6, 12), (13, 20))
#: What a list is written in: its encodings, and of which words.
ENCODINGS = {
    "gbk": "hans", "big5": "hant", "cp1251": "cyrillic", "koi8-r": "russian", "cp1256": "arabic",
    "utf-8": "any", "utf-16-le": "any", "utf-16-be": "any",
}  # fmt: skip

_DATA = Path(__file__).with_name("encodings_words.tsv")
_LISTS = {
    name: words.split()
    for name, _, words in (line.partition("\t") for line in _DATA.read_text("utf-8").splitlines())
}


@dataclass(frozen=True, slots=True)
class Words:
    """What a list draws from: a maker of names, places, headings."""

    name: Callable[[random.Random], str]
    places: Sequence[str]
    headings: Sequence[str]


def _han_names() -> list[str]:
    table = files("habeas.regions").joinpath("xinjiang/given_names.tsv").read_text("utf-8")
    rows = csv.reader(table.splitlines(), delimiter="\t")
    return [form for row in rows if len(row) > 4 for form in row[4].split()]


def _of(language: str, name: Callable[[random.Random], str] | None = None) -> Words:
    names = _LISTS[f"{language}_names"] if name is None else []
    return Words(
        name or (lambda chance: " ".join(chance.sample(names, 2))),
        _LISTS[f"{language}_places"],
        _LISTS[f"{language}_headings"],
    )


def _hans_name(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return "·".join(chance.sample(HAN_NAMES, chance.choice((1, 2, 2))))
    given = chance.choices(_LISTS["hans_given"], k=chance.choice((1, 2)))
    return chance.choice(_LISTS["hans_surnames"]) + "".join(given)


def _hant_name(chance: random.Random) -> str:
    given = chance.choices(_LISTS["hant_given"], k=2)
    return chance.choice(_LISTS["hant_surnames"]) + "".join(given)


HAN_NAMES = _han_names()
HANS, HANT = _of("hans", _hans_name), _of("hant", _hant_name)
RUSSIAN, KAZAKH, ARABIC, UYGHUR = map(_of, ("russian", "kazakh", "arabic", "uyghur"))
WORDS = {
    "hans": (HANS,), "hant": (HANT,), "cyrillic": (RUSSIAN,), "russian": (RUSSIAN,),
    "arabic": (ARABIC,), "any": (HANS, HANT, RUSSIAN, KAZAKH, ARABIC, UYGHUR),
}  # fmt: skip


def make(chance: random.Random, words: Words, lines: int) -> str:
    """A list of so many lines: names alone, places alone, or a table with or without headings."""
    ending = chance.choice(("\n", "\r\n"))
    shape = chance.choice(("names", "places", "table", "headed", "headed", "mixed"))
    if shape == "names":
        rows = [words.name(chance) for _ in range(lines)]
    elif shape == "places":
        rows = [chance.choice(words.places) for _ in range(lines)]
    elif shape == "mixed":
        kinds = (words.name, lambda c: c.choice(words.places), lambda c: c.choice(words.headings))
        rows = [chance.choice(kinds)(chance) for _ in range(lines)]
    else:
        by = chance.choice((",", ";", "\t"))
        rows = [by.join(_row(chance, words, at)) for at in range(lines)]
        if shape == "headed":
            rows[0] = by.join(chance.sample(list(words.headings), 4))
    return ending.join(rows) + chance.choice(("", ending))


def _row(chance: random.Random, words: Words, at: int) -> list[str]:
    number = "".join(chance.choices("0123456789", k=chance.choice((4, 8, 18))))
    return [str(at), words.name(chance), number, chance.choice(words.places)]


def ours(data: bytes) -> tuple[str | None, bool]:
    decoded = decode(data)
    return decoded.encoding, bool(decoded.doubts)


def measure(detector: Detector, seed: int, number: int) -> dict[tuple[str, int, int], Counter[str]]:
    """For each encoding and length: lists, wrong, wrong without a doubt, doubted."""
    chance = random.Random(seed)
    found: dict[tuple[str, int, int], Counter[str]] = {}
    for encoding, kind in ENCODINGS.items():
        for first, last in LENGTHS:
            tally = found[encoding, first, last] = Counter()
            while tally["lists"] < number:
                text = make(chance, chance.choice(WORDS[kind]), chance.randint(first, last))
                try:
                    data = text.encode(encoding)
                except UnicodeEncodeError:
                    continue  # a name that this encoding cannot write
                if data.isascii() and "16" not in encoding:
                    continue
                named, doubted = detector(data)
                tally["lists"] += 1
                tally["doubted"] += doubted
                if _read(data, named) != text:
                    tally["wrong"] += 1
                    tally["silent"] += not doubted
    return found


def _read(data: bytes, encoding: str | None) -> str | None:
    try:
        return None if encoding is None else data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _share(tally: Counter[str], what: str) -> str:
    return f"{100 * tally[what] / tally['lists']:.1f}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=2017)
    asked.add_argument("--lists", type=int, default=200, help="of each encoding and length")
    asked.add_argument("--detector", help="package.module:function; bytes -> name or None")
    options = asked.parse_args()
    detector: Detector = ours
    if options.detector:
        module, _, name = options.detector.partition(":")
        other = getattr(importlib.import_module(module), name)
        detector = lambda data: (other(data), False)  # noqa: E731
    found = measure(detector, options.seed, options.lists)
    table = Table(title="Short lists read in the wrong encoding (per cent: wrong / silently)")
    table.add_column("encoding")
    for first, last in LENGTHS:
        table.add_column(f"{first}–{last} lines" if last > first else f"{first} line(s)")
    table.add_column("doubted")
    for encoding in ENCODINGS:
        tallies = [found[encoding, first, last] for first, last in LENGTHS]
        cells = [
            f"{100 * t['wrong'] / t['lists']:.1f} / {100 * t['silent'] / t['lists']:.1f}"
            for t in tallies
        ]
        doubted = sum(t["doubted"] for t in tallies) / sum(t["lists"] for t in tallies)
        table.add_row(encoding, *cells, f"{100 * doubted:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
