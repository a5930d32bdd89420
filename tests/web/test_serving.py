"""Listening on this machine only."""

from __future__ import annotations

import socket
import tempfile
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest
from tests.web.making import Shelf

from habeas.web.errors import AddressRefused, PortTaken
from habeas.web.serving import MOST_WAITING_BYTES, listen, loopback


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.5", "::1", "[::1]", "localhost"])
def test_loopback_is_served(address: str) -> None:
    assert loopback(address) in ("127.0.0.1", "127.0.0.5", "::1")


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "::", "192.168.1.7", "10.0.0.1", "example.org", "", "127.0.0.1.example", "0"],  # noqa: S104
)
def test_every_other_address_is_refused_with_the_reason(address: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        loopback(address)
    assert "no sign-in yet" in refused.value.message
    assert "tunnel" in refused.value.next_step


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_port_in_use_is_named(shelf: Shelf) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            listen(shelf.archive, port=port)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_address_carries_one_token_and_nothing_is_open_after(shelf: Shelf) -> None:
    serving = listen(shelf.archive, port=0)
    assert serving.url.startswith(f"{serving.origin}/?token=")
    assert serving.origin.startswith("http://127.0.0.1:")
    serving.close()
    with pytest.raises((urllib.error.URLError, ConnectionError, OSError)):
        urllib.request.urlopen(serving.url, timeout=2)  # noqa: S310


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_answer_of_any_size_waits_in_memory(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own way with a long one is a temporary file: evidence in clear on the disk."""
    files: list[object] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *a, **k: files.append(a) or real(*a, **k))

    def long_page(_environ: object, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 3 * MOST_WAITING_BYTES]

    monkeypatch.setattr("habeas.web.site.wsgi.application", lambda _: long_page)
    serving = listen(shelf.archive, port=0)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    try:
        with urllib.request.urlopen(serving.origin, timeout=60) as answer:  # noqa: S310
            assert len(answer.read()) == 3 * MOST_WAITING_BYTES
    finally:
        serving.close()
        thread.join(10)
    assert files == []
