"""What an import refuses, drawn together for the eye and whole as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from habeas.cli import faults
from habeas.exchange.errors import ImportRefused, InputFault


def fault(
    line: int, column: str = "said", reason: str = "no date.", file: str = "a.csv"
) -> dict[str, Any]:
    return {"file": file, "line": line, "column": column, "reason": reason, "valid": "Write 2018."}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([0], "a.csv, said"),
        ([7], "a.csv, line 7, said"),
        ([3, 3], "a.csv, line 3, said"),
        ([0, 3], "a.csv, line 3, said"),
        ([7, 9], "a.csv, lines 7 and 9, said"),
        ([7, 8], "a.csv, lines 7 and 8, said"),
        ([2, 3, 4, 9, 11, 12, 13], "a.csv, lines 2 to 4, 9 and 11 to 13, said"),
        (range(2, 42), "a.csv, lines 2 to 41, said"),
        (range(2, 26, 2), "a.csv, lines 2, 4, 6, 8, 10, 12, 14 and 5 more places, said"),
    ],
)
def test_what_differs_in_its_line_only_is_one_line(lines: list[int], said: str) -> None:
    (told,) = faults.told(map(fault, lines))
    assert told == f"{said}: no date. Write 2018."


def test_what_a_format_without_lines_refuses_is_told_by_its_pointer() -> None:
    places = ("/claims/0", "/claims/4")
    refused = ImportRefused([InputFault("a.json", 0, "said", "no date.", "", at) for at in places])
    assert [one["pointer"] for one in faults.of(refused)] == [*places]
    assert [*faults.told(faults.of(refused))] == [
        "a.json, /claims/0, said: no date.",
        "a.json, /claims/4, said: no date.",
    ]


def test_an_advice_is_given_once_in_each_file() -> None:
    found = [
        fault(2),
        fault(3, reason="no month."),
        fault(4, "holds"),
        fault(2, reason="no month.", file="b.csv"),
    ]
    assert list(faults.told(found)) == [
        "a.csv, line 2, said: no date. Write 2018.",
        "a.csv, line 3, said: no month.",
        "a.csv, line 4, holds: no date.",
        "b.csv, line 2, said: no month. Write 2018.",
    ]
