"""What an import of a case table tells and does not refuse, in sentences with the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from habeas.vocabulary.errors import shown

_MOST_TOLD = 5


def told_outside(
    outside: Mapping[str, Counter[str]], rows: Mapping[tuple[str, str], list[int]]
) -> Iterator[str]:
    """By heading, what is written in no code list, and in which rows."""
    for heading, words in outside.items():
        listed = ", ".join(
            f"{shown(written)} ({_rows(rows[heading, written])})"
            for written, _ in words.most_common(_MOST_TOLD)
        )
        cells = several(sum(words.values()), "cell")
        yield (
            f"{shown(heading)}: in {cells}, what is written is not in "
            f"the code list and is kept as written: {listed}{_and_more(len(words))}."
        )


def told_alike(called: Mapping[str, list[int]]) -> Iterator[str]:
    """Which rows bear one caption: a number that is there twice, or one person twice."""
    alike = {name: rows for name, rows in called.items() if len(rows) > 1}
    if alike:
        listed = "; ".join(
            f"{shown(name)} ({_rows(rows)})" for name, rows in list(alike.items())[:_MOST_TOLD]
        )
        yield (
            "Several rows are called alike; each counts by itself until it is judged: "
            f"{listed}{_and_more(len(alike))}."
        )


def several(number: int, word: str) -> str:
    """A number of things."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _and_more(number: int) -> str:
    return f" and {number - _MOST_TOLD:,} more" if number > _MOST_TOLD else ""


def _rows(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:_MOST_TOLD]))
    word = "row" if len(numbers) == 1 else "rows"
    return f"{word} {listed}" + (" …" if len(numbers) > _MOST_TOLD else "")
