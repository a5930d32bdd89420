"""The documents say things as a colleague would: turns that read as translated stay out.

Prose only: transcripts, code and quotations of the program are not looked at, nor are
decision records, which are history.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.project.test_documents import FENCE, documents

#: Each with what to write instead.
TURNS = {
    r"(some|any|every)body": "someone, anyone, everyone, or the role",
    r"nobody": "no one, or the role",
    r"stood|stands?(?! for\b)": "is, appears in, is shown beside, is still valid",
    r"mend(s|ed|ing)?": "fix, correct, repair",
    r"anew": "again",
    r"(lies|lay) (in|at|with|there)": "is in, is kept in",
    r"in force": "active, current",
    r"looked through": "searched",
    r"(hit|line|row|page|file|person|claim|entry|object) a (row|line|page|file|time|person|claim)":
        "per",
}  # fmt: skip
#: Their words come from data that entries commit to, or from the program's tables of columns.
FROM_THE_PROGRAM = {"vocabulary.md", "tidy-data.md"}


def prose(text: str) -> list[str]:
    lines = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text).split("\n")
    return [
        "" if line.startswith("    ") else re.sub(r"`[^`]*`|\]\([^)]*\)", "", line)
        for line in lines
    ]


@pytest.mark.parametrize("turn", TURNS)
def test_no_document_has_the_turn(repository: Path, turn: str) -> None:
    found = []
    for path in documents(repository):
        if path.name in FROM_THE_PROGRAM or re.match(r"\d{4}-", path.name):
            continue
        for number, line in enumerate(prose(path.read_text(encoding="utf-8")), 1):
            if re.search(rf"\b({turn})\b", line, re.I):
                found.append(f"{path.relative_to(repository)}:{number}: {line.strip()[:90]}")
    assert found == [], f"write: {TURNS[turn]}"
