"""Opens the zip packages of Office files: named members as streams, relations, properties.

Invariants: a member is streamed and counted, never unpacked whole unless it is small by its
own bytes and not by what it says; all members of one document together stay under
``Limits.exhibit_unpacked_bytes``; a path is only a name in the package, never one on disk.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator

from habeas.reading.documents import State
from habeas.reading.readers import markup, ole
from habeas.reading.readers.interface import DraftReading, InputFile, LimitReached

_CHUNK = 64 * 1024
_LARGEST_SMALL_PART = 32 * 1024 * 1024
_MOST_RELATIONS = 20_000

_PROPERTIES = {
    "dc:title": "title",
    "dc:subject": "subject",
    "dc:creator": "author",
    "dc:description": "description",
    "dc:language": "language",
    "dc:date": "modified",
    "cp:keywords": "keywords",
    "cp:category": "category",
    "cp:lastModifiedBy": "last_modified_by",
    "cp:lastPrinted": "printed",
    "cp:revision": "revision",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
    "ep:Application": "software",
    "ep:AppVersion": "software_version",
    "ep:Company": "company",
    "ep:Manager": "manager",
    "ep:Template": "template",
    "ep:TotalTime": "editing_minutes",
    "meta:initial-creator": "first_author",
    "meta:creation-date": "created",
    "meta:generator": "software",
    "meta:keyword": "keywords",
    "meta:editing-cycles": "revision",
    "meta:editing-duration": "editing_time",
    "meta:print-date": "printed",
    "meta:printed-by": "printed_by",
}


class Relation:
    """One arrow out of a part: ``kind`` is the last word of its type."""

    __slots__ = ("kind", "outside", "target")

    def __init__(self, kind: str, target: str, outside: bool) -> None:
        self.kind = kind
        self.target = target
        self.outside = outside


class Package:
    """A zip package while it is read. A zip that cannot be opened ends the document."""

    def __init__(self, source: InputFile, draft: DraftReading) -> None:
        self._draft = draft
        self._room = source.limits.exhibit_unpacked_bytes
        self._given: set[str] = set()
        if source.head(8) == ole.MAGIC and ole.encrypted_package(source.bytes()):
            draft.ends(State.ENCRYPTED, "the document needs a password")
        try:
            self._zip = zipfile.ZipFile(source.open())
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            draft.ends(State.FAILED, f"the zip package: {error}")
        self.names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self._known = set(self.names)
        if len(self._known) < len(self.names):
            draft.warn("Several members of the package have one name; the last of each is read.")

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def stream(self, name: str) -> Iterator[bytes]:
        """The bytes of a member as they are unpacked."""
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            self._draft.ends(State.ENCRYPTED, f"{name} in the package needs a password")
        with self._zip.open(info) as member:
            while chunk := member.read(_CHUNK):
                self._room -= len(chunk)
                if self._room < 0:
                    raise LimitReached(
                        "exhibit_unpacked_bytes",
                        f"more than {self._draft.limits.exhibit_unpacked_bytes:,} bytes unpacked",
                    )
                self._draft.progress()
                yield chunk

    def small(self, name: str, most: int = _LARGEST_SMALL_PART) -> bytes:
        """A member at once, for what is short in any honest file."""
        pieces, length = [], 0
        for chunk in self.stream(name):
            length += len(chunk)
            if length > most:
                raise LimitReached("member", f"{name} in the package has more than {most:,} bytes")
            pieces.append(chunk)
        return b"".join(pieces)

    def walk(self, name: str) -> markup.Walk:
        return markup.Walk(self.stream(name))

    def relations(self, name: str) -> dict[str, Relation]:
        """Where the relations of part ``name`` lead, by their id."""
        folder, leaf = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", leaf + ".rels")
        found: dict[str, Relation] = {}
        if listed not in self:
            return found
        for what, tag, attributes in self.walk(listed):
            if what != "start" or tag != "rel:Relationship" or attributes is None:
                continue
            outside = attributes.get("TargetMode") == "External"
            target = attributes.get("Target", "")
            if not outside:
                target = self._resolved(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relation(kind, target, outside)
            if len(found) >= _MOST_RELATIONS:
                self._draft.lacks(f"relations of {name} past the first {_MOST_RELATIONS}")
                break
        return found

    def _resolved(self, folder: str, target: str) -> str:
        path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        path = posixpath.normpath(path)
        return path if path in self else _unquoted(path)

    def properties(self, *names: str) -> None:
        """Title, author, dates and so on into the document's metadata."""
        for name in names:
            if name not in self:
                continue
            key, pieces = "", list[str]()
            try:
                for what, value, _attributes in self.walk(name):
                    if what == "start":
                        key, pieces = _PROPERTIES.get(value, ""), []
                    elif what == "text" and key and len(pieces) < 1000:
                        pieces.append(value)
                    elif what == "end" and key:
                        if words := "".join(pieces).strip()[:2000]:
                            before = self._draft.metadata.get(key)
                            self._draft.metadata[key] = f"{before}, {words}" if before else words
                        key = ""
            except (markup.BrokenXml, markup.RefusedXml) as error:
                self._draft.warn(f"The properties in {name} could not be read: {error}.")

    def inner(self, names: Iterable[str]) -> None:
        """Hand on members that are files of their own: pictures, attachments."""
        for name in names:
            if name in self and name not in self._given:
                self._given.add(name)
                self._draft.inner(name, self.stream(name))

    def outside(self, relations: Iterable[Relation]) -> None:
        """Say where the document reaches outside of itself; links are only kept."""
        links = list[str]()
        for relation in relations:
            if not relation.outside:
                continue
            if relation.kind == "hyperlink":
                if relation.target not in links:
                    links.append(relation.target)
            else:
                self._draft.warn(
                    f"Opened in an office program it asks for {relation.kind} from outside: "
                    f"{relation.target}"
                )
        if links:
            kept = self._draft.metadata.get("links", "").splitlines()
            kept += [link for link in links if link not in kept]
            self._draft.metadata["links"] = "\n".join(link[:500] for link in kept[:200])


def _unquoted(path: str) -> str:
    raw = path.encode("utf-8", "surrogateescape")
    plain = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)
    return plain.decode("utf-8", "replace")


def whole(draft: DraftReading, name: str, walk: markup.Walk) -> Iterator[markup.Event]:
    """The events of a part; XML that breaks off or is refused is said and ends the part."""
    try:
        yield from walk
    except markup.BrokenXml as error:
        draft.lacks(f"the rest of {name} ({error})")
    except zipfile.BadZipFile as error:
        draft.lacks(f"the rest of {name} ({error})")
