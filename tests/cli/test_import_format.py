"""docs/reference/import-format.md tells every column of every file, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from habeas.exchange.drafts import KINDS, DraftKind
from habeas.exchange.folder import FILES
from habeas.vocabulary import schema

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "import-format.md"


def section(name: str) -> str:
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]


def told(name: str, column: str) -> set[str]:
    """The codes that the document gives in a column's row."""
    row = re.search(rf"^\| \**`{column}`\**.*$", section(name), re.M)
    assert row is not None
    return set(re.findall(r"`([a-z-]+)`", row[0].partition("|")[2].partition("|")[2]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_column_is_told(kind: DraftKind) -> None:
    names = [
        row.split("|")[1] for row in section(FILES[kind.name]).splitlines() if row.startswith("| ")
    ]
    required = [n for cell in names for n in re.findall(r"\*\*`(\w+)`\*\*", cell)]
    optional = [n for cell in names for n in re.findall(r"(?<!\*)`(\w+)`(?!\*)", cell)]
    assert sorted(required) == sorted(kind.required)
    assert sorted(optional) == sorted(kind.optional)


@pytest.mark.parametrize(
    ("file", "column", "code_list"),
    [
        ("sources.csv", "kind", "source-kind"),
        ("sources.csv", "interests", "interest-kind"),
        ("claims.csv", "stance", "stance"),
        ("claims.csv", "basis", "basis"),
        ("judgements.csv", "verdict", "verdict"),
        ("consents.csv", "basis", "consent-basis"),
        ("consents.csv", "purposes", "consent-purpose"),
        ("consents.csv", "audience", "handling"),
    ],
)
def test_every_code_is_told(file: str, column: str, code_list: str) -> None:
    assert told(file, column) >= set(schema.core().codes[code_list])


def test_every_kind_is_told() -> None:
    assert told("mentions.csv", "kind") >= set(schema.core().kinds)
