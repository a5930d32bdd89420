"""The HTTP server of a witness: one address that cosigns, and one that shows what it cosigned.

    POST /add-checkpoint                            tlog-witness
    POST /add-handover                              ours: a log's keys were handed over
    GET  /<SHA-256 of the origin, hex>/checkpoint   tlog-witness, for monitors

Invariants: nothing else is answered, and no list of logs is given: whoever asks for a
checkpoint knows the log's name already; nothing of any archive is read or shown; requests,
headers, waiting and connections are bounded; the program does not name itself. Where it
listens is said by the caller, loopback by default.
"""

from __future__ import annotations

import errno
import logging
import re
import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import IO, Any

from habeas.cli.errors import CliError
from habeas.custody.attestation.witness import LARGEST_REQUEST, Witness, WitnessAnswer
from habeas.errors import HabeasError
from habeas.web.connections import create

PATH, HANDOVER = "/add-checkpoint", "/add-handover"
_MONITORED = re.compile("/([0-9a-f]{64})/checkpoint")
THREADS = 4
LARGEST_HEADERS = 8_192

log = logging.getLogger(__name__)
Respond = Callable[[str, list[tuple[str, str]]], Any]


def application(witness: Witness) -> Callable[[dict[str, Any], Respond], Iterable[bytes]]:
    """The WSGI application."""

    def answer(environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        said = _answer(witness, environ)
        headers = [
            ("Content-Type", said.content_type),
            ("Content-Length", str(len(said.body))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        method = environ["REQUEST_METHOD"]
        if said.status == HTTPStatus.METHOD_NOT_ALLOWED:
            posted = environ.get("PATH_INFO") in (PATH, HANDOVER)
            headers.append(("Allow", "POST" if posted else "GET, HEAD"))
        if method == "GET":
            headers.append(("Cache-Control", "no-cache"))  # a monitor wants the newest
        respond(f"{said.status} {HTTPStatus(said.status).phrase}", headers)
        return [] if method == "HEAD" else [said.body]

    return answer


def _answer(witness: Witness, environ: dict[str, Any]) -> WitnessAnswer:
    path = environ.get("PATH_INFO", "")
    if monitored := _MONITORED.fullmatch(path):
        return _shown(witness, monitored[1], environ["REQUEST_METHOD"])
    if path not in (PATH, HANDOVER):
        return WitnessAnswer(HTTPStatus.NOT_FOUND, b"Not found.\n")
    if environ["REQUEST_METHOD"] != "POST":
        return WitnessAnswer(HTTPStatus.METHOD_NOT_ALLOWED, b"POST a checkpoint here.\n")
    stream: IO[bytes] = environ["wsgi.input"]
    body = stream.read(LARGEST_REQUEST + 1)
    if len(body) > LARGEST_REQUEST:
        return WitnessAnswer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"The request is too large.\n")
    try:
        return witness.add_checkpoint(body) if path == PATH else witness.add_handover(body)
    except (HabeasError, OSError) as error:
        log.warning("A request was not answered: %s", error)
        return WitnessAnswer(HTTPStatus.INTERNAL_SERVER_ERROR, b"The witness cannot answer now.\n")


def _shown(witness: Witness, origin_sha256: str, method: str) -> WitnessAnswer:
    if method not in ("GET", "HEAD"):
        return WitnessAnswer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET the checkpoint here.\n")
    try:
        note = witness.cosigned(origin_sha256)
    except OSError as error:
        log.warning("A checkpoint was not shown: %s", error)
        return WitnessAnswer(HTTPStatus.INTERNAL_SERVER_ERROR, b"The witness cannot answer now.\n")
    return (
        WitnessAnswer(HTTPStatus.NOT_FOUND, b"Not found.\n")
        if note is None
        else WitnessAnswer(200, note)
    )


class Listening:
    """A listening witness: ``run`` serves until ``close``."""

    def __init__(self, server: Any, url: str) -> None:
        self._server = server
        self.url = url

    def run(self) -> None:
        try:
            self._server.run()
        finally:
            self._server.close()

    def close(self) -> None:
        self._server.close()


def listen(witness: Witness, address: str, port: int) -> Listening:
    """Bind an address (port 0: any free port)."""
    listener = _bound(address, port)
    server = create(
        application(witness),
        listener,
        threads=THREADS,
        largest_head=LARGEST_HEADERS,
        max_request_body_size=LARGEST_REQUEST,
    )
    shown = f"[{address}]" if ":" in address else address
    return Listening(server, f"http://{shown}:{listener.getsockname()[1]}")


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
            what, step = f"Port {port} is taken.", "Choose another with --port."
        else:
            what = f"This machine cannot listen at {address!r}."
            step = "Give --address one of this machine's own addresses."
        raise CliError(what, next_step=step) from error
    return listener
