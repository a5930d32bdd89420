"""Open files handed to another process, over a pair of sockets of this machine that has no name.

The one place of this room that imports ``socket``: what is made here is connected from the
beginning, only to the process that was given its other end, and no address is ever used.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence


def pair() -> tuple[int, int]:
    """The two ends of a new pair."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return ours.detach(), theirs.detach()


def give(end: int, word: bytes, handles: Sequence[int] = ()) -> None:
    """Send one byte, and with it the open files. Where nobody is left to hear, nothing is done."""
    with _opened(end) as ours, contextlib.suppress(ConnectionError):
        socket.send_fds(ours, [word], list(handles))


def take(end: int, most: int) -> tuple[bytes, list[int]]:
    """The next byte and what came with it; no byte once the other end was closed."""
    with _opened(end) as ours:
        word, handles, _, _ = socket.recv_fds(ours, 1, most)
    for handle in handles:
        os.set_inheritable(handle, False)
    return word, handles


@contextlib.contextmanager
def _opened(end: int) -> Iterator[socket.socket]:
    # All three are given, or Python would ask the kernel for them: a call that readers lack.
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=end)
    try:
        yield opened
    finally:
        opened.detach()
