"""How long, and how much of the server, one caller may keep: waitress, with bounds.

Waitress stops listening when it has its number of connections, waits without end for a caller
who takes nothing, and sends the body of an answer to ``HEAD``. Here:

Invariants: a new caller is always let in, in the place of whoever has waited longest, strangers
first (a caller is a stranger until something was shown to it: behind the gate, whoever has no
cookie); a request must arrive whole in a given time, and an answer be taken at a least speed,
or the connection is closed and what was to be sent is given up; no body follows the head of an
answer to ``HEAD``, whoever made it; a request that two readers could read differently is refused.

It depends on the insides of waitress, which is pinned (decision 0026).
"""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask

CONNECTIONS = 256
#: All the cookies that a browser keeps for one host (180 of 4 KiB), which any program on this
#: machine can set: with them a browser is still to be answered.
LARGEST_HEAD_BYTES = 1024 * 1024
LARGE_HEAD_BYTES = 32 * 1024
MOST_LARGE_HEADS = 8  # that arrive at a time; past that the longest waiting goes


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what is waited for, in seconds."""

    silence: int = 20  # for the first byte of a stranger
    kept: int = 120  # for the next request of a caller to whom something was shown
    head: int = 10  # from the first byte of a request to the end of its head
    request: int = 30  # and to its end
    stall: int = 120  # in which ``least_bytes`` are taken of an answer that waits
    stranger_stall: int = 15
    least_bytes: int = 64 * 1024


def create(
    application: Callable[..., Any],
    listener: socket.socket,
    *,
    threads: int,
    patience: Patience | None = None,
    connections: int = CONNECTIONS,
    largest_head: int = LARGEST_HEAD_BYTES,
    **adjustments: Any,
) -> BoundedServer:
    """A server of the application on a bound socket; ``run`` serves until ``close``."""
    adjusted = Adjustments(
        sockets=[listener],
        threads=threads,
        ident=None,
        asyncore_use_poll=True,  # select() ends at 1,024 files
        cleanup_interval=1,
        clear_untrusted_proxy_headers=True,
        max_request_header_size=largest_head,
        **adjustments,
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return BoundedServer(
        application, listener, dispatcher, adjusted, patience or Patience(), connections
    )


class _Head(HTTPRequestParser):  # type: ignore[misc]
    """A request, refused where another program could read another one in the same bytes."""

    def parse_header(self, header_plus: bytes) -> None:
        self.command = header_plus.partition(b" ")[0].decode("latin-1")
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("A header is folded over two lines")
        super().parse_header(header_plus)
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("This is not HTTP/1.1")
        if "TRANSFER_ENCODING" in self.headers:  # 1.1 was parsed and taken out
            raise ParsingError("HTTP/1.0 has no transfer coding")
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("The length of the body is given in two ways")
        if self.proxy_netloc or self.proxy_scheme or not self.path.startswith("/"):
            raise ParsingError("The address asked for is not a path")
        if "," in self.headers.get("HOST", ""):
            raise ParsingError("There is more than one Host")
        if not self.chunked and not 0 < self.content_length < self.adj.max_request_body_size:
            self.expect_continue = False  # waitress would wait for a body that will not come


class _NoBodyOfHead(Task):  # type: ignore[misc]
    """Sends the head of an answer to HEAD and nothing after it."""

    def write(self, data: bytes) -> None:
        super().write(b"" if self.channel.asks_head else data)

    def finish(self) -> None:
        if not self.channel.asks_head:
            super().finish()
        elif not self.wrote_header:
            self.write(b"")

    def build_response_header(self) -> bytes:
        if self.status[:1] in "23":
            self.channel.is_stranger = False
        return bytes(super().build_response_header())


class _Answer(_NoBodyOfHead, WSGITask):  # type: ignore[misc]
    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.channel.asks_head:
            environ.pop("wsgi.file_wrapper", None)  # which goes past ``write``
        return environ


class _Refusal(_NoBodyOfHead, ErrorTask):  # type: ignore[misc]
    """What waitress itself answers."""


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, and since when what is awaited of the caller."""

    parser_class = _Head
    task_class = _Answer
    error_task_class = _Refusal
    server: BoundedServer

    is_stranger = True
    asks_head = False  # what is being answered
    began = 0.0  # when the request that is arriving did
    answered = 0.0  # when the last one was
    taken = 0  # bytes of answers
    marked = (0.0, 0)  # when so many had been taken

    def __init__(self, server: BoundedServer, *rest: Any, **more: Any) -> None:
        self.began = self.answered = server.clock()
        self.marked = (self.began, 0)
        super().__init__(server, *rest, **more)

    def received(self, data: bytes) -> bool:
        arriving, now = self.request, self.server.clock()
        if arriving is None:
            self.began = now
        more = super().received(data)
        if self.request is not arriving:
            self.began = now
        if self.head_bytes > LARGE_HEAD_BYTES:
            self.server.keep_large_heads_few(self)
        return bool(more)

    def readable(self) -> bool:
        return self._fileno is not None and bool(super().readable())

    def writable(self) -> bool:
        return self._fileno is not None and bool(super().writable())

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = int(super().send(data, do_close=do_close))
        self.taken += sent
        return sent

    def service(self) -> None:
        asked = self.requests[0]
        command = getattr(asked, "command", "")
        self.asks_head = command == "HEAD" or asked.header_plus.startswith(b"HEAD ")
        super().service()
        self.answered = self.server.clock()

    @property
    def is_arriving(self) -> bool:
        return self.request is not None and not self.requests

    @property
    def head_bytes(self) -> int:
        """Of a head that has not arrived whole."""
        return len(self.request.header_plus) if self.request is not None else 0

    def is_overdue(self, now: float, patience: Patience) -> bool:
        """Whether the caller has kept the connection for too long; asked every second."""
        if self.total_outbufs_len:
            return self._is_stalled(now, patience)
        self.marked = (now, self.taken)
        if self.requests:
            self.answered = now
            return False
        since = now - max(self.began, self.answered)
        if self.is_arriving:
            whole = self.request.headers_finished
            return since > (patience.request if whole else patience.head)
        return since > (patience.silence if self.is_stranger else patience.kept)

    def _is_stalled(self, now: float, patience: Patience) -> bool:
        when, taken = self.marked
        if self.taken - taken >= patience.least_bytes:
            self.marked = (now, self.taken)
            return False
        return now - when > (patience.stranger_stall if self.is_stranger else patience.stall)

    @property
    def worth(self) -> tuple[int, float]:
        """The smallest makes room for a new caller: a stranger who waits, the longest first."""
        if self.is_stranger:
            kind = 2 if self.requests else 0
        else:
            kind = 4 if self.requests else 3 if self.total_outbufs_len else 1
        return kind, max(self.began, self.answered)

    def give_up(self) -> None:
        """Close now. Whoever writes the answer, in another thread, is told so and ends."""
        self.handle_close()


