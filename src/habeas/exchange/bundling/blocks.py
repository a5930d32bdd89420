"""The blocks of which a bundle's documents are made; ``pages`` and ``printing`` render them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: heading, text, facts, table or list."""

    kind: str
    text: str = ""
    level: int = 2
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def heading(text: str, level: int = 2) -> Block:
    return Block("heading", text, level)


def paragraph(text: str) -> Block:
    return Block("text", text)


def facts(pairs: Iterable[tuple[str, str]]) -> Block:
    return Block("facts", rows=[pair for pair in pairs if pair[1]])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    return Block("table", head=head, rows=list(rows))


def points(texts: Iterable[str]) -> Block:
    return Block("list", rows=[(text,) for text in texts])
