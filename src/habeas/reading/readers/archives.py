"""Archives and compressed files: a line for each entry, and each file inside read in its turn.

Nothing is ever unpacked to a path. Names are taken as they are and only warned about: ``..``,
absolute names, links and devices lead nowhere here. Zip is read by its directory with the
standard library, which gives names as bytes and says what is encrypted; a zip whose directory
is broken, and every other format, goes through libarchive from front to back.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, BinaryIO

import libarchive

from habeas.reading import paths
from habeas.reading.documents import State
from habeas.reading.encodings import decoding, old_encodings, short_names
from habeas.reading.readers.interface import DraftReading, InputFile

NAME = "habeas.archives"
VERSION = "4"
_ZIP = "application/zip"
_STREAMS: dict[str, Callable[[BinaryIO], Any]] = {
    "application/gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "application/x-bzip2": bz2.BZ2File,
    "application/x-xz": lzma.LZMAFile,
    "application/x-lzma": lzma.LZMAFile,
}
_RAW = frozenset({"application/zstd", "application/x-lz4", "application/x-compress"})
_MANY = frozenset(
    {
        "application/x-tar", "application/x-7z-compressed", "application/vnd.rar",
        "application/vnd.ms-cab-compressed", "application/x-archive", "application/x-cpio",
        "application/x-iso9660-image",
    }
)  # fmt: skip
MEDIA_TYPES = frozenset({_ZIP, *_STREAMS, *_RAW, *_MANY})

_CHUNK = 256 * 1024
_ENCRYPTED_FLAG, _UTF8_FLAG, _UNICODE_PATH = 0x1, 0x800, 0x7075
_LARGEST_COPY = 256 * 1024 * 1024
_MADE_BY_DOS = 0
_KINDS = {
    stat.S_IFLNK: "symbolic link", stat.S_IFCHR: "device", stat.S_IFBLK: "device",
    stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket",
}  # fmt: skip


def read(source: InputFile, draft: DraftReading) -> None:
    if source.media_type == _ZIP:
        _read_zip(source, draft)
    elif source.media_type in _STREAMS:
        _read_stream(source, draft)
    else:
        _read_by_libarchive(source, draft, raw=source.media_type in _RAW)


# --- what every format says of its entries ----------------------------------------------


class _Listing:
    """Writes one line an entry, and the warnings that names deserve."""

    def __init__(self, draft: DraftReading) -> None:
        self.draft, self.count, self.encrypted = draft, 0, 0

    def line(self, name: str, size: int | None, when: str, remark: str = "") -> None:
        self.count += 1
        shown = paths.written(name)
        facts = ["" if size is None else f"{size} bytes", when, remark]
        text = "  ".join([shown, *(fact for fact in facts if fact)])
        self.draft.add("record", text, {"entry": self.count, "path": shown})
        steps = name.replace("\\", "/").split("/")
        if ".." in steps:
            self.draft.warn(f"The name {shown} leads out of the archive; nothing is written by it.")
        if name.startswith(("/", "\\")) or name[1:3] in (":/", ":\\"):
            self.draft.warn(f"The name {shown} is absolute; nothing is written by it.")

    def is_encrypted(self, name: str, size: int) -> None:
        self.encrypted += 1
        self.draft.inner_ends(name, State.ENCRYPTED, "It needs a password.", size)

    def close(self) -> None:
        """All files encrypted: so is the archive. Some: it was read in part."""
        if self.encrypted and self.draft.inner_count == self.encrypted:
            self.draft.ends(State.ENCRYPTED, "Every file in it needs a password.")
        if self.encrypted:
            self.draft.lacks(f"{self.encrypted} files that need a password.")


# --- zip --------------------------------------------------------------------------------


def _read_zip(source: InputFile, draft: DraftReading) -> None:
    try:
        archive = _opened(source, draft)
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        draft.warn(f"The list of contents is damaged ({error}); read from front to back.")
        _read_by_libarchive(source, draft, raw=False)
        if draft.parts_count == 0:
            draft.ends(State.FAILED, f"The zip is damaged: {error}.")
        return
    if archive.comment:
        draft.metadata["comment"] = decoding.decode(archive.comment).text
    listing = _Listing(draft)
    names = _zip_names(entries, draft)
    for entry, name in zip(entries, names, strict=True):
        kind = _KINDS.get(stat.S_IFMT(entry.external_attr >> 16), "")
        when = "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*entry.date_time)
        if kind == "symbolic link" and not entry.flag_bits & _ENCRYPTED_FLAG:
            kind = f"symbolic link to {_zip_target(archive, entry)}"
        listing.line(name, entry.file_size, when, kind)
        if entry.is_dir():
            continue
        if kind:
            draft.warn(f"{paths.written(name)} is a {kind}; it is not followed.")
            continue
        if entry.flag_bits & _ENCRYPTED_FLAG:
            listing.is_encrypted(name, entry.file_size)
        else:
            draft.inner(name, _zip_chunks(archive, entry))
    listing.close()


def _opened(source: InputFile, draft: DraftReading) -> zipfile.ZipFile:
    """The zip; with the mark for UTF-8 taken off names that are none, over which it breaks."""
    try:
        return zipfile.ZipFile(source.open())
    except UnicodeDecodeError:
        if len(source) > _LARGEST_COPY:
            raise
        data = bytearray(source.bytes())
        if not _unmark(data):
            raise
        draft.warn("Names marked as UTF-8 are not in it.")
        return zipfile.ZipFile(io.BytesIO(data))


def _unmark(data: bytearray) -> int:
    """Take the mark off in the list of contents; how many names had it wrongly."""
    end = data.rfind(b"PK\5\6")
    if end < 0 or end + 22 > len(data):
        return 0
    at, taken = int.from_bytes(data[end + 16 : end + 20], "little"), 0
    while data[at : at + 4] == b"PK\1\2" and at + 46 <= end:
        sizes = [int.from_bytes(data[at + i : at + i + 2], "little") for i in (28, 30, 32)]
        name = bytes(data[at + 46 : at + 46 + sizes[0]])
        if data[at + 9] & _UTF8_FLAG >> 8 and old_encodings.strict(name, "utf-8") is None:
            data[at + 9] &= 0xFF ^ (_UTF8_FLAG >> 8)
            taken += 1
        at += 46 + sum(sizes)
    return taken


def _zip_chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _zip_target(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Where a link points: its content."""
    try:
        with archive.open(entry) as stream:
            return paths.written(stream.read(4_096).decode("utf-8", "surrogateescape"))
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, EOFError):
        return "a place that cannot be read"


