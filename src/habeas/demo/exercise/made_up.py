"""The made-up table, row by row, from whole numbers alone.

How many rows there are of each kind is what the public article gives for the list that it
describes; which row is of which kind is a fixed shuffle. Every row says that it is made up, also to
an archive that would seal the file (``archive.exhibits.origins``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

NAME: Final = "SYNTHETIC-cases.csv"
ROWS: Final = 311  # a prime, so that each step below meets every row once
_STEP: Final = 197
ORIGIN: Final = "habeas.invalid/exercise/synthetic"
HEADINGS: Final = ("No.", "Reason", "Decision", "Relatives abroad", "Remarks", "SYNTHETIC")

#: How many rows have which reasons, in the order of the shuffle.
ONLY_UNTRUSTWORTHY: Final = 88
UNTRUSTWORTHY_AND_BIRTHS: Final = 28  # with the 88: 116
BIRTHS: Final = 121  # with the 28: 149
CRIMES: Final = 18
TERRORISM: Final = 6  # with the 18: 24

_UNTRUSTWORTHY = ("untrustworthy", "untrustworthy", "untrustworthy, born in the 80s")
_OTHERS = (
    ("wore a veil", ""),
    ("opened a foreign website", ""),
    ("applied for a passport", "no practical risk"),
    ("prayed", ""),
    ("travelled abroad", ""),
    ("a relative was sentenced", ""),
    ("wore a beard; prayed", ""),
    ("closed the shop early", ""),  # in no code list
)
_DECISIONS = (
    *("released", "released", "released", "released", "released"),
    *("agree to release", "agree to release", "agree to release; industrial park"),
    *("to stay", "to stay"),
)


def table() -> bytes:
    """The table as CSV in UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(sorted(_rows()))
    return out.getvalue().encode()


def _rows() -> Iterator[tuple[int, str, str, str, str, str]]:
    for at in range(ROWS):
        reason, remark = _reason(at)
        number = at * _STEP % ROWS + 1
        yield number, reason, _DECISIONS[at % len(_DECISIONS)], "yes", remark, ORIGIN


def _reason(at: int) -> tuple[str, str]:
    """The reasons of the row that the shuffle takes next, and a remark."""
    untrustworthy = _UNTRUSTWORTHY[at % len(_UNTRUSTWORTHY)]
    left = at
    for many, reason in (
        (ONLY_UNTRUSTWORTHY, untrustworthy),
        (UNTRUSTWORTHY_AND_BIRTHS, f"{untrustworthy}; too many children"),
        (BIRTHS, "too many children; prayed" if at % 9 == 0 else "too many children"),
        (CRIMES, "convicted of a crime"),
        (TERRORISM, "terrorism, as charged"),
    ):
        if left < many:
            return reason, ""
        left -= many
    return _OTHERS[left % len(_OTHERS)]
