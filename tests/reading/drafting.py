"""Runs one reader over bytes, without the sandbox, and gives what it drafted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType

from habeas.reading.documents import Part
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import DraftEnded, DraftReading, InputFile, LimitReached


@dataclass
class Read:
    """One reading: the draft, its text, and the files inside as they were handed on."""

    draft: DraftReading
    inner: dict[str, bytes] = field(default_factory=dict)
    limit: str = ""

    @property
    def text(self) -> str:
        return "".join(self.draft._texts)

    @property
    def parts(self) -> list[Part]:
        return [
            Part(kind, start, stop, place, stored, hidden, language, script, warnings)
            for kind, start, stop, place, stored, hidden, language, script, warnings, *_ in (
                self.draft._parts
            )
        ]

    def of(self, *kinds: str) -> list[tuple[str, dict[str, str | int]]]:
        """The text and place of each part of these kinds."""
        return [
            (self.text[part.start : part.stop], dict(part.locator))
            for part in self.parts
            if part.kind in kinds
        ]

    def part(self, text: str) -> Part:
        """The one part with exactly this text that contains no other."""
        found = [
            part
            for part in self.parts
            if self.text[part.start : part.stop] == text and part.kind not in CONTAINERS
        ]
        assert len(found) == 1, (text, found, self.text)
        return found[0]


CONTAINERS = frozenset({"table", "row", "sheet", "slide", "page", "record"})


def read(
    reader: ModuleType,
    data: bytes,
    media_type: str,
    *,
    name: str = "",
    limits: Limits | None = None,
) -> Read:
    limits = limits or Limits()
    inner: dict[str, bytes] = {}

    def take(name: str, data: bytes | Iterable[bytes], media_type_hint: str) -> None:
        inner[name] = data if isinstance(data, bytes) else b"".join(data)

    done = Read(DraftReading(limits, take), inner)
    try:
        reader.read(InputFile(data, name, media_type, limits), done.draft)
    except DraftEnded:
        pass
    except LimitReached as error:
        done.limit = error.limit
    check_order(done)
    return done


def check_order(done: Read) -> None:
    """Parts lie inside the text, in order, and do not overlap within one kind."""
    last: dict[str, int] = {}
    start = 0
    for part in done.parts:
        assert start <= part.start <= part.stop <= len(done.text), part
        assert last.get(part.kind, 0) <= part.start, part
        start, last[part.kind] = part.start, part.stop


def zipped(members: Mapping[str, str | bytes], *, stored: Iterable[str] = ()) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            package.writestr(name, content, kind)
    return written.getvalue()


def relations(*arrows: tuple[str, str, str], outside: Iterable[str] = ()) -> str:
    """A .rels part of (id, kind, target)."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    external, outside = ' TargetMode="External"', set(outside)
    inside = "".join(
        f'<Relationship Id="{identifier}" Type="{base}{kind}" Target="{target}"'
        f"{external if identifier in outside else ''}/>"
        for identifier, kind, target in arrows
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{inside}</Relationships>'


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
