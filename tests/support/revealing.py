"""What the log gives away: read with a grammar of its own, then searched for all that is known.

The grammar is written apart from ``habeas.custody``, so that a new field in clear is found
here. What it allows besides fixed words is random or a hash: commitments, ids, object
addresses, signatures, roots; and the time. Short words occur by chance in so much base64, so
they are searched for in what is left when the random parts are taken out; long words, words
in other scripts and every digest in all of it.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from habeas.archive import models as m
from habeas.archive.opening import Archive
from habeas.custody.log.disclosures import open_disclosure, split

_LONG = 9  # letters that no run of base64 this large spells by chance
_B64 = "[A-Za-z0-9+/]"
_ORIGIN = "habeas\\.invalid/[0-9a-f]{32}"
_COMMITMENT = '"[A-Za-z0-9_-]{43}"'
_ENTRY = re.compile(
    f"(?P<origin>{_ORIGIN})/entry/v1\n"
    rf'{{"commitments":\[(?P<commitments>{_COMMITMENT}(?:,{_COMMITMENT})*)\],'
    r'"id":"(?P<id>[0-9a-f]{32})",(?:"object":"[0-9a-f]{64}",)?"time":[0-9]{10},"version":1}'
    "\n\n"
    f"— (?P=origin)/entry {_B64}{{91}}=\n(?:— (?P=origin)/p-[0-9a-f]{{16}} {_B64}{{91}}=\n)?"
)
_CHECKPOINT = re.compile(f"({_ORIGIN})\n[0-9]+\n{_B64}{{43}}=\n\n— \\1 {_B64}{{91}}=\n")
_TILE = re.compile(r"tile/(entries|[0-9]+)/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?")
_HEX = re.compile("[0-9a-f]{32}|[0-9a-f]{64}")
_RANDOM = re.compile(
    rf'{_COMMITMENT}|"[0-9a-f]{{32,64}}"|"time":[0-9]{{10}}|{_B64}{{43,91}}=|p-[0-9a-f]{{16}}'
    "|[0-9a-f]{32}"
)


def assert_nothing_shows(archive: Archive) -> None:
    """Neither the ledger's notes nor any file of the log says more than the design allows."""
    notes = [bytes(note) for note in m.LedgerEntry.objects.values_list("note", flat=True)]
    for note in notes:
        entry = _ENTRY.fullmatch(note.decode())
        assert entry is not None, note
        commitments = entry["commitments"].split(",")
        assert commitments == sorted(set(commitments))
        assert len(commitments) % 16 == 0
    shown = b"\n".join([*notes, *_files(archive.directory / "log", notes)]).decode()
    values = _disclosed()
    # The log's origin stands in every note, so no run of its hex letters says anything.
    told = {value.replace(archive.origin, "") for value in values if not _HEX.fullmatch(value)}
    words = {word for value in told for word in re.findall(r"[^\W\d_]{5,}", value)}
    numbers = {word for value in told for word in re.findall(r"[0-9]{6,}", value)}
    assert len(words) > 50
    rest = _RANDOM.sub("", shown).lower()
    found = _found({word.lower() for word in words | numbers} - _fixed(archive), rest)
    assert not found, sorted(found)
    # Words that are not written in Latin letters cannot occur by chance at all.
    telling = {word for word in words if len(word) >= _LONG or not word.isascii()}
    found = _found(telling | _digests(values), shown)
    assert not found, sorted(found)


def _files(log: Path, notes: list[bytes]) -> list[bytes]:
    """What may be read in the log folder: a checkpoint, bundles of the notes, and hashes."""
    texts: list[bytes] = []
    joined = b"".join(len(note).to_bytes(2, "big") + note for note in notes)
    for path in sorted(p for p in log.rglob("*") if p.is_file()):
        name, data = path.relative_to(log).as_posix(), path.read_bytes()
        if name == "checkpoint":
            assert _CHECKPOINT.fullmatch(data.decode()), data
            texts.append(data)
        elif name.endswith(".lock"):
            assert data == b""
        elif name.startswith("tile/entries/"):
            assert _TILE.fullmatch(name), name
            assert data in joined
        else:
            assert _TILE.fullmatch(name), name
            assert len(data) % 32 == 0
    return texts


def _disclosed() -> set[str]:
    """Every text that any entry commits to."""
    found: set[str] = set()
    for joined in m.ContentDisclosures.objects.values_list("disclosures", flat=True):
        for disclosure in split(bytes(joined)):
            opened = open_disclosure(disclosure)
            found |= {opened.field, *_texts(opened.value)}
    return found


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for name, part in value.items() for text in {name, *_texts(part)}}
    if isinstance(value, list):
        return {text for part in value for text in _texts(part)}
    return {str(value)}


def _fixed(archive: Archive) -> set[str]:
    """The words that every log shows."""
    return {
        "habeas",
        "entry",
        "commitments",
        "object",
        "version",
        *re.split("[/.]", archive.origin),
    }


def _digests(values: set[str]) -> set[str]:
    """Hashes of plain files and texts, in hex and as a commitment without salt would be."""
    hashes = {value for value in values if re.fullmatch("[0-9a-f]{64}", value)}
    raw = [bytes.fromhex(each) for each in hashes]
    return hashes | {base64.urlsafe_b64encode(each).decode()[:43] for each in raw}


def _found(wanted: set[str], text: str) -> set[str]:
    return {word for word in wanted if word in text}
