"""``python -m benchmarks.reading [--small N] [--long N]``: reading against bare libraries.

PDFs are made by Typst from synthetic text. Bare pypdfium2 opens each, takes the text of every
page and nothing else; we read the same files in the sandbox, with the place of every word,
checked frames and the file's hash. Both take turns in one run, on the same files, and the
median round counts. Start-up is not counted: a worker stays warm for a whole leak.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pypdfium2
import typst

from benchmarks.table import Measured, Results
from habeas.reading.sandbox.opening import Sandbox

ROUNDS = 5
SMALL_BAR, LONG_BAR = "≤ 2.5×", "≤ 1.5×"
PARTS = ("pdf",)
_WORDS = [
    "the",
    "detained",
    "camp",
    "witness",
    "record",
    "county",
    "officials",
    "said",
    "in",
    "march",
    "released",
    "family",
    "village",
    "police",
    "station",
    "transferred",
    "prison",
    "sentenced",
    "held",
    "relatives",
    "uncle",
    "teacher",
    "year",
    "letter",
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("--small", type=int, default=200, help="PDFs of one page, and of a few")
    parser.add_argument("--long", type=int, default=3, help="PDFs of some 250 pages")
    parser.add_argument("--only", choices=PARTS, help="one part")
    given = parser.parse_args()
    results = Results()
    if given.only in (None, "pdf"):
        pdfs(results, given.small, given.long)
    results.show()


# --- PDFs with coordinates --------------------------------------------------------------


def pdfs(results: Results, small: int, long: int) -> None:
    """Many small PDFs, then long ones, sandboxed against bare."""
    with Sandbox(ocr=False) as sandbox:
        for what, files, bar in (
            (f"{small} PDFs of one page", notices(small), ""),
            (f"{small} PDFs of two to six pages", letters(small), SMALL_BAR),
            (f"{long} long PDFs", reports(long), LONG_BAR),
        ):
            _compare(results, sandbox, what, files, bar)


def _compare(
    results: Results, sandbox: Sandbox, what: str, files: Sequence[bytes], bar: str
) -> None:
    def ours() -> int:
        return sum(_boxes(sandbox, data) for data in files)

    def bare() -> int:
        return sum(map(bare_text, files))

    boxes, characters = ours(), bare()  # also the round that warms up
    bare_seconds, our_seconds = _rounds(bare, ours)
    each = len(files)
    results.add(
        Measured(
            f"{what}: text and {boxes:,} word places ({characters:,} characters)",
            f"{our_seconds / each * 1000:.2f} ms a file",
            f"bare pypdfium2 {bare_seconds / each * 1000:.2f} ms a file",
            f"{our_seconds / bare_seconds:.2f}×",
            bar,
        )
    )


def _boxes(sandbox: Sandbox, data: bytes) -> int:
    *_, document = sandbox.read(io.BytesIO(data), "measured.pdf")
    if document.state != "read":
        raise AssertionError(document.reason)
    return sum(len(part.boxes) for part in document.parts)


def bare_text(data: bytes) -> int:
    """What the anchor does: the number of characters of all pages."""
    document, characters = pypdfium2.PdfDocument(data), 0
    for page in document:
        text = page.get_textpage()
        characters += len(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return characters


def _rounds(one: Callable[[], int], other: Callable[[], int]) -> tuple[float, float]:
    """The median seconds of each, in turns."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for run, taken in zip((one, other), seconds, strict=True):
            begun = time.perf_counter()
            run()
            taken.append(time.perf_counter() - begun)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


# --- what is read -----------------------------------------------------------------------


def notices(count: int) -> list[bytes]:
    """One page each: what a fork and two pipes cost shows most on the smallest files."""
    chance = random.Random(2016)
    return [_pdf(chance, f"Notice {n}", chance.randint(2, 6), 70) for n in range(count)]


def letters(count: int) -> list[bytes]:
    chance = random.Random(2017)
    return [_pdf(chance, f"Letter {n}", chance.randint(10, 40), 70) for n in range(count)]


def reports(count: int) -> list[bytes]:
    chance = random.Random(2018)
    return [_pdf(chance, f"Report {n}", 1_500, 100) for n in range(count)]


def _pdf(chance: random.Random, title: str, paragraphs: int, words: int) -> bytes:
    text = [" ".join(chance.choices(_WORDS, k=words)) + "." for _ in range(paragraphs)]
    made = typst.compile("\n\n".join([f"= {title}", *text]).encode())
    if not isinstance(made, bytes):
        raise TypeError("Typst gave several files for one document")
    return made


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
