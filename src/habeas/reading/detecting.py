"""What a file is, from its bytes; its name only chooses between what the bytes leave open.

Invariants: nothing is parsed beyond fixed offsets, a zip's list of names, the names of an
OLE directory and the first bytes of text; the answer is a media type,
``application/octet-stream`` where nothing fits.
"""

from __future__ import annotations

import io
import mmap
import os
import re
import zipfile
import zlib

from habeas.reading import flat_xml
from habeas.reading.encodings import decoding

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
ENCRYPTED_OFFICE = "application/x-encrypted-office"
_HEAD_BYTES = 8_192
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),
    (0, b"MM\0+", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),
    (0, b"\0\0\x01\0", "image/x-icon"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"AT&TFORM", "image/vnd.djvu"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"]\0\0", "application/x-lzma"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"070701", "application/x-cpio"),
    (0, b"070707", "application/x-cpio"),
    (32769, b"CD001", "application/x-iso9660-image"),
    (257, b"ustar", "application/x-tar"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (4, b"Standard Jet DB", "application/x-msaccess"),
    (4, b"Standard ACE DB", "application/x-msaccess"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
    (0, b"#!AMR", "audio/amr"),
    (8, b"AIFF", "audio/aiff"),
    (8, b"AIFC", "audio/aiff"),
    (0, b"caff\0\1", "audio/x-caf"),
    (0, b"FLV\1", "video/x-flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"\0\0\1\xba", "video/mpeg"),
    (4, b"moov\0", "video/quicktime"),  # from before ``ftyp``
    (4, b"wide\0", "video/quicktime"),
    (4, b"mdat", "video/quicktime"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (0, b"P4\n", "image/x-portable-bitmap"),
    (0, b"P5\n", "image/x-portable-graymap"),
    (0, b"P6\n", "image/x-portable-pixmap"),
    (0, b"WARC/1.", "application/warc"),
    (0, b"WARC/0.", "application/warc"),
    (0, b"filedesc://", "application/warc"),  # ARC, its forerunner
)
_FTYP = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
)
_ZIP_PARTS = (
    ("word/", _OPEN_XML + "wordprocessingml.document"),
    ("xl/", _OPEN_XML + "spreadsheetml.sheet"),
    ("ppt/", _OPEN_XML + "presentationml.presentation"),
)
_BY_NAME = {
    ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".tab": "text/tab-separated-values",
    ".md": "text/markdown", ".json": "application/json", ".jsonl": "application/json",
    ".geojson": "application/json", ".ndjson": "application/json", ".eml": "message/rfc822",
    ".htm": "text/html", ".html": "text/html", ".xhtml": "text/html",
}  # fmt: skip
_KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG 2, layer III
_HINTED = frozenset(
    {"text/csv", "text/tab-separated-values", "text/html", "message/rfc822", "text/markdown"}
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|table|div|p|br|h[1-6]|script|font)\b", re.I
)
_JSON = re.compile(
    rb"""\{\s*"(?:[^"\\]|\\.){0,200}"\s*:|\[\s*(?:\{\s*"|"(?:[^"\\]|\\.){0,200}"\s*[,\]])"""
)
_MAIL_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|received|message-id|mime-version|return-path|reply-to|sender"
    rb"|delivered-to|content-type|in-reply-to|references|x-[a-z0-9-]+|content-transfer-encoding"
    rb"|user-agent|list-[a-z]+|dkim-signature|authentication-results|status|thread-[a-z]+):",
    re.I,
)
_TEXT_GRID = re.compile(
    rb"(?:\xff\xfe|\xfe\xff|\xef\xbb\xbf)?\s*"
    rb'File type = "ooTextFile"\s+(?:Object class = )?"TextGrid"'
)
_SUBRIP = re.compile(
    rb"(?:\d{1,6}[ \t]*\r?\n)?\d{1,3}:\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]*-->[ \t]*\d{1,3}:"
)
_HEADER_LINE = re.compile(rb"^[!-9;-~]+:")


def media_type(data: bytes | mmap.mmap, name: str = "", hint: str = "") -> str:
    """The media type of ``data``. ``hint`` is what a container says (a mail's part, WARC)."""
    hint = hint.partition(";")[0].strip().lower()
    head = data[:_HEAD_BYTES]
    extension = os.path.splitext(name)[1].lower()
    if head.startswith(b"PK") and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08"):
        return _zip(data, head, extension)
    if head.startswith(_OLE):
        return _ole(data)
    if head.startswith(b"\x1f\x8b"):
        return _gzip(head)
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "video/mp4")
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    for offset, magic, found in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return found
    if found := _unmarked_sound_or_film(data):
        return found
    if head.startswith(b"BM") and len(head) > 26 and head[14:15] in b"\x0c\x28\x34\x38\x40\x6c\x7c":
        return "image/bmp"
    if _is_old_tar(head):
        return "application/x-tar"
    if _TEXT_GRID.match(head.replace(b"\0", b"")):  # Praat writes UTF-16 where ASCII does not do
        return "text/x-textgrid"
    if decoding.looks_like_text(data[: decoding.SAMPLE_BYTES]):
        return _text(head, extension, hint)
    if _is_mail(head) and b"\n=ybegin " in data[: decoding.SAMPLE_BYTES]:
        return "message/rfc822"  # yEnc puts nearly every byte into a body
    return UNKNOWN


