"""A filled archive, and readers who came through the gate as somebody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.support.archives import Filling
from tests.web.making import Shelf, fill

from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.opening import Archive
from habeas.custody.log.notes import Signer
from habeas.web.site.gate import Gate, open_gate
from habeas.web.site.viewing import SHOWN, ShownPage

HOST = "127.0.0.1:8417"


@pytest.fixture
def shelf(filled: Filling) -> Shelf:
    """An archive with something for every page."""
    shelf: Shelf = filled(fill)[1]
    return shelf


@dataclass(frozen=True, slots=True)
class Reader:
    """A browser that is let in. ``get`` an address; ``page`` it as text; ``twin`` it as data."""

    client: Client

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def page(self, path: str) -> str:
        answer = self.client.get(path, follow=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:2000])
        return answer.content.decode()

    def twin(self, path: str) -> Any:
        bare, _, query = path.partition("?")
        address = "/overview.json" if bare == "/" else f"{bare.rstrip('/')}.json"
        answer = self.client.get(f"{address}?{query}" if query else address, follow=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.content[:2000])
        assert answer["Content-Type"] == "application/json"
        return answer.json()

    def queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            self.page(path)
        return len(caught)


@dataclass(frozen=True, slots=True)
class Writer(Reader):
    """A reader whose forms are answered. ``send`` one as the browser does, with its token."""

    def token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page(path))
        assert found is not None, path
        return found[1]

    def send(self, page: str, to: str, origin: str = f"http://{HOST}", **form: object) -> Any:
        """Fill in the form on ``page`` that is answered at ``to``."""
        data = {"csrfmiddlewaretoken": self.token(page), **{k: str(v) for k, v in form.items()}}
        return self.client.post(
            to,
            urlencode(data),
            content_type="application/x-www-form-urlencoded",
            headers={"origin": origin, "sec-fetch-site": "same-origin"},
        )


@pytest.fixture
def writing_as() -> Iterator[Callable[..., Writer]]:
    """``writing_as(archive, viewer, person)``: the same, started in the name of a person."""

    def writing(archive: Archive, viewer: Viewer, person: Signer) -> Writer:
        gate = Gate(hosts=(HOST,), forms=True)
        open_gate(gate)
        shown = {SHOWN: ShownPage(archive, viewer, person)}
        client = Client(enforce_csrf_checks=True, HTTP_HOST=HOST, **shown)
        client.get(f"/?token={gate.token}")
        return Writer(client)

    yield writing
    open_gate(None)


@pytest.fixture
def reading_as() -> Iterator[Callable[[Archive, Viewer], Reader]]:
    """``reading_as(archive, viewer)`` gives a reader of that archive's pages."""

    def reading(archive: Archive, viewer: Viewer) -> Reader:
        gate = Gate(hosts=(HOST,))
        open_gate(gate)
        client = Client(HTTP_HOST=HOST, **{SHOWN: ShownPage(archive, viewer)})
        client.get(f"/?token={gate.token}")
        return Reader(client)

    yield reading
    open_gate(None)


@pytest.fixture
def owner(shelf: Shelf, reading_as: Callable[[Archive, Viewer], Reader]) -> Reader:
    """The owner, reading."""
    return reading_as(shelf.archive, OWNER)


def viewers() -> dict[str, Callable[[], Viewer]]:
    """Who reads in the tests: the owner, a team member without the case, the public."""
    return {
        "owner": lambda: OWNER,
        "team": lambda: team_member("a reviewer", {"main": "team"}),
        "public": lambda: PUBLIC,
    }
