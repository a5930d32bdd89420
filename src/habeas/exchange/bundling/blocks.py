"""The blocks of which a bundle's documents are made; ``pages`` and ``printing`` render them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A part of a document: heading, text, facts, table or list."""

    kind: str
    text: str = ""
    level: int = 2
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)


def heading(text: str, level: int = 2) -> DocumentPart:
    return DocumentPart("heading", text, level)


def paragraph(text: str) -> DocumentPart:
    return DocumentPart("text", text)


def facts(pairs: Iterable[tuple[str, str]]) -> DocumentPart:
    return DocumentPart("facts", rows=[pair for pair in pairs if pair[1]])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> DocumentPart:
    return DocumentPart("table", head=head, rows=list(rows))


def points(texts: Iterable[str]) -> DocumentPart:
    return DocumentPart("list", rows=[(text,) for text in texts])