def _zip(data: bytes | mmap.mmap, head: bytes, extension: str) -> str:
    """By its list of names; a zip whose list is broken is a zip still.

    A package without ``archive/`` is a web archive that lacks what was captured, where its name or
    a signature over its list says that it is one.
    """
    if head[30:38] == b"mimetype":
        length = int.from_bytes(head[22:26], "little") or 128
        start = 38 + int.from_bytes(head[28:30], "little")
        named = re.match(rb"[a-z]+/[A-Za-z0-9.+-]+", head[start : start + length])
        if named:
            found = named.group().decode()
            return found.removesuffix("-template") if found.startswith(_OPEN_DOCUMENT) else found
    try:
        names = zipfile.ZipFile(_stream(data)).namelist()[:50_000]
    except Exception:
        return "application/zip"
    if "[Content_Types].xml" in names:
        for folder, found in _ZIP_PARTS:
            if any(name.startswith(folder) for name in names):
                return found
    if "datapackage.json" in names and (
        extension == ".wacz"
        or "datapackage-digest.json" in names
        or any(name.startswith("archive/") for name in names)
    ):
        return "application/wacz"
    if "OFD.xml" in names:
        return "application/ofd"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return _OPEN_DOCUMENT + "text"
    return "application/zip"


def _stream(data: bytes | mmap.mmap) -> io.BufferedIOBase:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    return io.BufferedReader(_Mapped(data))


class _Mapped(io.RawIOBase):
    """A map as a stream of its own place, so that two can read it."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, len(self._data))[whence])
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # any writable buffer
        piece = self._data[self._at : self._at + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _ole(data: bytes | mmap.mmap) -> str:
    for stream, found in _OLE_STREAMS:
        if data.find(stream.encode("utf-16-le")) >= 0:
            return found
    return "application/x-ole-storage"


def _gzip(head: bytes) -> str:
    try:
        begins = zlib.decompressobj(31).decompress(head, 16)
    except zlib.error:
        return "application/gzip"
    return (
        "application/warc" if begins.startswith((b"WARC/", b"filedesc://")) else "application/gzip"
    )


def _unmarked_sound_or_film(data: bytes | mmap.mmap) -> str:
    """Kinds that begin with no signature, only with their first frame or packet, and the next."""
    for size, at in ((188, 0), (192, 4)):
        if all(data[at + size * n : at + size * n + 1] == b"\x47" for n in range(5)):
            return "video/mp2t"
    first = data[:9]
    if len(first) < 9 or first[0] != 0xFF or first[1] & 0xE0 != 0xE0:
        return ""
    if first[1] & 0xF6 == 0xF0:  # ADTS
        size = (first[3] & 3) << 11 | first[4] << 3 | first[5] >> 5
        again = data[size : size + 2]
        return "audio/aac" if size > 7 and again == first[:2] else ""
    if first[1] & 0x06 == 0x02 and first[1] != 0xFF and first[2] & 0xF0 not in (0, 0xF0):
        bits = (first[2] >> 4, first[2] >> 2 & 3)
        rates = ((11_025, 12_000, 8_000), (), (22_050, 24_000, 16_000), (44_100, 48_000, 32_000))
        version = first[1] >> 3 & 3
        if bits[1] > 2 or not rates[version]:
            return ""
        kilobits = (_KILOBITS_1 if version == 3 else _KILOBITS_2)[bits[0]]
        size = (144 if version == 3 else 72) * kilobits * 1000 // rates[version][bits[1]]
        size += first[2] >> 1 & 1
        return "audio/mpeg" if data[size : size + 2] == first[:2] else ""
    return ""


def _is_old_tar(head: bytes) -> bool:
    """A tar from before ``ustar``: its checksum fits."""
    if len(head) < 512:
        return False
    written = head[148:156].strip(b" \0")
    if not re.fullmatch(rb"[0-7]{1,8}", written):
        return False
    return int(written, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _text(head: bytes, extension: str, hint: str) -> str:
    """Between the kinds of text: what it begins with, then the container's hint, then the name."""
    if head.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    narrow = head[2:].replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else begins
    if begins.startswith(b"<") and (found := flat_xml.media_type(begins)):
        return found
    if begins.startswith((b"<?xml", b"<svg")) or extension in (".xml", ".svg"):
        if re.search(rb"<svg[\s>]", begins):
            return "image/svg+xml"
        if re.search(rb"<ANNOTATION_DOCUMENT[\s>]", begins):
            return "application/x-eaf+xml"
        if not re.search(rb"<html[\s>]", begins, re.I):
            return "application/xml"
    if re.match(rb"WEBVTT(?:[ \t\r\n]|$)", narrow):
        return "text/vtt"
    if _SUBRIP.match(narrow) or (extension == ".srt" and b"-->" in narrow):
        return "application/x-subrip"
    if begins.startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    if begins.startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    if head.startswith(b"From ") and _is_mail(head.partition(b"\n")[2]):
        return "application/mbox"
    if head.partition(b"\n")[0].strip().isdigit() and extension == ".emlx":
        return "message/x-emlx"
    if _is_mail(head):
        return "message/rfc822"
    if begins.startswith(b"<") and _HTML.search(begins[:2_048]):
        return "text/html"
    if hint in _HINTED:
        return hint
    if extension not in _BY_NAME and _JSON.match(begins):
        return "application/json"
    return _BY_NAME.get(extension, PLAIN)


def _is_mail(head: bytes) -> bool:
    """Header lines, two of them known ones of mail."""
    known = 0
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[:60]:
        if line[:1] in (b" ", b"\t") and known:
            continue
        if not _HEADER_LINE.match(line):
            break
        known += bool(_MAIL_FIELD.match(line))
    return known >= 2
