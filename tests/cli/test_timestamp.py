"""Timestamps over the log: asked for over HTTP on this machine, and carried by file."""

from __future__ import annotations

import datetime
import hashlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.custody.authority import Authority
from tests.custody.test_opentimestamps import HEADER, MAGIC, block, promise

from habeas.custody.attestation import opentimestamps
from habeas.custody.errors import TimestampError


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "own")


@pytest.fixture
def chain(authority: Authority, tmp_path: Path) -> Path:
    path = tmp_path / "chain.pem"
    path.write_bytes(authority.chain)
    return path


@contextmanager
def serving(answer: Callable[[bytes], tuple[int, str, bytes]]) -> Iterator[str]:
    """A time authority's address on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            assert "python" not in str(self.headers).lower()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, reply = answer(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Location", "http://192.0.2.1/elsewhere")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_authority_is_asked_online(
    archive_here: Path,
    habeas: Callable[..., Ended],
    authority: Authority,
    chain: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reply = lambda query: (200, "application/timestamp-reply", authority.reply(query))  # noqa: E731
    with serving(reply) as url:
        ended = habeas("timestamp", "request", "--url", url, "--chain", chain)
    assert ended.code == 0, ended.said
    assert "The log with 6 entries existed on 20" in ended.out
    assert "on the word of Test authority." in ended.out
    assert "Accepted by rfc3161-client and openssl. Entry 6." in ended.out
    ended = habeas("timestamp", "verify", "--json")
    assert ended.code == 0
    (one,) = ended.json["timestamps"]
    assert (one["entry"], one["size"], one["fault"]) == (6, 6, None)
    assert one["accepted_by"] == ["rfc3161-client", "openssl"]
    assert one["not_judged"] == []
    with monkeypatch.context() as without:
        without.setattr("habeas.custody.attestation.timestamps.shutil.which", lambda name: None)
        ended = habeas("timestamp", "verify")
    assert "(accepted by rfc3161-client)" in ended.out
    assert "By one verifier only: openssl is not here." in ended.said
    verified = habeas("verify")
    assert verified.code == 0
    assert "Time-stamped, as logged: Test authority" in verified.out
    assert habeas("rebuild", "--check").code == 0


@pytest.mark.parametrize(
    "answer",
    [
        (200, "text/html", b"<p>hello"),
        (302, "application/timestamp-reply", b""),
        (500, "application/timestamp-reply", b""),
        (200, "application/timestamp-reply", b"junk"),
        (200, "application/timestamp-reply", b"x" * (1 << 20) + b"x"),
    ],
)
def test_an_answer_that_is_no_timestamp_is_not_logged(
    archive_here: Path,
    habeas: Callable[..., Ended],
    chain: Path,
    answer: tuple[int, str, bytes],
) -> None:
    with serving(lambda query: answer) as url:
        ended = habeas("timestamp", "request", "--url", url, "--chain", chain)
    assert ended.code == 3
    assert "No timestamp is logged" in habeas("timestamp", "verify").out


def test_a_reply_to_another_request_is_refused(
    archive_here: Path, habeas: Callable[..., Ended], authority: Authority, chain: Path
) -> None:
    """Over the right bytes, and yet an older reply played again: its number is another."""
    assert habeas("timestamp", "request", "--out", "../a").code == 0
    old = authority.reply((archive_here.parent / "a" / "checkpoint-6.tsq").read_bytes())
    with serving(lambda query: (200, "application/timestamp-reply", old)) as url:
        ended = habeas("timestamp", "request", "--url", url, "--chain", chain)
    assert "Nonce mismatch" in ended.err


def test_there_and_back_by_file(
    archive_here: Path,
    habeas: Callable[..., Ended],
    authority: Authority,
    chain: Path,
    tmp_path: Path,
) -> None:
    assert habeas("timestamp", "request", "--out", "../out").code == 0
    out = tmp_path / "out"
    text = (out / "checkpoint-6.txt").read_bytes()
    assert (archive_here / "log" / "checkpoint").read_bytes().startswith(text + b"\n")
    assert habeas("compartments", "add", "c", "A case").code == 0, "the log goes on meanwhile"
    (out / "reply").write_bytes(authority.reply((out / "checkpoint-6.tsq").read_bytes()))
    given = (out / "reply", "--chain", chain, "--request", out / "checkpoint-6.tsq")
    ended = habeas("timestamp", "add", *given)
    assert ended.code == 0, ended.said
    assert "The log with 6 entries existed on" in ended.out
    assert "logged already, as entry 7" in habeas("timestamp", "add", *given).err
    assert habeas("timestamp", "verify", "--out", "../files").code == 0
    files = tmp_path / "files" / "entry-7"
    done = subprocess.run(
        [
            *("openssl", "ts", "-verify", "-data", "checkpoint.txt"),
            *("-in", "reply.tsr", "-CAfile", "chain.pem"),
        ],
        cwd=files,
        capture_output=True,
        text=True,
    )
    assert "Verification: OK" in done.stdout


def test_the_reader_brings_what_they_trust(
    archive_here: Path,
    habeas: Callable[..., Ended],
    authority: Authority,
    chain: Path,
    tmp_path: Path,
) -> None:
    assert habeas("timestamp", "request", "--out", "../out").code == 0
    query = (tmp_path / "out" / "checkpoint-6.tsq").read_bytes()
    (tmp_path / "reply").write_bytes(authority.reply(query))
    assert "certificates" in habeas("timestamp", "add", tmp_path / "reply").err
    assert habeas("timestamp", "add", tmp_path / "reply", "--chain", chain).code == 0
    other = tmp_path / "other.pem"
    other.write_bytes(Authority(tmp_path / "tsa", "Another").chain)
    ended = habeas("timestamp", "verify", "--chain", other)
    assert ended.code == 1
    assert "1 timestamp, of which 1 do not hold." in ended.out
    assert habeas("timestamp", "verify", "--chain", chain).code == 0


def test_a_timestamp_over_something_else_is_refused(
    archive_here: Path,
    habeas: Callable[..., Ended],
    authority: Authority,
    chain: Path,
    tmp_path: Path,
) -> None:
    from habeas.custody.attestation.timestamps import make_request

    (tmp_path / "reply").write_bytes(authority.reply(make_request(b"something else")))
    ended = habeas("timestamp", "add", tmp_path / "reply", "--chain", chain)
    assert ended.code == 3
    assert "over no checkpoint that this archive signed" in ended.err


def test_what_is_asked_wrongly(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    assert habeas("timestamp", "request").code == 2
    assert habeas("timestamp", "request", "--url", "http://127.0.0.1:9").code == 2
    assert habeas("timestamp", "add", "nothing.tsr").code == 3
    assert habeas("timestamp", "add", "habeas.toml", "--chain", "habeas.toml").code == 3
    assert habeas("timestamp", "add", "habeas.toml", "--headers", "habeas.toml").code == 3


def test_a_pending_proof_is_kept_as_pending(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    assert habeas("timestamp", "request", "--out", "../out").code == 0
    text = (tmp_path / "out" / "checkpoint-6.txt").read_bytes()
    start = MAGIC + b"\x01\x08" + hashlib.sha256(text).digest()
    (tmp_path / "pending.ots").write_bytes(start + promise())
    ended = habeas("timestamp", "add", tmp_path / "pending.ots")
    assert ended.code == 0, ended.said
    assert "Logged as pending (entry 6)" in ended.out
    ended = habeas("timestamp", "verify")
    assert ended.code == 0
    assert "pending. No block attests the proof yet" in ended.out
    # A block that does not attest it: refused with its header, pending without.
    (tmp_path / "wrong.ots").write_bytes(start + b"\x08" + block(0))
    (tmp_path / "headers").write_text(f"0 {HEADER.hex()}\n")
    given = ("timestamp", "add", tmp_path / "wrong.ots")
    assert "another Merkle root" in habeas(*given, "--headers", tmp_path / "headers").err
    assert habeas(*given).code == 0
    ended = habeas("timestamp", "verify", "--headers", tmp_path / "headers")
    assert ended.code == 1
    assert "does not attest it" in ended.out
    assert habeas("timestamp", "verify", "--out", "../files").code == 0
    assert (tmp_path / "files" / "entry-7" / "checkpoint.txt.ots").exists()
    assert habeas("verify").code == 0


def test_a_block_attests_the_log(
    archive_here: Path,
    habeas: Callable[..., Ended],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a block made here, for which the least work is let pass."""
    monkeypatch.setattr(opentimestamps, "EASIEST", 1 << 255)
    assert habeas("timestamp", "request", "--out", "../out").code == 0
    text = (tmp_path / "out" / "checkpoint-6.txt").read_bytes()
    digest = hashlib.sha256(text).digest()
    proof = tmp_path / "checkpoint.ots"
    proof.write_bytes(MAGIC + b"\x01\x08" + digest + b"\x08" + block(7))
    (tmp_path / "headers").write_text(f"7 {mined(hashlib.sha256(digest).digest()).hex()}\n")
    ended = habeas("timestamp", "add", proof, "--headers", tmp_path / "headers")
    assert ended.code == 0, ended.said
    assert "existed on 2021-03-04 05:06:07 UTC, on the word of Bitcoin block 7." in ended.out
    ended = habeas("timestamp", "verify", "--json")
    assert ended.json["timestamps"][0]["time"] == "2021-03-04T05:06:07+00:00"


def mined(root: bytes) -> bytes:
    """A header over a Merkle root, with hardly any work."""
    time = int(datetime.datetime(2021, 3, 4, 5, 6, 7, tzinfo=datetime.UTC).timestamp())
    start = bytes(36) + root + time.to_bytes(4, "little") + bytes.fromhex("ffff7f20")
    for nonce in range(1000):
        header = start + nonce.to_bytes(4, "little")
        try:
            opentimestamps.read_header(header, 7)
        except TimestampError:
            continue
        return header
    raise AssertionError("no nonce found")
