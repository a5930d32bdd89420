"""Attacks on `habeas serve` from this machine: what a local program or file can do to the pages.

The server is real, on a loopback port; every attack is bounded in number and bytes.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.web.making import Shelf, fill
from tests.web.test_originals import Browser

from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.models import CustodyEvent
from habeas.archive.opening import Archive
from habeas.cli import witness_server
from habeas.cli.commands.witness_serve import _cosigners, init
from habeas.cli.speaking import Speaker
from habeas.custody.attestation.witness import Witness
from habeas.web.explore.exhibits import originals
from habeas.web.serving import Serving, listen

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


class Besieged:
    """An archive that is served, a browser that was let in, and whoever else connects."""

    def __init__(self, serving: Serving, shelf: Shelf) -> None:
        self.serving, self.shelf = serving, shelf
        parts = urlsplit(serving.origin)
        self.host = parts.netloc
        self.address = (str(parts.hostname), parts.port)
        self.conns: list[socket.socket] = []
        self.browser = Browser(serving.url)
        self.mark = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())

    def connect(self) -> socket.socket:
        self.conns.append(socket.create_connection(self.address, timeout=60))
        return self.conns[-1]

    def asked(self, path: str, more: str = "", method: str = "GET") -> bytes:
        lines = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.mark}\r\n{more}\r\n"
        )
        return lines.encode()

    def told(self, *requests: bytes) -> bytes:
        """All that comes back, the last request asking that the connection be closed."""
        conn = self.connect()
        conn.sendall(b"".join(requests))
        told = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := conn.recv(65_536):
                told += piece
        return told

    def still_answers(self) -> None:
        answer = self.browser.get("/overview.json")
        assert answer.status == 200

    def later(self, seconds: float) -> None:
        """Let the server's time pass."""
        server = self.serving._server
        now = server.clock() + seconds
        server.clock = lambda: now
        while server.next_channel_cleanup <= now:
            server.pull_trigger()


@pytest.fixture
def besieged(archive: Archive, tmp_path: Path) -> Iterator[Besieged]:
    shelf = fill(archive, tmp_path)
    serving = listen(archive, port=0, person=shelf.reviewer)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    made = Besieged(serving, shelf)
    yield made
    made.browser.connection.close()
    serving.close()
    thread.join(10)
    for conn in made.conns:
        conn.close()


CLOSE = "Connection: close\r\n"


def test_three_hundred_who_ask_nothing(besieged: Besieged) -> None:
    for n in range(300):
        conn = besieged.connect()
        if n % 3:
            with contextlib.suppress(OSError):
                conn.sendall([b"GET", b"GET / HTTP/1.1\r\nHost: "][n % 2])
        if n % 60 == 0:
            besieged.still_answers()
    newcomer = Browser(besieged.serving.renew())  # no cookie yet: a stranger like the others
    assert newcomer.get("/overview.json").status == 200
    newcomer.connection.close()


