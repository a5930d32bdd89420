"""The one-time address, the pinned host, and what every refusal looks like."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from habeas.web.site.gate import Gate, open_gate
from habeas.web.site.headers import HEADERS

HOST = "127.0.0.1:8417"


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate(hosts=(HOST, "localhost:8417"))
    open_gate(made)
    yield made
    open_gate(None)


@pytest.fixture
def stranger() -> Client:
    return Client(HTTP_HOST=HOST)


def test_a_stranger_learns_nothing(gate: Gate, stranger: Client) -> None:
    for path in ("/", "/claims/1/", "/static/explore/habeas.css", "/nowhere/", "/overview.json"):
        answer = stranger.get(path)
        assert answer.status_code == 403, path
        assert b"Open this page with the address that was printed" in answer.content


def test_the_address_works_once_and_leaves_a_strict_cookie(gate: Gate, stranger: Client) -> None:
    answer = stranger.get(f"/?token={gate.token}")
    assert answer.status_code == 303
    assert answer["Location"] == "/"
    cookie = answer.cookies["habeas-8417"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie.value != gate.token

    another = Client(HTTP_HOST=HOST)
    again = another.get(f"/?token={gate.token}")
    assert again.status_code == 403
    assert not again.cookies


def test_the_address_is_harmless_to_one_who_is_in(gate: Gate, stranger: Client) -> None:
    stranger.get(f"/?token={gate.token}")
    assert stranger.get(f"/?token={gate.token}").status_code == 302


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 43, "\u202e"])
def test_a_wrong_token_opens_nothing(gate: Gate, stranger: Client, token: str) -> None:
    assert stranger.get("/", {"token": token}).status_code == 403
    assert gate.exchange(gate.token) is not None, "a wrong token must not use up the right one"


def test_the_token_opens_the_front_door_only(gate: Gate, stranger: Client) -> None:
    assert stranger.get(f"/claims/1/?token={gate.token}").status_code == 403
    assert stranger.head(f"/?token={gate.token}").status_code == 403
    assert gate.exchange(gate.token) is not None


def test_a_made_up_cookie_opens_nothing(gate: Gate, stranger: Client) -> None:
    stranger.cookies["habeas-8417"] = "made-up"
    assert stranger.get("/").status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example:8417", "127.0.0.1", "127.0.0.1:80", "localhost:8418", ""]
)
def test_another_name_for_this_machine_is_not_answered(gate: Gate, host: str) -> None:
    rebound = Client(HTTP_HOST=host)
    answer = rebound.get(f"/?token={gate.token}")
    assert answer.status_code == 421
    assert gate.exchange(gate.token) is not None


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_pages_can_only_be_read(gate: Gate, stranger: Client, method: str) -> None:
    assert getattr(stranger, method)("/").status_code == 405


def test_without_a_gate_nothing_is_open(stranger: Client) -> None:
    open_gate(None)
    assert stranger.get("/").status_code == 403


def test_refusals_carry_the_headers_too(gate: Gate, stranger: Client) -> None:
    answer = stranger.get("/")
    for name, value in HEADERS.items():
        assert answer[name] == value
    assert "default-src 'none'" in answer["Content-Security-Policy"]


# --- other programs on this machine, whose cookies the same browser sends along ----------------


@pytest.fixture
def reader(gate: Gate, stranger: Client) -> Client:
    stranger.get(f"/?token={gate.token}")
    assert "habeas-8417" in stranger.cookies
    return stranger


def lets_in(client: Client) -> Any:
    """The request of an answer that was given."""
    with contextlib.closing(client.get("/static/explore/habeas.css")) as answer:
        assert answer.status_code == 200
        return answer.wsgi_request


def test_a_cookie_of_our_name_for_another_path_locks_nobody_out(reader: Client) -> None:
    mark = reader.cookies["habeas-8417"].value
    for sent in (f"habeas-8417=junk; habeas-8417={mark}", f"habeas-8417={mark}; habeas-8417=junk"):
        lets_in(Client(HTTP_HOST=HOST, HTTP_COOKIE=sent))


def test_whoever_is_locked_out_is_told_and_let_in_again(gate: Gate, reader: Client) -> None:
    mark = reader.cookies["habeas-8417"].value
    reader.cookies["habeas-8417"] = "what another program put there"
    refused = reader.get("/")
    assert refused.status_code == 403
    assert b"not the browser that was let in" in refused.content
    assert b"Press Enter where" in refused.content
    again = gate.renew()
    assert reader.get(f"/?token={again}").status_code == 303
    lets_in(reader)
    # The other program was sent the first mark: it is worth nothing now, nor is the first address.
    thief = Client(HTTP_HOST=HOST, HTTP_COOKIE=f"habeas-8417={mark}")
    assert thief.get("/").status_code == 403
    assert Client(HTTP_HOST=HOST).get(f"/?token={again}").status_code == 403


@pytest.mark.parametrize("value", ['"' + "\\" * 4_000, "=" * 4_000, '"\\054', ";" * 4_000, "\x7f"])
def test_nothing_of_other_programs_cookies_is_read(reader: Client, value: str) -> None:
    mark = reader.cookies["habeas-8417"].value
    sent = "; ".join([f"other{n}={value}" for n in range(180)] + [f"habeas-8417={mark}"])
    request = lets_in(Client(HTTP_HOST=HOST, HTTP_COOKIE=sent))
    assert request.META["HTTP_COOKIE"] == f"habeas-8417={mark}"
