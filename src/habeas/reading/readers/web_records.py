"""How records of a web archive are loaded: warcio's loader, and what files have that it lacks.

Answers that were kept without their HTTP header (ARC files of other protocols, of old crawlers) are
content from their first byte; lines of ARC version 2 have ten fields; digests are written in
base32 of either case, with or without padding, in hex and in base64. Invariant: a digest is called
wrong only where it is of a known algorithm and has its length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

from warcio.digestverifyingreader import DigestVerifyingReader
from warcio.recordloader import ARC2WARCHeadersParser, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParser

_ARC = re.compile(r"(\S.*?) (\S+) (\d{8,17}) (.*\S) (\d+)\s*")
_HTTP = b"HTTP/"
_DIGESTS = ("WARC-Payload-Digest", "WARC-Block-Digest")
_LONGEST_LINE = 64 * 1024


def digest_of(said: str) -> tuple[str, bytes] | None:
    """Algorithm and bytes of a digest as a header writes it; None where that cannot be told."""
    name, _, written = said.strip().partition(":")
    algorithm = re.sub("[-_]", "", name.lower())
    try:
        size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    except ValueError:
        return None
    bare = written.strip().rstrip("=")
    try:
        if len(bare) == 2 * size:
            return algorithm, bytes.fromhex(bare)
        if len(bare) == -(-size * 8 // 5):
            return algorithm, base64.b32decode(bare.upper() + "=" * (-len(bare) % 8))
        if len(bare) == -(-size * 4 // 3):
            raw = bare.replace("-", "+").replace("_", "/")
            return algorithm, base64.b64decode(raw + "=" * (-len(raw) % 4))
    except (ValueError, binascii.Error):
        return None
    return None


class Loader(ArcWarcRecordLoader):  # type: ignore[misc]  # warcio has no types
    """``unchecked`` holds the digests of the last record that could not be told."""

    def __init__(self) -> None:
        super().__init__(verify_http=True, arc2warc=True)
        self.arc_parser = _ArcParser()
        self.unchecked: list[str] = []

    def wrap_digest_verifying_stream(
        self, stream: Any, rec_type: str, rec_headers: Any, digest_checker: Any, length: Any = None
    ) -> tuple[Any, bool]:
        told: dict[str, str | None] = {}
        self.unchecked = []
        for name in _DIGESTS:
            said = rec_headers.get_header(name)
            if said and (found := digest_of(said)):
                told[name] = f"{found[0]}:{base64.b32encode(found[1]).decode()}"
            elif said:
                self.unchecked.append(said[:100])
        return DigestVerifyingReader(
            _Held(stream), length, digest_checker,
            record_type=rec_type, payload_digest=told.get(_DIGESTS[0]),
            block_digest=told.get(_DIGESTS[1]),
            segment_number=rec_headers.get_header("WARC-Segment-Number"),
        ), True  # fmt: skip

    def load_http_headers(self, rec_type: str, uri: str, stream: Any, length: Any) -> Any:
        held = getattr(stream, "stream", None)
        if (
            rec_type == "response"
            and length
            and isinstance(held, _Held)
            and not held.first_line(min(stream.limit, _LONGEST_LINE)).startswith(_HTTP)
        ):
            return None
        return super().load_http_headers(rec_type, uri, stream, length)


class _Held:
    """A stream whose first line can be looked at before it is read."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._line = stream, b""

    def first_line(self, most: int) -> bytes:
        self._line = self._line or self._stream.readline(most)
        return self._line

    def read(self, length: int) -> bytes:
        if not self._line:
            return bytes(self._stream.read(length))
        taken, self._line = self._line[:length], self._line[length:]
        return taken

    def readline(self, length: int) -> bytes:
        return self.read(length) if self._line else bytes(self._stream.readline(length))

    def close(self) -> None:
        self._stream.close()


class _ArcParser(ARC2WARCHeadersParser):  # type: ignore[misc]
    """Lines of version 1 and 2: of what stands between type and length only the type is kept."""

    def parse(self, stream: Any, headerline: Any = None) -> Any:
        line = stream.readline() if headerline is None else headerline
        text = StatusAndHeadersParser.decode_header(line)
        if found := _ARC.fullmatch(text):
            url, address, date, rest, length = found.groups()
            kind = rest.split(" ")[0].rstrip(";")
            line = f"{url} {address} {date} {kind} {length}\n"
        return super().parse(stream, line)

    def _get_protocol_and_headers(self, headerline: str, parts: list[str]) -> Any:
        kind = parts[3]
        protocol, headers = super()._get_protocol_and_headers(headerline, parts)
        return protocol, [*headers, ("X-ARC-Content-Type", kind)]
