"""Whatever leaves a made-up archive, and whatever page of it is read, says SYNTHETIC."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import resolve

import habeas
from habeas.archive.access import OWNER
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive
from habeas.archive.synthetic import MARK, SENTENCE
from habeas.cli.made_up import load_exercise
from habeas.cli.speaking import Speaker
from habeas.custody.bundles.verification import verify_bundle
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.writing import write
from habeas.web.site.gate import Gate, open_gate
from habeas.web.site.made_up import MadeUpMiddleware
from habeas.web.site.viewing import SHOWN, ShownPage

MOST_OF_A_KIND = 2  # addresses of one view and form that are asked
_LINK = re.compile(r'(?:href|src|srcset)="([^"#]+)')
_OWN = ("/static/", "/favicon")


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = init_archive(
        tmp_path_factory.mktemp("made-up") / "exercise", passphrase=None, synthetic=True
    )
    load_exercise(archive, Speaker())
    connections.close_all()
    return archive.directory


@pytest.fixture
def opened(exercise: Path) -> Archive:
    from habeas.archive.opening import open_archive

    return open_archive(exercise)


def test_every_page_and_its_twin(opened: Archive) -> None:
    """Followed from the overview, a few of each kind."""
    gate = Gate(hosts=("127.0.0.1:8417",))
    open_gate(gate)
    asked: dict[tuple[str, str], int] = {}
    try:
        shown = {SHOWN: ShownPage(opened, OWNER)}
        client = Client(HTTP_HOST="127.0.0.1:8417", **shown)  # type: ignore[arg-type]
        client.get(f"/?token={gate.token}")
        waiting, seen = ["/", "/figures/only-untrustworthy/why/", "/waiting/"], set[str]()
        kinds = set[str]()
        while waiting:
            address = waiting.pop(0)
            if address in seen or address.startswith(_OWN):
                continue
            seen.add(address)
            split = urlsplit(address)
            view = (resolve(split.path).view_name or split.path, split.query[:6])
            asked[view] = asked.get(view, 0) + 1
            if asked[view] > MOST_OF_A_KIND:
                continue
            answer = client.get(address)
            if answer.status_code in (301, 302, 307):
                waiting.append(urljoin(address, answer["Location"]))
                continue
            kind = answer.get("Content-Type", "").partition(";")[0]
            assert answer["X-Habeas-Origin"] == MARK, address
            if kind in ("text/html", "image/svg+xml"):
                text = answer.content.decode()
                assert MARK in text, address
                found = [
                    urljoin(address, each.replace("&amp;", "&")) for each in _LINK.findall(text)
                ]
                waiting += [each for each in found if each.startswith("/")]
            elif kind == "application/json":
                assert answer.json()["synthetic"] == SENTENCE, address
            kinds.add(kind)
        assert {"text/html", "application/json"} <= kinds
        assert len(asked) > 15
        overview = client.get("/").content.decode()
        assert "sealed evidence" not in overview
        assert "a sealed file that is made" in " ".join(overview.split())
    finally:
        open_gate(None)


def test_a_drawing(opened: Archive) -> None:
    request = HttpRequest()
    request.archive = opened  # type: ignore[attr-defined]
    drawn = HttpResponse(b"<svg><g/></svg>", content_type="image/svg+xml")
    answer = MadeUpMiddleware(lambda _: drawn)(request)
    assert isinstance(answer, HttpResponse)
    assert f">{MARK}</text></svg>" in answer.content.decode()


def test_a_bundle_and_whoever_checks_it(opened: Archive, tmp_path: Path) -> None:
    from habeas.archive import verbs
    from habeas.cli.made_up import its_person

    with opened.writing(its_person(opened)) as batch:
        purpose = verbs.state_purpose(
            batch,
            purpose="To test what it says",
            act="bundle",
            asked="x",
            size=opened.size,
            level="team",
        )
    chosen = choose(opened, "team", exhibits=[28], purpose=purpose.position)
    to = tmp_path / "bundle"
    write(opened, chosen, "team", to)
    told = [to / "CHECK-BY-HAND.md", to / "data/bundle.json"]
    told += [*(to / "data/report").glob("*.html"), *(to / "data/certification").iterdir()]
    for path in told:
        assert MARK in path.read_text("utf-8"), path
    assert verify_bundle(to)["synthetic"] == SENTENCE
    for more, words in (((), SENTENCE), (("--json",), f'"synthetic": "{SENTENCE}"')):
        done = subprocess.run(
            [sys.executable, "-I", str(to / "verify.py"), *more],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert words in done.stdout


@pytest.mark.filterwarnings("ignore::habeas.library.errors.HandlingWarning")
def test_the_library(exercise: Path) -> None:
    with habeas.open(exercise, purpose="To test what it says") as archive:
        figure = archive.figure("only-untrustworthy")
        tables = [archive.claims(), archive.records()[:3], archive.sources(), figure.parts]
        for table in tables:
            assert table.columns[0].name == "synthetic"
            assert {row.synthetic for row in table} == {MARK}  # type: ignore[attr-defined]
            assert SENTENCE in repr(table)
            frame = table.to_pandas()
            assert set(frame["synthetic"]) == {MARK}
            assert frame.attrs["habeas"]["synthetic"] == SENTENCE
        assert figure.synthetic == SENTENCE
        why = archive.why("only-untrustworthy", limit=1)
        assert SENTENCE in str(why)
        assert SENTENCE in why._repr_html_()
        json.dumps(figure.value)


def test_nothing_says_so_that_is_not_made_up(archive: Archive) -> None:
    connections.close_all()
    with habeas.open(archive.directory) as real:
        assert "synthetic" not in {each.name for each in real.claims().columns}
        assert MARK not in repr(real.claims())
