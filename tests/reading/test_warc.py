"""What is read of web archives: records, the files they hold, and what their digests say."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from backports import zstd
from tests.reading.drafting import Read, read, zipped

from habeas.reading.documents import Document, State
from habeas.reading.readers import http_content, warc

ReadBytes = Callable[..., list[Document]]

WACZ = "application/wacz"
CAPTURED = "2019-05-01T10:11:12Z"


def _sha1(content: bytes) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).digest()


def record(
    kind: str,
    content: bytes,
    *,
    url: str = "http://example.org/a",
    http: str = "",
    digest: bytes | None = None,
) -> bytes:
    block = http.encode().replace(b"\n", b"\r\n") + b"\r\n" + content if http else content
    sha = base64.b32encode(_sha1(digest if digest is not None else content))
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"WARC-Date: {CAPTURED}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Payload-Digest: sha1:{sha.decode()}\r\n"
        f"Content-Type: {'application/http; msgtype=response' if http else 'text/plain'}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


HTTP = "HTTP/1.1 200 OK\nContent-Type: text/html; charset=utf-8\n"


def read_warc(data: bytes) -> Read:
    return read(warc, data, "application/warc")


def test_an_answer_is_a_file_inside_with_its_url_and_time() -> None:
    done = read_warc(record("response", b"<p>seen</p>", http=HTTP))
    assert done.inner == {"20190501101112/http://example.org/a": b"<p>seen</p>"}
    [part] = done.parts
    assert part.locator == {"record": 1, "url": "http://example.org/a", "captured": CAPTURED}
    assert part.warnings == ()
    assert "200 OK" in done.text


def test_content_is_unpacked_and_each_record_may_be_gzipped() -> None:
    packed = gzip.compress(b"<p>seen</p>")
    one = record("response", packed, http=HTTP + "Content-Encoding: gzip\n")
    two = record("resource", b"plain", url="http://example.org/b")
    done = read_warc(gzip.compress(one) + gzip.compress(two))
    assert list(done.inner.values()) == [b"<p>seen</p>", b"plain"]
    assert [place["record"] for _text, place in done.of("record")] == [1, 2]


def test_content_that_is_not_what_was_captured_is_said_on_its_record() -> None:
    good = record("response", b"as it was", http=HTTP)
    bad = record(
        "response", b"as it is!", http=HTTP, digest=b"as it was", url="http://example.org/b"
    )
    done = read_warc(good + bad)
    assert done.parts[0].warnings == ()
    assert "Not the bytes that were captured" in done.parts[1].warnings[0]
    assert done.draft.warnings == ["Record 2 does not fit its digest."]
    assert len(done.inner) == 2


def test_a_revisit_says_that_its_content_is_elsewhere() -> None:
    done = read_warc(record("revisit", b"", http=HTTP))
    assert "not kept here" in done.parts[0].warnings[0]


def test_packing_that_is_not_known_is_said_and_given_as_it_is() -> None:
    done = read_warc(record("response", b"\x8b\x01", http=HTTP + "Content-Encoding: sdch\n"))
    assert list(done.inner.values()) == [b"\x8b\x01"]
    assert done.draft.missing


CHUNKED = HTTP + "Transfer-Encoding: chunked\n"


def chunks(content: bytes, size: int = 20) -> bytes:
    cut = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in cut) + b"0\r\n\r\n"


@pytest.mark.parametrize("over", ["chunks", "body"])
def test_a_payload_digest_is_over_the_body_or_its_chunks(over: str) -> None:
    """WARC 1.1, 6.3.2 means the body; some crawlers take what was on the wire."""
    body = b"<p>held in May</p>" * 9
    done = read_warc(
        record("response", chunks(body), http=CHUNKED, digest=body if over == "body" else None)
    )
    assert list(done.inner.values()) == [body]
    assert not done.draft.warnings
    other = read_warc(record("response", chunks(body), http=CHUNKED, digest=body + b"?"))
    assert other.draft.warnings == ["Record 1 does not fit its digest."]


def test_a_body_kept_without_its_chunks_or_unpacked_is_taken_as_it_is() -> None:
    done = read_warc(record("response", b"<p>seen</p>", http=CHUNKED + "Content-Encoding: gzip\n"))
    assert list(done.inner.values()) == [b"<p>seen</p>"]
    assert not done.draft.missing


def _zstd(content: bytes) -> bytes:
    return zstd.compress(content)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
        ("zstd", _zstd), ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
        ("gzip", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunked", [True, False])
def test_content_is_unpacked(coding: str, pack: Callable[[bytes], bytes], chunked: bool) -> None:
    body = b"<p>held in May</p>" * 20_000
    packed = pack(body)
    http = (CHUNKED if chunked else HTTP) + f"Content-Encoding: {coding}\n"
    done = read_warc(record("response", chunks(packed) if chunked else packed, http=http))
    assert list(done.inner.values()) == [body]
    cut = read_warc(record("response", packed[: len(packed) // 2], http=HTTP + http[len(HTTP) :]))
    assert cut.draft.missing or next(iter(cut.inner.values())) != body


@pytest.mark.parametrize(
    "unpack", [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", _zstd)]
)
def test_a_bomb_comes_in_pieces(unpack: tuple[str, Callable[[bytes], bytes]]) -> None:
    coding, pack = unpack
    stream = io.BytesIO(pack(bytes(30_000_000)))
    pieces = http_content.unpacked(http_content.pieces(stream), coding, lambda words: None)
    assert max(len(next(pieces)) for _ in range(20)) <= 4 * http_content.PIECE


def test_one_gzip_of_the_whole_file_gives_every_record(cases: Path, read_bytes: ReadBytes) -> None:
    data = (cases / "web-archives" / "one-gzip.warc.gz").read_bytes()
    *inner, whole = read_bytes(data, "one-gzip.warc.gz")
    assert len(inner) == gzip.decompress(data).count(b"WARC-Type: response")
    assert "page bravo body already dechunked" in "".join(one.text for one in inner)
    assert "breaks off" in "".join(whole.missing)


@pytest.mark.parametrize("name", ["brotli.warc", "digest-dechunked.warc"])
def test_the_cases_are_read_without_a_remark(cases: Path, read_bytes: ReadBytes, name: str) -> None:
    inner, whole = read_bytes((cases / "web-archives" / name).read_bytes(), name)
    assert inner.state is whole.state is State.READ
    assert not whole.warnings


def test_an_arc_is_read_as_a_web_archive(read_bytes: ReadBytes) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>held in May</p>"
    head = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    arc = b"filedesc://a.arc 0.0.0.0 20190501101112 text/plain %d\n%s\n" % (len(head), head)
    arc += b"http://example.org/a 127.0.0.1 20190501101112 text/html %d\n%s\n" % (len(page), page)
    for data in (arc, gzip.compress(arc)):
        *inner, whole = read_bytes(data, "a.arc")
        assert whole.media_type == "application/warc"
        assert "held in May" in "".join(one.text for one in inner)


@pytest.mark.parametrize("name", ["sha1", "SHA-1", "sha256", "md5", "sha512"])
@pytest.mark.parametrize("of", ["wire", "body", "content", "other"])
def test_a_digest_in_any_writing_is_checked(name: str, of: str) -> None:
    page = b"<p>held in May</p>" * 9
    body = gzip.compress(page)
    wire = chunks(body)
    over = {"wire": wire, "body": body, "content": page, "other": b"?"}[of]
    raw = hashlib.new(name.lower().replace("-", ""), over, usedforsecurity=False).digest()
    base32 = base64.b32encode(raw).decode()
    for written in (
        base32, base32.lower(), base32.rstrip("="), raw.hex(), raw.hex().upper(),
        base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ):  # fmt: skip
        http = CHUNKED + "Content-Encoding: gzip\n"
        data = record("response", wire, http=http)
        digest = f"WARC-Payload-Digest: {name}:{written}\r\nWARC-Date:".encode()
        done = read_warc(data.replace(b"WARC-Date:", digest, 1))
        assert bool(done.draft.warnings) is (of == "other"), written


@pytest.mark.parametrize("digest", ["blake3:abcd", "sha1", "sha1:", "sha1:abcd", "none:x"])
def test_a_digest_that_nobody_can_check_accuses_nobody(digest: str) -> None:
    data = record("response", b"<p>held</p>", http=HTTP)
    data = data.replace(b"WARC-Date:", f"WARC-Payload-Digest: {digest}\r\nWARC-Date:".encode(), 1)
    done = read_warc(data)
    assert not done.draft.warnings
    assert "cannot be checked" in "".join(done.parts[0].warnings)


def test_lines_of_arc_2_and_answers_without_a_header(read_bytes: ReadBytes) -> None:
    head = b"2 0 Crawler\nURL IP-address Archive-date Content-type Result-code Checksum Location "
    head += b"Offset Filename Archive-length\n"
    page, bare = b"HTTP/1.1 200 OK\r\n\r\n<p>held in May</p>", b"<p>held in June</p>\n<p>x</p>"
    at = b"http://example.org/%b 127.0.0.1 20190501101112 text/html"
    arc = b"filedesc://a.arc 0.0.0.0 20190501101112 text/plain 200 - - 0 a.arc %d\n%b\n" % (
        len(head), head,
    )  # fmt: skip
    arc += (at % b"a") + b" 200 abc - 7 a.arc %d\n%b\n" % (len(page), page)
    arc += (at % b"b") + b" 200 abc - 7 a.arc %d\n%b\n" % (len(bare), bare)
    first, second, whole = read_bytes(arc, "a.arc")
    assert (first.inner_path, first.text.strip()) == (
        "20190501101112/http://example.org/a", "held in May",
    )  # fmt: skip
    assert second.text.split("\n")[0] == "held in June"
    assert "2019-05-01T10:11:12Z" in whole.text


def test_codings_in_two_fields_are_one_list() -> None:
    body = b"<p>held in May</p>"
    http = HTTP + "Content-Encoding: gzip\nContent-Encoding: br\n"
    done = read_warc(record("response", brotli.compress(gzip.compress(body)), http=http))
    assert list(done.inner.values()) == [body]


def test_what_other_records_hold_is_not_lost() -> None:
    posted = read_warc(record("request", b"name=Mehmet", http="POST /f HTTP/1.1\nHost: x\n"))
    assert list(posted.inner.values()) == [b"name=Mehmet"]
    data = record("metadata", "via: 买买提".encode()).replace(
        b"text/html", b"application/warc-fields"
    )
    assert "买买提" in read_warc(data).text
    goes_on = read_warc(record("continuation", b"the end"))
    assert list(goes_on.inner.values()) == [b"the end"]
    assert goes_on.draft.missing
    endless = re.sub(
        rb"Content-Length: \d+\r\n", b"", record("response", b"first", http=HTTP), count=1
    )
    assert "length" in "".join(
        read_warc(endless + record("response", b"b", http=HTTP)).draft.missing
    )


def test_an_archive_that_breaks_off_keeps_the_records_before() -> None:
    second = record("response", b"second " * 20, http=HTTP, url="http://example.org/b")
    done = read_warc(record("response", b"first", http=HTTP) + second[:-40])
    assert next(iter(done.inner.values())) == b"first"
    assert done.draft.missing == ["The end of record 2, which breaks off."]
    done = read_warc(
        gzip.compress(record("response", b"first", http=HTTP)) + b"\x1f\x8b\x08nonsense"
    )
    assert list(done.inner.values()) == [b"first"]
    assert done.draft.missing


@pytest.mark.parametrize("data", [b"WARC/1.0\r\n", b"nothing of the kind", b"\x1f\x8b\x08\0"])
def test_what_is_no_web_archive_has_failed(data: bytes) -> None:
    assert read_warc(data).draft.state is State.FAILED


# --- WACZ -------------------------------------------------------------------------------


def wacz(content: bytes, *, claimed: bytes | None = None, signed: bool = False) -> bytes:
    listed = {
        "profile": "data-package",
        "title": "Kept pages",
        "resources": [
            {
                "path": "archive/data.warc",
                "hash": "sha256:" + hashlib.sha256(claimed or content).hexdigest(),
                "bytes": len(claimed or content),
            }
        ],
    }
    raw = json.dumps(listed)
    members: dict[str, str | bytes] = {"archive/data.warc": content, "datapackage.json": raw}
    if signed:
        digest = {
            "path": "datapackage.json",
            "hash": "sha256:" + hashlib.sha256(raw.encode()).hexdigest(),
            "signedData": {"signature": "x", "domain": "example.org", "created": CAPTURED},
        }
        members["datapackage-digest.json"] = json.dumps(digest)
    return zipped(members)


def test_the_members_of_a_wacz_are_held_against_its_list() -> None:
    content = record("response", b"seen", http=HTTP)
    good = read(warc, wacz(content, signed=True), WACZ)
    assert good.inner == {"archive/data.warc": content}
    assert good.draft.warnings == []
    assert good.draft.metadata["signature"].startswith("says that example.org signed")
    kept = {part.locator["path"]: part.stored for part in good.parts if part.stored}
    assert kept["datapackage.json"] == hashlib.sha256(good_list(content)).hexdigest()
    assert json.loads(kept["datapackage-digest.json"])["signedData"]["domain"] == "example.org"
    bad = read(warc, wacz(content, claimed=b"other"), WACZ)
    assert [words for words in bad.parts[0].warnings if "sha256 differs" in words]
    assert [words for words in bad.draft.warnings if "not 5" in words]


def good_list(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(wacz(content))) as package:
        return package.read("datapackage.json")


def test_a_package_without_what_was_captured_is_said() -> None:
    done = read(warc, zipped({"datapackage.json": '{"resources": []}', "pages/p.jsonl": b""}), WACZ)
    assert done.draft.missing == ["Anything that was captured: the package has no archive/."]
    huge = zipped({"datapackage.json": "{}", "datapackage-digest.json": b" " * 300_000})
    said = read(warc, huge, WACZ).draft
    assert "The digest of the package's list is too long to be one." in said.warnings


def test_a_list_that_is_not_the_one_signed_is_said() -> None:
    members = {
        "datapackage.json": "{}",
        "datapackage-digest.json": json.dumps({"hash": "sha256:0"}),
    }
    done = read(warc, zipped(members), WACZ)
    assert "The package's list is not the one its digest is of." in done.draft.warnings


@pytest.mark.parametrize("listed", ["", "[]", '{"resources": [1]}', "[" * 100_000])
def test_a_list_that_cannot_be_read_is_said(listed: str) -> None:
    done = read(warc, zipped({"datapackage.json": listed, "archive/a.warc": b"x"}), WACZ)
    assert "The list of the package cannot be read" in done.draft.warnings[0]
    assert done.inner == {"archive/a.warc": b"x"}


def test_the_packages_of_others(vectors: Path) -> None:
    def one(name: str) -> Read:
        return read(warc, (vectors / "wacz" / f"{name}.wacz").read_bytes(), WACZ)

    valid, signed, invalid = (
        one("valid_example_1"), one("valid_signed_example_1"), one("invalid_example_1"),
    )  # fmt: skip
    assert not valid.draft.missing
    assert not any(part.warnings for part in (*valid.parts, *signed.parts))
    assert "btrix-sign-test.webrecorder.net" in signed.draft.metadata["signature"]
    assert invalid.draft.missing
    assert invalid.draft.warnings
    inside = read_warc(valid.inner["archive/example-collection.warc"])
    assert b"Example Domain" in inside.inner["20201007212236/http://www.example.com/"]
    assert not any(part.warnings for part in inside.parts)
