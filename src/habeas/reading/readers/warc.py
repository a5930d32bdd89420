"""Web archives: each record a line with URL and capture time, each answer a file inside.

WARC and ARC are read from front to back, gzipped as a whole, record by record or not; block and
payload digests are checked where the file has them, and a mismatch is a warning on the record. A
WACZ is held against its own list: sizes and digests of its members, the digest of the list itself.
Who signed is for others to check: the list's hash and the document are kept as they are. Nothing
is fetched.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from habeas.reading.documents import State
from habeas.reading.encodings import decoding
from habeas.reading.readers import http_content, web_records
from habeas.reading.readers.interface import DraftEnded, DraftReading, InputFile, LimitReached
from habeas.reading.readers.package import Package

NAME = "habeas.warc"
VERSION = "3"
_WACZ = "application/wacz"
MEDIA_TYPES = frozenset({"application/warc", _WACZ})

_CHUNK = 64 * 1024
_MOST_INFO = 64 * 1024
_WITH_CONTENT = frozenset({"response", "resource", "conversion"})
_LIST, _LIST_DIGEST = "datapackage.json", "datapackage-digest.json"
_CAPTURED = "archive/"
_LARGEST_SIGNATURE = 256 * 1024


def read(source: InputFile, draft: DraftReading) -> None:
    if source.media_type == _WACZ:
        _read_wacz(source, draft)
    else:
        _read_warc(source, draft)


# --- WARC -------------------------------------------------------------------------------


def _read_warc(source: InputFile, draft: DraftReading) -> None:
    number = 0
    members: _Members | None = None
    try:
        stream = source.open()
        if source.head(2) == b"\x1f\x8b":  # one gzip of all, or one a record: the same either way
            members = _Members(stream)
            stream = cast(BinaryIO, io.BufferedReader(members))
        records = ArchiveIterator(stream, check_digests=True, arc2warc=True)
        records.loader = loader = web_records.Loader()
        for number, record in enumerate(records, 1):
            _record(record, number, draft, loader)
    except (LimitReached, DraftEnded, MemoryError):
        raise
    except ArchiveLoadFailed as error:
        words = " ".join(str(error).split())[:200]
        if not number:
            draft.ends(State.FAILED, f"no record of a web archive: {words}")
        draft.lacks(f"The records after number {number}: {words}")
    except Exception as error:  # a broken record: zlib, struct, value errors of the library
        if not number:
            raise
        draft.lacks(f"The records after number {number}: {type(error).__name__}: {error}")
    if not number:
        draft.ends(State.FAILED, "the web archive holds no record")
    if members is not None and members.broken:
        draft.lacks(f"The records after number {number}: {members.broken}.")


class _Members(io.RawIOBase):
    """A gzipped file as one stream; it ends where it breaks, and ``broken`` says how."""

    def __init__(self, stream: BinaryIO) -> None:
        self._pieces = http_content.unpacked(http_content.pieces(stream), "gzip", _hear)
        self._held, self.broken = b"", ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._held:
            try:
                self._held = next(self._pieces)
            except StopIteration:
                return 0
            except http_content.BrokenBody as broken:
                self.broken = str(broken)
                return 0
        taken = self._held[: len(buffer)]
        buffer[: len(taken)] = taken
        self._held = self._held[len(taken) :]
        return len(taken)


def _hear(words: str) -> None:
    """A file that begins as gzip is packed: nothing is said of it."""


def _record(
    record: ArcWarcRecord, number: int, draft: DraftReading, loader: web_records.Loader
) -> None:
    headers = record.rec_headers
    if not record.rec_type:
        if number == 1:
            draft.ends(State.FAILED, "no record of a web archive")
        draft.lacks(f"Record {number}, which says nothing of its kind.")
    url = (headers.get_header("WARC-Target-URI") or "").strip("<>")
    captured = headers.get_header("WARC-Date") or ""
    where: dict[str, str | int] = {"record": number}
    if url:
        where["url"] = url
    if captured:
        where["captured"] = captured
    status = record.http_headers.statusline if record.http_headers else ""
    labelled = _content_type(record)
    kind = labelled.partition(";")[0].strip()[:100]
    warnings = [f"Its digest ({said}) cannot be checked." for said in loader.unchecked]
    loader.unchecked = []
    if record.length is None:
        draft.lacks(f"The length of record {number}: all that follows is taken for its content.")
    body: _Body | None = None
    words = [record.rec_type or "record", status, kind, captured, url]
    text = "  ".join(word for word in words if word)
    if record.rec_type in _WITH_CONTENT:
        name = f"{re.sub('[^0-9]', '', captured)[:14] or number}/{url or f'record {number}'}"
        body = _Body(record, warnings.append)
        if body.unknown:
            warnings.append(f"Its content is packed as {body.unknown}, which is not unpacked.")
            draft.lacks(f"The content of record {number}, packed as {body.unknown}")
        draft.inner(name, body.content(), labelled)
    elif record.rec_type == "warcinfo":
        info = record.raw_stream.read(_MOST_INFO)
        text = f"{text}\n{info.decode('utf-8', 'replace').strip()}"
    elif record.rec_type == "metadata":
        info = record.raw_stream.read(_MOST_INFO)
        if decoding.looks_like_text(info):
            text = f"{text}\n{decoding.decode(info).text.strip()}"
    elif record.rec_type == "request" and record.payload_length > 0:
        draft.inner(f"request {number}", _Body(record, warnings.append).content(), labelled)
    elif record.rec_type == "continuation":
        draft.lacks(f"Record {number} goes on with another one; the two are not joined.")
        draft.inner(f"continuation {number}", http_content.pieces(record.raw_stream))
    elif record.rec_type == "revisit":
        refers = headers.get_header("WARC-Refers-To-Target-URI") or ""
        refers = f"{refers} {headers.get_header('WARC-Refers-To-Date') or ''}".strip()
        warnings.append(f"Its content was the same as before and is not kept here ({refers}).")
    while record.raw_stream.read(_CHUNK):  # digests are of all bytes
        draft.progress()
    if getattr(record.raw_stream, "limit", 0) > 0:
        warnings.append("It breaks off before its end.")
        draft.lacks(f"The end of record {number}, which breaks off.")
    if body is not None and body.broken:
        warnings.append(f"Of its content not all can be had: {body.broken}.")
        draft.lacks(f"The rest of the content of record {number}: {body.broken}")
    if problems := _digest_problems(record, body):
        warnings += [f"Not the bytes that were captured: {words}" for words in problems]
        draft.warn(f"Record {number} does not fit its digest.")
    draft.add("record", text, where, warnings=warnings)


class _Body:
    """The content of one record as a file inside, and the digest of its body without chunks."""

    def __init__(self, record: ArcWarcRecord, say: Callable[[str], None]) -> None:
        self._stream, self._say = record.raw_stream, say
        self._chunked = "chunked" in _header(record, "Transfer-Encoding").lower()
        self._codings = _header(record, "Content-Encoding").lower()
        named = [one.strip() for one in self._codings.split(",")]
        self.unknown = ", ".join(one for one in named if one not in http_content.CODINGS)[:40]
        said = web_records.digest_of(record.rec_headers.get_header("WARC-Payload-Digest") or "")
        self._said = said[1] if said else b""
        self._digests = [hashlib.new(said[0], usedforsecurity=False) for _ in "12"] if said else []
        self.broken = ""

    def content(self) -> Iterator[bytes]:
        """What is handed on; a body that breaks off ends there, and ``broken`` says why."""
        stream = self._stream
        body = (
            http_content.joined(stream, self._say) if self._chunked else http_content.pieces(stream)
        )
        body = self._counted(body, 0)
        try:
            if self.unknown:
                yield from body
            else:
                unpacked = http_content.unpacked(body, self._codings, self._say)
                yield from self._counted(unpacked, 1)
        except http_content.BrokenBody as broken:
            self.broken = str(broken)
        for _ in body:  # the digest is of all of it
            pass

    def _counted(self, body: Iterator[bytes], which: int) -> Iterator[bytes]:
        try:
            for piece in body:
                if self._digests:
                    self._digests[which].update(piece)
                yield piece
        except http_content.BrokenBody as broken:
            self.broken = str(broken)

    def fits(self) -> bool:
        """Whether the payload digest is of the body without its chunks (WARC 1.1, 6.3.2), or
        of its content as some crawlers unpack it."""
        return any(one.digest() == self._said for one in self._digests)


def _digest_problems(record: ArcWarcRecord, body: _Body | None) -> list[str]:
    """What does not fit. A payload is with or without its chunks: crawlers do either."""
    checker = record.digest_checker
    if checker is None or checker.passed is not False:
        return []
    joined = body is not None and body.fits()
    return [words for words in checker.problems if not (joined and words.startswith("payload"))]


def _header(record: ArcWarcRecord, name: str) -> str:
    """What a field says; of a field that stands more than once all, as one list."""
    fields = record.http_headers.headers if record.http_headers else ()
    said = [value.strip() for key, value in fields if key.lower() == name.lower() and value]
    return ", ".join(said) if name != "Content-Type" else next(iter(said), "")


def _content_type(record: ArcWarcRecord) -> str:
    """What the server or the archive said the content is; only a hint."""
    said = _header(record, "Content-Type") or (
        ""
        if record.http_headers
        else record.rec_headers.get_header("X-ARC-Content-Type")
        or record.rec_headers.get_header("Content-Type")
        or ""
    )
    return said.strip().lower()[:200]


# --- WACZ -------------------------------------------------------------------------------


def _read_wacz(source: InputFile, draft: DraftReading) -> None:
    package = Package(source, draft)
    if _LIST not in package:
        draft.ends(State.FAILED, f"the package holds no {_LIST}")
    raw = package.small(_LIST)
    listed = _resources(raw, draft)
    if not any(name.startswith(_CAPTURED) for name in package.names):
        draft.lacks(f"Anything that was captured: the package has no {_CAPTURED}.")
    for name in package.names:
        if name in {_LIST, _LIST_DIGEST}:
            continue
        warnings = _check_member(package, name, listed, draft)
        indexes = name.startswith("indexes/")
        note = "  an index of the archive, not read" if indexes else ""
        draft.add("record", f"{name}{note}", {"path": name}, warnings=warnings)
        if not indexes:
            draft.inner(name, package.stream(name))
    for name in listed:
        if name not in package:
            draft.lacks(f"{name}, which its list names and the package does not hold")
    _keep_signature(package, raw, draft)


def _resources(raw: bytes, draft: DraftReading) -> dict[str, tuple[str, str, int]]:
    """Of each member named in the list: algorithm, digest, size (-1: not said)."""
    found: dict[str, tuple[str, str, int]] = {}
    try:
        package: Any = json.loads(raw)
        for key in ("title", "description", "created", "modified", "software", "mainPageUrl"):
            value = package.get(key) or (package.get("metadata") or {}).get(key)
            if isinstance(value, str) and value.strip():
                draft.metadata[key.lower()] = value.strip()[:2000]
        for resource in package["resources"]:
            stats = resource.get("stats") or resource
            algorithm, colon, digest = str(stats.get("hash", "")).rpartition(":")
            algorithm = algorithm if colon else str(resource.get("hashing", "sha256"))
            size = stats.get("bytes", -1)
            size = size if isinstance(size, int) else -1
            found[str(resource["path"])] = (algorithm.lower(), digest.lower(), size)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        draft.warn(f"The list of the package cannot be read ({type(error).__name__}).")
    return found


def _check_member(
    package: Package, name: str, listed: dict[str, tuple[str, str, int]], draft: DraftReading
) -> list[str]:
    """What speaks against a member being what the list says."""
    if name not in listed:
        draft.warn(f"{name} is not on the package's list.")
        return ["Not on the package's list."]
    algorithm, digest, size = listed[name]
    if algorithm not in {"sha256", "sha512", "sha384", "sha224", "sha1", "md5"} or not digest:
        return [f"Its digest ({algorithm[:20] or 'none'}) cannot be checked."]
    made = hashlib.new(algorithm, usedforsecurity=False)
    length = 0
    for chunk in package.stream(name):
        made.update(chunk)
        length += len(chunk)
    faults = []
    if made.hexdigest() != digest:
        faults.append(f"Not the bytes of the package's list: its {algorithm} differs.")
    if size not in {-1, length}:
        faults.append(f"Not the length of the package's list: {length} bytes, not {size}.")
    for fault in faults:
        draft.warn(f"{name}: {fault}")
    return faults


def _keep_signature(package: Package, raw: bytes, draft: DraftReading) -> None:
    """The list's hash, and the document that may sign it, as they are: others check who signed."""
    digest = hashlib.sha256(raw).hexdigest()
    draft.add("record", f"{_LIST}  the package's list", {"path": _LIST}, stored=digest)
    if _LIST_DIGEST not in package:
        draft.warn("The package's list has no digest and no signature.")
        draft.metadata["signature"] = "none"
        return
    try:
        document = package.small(_LIST_DIGEST, _LARGEST_SIGNATURE).decode("utf-8")
        said: Any = json.loads(document)
        stated = str(said["hash"]).rpartition(":")[2].lower()
    except LimitReached:
        draft.warn("The digest of the package's list is too long to be one.")
        return
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        draft.warn(f"The digest of the package's list cannot be read ({type(error).__name__}).")
        return
    if digest != stated:
        draft.warn("The package's list is not the one its digest is of.")
    signed = said.get("signedData")
    if isinstance(signed, dict) and signed.get("signature"):
        by = signed.get("domain") or ("a key" if signed.get("publicKey") else "no one named")
        when = str(signed.get("created", ""))[:40]
        words = f"says that {str(by)[:200]} signed, {when}"
        draft.metadata["signature"] = f"{words}; whether it holds: see the chain of custody"
    else:
        words = "no signature"
        draft.metadata["signature"] = "none"
    draft.add("record", f"{_LIST_DIGEST}  {words}", {"path": _LIST_DIGEST}, stored=document)
