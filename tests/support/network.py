"""No test speaks to another machine: the attempt raises."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class OutsideConnection(BaseException):
    """Not an ``Exception``, so that no retry or fallback swallows it."""


def is_loopback(host: str) -> bool:
    """True for 127.0.0.0/8, ::1 and the name localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def forbid_outside_connections(patch: pytest.MonkeyPatch) -> None:
    """Make ``connect`` and ``connect_ex`` refuse every address that is not this machine's."""
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, *, _original: Any = original) -> Any:
            inet = self.family in (socket.AF_INET, socket.AF_INET6)
            if inet and not is_loopback(str(address[0])):
                raise OutsideConnection(f"a test tried to reach {address}")
            return _original(self, address)

        patch.setattr(socket.socket, name, guarded)
