"""Serves the pages of one archive to one browser on this machine.

Invariants: loopback only, until there is sign-in; the address that is printed works once;
nothing is served before the gate is in place.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from habeas.web.errors import AddressRefused, PortTaken

THREADS = 8
DEFAULT_ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8417


class Serving:
    """A listening server: ``url`` works once; ``run`` serves until ``close``."""

    def __init__(self, server: Any, url: str, origin: str) -> None:
        self._server = server
        self.url = url  # with the one-time token
        self.origin = origin  # without

    def run(self) -> None:
        """Serve until interrupted or closed."""
        try:
            self._server.run()
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening and shut the gate."""
        from habeas.web.site.gate import open_gate

        open_gate(None)
        self._server.close()


def listen(archive: Any, *, address: str = DEFAULT_ADDRESS, port: int = DEFAULT_PORT) -> Serving:
    """Bind a loopback address (port 0: any free port) and open the gate for one browser."""
    address = loopback(address)
    from waitress.server import create_server

    from habeas.web.site.gate import Gate, open_gate
    from habeas.web.site.viewing import show
    from habeas.web.site.wsgi import application

    listener = _bound(address, port)
    port = listener.getsockname()[1]
    show(archive)
    shown = f"[{address}]" if ":" in address else address
    gate = Gate(hosts=(f"{shown}:{port}", f"localhost:{port}"))
    server = create_server(
        application(),
        sockets=[listener],
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=1,
        max_request_header_size=16_384,
    )
    open_gate(gate)
    origin = f"http://{shown}:{port}"
    return Serving(server, f"{origin}/?token={gate.token}", origin)


def serve(
    archive: Any,
    *,
    address: str = DEFAULT_ADDRESS,
    port: int = DEFAULT_PORT,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the archive's pages on this machine until interrupted; announces the address."""
    serving = listen(archive, address=address, port=port)
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
