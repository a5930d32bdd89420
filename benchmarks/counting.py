"""``python -m benchmarks.counting [--archives N] [--every-size M] [--first SEED]``.

Holds the figures against a second count, written apart from the reference alone
(``counting_second``): on the demonstration's figures, on N archives made at random with figures
made at random, read by the owner and by the public, and as of every size of M of the archives.
An answer is a figure with its steps, members, deciding claims, weak points, range, groups, points,
inventories.

For each disagreement it prints the smallest case: the definition and the earliest ledger size at
which the two differ. It ends with status 1 where there is any.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")

_SHOWN = 10


@dataclass
class Compared:
    """What was compared so far, in one part of the run."""

    what: str
    archives: int = 0
    answers: int = 0
    refused: int = 0  # by both alike: a rule names what no record is
    apart: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting")
    parser.add_argument("--archives", type=int, default=1_000)
    parser.add_argument("--every-size", type=int, default=20)
    parser.add_argument("--figures", type=int, default=3, help="of each archive")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    begun = time.monotonic()
    parts = [demonstration(), *generated(given)]
    show(parts)
    print(f"{time.monotonic() - begun:,.0f} s")
    sys.exit(any(part.apart for part in parts))


def show(parts: list[Compared]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "archives", "answers compared", "refused alike", "disagreements")
    for part in parts:
        numbers = (part.archives, part.answers, part.refused, len(part.apart))
        table.add_row(part.what, *(f"{number:,}" for number in numbers))
        for case in part.apart[:_SHOWN]:
            print(case)
    Console(width=110).print(table)


#: What the second count does not know yet: measured figures, of which the demonstration has none.
NOT_KNOWN = ("kind: measured",)


def demonstration() -> Compared:
    """Every figure of the demonstration that the second count knows."""
    import tempfile
    from pathlib import Path

    from django.db import connections

    from habeas.archive import verbs
    from habeas.archive.access import OWNER
    from habeas.archive.making import init_archive
    from habeas.demo import corpus_path
    from habeas.exchange.importing import import_folder
    from habeas.figures.definition import recorded

    part = Compared("the demonstration", archives=1)
    with tempfile.TemporaryDirectory(prefix="habeas-counting-") as name:
        archive = init_archive(Path(name) / "demo", passphrase=None)
        person = archive.keyring.add_person(None)
        with archive.writing(sequence=False) as batch:
            verbs.add_person(batch, person)
        import_folder(archive, corpus_path(), person)
        texts = [d.text for d in recorded.in_force(OWNER, None)]
        known = [text for text in texts if not any(each in text for each in NOT_KNOWN)]
        compare(part, archive, known, "demonstration")
        connections.close_all()
    return part


def generated(given: argparse.Namespace) -> Iterator[Compared]:
    """The archives made at random, as they are; then some of them as of every size."""
    from benchmarks.counting_archives import making
    from habeas.archive.access import PUBLIC

    now = Compared("generated archives")
    public = Compared("the same, read by the public")
    sizes = Compared("as of every size")
    with making() as maker:
        for seed in range(given.first, given.first + given.archives):
            archive = maker.make(seed)
            where = f"archive {seed}"
            texts = definitions_for(seed, given.figures)
            compare(now, archive, texts, where)
            compare(public, archive, texts[:1], f"{where}, public", viewer=PUBLIC)
            if sizes.archives < given.every_size:
                every = range(1, archive.size + 1)
                compare(sizes, archive, texts[:2], where, sizes=every)
            for part in (now, public):
                part.archives += 1
            sizes.archives += sizes.archives < given.every_size
            if now.archives % 50 == 0:
                told = f"{now.archives:,} archives, {len(now.apart + public.apart + sizes.apart)}"
                print(f"{told} disagreements", file=sys.stderr)
    yield from (now, public, sizes)


def definitions_for(seed: int, number: int) -> list[str]:
    """Figures made at random about the archive that is open."""
    from benchmarks.counting_definitions import Writer
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible

    mentions = visible(OWNER, m.Mention).order_by("position").values_list("position", "kind")
    writer = Writer(random.Random(seed + 1_000_000), list(mentions))
    return [writer.write(f"figure-{n}") for n in range(number)]


def compare(
    part: Compared,
    archive: Any,
    texts: list[str],
    where: str,
    *,
    viewer: Any = None,
    sizes: range | None = None,
) -> None:
    """Ask both counts for each definition, at each size, and keep where they differ."""
    from benchmarks import counting_drawing as drawing
    from habeas.archive.access import OWNER

    viewer = viewer or OWNER
    rows = drawing.rows(viewer)
    for text in texts:
        for size in sizes or [archive.size]:
            program = _program(archive, text, viewer, size)
            second = _second(rows.as_of(size), text)
            part.answers += 1
            part.refused += program == second and program in _REFUSED
            if program != second:
                part.apart.append(_told(where, size, text, program, second))
                break  # the earliest size is the smallest case


_REFUSED = ({"refused": "figure.unknown-record"}, {"refused": "figure.unknown-source"})


def _program(archive: Any, text: str, viewer: Any, size: int) -> dict[str, Any]:
    from benchmarks import counting_drawing as drawing
    from habeas.cli import evaluated
    from habeas.errors import HabeasError
    from habeas.figures.definition.definitions import parse
    from habeas.figures.evaluation.evaluating import evaluate

    try:
        evaluation = evaluate(archive, parse(text), viewer, size, shown=False)
    except HabeasError as error:
        return {"refused": error.code}
    side_by_side = getattr(evaluation, "inventories", None)
    return drawing.comparable(evaluated.as_json(evaluation), side_by_side)


def _second(ledger: Any, text: str) -> dict[str, Any]:
    from benchmarks import counting_drawing as drawing
    from benchmarks.counting_second import counting
    from benchmarks.counting_second.ledger import UnknownRecordError, UnknownSourceError

    try:
        return drawing.second(counting.count(ledger, counting.read(text)))
    except UnknownRecordError:
        return _REFUSED[0]
    except UnknownSourceError:
        return _REFUSED[1]


def _told(where: str, size: int, text: str, one: dict[str, Any], other: dict[str, Any]) -> str:
    lines = [f"{where}, size {size}:", text.rstrip()]
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            lines += [f"  {name}: habeas {one.get(name)}", f"  {name}: second {other.get(name)}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