def _zip_names(entries: list[zipfile.ZipInfo], draft: DraftReading) -> list[str]:
    """Names as their maker meant them.

    Without the mark for UTF-8 a folder or file whose name is UTF-8 shows it; the others share an
    old encoding, but for those of which it makes no word. What was packed anew on another machine
    has folders in one encoding and files in another.
    """
    raw = (
        entry.orig_filename.encode("cp437")
        for entry in entries
        if not entry.flag_bits & _UTF8_FLAG and not entry.orig_filename.isascii()
    )
    old = [
        step
        for name in raw
        if not _is_utf8(name)
        for step in name.split(b"/")
        if not step.isascii() and not _is_utf8(step)
    ]
    encodings: dict[bytes, str] = {}
    if old:
        encodings, doubts = short_names.encodings_of(old)
        draft.settings["encoding of names"] = ", ".join(sorted(set(encodings.values())))
        for doubt in doubts:
            draft.warn(f"Names: {doubt}")
    return [_zip_name(entry, encodings) for entry in entries]


def _zip_name(entry: zipfile.ZipInfo, encodings: dict[bytes, str]) -> str:
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_FLAG and not name.isascii():
        raw = name.encode("cp437")
        shown = (
            raw.decode()
            if _is_utf8(raw)
            else "/".join(
                step.decode()
                if step.isascii() or _is_utf8(step)
                else _decoded(step, encodings.get(step, "utf-8"))
                for step in raw.split(b"/")
            )
        )
        name = _unicode_path(entry.extra, raw) or shown
    if entry.create_system == _MADE_BY_DOS and "/" not in name:
        name = name.replace("\\", "/")
    return name


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """Info-ZIP's second name in UTF-8, if it belongs to this one."""
    at = 0
    while at + 4 <= len(extra):
        field, size = (int.from_bytes(extra[i : i + 2], "little") for i in (at, at + 2))
        body = extra[at + 4 : at + 4 + size]
        if field == _UNICODE_PATH and body[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            return body[5:].decode(errors="replace")
        at += 4 + size
    return ""


def _is_utf8(raw: bytes) -> bool:
    """Whether a name is UTF-8, and not by chance: three bytes a character, or many characters."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    wide = [sign for sign in text if sign > "\x7f"]
    if decoding.is_dos_by_chance(text):
        return False
    return len(wide) > 2 or any(sign > "\u07ff" for sign in wide)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape")


# --- one compressed file ----------------------------------------------------------------


def _read_stream(source: InputFile, draft: DraftReading) -> None:
    stream = source.open()
    name = _gzip_name(source.head(4_096)) if source.media_type == "application/gzip" else ""
    opened = _STREAMS[source.media_type](stream)
    draft.inner(name or "content", iter(lambda: opened.read(_CHUNK), b""))


def _gzip_name(head: bytes) -> str:
    """The name that gzip kept, by RFC 1952; '' without one."""
    flags, at = head[3], 10
    if flags & 4:
        at += 2 + int.from_bytes(head[at : at + 2], "little")
    if not flags & 8 or b"\0" not in head[at:]:
        return ""
    raw = head[at : head.index(b"\0", at)]
    return raw.decode("utf-8", "surrogateescape").rpartition("/")[2]


# --- libarchive -------------------------------------------------------------------------


def _reader(source: InputFile, *, raw: bool) -> AbstractContextManager[Any]:
    kind = "raw" if raw else "all"
    if isinstance(source.data, bytes):
        return libarchive.memory_reader(source.data, format_name=kind)  # type: ignore[no-any-return]
    return libarchive.file_reader(source.path(), format_name=kind)  # type: ignore[no-any-return]


def _read_by_libarchive(source: InputFile, draft: DraftReading, *, raw: bool) -> None:
    listing = _Listing(draft)
    try:
        with _reader(source, raw=raw) as archive:
            for entry in archive:
                if raw:
                    draft.inner("content", _blocks(entry))
                else:
                    _read_entry(entry, listing)
    except libarchive.ArchiveError as error:
        words = error.msg or "damaged, or one piece of several"
        raise ValueError(f"libarchive cannot go on: {words}") from None
    listing.close()


def _read_entry(entry: Any, listing: _Listing) -> None:
    name = _entry_name(entry, listing.count + 1)
    remark = _remark(entry)
    listing.line(name, None if entry.isdir else entry.size, _when(entry.mtime), remark)
    if _is_encrypted(entry._entry_p):
        listing.is_encrypted(name, entry.size or 0)
    elif entry.isreg and not entry.islnk:
        listing.draft.inner(name, _blocks(entry))
    elif remark:
        listing.draft.warn(f"{paths.written(name)} is a {remark}; it is not followed.")


def _blocks(entry: Any) -> Iterator[bytes]:
    try:
        yield from entry.get_blocks(_CHUNK)
    except libarchive.ArchiveError as error:
        raise ValueError(error.msg or "damaged") from None


def _entry_name(entry: Any, number: int) -> str:
    name = entry.pathname
    if isinstance(name, bytes):
        decoded = decoding.decode(name)
        name = name.decode("utf-8", "surrogateescape") if decoded.doubts else decoded.text
    return name or f"entry {number}"


def _remark(entry: Any) -> str:
    if entry.islnk or entry.issym:
        target = entry.linkpath
        target = target.decode("utf-8", "surrogateescape") if isinstance(target, bytes) else target
        return f"{'hard' if entry.islnk else 'symbolic'} link to {paths.written(target or '')}"
    return _KINDS.get(stat.S_IFMT(entry.filetype), "")


def _is_encrypted(entry_p: Any) -> int:
    from libarchive import ffi

    asked = ffi.libarchive.archive_entry_is_encrypted
    asked.argtypes = [ffi.c_archive_entry_p]
    return int(asked(entry_p))


def _when(seconds: float | None) -> str:
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
