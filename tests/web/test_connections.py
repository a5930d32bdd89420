"""What one caller may keep of the server, and what two programs could read differently."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from habeas.web import connections
from habeas.web.connections import BoundedServer, Patience, create

Environ = dict[str, Any]


class Endless:
    """An answer without an end; says when it was given up."""

    def __init__(self) -> None:
        self.given_up = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    def close(self) -> None:
        self.given_up.set()


class Served:
    """A server of a few answers, whose time is set by hand."""

    def __init__(self, **bounds: Any) -> None:
        self.now = 1_000.0
        self.endless: list[Endless] = []
        self.conns: list[socket.socket] = []
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = listener.getsockname()
        self.server: BoundedServer = create(
            self.answer, listener, threads=3, outbuf_high_watermark=200_000, **bounds
        )
        self.server.clock = lambda: self.now  # type: ignore[method-assign]
        self.server.next_channel_cleanup = 0
        self.looked = 0.0  # at its callers, to the end
        look = self.server.maintenance

        def maintenance(now: float) -> None:
            look(now)
            self.looked = now

        self.server.maintenance = maintenance  # type: ignore[method-assign]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # closed below
            self.server.run()

    def answer(self, environ: Environ, start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        kind = ("Content-Type", "text/plain")
        if path == "/shut":
            start("403 Forbidden", [kind, ("Content-Length", "4")])
            return [b"shut"]
        if path == "/endless":
            start("200 OK", [kind])
            self.endless.append(Endless())
            return self.endless[-1]
        if path == "/parts":
            start("200 OK", [kind])
            return (each for each in (b"one", b"two"))
        if path == "/written":
            start("200 OK", [kind, ("Content-Length", "7")])(b"written")
            return []
        if path == "/file" and "wsgi.file_wrapper" in environ:
            start("200 OK", [kind])
            import io

            return environ["wsgi.file_wrapper"](io.BytesIO(b"of a file"))
        if path == "/fault":
            raise RuntimeError("a fault")
        if path == "/nothing":
            start("204 No Content", [])
            return []
        if path == "/unchanged":
            start("304 Not Modified", [])
            return []
        body = environ["wsgi.input"].read() or b"shown"
        start("200 OK", [kind, ("Content-Length", str(len(body)))])
        return [body]

    @property
    def channels(self) -> list[connections._Channel]:
        return list(self.server.active_channels.values())

    def connect(self) -> socket.socket:
        made = socket.create_connection(self.address, timeout=60)
        self.conns.append(made)
        return made

    def later(self, seconds: float) -> None:
        """Let time pass; returns when the server has looked at all its callers."""
        self.now += seconds
        while self.looked < self.now:
            self.server.pull_trigger()
            time.sleep(0.001)

    def channel_of(self, conn: socket.socket) -> connections._Channel:
        return next(each for each in self.channels if each.addr == conn.getsockname())

    def close(self) -> None:
        self.server.close()
        self.thread.join(10)
        self.server.task_dispatcher.shutdown()
        for conn in self.conns:
            conn.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    made = Served()
    yield made
    made.close()


def asked(path: str, more: str = "", method: str = "GET", version: str = "1.1") -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: here\r\n{more}\r\n".encode()


def one_answer(conn: socket.socket) -> bytes:
    """A head, and the body of the length that it says."""
    told = b""
    while b"\r\n\r\n" not in told:
        piece = conn.recv(65_536)
        assert piece, told
        told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += conn.recv(65_536)
    return head + b"\r\n\r\n" + body


def all_of(conn: socket.socket) -> bytes:
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := conn.recv(65_536):
            told += piece
    return told


def test_a_crowd_that_asks_nothing_keeps_nobody_out() -> None:
    served = Served(connections=16)
    try:
        reader = served.connect()
        reader.sendall(asked("/"))
        assert b"shown" in one_answer(reader)
        crowd = [served.connect() for _ in range(60)]
        for each in crowd[::2]:
            with contextlib.suppress(OSError):
                each.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        for _ in range(3):
            newcomer = served.connect()
            newcomer.sendall(asked("/"))
            assert b"shown" in one_answer(newcomer)
        reader.sendall(asked("/"))  # whoever was shown something is not put out for strangers
        assert b"shown" in one_answer(reader)
        assert len(served.server.active_channels) <= 16
        assert all_of(crowd[1]) == b""  # a stranger who waited longest was
    finally:
        served.close()


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HTTP/1.1\r\nHost: here\r\nX-A: "])
def test_a_stranger_who_does_not_finish_is_given_up(served: Served, sent: bytes) -> None:
    slow = served.connect()
    slow.sendall(sent)
    for _ in range(4):
        served.later(9)
        if sent:
            with contextlib.suppress(OSError):
                slow.sendall(b"a")  # a letter now and then buys no more time
    assert all_of(slow) == b""


def test_a_body_that_does_not_come_is_given_up(served: Served) -> None:
    slow = served.connect()
    slow.sendall(asked("/", "Content-Length: 100\r\n", "POST"))
    for _ in range(5):
        served.later(9)
        with contextlib.suppress(OSError):
            slow.sendall(b"a")
    assert all_of(slow) == b""


def test_whoever_was_shown_something_may_think_for_a_while(served: Served) -> None:
    reader = served.connect()
    reader.sendall(asked("/"))
    one_answer(reader)
    served.later(100)
    reader.sendall(asked("/"))
    assert b"shown" in one_answer(reader)
    for _ in range(2):  # the first may come while the server still ends the answer
        served.later(130)
    assert all_of(reader) == b""


def stalled(served: Served, conns: list[socket.socket]) -> None:
    """Until these callers, who take nothing, hold their answers up: the system holds no more.

    That the server has much to send is not enough: what it then sends counts as taken.
    """
    callers = {conn.getsockname() for conn in conns}
    left = callers
    while left:
        served.server.pull_trigger()
        waiting = {c.socket: c.addr for c in served.channels if c.total_outbufs_len > 200_000}
        ready = select.select([], waiting, [], 0.01)[1]
        left = callers - {addr for held, addr in waiting.items() if held not in ready}


@pytest.mark.parametrize("bytes_taken", [0, 1, 1_000])
def test_an_answer_that_is_not_taken_is_given_up(served: Served, bytes_taken: int) -> None:
    """A paused download: its thread, its place and its file are free again."""
    conns = [served.connect() for _ in range(3)]  # as many as there are threads
    for conn in conns:
        conn.sendall(asked("/endless"))
        assert conn.recv(1)
    stalled(served, conns)
    waiting = served.connect()
    waiting.sendall(asked("/"))
    for _ in range(15):
        served.later(10)
        for conn in conns:
            with contextlib.suppress(OSError):
                if bytes_taken:
                    conn.recv(bytes_taken)
    for endless in served.endless[-3:]:
        assert endless.given_up.wait(60)
    assert b"shown" in one_answer(waiting)


def test_an_answer_that_is_taken_goes_on_for_as_long_as_it_takes(served: Served) -> None:
    conn = served.connect()
    conn.sendall(asked("/endless"))
    assert conn.recv(1)
    channel = served.channel_of(conn)
    for _ in range(10):
        # What was read here may long have been taken from the server, by the system.
        before = channel.taken
        while channel.taken - before < Patience().least_bytes:
            assert conn.recv(65_536)
        served.later(100)
    assert not served.endless[-1].given_up.is_set()
    conn.close()


@pytest.mark.parametrize(
    "path",
    ["/", "/parts", "/written", "/file", "/shut", "/fault", "/nothing", "/unchanged"],
)
def test_no_body_follows_a_head(served: Served, path: str) -> None:
    conn = served.connect()
    conn.sendall(asked(path, "Connection: close\r\n", "HEAD"))
    head, gap, rest = all_of(conn).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    assert (gap, rest) == (b"\r\n\r\n", b"")


@pytest.mark.parametrize("path", ["/", "/written", "/shut"])
def test_what_is_asked_after_a_head_is_answered_next(served: Served, path: str) -> None:
    conn = served.connect()
    conn.sendall(asked(path, method="HEAD") + asked("/"))
    told = b""
    while not told.endswith(b"shown"):
        told += conn.recv(65_536)
    first, second = told.split(b"HTTP/1.1 ")[1:]
    assert first.endswith(b"\r\n\r\n")
    assert b"Content-Length: " in first  # of what GET would give
    assert second.startswith(b"200 OK")


def test_no_body_follows_a_head_that_is_refused(served: Served) -> None:
    folded = asked("/", "X: a\r\n b\r\n", "HEAD")
    long = asked("/", f"X: {'a' * connections.LARGEST_HEAD_BYTES}\r\n", "HEAD")
    for sent in (folded, long, asked("/", method="HEAD", version="3.0")):
        conn = served.connect()
        with contextlib.suppress(OSError):
            conn.sendall(sent)
        assert all_of(conn).partition(b"\r\n\r\n")[2] == b""


TWO_WAYS = {
    "two lengths": asked("/", "Content-Length: 5\r\nContent-Length: 6\r\n", "POST") + b"hello",
    "a length and a coding": asked(
        "/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "POST"
    ) + b"0\r\n\r\n",
    "a coding that is not the last": asked(
        "/", "Transfer-Encoding: chunked, identity\r\n", "POST"
    ) + b"0\r\n\r\n",
    "a coding in HTTP/1.0": asked("/", "Transfer-Encoding: chunked\r\n", version="1.0"),
    "a signed length": asked("/", "Content-Length: +5\r\n", "POST") + b"hello",
    "a folded header": asked("/", "X-A: b\r\n Content-Length: 5\r\n"),
    "a header with a space": asked("/", "Content-Length : 5\r\n", "POST") + b"hello",
    "a NUL": asked("/", "X-A: b\0c\r\n"),
    "a bare line feed": asked("/", "X-A: b\nX-C: d\r\n"),
    "a bare carriage return": asked("/", "X-A: b\rX-C: d\r\n"),
    "two hosts": asked("/", "Host: elsewhere\r\n"),
    "another place's address": asked("http://elsewhere/"),
    "a place to connect to": asked("elsewhere:443", method="CONNECT"),
    "no path": asked("*", method="OPTIONS"),
    "no version": b"GET /\r\n\r\n",
    "another version": asked("/", version="2.0"),
    "a chunk without its end": asked("/", "Transfer-Encoding: chunked\r\n", "POST")
    + b"5\r\nhelloGET / HTTP/1.1\r\n\r\n",
    "a chunk with a sign": asked("/", "Transfer-Encoding: chunked\r\n", "POST") + b"-5\r\nhello",
}  # fmt: skip


@pytest.mark.parametrize("name", TWO_WAYS)
def test_what_two_programs_could_read_differently_is_refused(served: Served, name: str) -> None:
    conn = served.connect()
    conn.sendall(TWO_WAYS[name] + asked("/"))
    told = all_of(conn)  # and nothing that follows is read
    assert re.match(rb"HTTP/1.[01] (400|501) ", told), told
    assert told.count(b"\r\nDate: ") == 1


def test_a_chunked_body_is_read_where_it_is_plain(served: Served) -> None:
    conn = served.connect()
    conn.sendall(asked("/", "Transfer-Encoding: chunked\r\n", "POST") + b"5\r\nhello\r\n0\r\n\r\n")
    assert one_answer(conn).endswith(b"hello")


def test_whoever_waits_to_be_told_to_go_on_is_told(served: Served) -> None:
    conn = served.connect()
    conn.sendall(asked("/", "Expect: 100-continue\r\nContent-Length: 5\r\n", "POST"))
    assert one_answer(conn).startswith(b"HTTP/1.1 100 ")
    conn.sendall(b"hello")
    assert one_answer(conn).endswith(b"hello")
    conn.sendall(asked("/", "Expect: 100-continue\r\n"))  # and has nothing to send
    assert one_answer(conn).endswith(b"shown")
    huge = f"Expect: 100-continue\r\nContent-Length: {2**40}\r\n"
    conn.sendall(asked("/", huge, "POST"))
    assert one_answer(conn).startswith(b"HTTP/1.1 413 ")


def test_all_cookies_that_a_browser_keeps_are_read(served: Served) -> None:
    conn = served.connect()
    conn.sendall(asked("/", f"Cookie: {'; '.join(['a=' + 'x' * 4_090] * 180)}\r\n"))
    assert one_answer(conn).endswith(b"shown")


def test_long_heads_that_never_end_are_few(served: Served) -> None:
    conns = [served.connect() for _ in range(3 * connections.MOST_LARGE_HEADS)]
    for conn in conns:
        with contextlib.suppress(OSError):
            conn.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 2 * connections.LARGE_HEAD_BYTES)
    reader = served.connect()
    reader.sendall(asked("/", f"Cookie: {'; '.join(['a=' + 'x' * 4_090] * 100)}\r\n"))
    assert one_answer(reader).endswith(b"shown")
    large = [each for each in served.channels if each.head_bytes]
    assert len(large) <= connections.MOST_LARGE_HEADS


def test_patience_is_counted_in_tens_of_seconds() -> None:
    """A change of these is a change of what docs/threat-model.md says."""
    assert Patience() == Patience(20, 120, 10, 30, 120, 15, 65_536)
    assert connections.CONNECTIONS == 256
