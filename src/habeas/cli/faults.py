"""The faults of an input, for the eye: what is alike is said once.

Invariants: every fault is told, with the lines where it stands, the first of them where there are
many; an advice is given where it is first needed in a file, and not again, unless it asks about
its own cell. With ``--json`` nothing is drawn together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from habeas.errors import HabeasError

_MOST_PLACES = 8  # of one fault, in its line


def of(error: HabeasError) -> list[dict[str, Any]]:
    """Each fault of an input: of an import's files, or of a definition.

    A definition does not know its file: the caller adds it as the error's note. ``pointer`` is
    there only in formats that have no lines.
    """
    file = "".join(getattr(error, "__notes__", ())[:1])
    return [
        {
            "file": str(getattr(fault, "file", file)),
            "line": int(fault.line),
            "column": str(getattr(fault, "column", getattr(fault, "key", ""))),
            "reason": str(fault.reason),
            "valid": str(fault.valid),
            **({"pointer": pointer} if (pointer := getattr(fault, "pointer", "")) else {}),
        }
        for fault in getattr(error, "faults", getattr(error, "problems", ()))
    ]


def told(faults: Iterable[dict[str, Any]]) -> Iterable[str]:
    """A line for each fault, or for those that differ in nothing but their lines."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for fault in faults:
        named = ("file", "pointer", "column", "reason", "valid")
        what = tuple(str(fault.get(name, "")) for name in named)
        alike[what].append(fault["line"])
    advised: set[tuple[str, str]] = set()
    for (file, pointer, column, reason, valid), lines in alike.items():
        place = ", ".join(filter(None, (file, pointer, _lines(lines), column)))
        asks = valid.endswith("?")  # about this very cell
        advice = "" if (file, valid) in advised and not asks else _sentence(valid)
        advised.add((file, valid))
        yield f"{place}: {reason} {advice}".strip()


def _lines(lines: Sequence[int]) -> str:
    """``line 2``, or ``lines 2, 5 to 9 and 11``; nothing where it is the whole file."""
    lines = sorted({line for line in lines if line})
    if not lines:
        return ""
    if len(lines) == 1:
        return f"line {lines[0]}"
    places: list[str] = []
    for _, run in groupby(enumerate(lines), lambda each: each[1] - each[0]):
        numbers = [line for _, line in run]
        first, last = numbers[0], numbers[-1]
        places += [f"{first} to {last}"] if last - first > 1 else map(str, numbers)
    if len(places) > _MOST_PLACES:
        hidden = len(places) - _MOST_PLACES + 1
        places[-hidden:] = [f"{hidden} more places"]
    return (
        f"lines {', '.join(places[:-1])} and {places[-1]}" if places[1:] else f"lines {places[0]}"
    )


def _sentence(valid: str) -> str:
    """A list of what is valid, where it is no sentence, becomes one."""
    return f"Valid: {valid}" if valid and not valid[0].isupper() else valid
