"""Serves the pages of one archive to one browser on this machine.

Invariants: loopback only, until there is sign-in; the address that is printed works once;
nothing is served before the gate is in place; without a person nothing can be recorded from the
pages; what is sent waits in memory, never in a file of the server.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from habeas.web.errors import AddressRefused, PortTaken

if TYPE_CHECKING:
    from habeas.archive.access import Viewer
    from habeas.custody.log.notes import Signer
    from habeas.web.site.gate import Gate

THREADS = 8
DEFAULT_ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8417
#: Of an answer, waiting for the browser. A thread that has more to send waits.
MOST_WAITING_BYTES = 1024 * 1024
#: Past this the server would put what waits into a temporary file: plain evidence on the disk.
NEVER_TO_FILE_BYTES = 2**31 - 1


class Serving:
    """A listening server: ``url`` works once; ``run`` serves until ``close``."""

    def __init__(self, server: Any, gate: Gate, origin: str) -> None:
        self._server = server
        self._gate = gate
        self.origin = origin  # without the token
        self._closed = False

    @property
    def url(self) -> str:
        """The address, with the one-time token."""
        return f"{self.origin}/?token={self._gate.token}"

    def renew(self) -> str:
        """Another address that works once. The browser that used the last one is shut out."""
        self._gate.renew()
        return self.url

    def run(self) -> None:
        """Serve until interrupted or closed."""
        try:
            self._server.run()
        except OSError:
            if not self._closed:  # by another thread, while this one waited on its sockets
                raise
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening and shut the gate."""
        from habeas.web.site.gate import open_gate

        self._closed = True
        open_gate(None)
        self._server.close()


def listen(
    archive: Any,
    *,
    address: str = DEFAULT_ADDRESS,
    port: int = DEFAULT_PORT,
    person: Signer | None = None,
    viewer: Viewer | None = None,
) -> Serving:
    """Bind a loopback address (port 0: any free port) and open the gate for one browser.

    ``person`` answers for what that browser records; without one the pages are only read.
    ``viewer`` is who reads: the owner unless another is given.
    """
    address = loopback(address)
    from habeas.archive.access import OWNER
    from habeas.web.connections import create
    from habeas.web.site.gate import Gate, open_gate
    from habeas.web.site.settings import MOST_FORM_BYTES
    from habeas.web.site.viewing import ShownPage
    from habeas.web.site.wsgi import application

    listener = _bound(address, port)
    port = listener.getsockname()[1]
    host = f"[{address}]" if ":" in address else address
    gate = Gate(hosts=(f"{host}:{port}", f"localhost:{port}"), forms=person is not None)
    server = create(
        application(ShownPage(archive, OWNER if viewer is None else viewer, person)),
        listener,
        threads=THREADS,
        max_request_body_size=MOST_FORM_BYTES,
        outbuf_high_watermark=MOST_WAITING_BYTES,
        outbuf_overflow=NEVER_TO_FILE_BYTES,
    )
    open_gate(gate)
    return Serving(server, gate, f"http://{host}:{port}")


def serve(
    archive: Any,
    *,
    address: str = DEFAULT_ADDRESS,
    port: int = DEFAULT_PORT,
    person: Signer | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the archive's pages on this machine until interrupted; announces the address."""
    serving = listen(archive, address=address, port=port, person=person)
    announce(serving.url)
    serving.run()


def loopback(address: str) -> str:
    """The address, if it is one that only this machine can reach; refuses every other."""
    if address == "localhost":
        return DEFAULT_ADDRESS
    try:
        if ipaddress.ip_address(address.strip("[]")).is_loopback:
            return address.strip("[]")
    except ValueError:
        pass
    raise AddressRefused(
        f"{address!r} can be reached from other machines, and these pages have no sign-in yet: "
        "anyone who reaches them could read the archive.",
        next_step="Leave the address out (127.0.0.1 is used), or read from another machine "
        "through a tunnel, such as ssh -L.",
    )


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(
                f"Port {port} is taken on this machine.",
                next_step="Choose another with --port, or use --port 0 for any free one.",
            ) from error
        raise
    return listener
