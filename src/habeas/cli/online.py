"""Speaking to another machine: only to an address that the caller was given by a person.

Invariants: no redirect is followed, nothing identifies the archive or its program beyond
what is sent, an answer is read up to a limit, and every failure is one plain error. A proxy
named in the environment is used, except for this machine itself.
"""

from __future__ import annotations

import ipaddress
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

from habeas.cli.errors import Unreachable

WAIT_SECONDS = 30
LARGEST_ANSWER = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP answer, whatever its status."""

    status: int
    content_type: str
    body: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    """Gives a redirect back as the answer."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, *_: Any
    ) -> None:
        return None


def post(url: str, body: bytes, content_type: str) -> Answered:
    """Send ``body`` to ``url``; any HTTP answer is given back, also a refusal."""
    host = urllib.parse.urlsplit(url)
    if host.scheme not in ("http", "https") or not host.hostname:
        raise Unreachable(
            f"{url!r} is not an address.", next_step="It reads https://host/path or http://…"
        )
    handlers: list[Any] = [_Stay()]
    if _this_machine(host.hostname):
        handlers.append(urllib.request.ProxyHandler({}))
    opener = urllib.request.build_opener(*handlers)
    opener.addheaders = []  # not even the name of the library
    request = urllib.request.Request(  # noqa: S310  (the scheme is checked above)
        url, data=body, headers={"Content-Type": content_type}, method="POST"
    )
    try:
        with opener.open(request, timeout=WAIT_SECONDS) as answer:
            return _read(answer.status, answer.headers, answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return _read(refusal.code, refusal.headers, refusal)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(
            f"{url} cannot be reached: {str(reason).rstrip('.')}.",
            next_step="Check the address and the network, or carry the request by file (--out).",
        ) from error


def _read(status: int, headers: Message, stream: IO[bytes]) -> Answered:
    body = stream.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise Unreachable(
            f"The answer has more than {LARGEST_ANSWER:,} bytes.",
            next_step="Check the address: this is not what was asked for.",
        )
    return Answered(status, headers.get("Content-Type", ""), body)


def _this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