def test_three_downloads_that_are_paused(besieged: Besieged, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"\0" * 24_000_000)
    exhibit = add_files(besieged.shelf.archive, [Received(path)]).exhibits[0][1].position
    at = f"/exhibits/{exhibit}/"
    token = re.search(
        rb'name="csrfmiddlewaretoken" value="([^"]+)"',
        besieged.browser.get(at).body,  # type: ignore[attr-defined]
    )
    assert token is not None
    mark = "; ".join(f"{name}={value}" for name, value in besieged.browser.cookies.items())
    body = b"purpose=x&csrfmiddlewaretoken=" + token[1]
    request = (
        f"POST {at}original/ HTTP/1.1\r\nHost: {besieged.host}\r\nCookie: {mark}\r\n"
        f"Origin: http://{besieged.host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    for _ in range(originals.AT_ONCE):
        conn = besieged.connect()
        conn.sendall(request)
        assert conn.recv(12) == b"HTTP/1.1 200"
    fourth = besieged.connect()
    fourth.sendall(request)
    assert fourth.recv(12) == b"HTTP/1.1 409"
    besieged.still_answers()
    threads = [t for t in threading.enumerate() if t.name == "original"]
    server = besieged.serving._server
    while sum(c.total_outbufs_len > 1_000_000 for c in server.active_channels.values()) < 3:
        server.pull_trigger()
    for _ in range(5):
        besieged.later(50)
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    for _ in range(originals.AT_ONCE):  # the places are free, and are given back
        assert originals._sending.acquire(timeout=60)
    for _ in range(originals.AT_ONCE):
        originals._sending.release()
    events = CustodyEvent.objects.filter(exhibit=exhibit, event="copied")
    assert events.count() == originals.AT_ONCE
    for event in events:  # of the part that left, the ledger says what is known
        assert "Whether all of it arrived is not known" in event.changed


def test_no_answer_to_head_has_a_body(besieged: Besieged) -> None:
    """Pages, twins, static files, forms' addresses, errors, redirects, refusals: all of them."""
    at = f"/exhibits/{besieged.shelf.at['exhibit']}"
    paths = (
        *("/", "/overview.json", "/records/", "/search/?q=camp", "/search.json?q=camp", f"{at}/"),
        *(f"{at}.json", f"{at}/original/", f"{at}/passages/", "/exhibits", "/nowhere/"),
        *("/exhibits/99999/", "/exhibits/99999.json", "/search/?q=%22", "/?token=wrong", "/%ff"),
        *("/static/explore/habeas.css", "/static/vendor/maplibre-gl/maplibre-gl-csp.js"),
        *("/static/nothing.css", "/figures/", "/about/", "/?format=json"),
    )
    for path in paths:
        first = besieged.asked(path, method="HEAD")
        told = besieged.told(first, besieged.asked("/overview.json", CLOSE))
        head, _, second = told.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), path
        if b"Connection: close" not in head:
            assert second.startswith(b"HTTP/1.1 200 OK\r\n"), (path, second[:80])
        else:
            assert second == b"", path
    for stranger in (
        f"HEAD / HTTP/1.1\r\nHost: {besieged.host}\r\n{CLOSE}\r\n",
        "HEAD / X\r\n\r\n",
    ):
        assert besieged.told(stranger.encode()).partition(b"\r\n\r\n")[2] == b""


def test_pages_keep_their_connection_and_say_their_length(besieged: Besieged) -> None:
    told = besieged.told(
        *[besieged.asked("/overview.json")] * 3, besieged.asked("/nowhere/", CLOSE)
    )
    assert told.count(b"\r\nContent-Length: ") == told.count(b"\r\nDate: ") == 4
    assert b"chunked" not in told


def test_a_request_inside_a_request_is_not_answered(besieged: Besieged) -> None:
    """What a tunnel takes for a body must not become a request of somebody who was let in."""
    hidden = besieged.asked("/exhibits/", CLOSE)
    for more in (
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 0\r\n",
        "X-A: b\r\n Content-Length: 3\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ):
        told = besieged.told(besieged.asked("/", more, "POST"), hidden)
        assert told.count(b"\r\nDate: ") == 1, more
        assert re.match(rb"HTTP/1.[01] (400|501) ", told), more


def test_no_other_name_is_answered(besieged: Besieged) -> None:
    """A page that resolves its own name to this machine, and a proxy that is asked for one."""
    hosts = ("evil.example", f"evil.example:{besieged.address[1]}", f"{besieged.host}.evil.example")
    more = (f"{besieged.host}, evil.example", "", f"{besieged.host}@evil.example")
    lines = (f"GET {place} HTTP/1.1" for place in ("/", "//evil.example/", "http://evil.example/"))
    for line, host in itertools.product(lines, (*hosts, *more)):
        sent = f"{line}\r\nHost: {host}\r\nCookie: {besieged.mark}\r\n{CLOSE}\r\n"
        told = besieged.told(sent.encode())
        assert re.match(rb"HTTP/1.[01] (400|421) ", told), (host, told[:60])


def test_a_crowd_with_long_heads(besieged: Besieged) -> None:
    for _ in range(40):
        conn = besieged.connect()
        with contextlib.suppress(OSError):
            conn.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000)
    besieged.still_answers()
    held = sum(c.head_bytes for c in besieged.serving._server.active_channels.values())
    assert held <= 9 * 110_000 + 40 * 32 * 1024