class BoundedServer(TcpWSGIServer):  # type: ignore[misc]
    """Waitress's server; it never stops listening."""

    channel_class = _Channel
    active_channels: dict[int, _Channel]
    next_channel_cleanup: float
    clock = staticmethod(time.monotonic)

    def __init__(
        self,
        application: Callable[..., Any],
        listener: socket.socket,
        dispatcher: ThreadedTaskDispatcher,
        adjusted: Adjustments,
        patience: Patience,
        connections: int,
    ) -> None:
        self.patience = patience
        self._leaving: list[_Channel] = []
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.connections = min(connections, max(16, files // 2))
        super().__init__(
            application,
            {},
            True,
            listener,
            dispatcher=dispatcher,
            adj=adjusted,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def readable(self) -> bool:
        """Asked before each wait: no file of a connection closed here is being waited on yet."""
        for channel in self._leaving:
            channel.give_up()
        self._leaving.clear()
        now = self.clock()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting)

    def maintenance(self, now: float) -> None:
        """Give up every caller for whom was waited too long."""
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now, self.patience):
                channel.give_up()

    def handle_accept(self) -> None:
        if len(self.active_channels) >= self.connections:
            self._leaving.append(min(self.active_channels.values(), key=lambda each: each.worth))
            return  # let in with the next wait: this one may still have news of the one that goes
        super().handle_accept()

    def keep_large_heads_few(self, newest: _Channel) -> None:
        """Of heads that are long and not yet whole."""
        large = [c for c in self.active_channels.values() if c.head_bytes > LARGE_HEAD_BYTES]
        if len(large) > MOST_LARGE_HEADS:
            others = [channel for channel in large if channel is not newest]
            self._leaving.append(min(others, key=lambda each: each.worth))

    def close(self) -> None:
        """Stop listening, and give up whoever is connected."""
        super().close()
        for channel in list(self.active_channels.values()):
            channel.give_up()
