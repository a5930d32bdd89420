"""The limits that the documents list are the limits there are."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from habeas.reading.limits import MIB, Limits


def test_the_reference_lists_every_limit_with_its_default(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "reading.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+(?: [GM]iB)?) \|", page, re.MULTILINE))
    assert {name: _number(text) for name, text in listed.items()} == asdict(Limits())


def _number(text: str) -> int:
    digits, _, unit = text.partition(" ")
    return int(digits.replace(",", "")) * {"": 1, "MiB": MIB, "GiB": 1024 * MIB}[unit]


def test_limits_cross_to_the_worker_as_they_are() -> None:
    limits = Limits(pages=7, wall_seconds=0.5)
    assert Limits.from_dict(limits.to_dict()) == limits