def test_a_crowd_that_sends_forms_letter_by_letter(besieged: Besieged) -> None:
    head = (
        f"POST / HTTP/1.1\r\nHost: {besieged.host}\r\nContent-Length: 10000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode()
    conns = [besieged.connect() for _ in range(40)]
    for conn in conns:
        conn.sendall(head)
    for _ in range(6):
        besieged.later(9)
        for conn in conns:
            with contextlib.suppress(OSError):
                conn.sendall(b"a")
        besieged.still_answers()
    for conn in conns:
        with contextlib.suppress(ConnectionResetError):
            assert conn.recv(1) == b""


def test_a_stranger_who_asks_much_and_reads_nothing(besieged: Besieged) -> None:
    for _ in range(30):
        conn = besieged.connect()
        one = f"GET / HTTP/1.1\r\nHost: {besieged.host}\r\n\r\n".encode()
        with contextlib.suppress(OSError):
            conn.sendall(one * 150)
    besieged.still_answers()


def test_a_witness_is_kept_by_no_crowd_either(tmp_path: Path, backend: str) -> None:
    """Idle connections, heads and bodies that never end, bodies that are too large, HEAD."""
    folder = tmp_path / "witness"
    init(Speaker(), folder, "example.org/witness", unprotected=True)
    listening = witness_server.listen(Witness(folder, *_cosigners(folder, None)), "127.0.0.1", 0)
    thread = threading.Thread(target=listening.run, daemon=True)
    thread.start()
    parts = urlsplit(listening.url)
    address = (str(parts.hostname), int(parts.port or 0))
    begun = (b"", b"POST /add-checkpoint HTTP/1.1\r\nX: ", asks_much(60_000), b"\r\n")
    with contextlib.ExitStack() as open_:
        for n in range(300):
            conn = open_.enter_context(socket.create_connection(address, timeout=60))
            with contextlib.suppress(OSError):
                conn.sendall(begun[n % 4])
        for sent, status in ((asks_much(70_000), b"413"), (b"HEAD / HTTP/1.1\r\n\r\n", b"404")):
            conn = open_.enter_context(socket.create_connection(address, timeout=60))
            conn.sendall(sent)
            told = conn.recv(65_536)
            assert told.split()[1] == status
            if status == b"404":
                assert told.endswith(b"\r\n\r\n")
    listening.close()
    thread.join(10)


def asks_much(length: int) -> bytes:
    return f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()


def test_cookies_of_another_server_on_this_machine(besieged: Besieged) -> None:
    """Of our name, before and after; and all that a browser keeps for one host."""
    name = besieged.mark.partition("=")[0]
    many = "; ".join(f"other{n}={'x' * 4_000}" for n in range(170))
    for sent in (f"{name}=x; {besieged.mark}; {name}=", f"{many}; {besieged.mark}"):
        told = besieged.told(
            f"GET /overview.json HTTP/1.1\r\nHost: {besieged.host}\r\n"
            f"Cookie: {sent}\r\n{CLOSE}\r\n".encode()
        )
        assert told.startswith(b"HTTP/1.1 200 ")
    told = besieged.told(
        f"GET / HTTP/1.1\r\nHost: {besieged.host}\r\nCookie: {name}=x\r\n{CLOSE}\r\n".encode()
    )
    assert told.startswith(b"HTTP/1.1 403 ")
    assert b"another program on this machine" in told
    newcomer = Browser(besieged.serving.renew())
    assert newcomer.get("/overview.json").status == 200
    newcomer.connection.close()
    shut_out = besieged.told(besieged.asked("/", CLOSE))
    assert shut_out.startswith(b"HTTP/1.1 403 ")
