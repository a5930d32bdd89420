"""`habeas serve` in a person's name: who may, and what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import Ended

Habeas = Callable[..., Ended]


class Served:
    """Stands for a server that ends at once; keeps what it was started with."""

    url = "http://127.0.0.1:1/?token=x"

    def __init__(self, *_: object, **given: Any) -> None:
        started.append(given)

    def run(self) -> None:
        """Nobody visits."""


started: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def _unserved(monkeypatch: pytest.MonkeyPatch) -> None:
    started.clear()
    monkeypatch.setattr("habeas.cli.commands.serve.listen", Served)


@pytest.fixture
def pseudonym(archive_here: Path, habeas: Habeas) -> str:
    return str(habeas("people", "add", "--unprotected", "--json").json["pseudonym"])


def test_without_a_person_the_pages_are_only_read(archive_here: Path, habeas: Habeas) -> None:
    ended = habeas("serve")
    assert ended.code == 0
    assert started[0]["person"] is None
    assert "signed" not in ended.said


def test_django_is_set_up_with_the_pages_whatever_a_command_imports_first() -> None:
    """Else it would be set up without the pages, and each of them would be a fault."""
    code = (
        "import sys; from habeas.cli import main; main(['serve', '--port', 'x']); "
        "from django.conf import settings; sys.exit(settings.ROOT_URLCONF)"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    ended = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True)
    assert ended.stderr.endswith("habeas.web.site.urls\n"), ended.stderr
    from habeas.archive.errors import ClockDoubted
    from habeas.cli.running import CLOCK_DOUBTED

    assert ClockDoubted.code == CLOCK_DOUBTED


def test_in_a_persons_name_it_says_what_that_means(pseudonym: str, habeas: Habeas) -> None:
    ended = habeas("serve", "--as", pseudonym)
    assert ended.code == 0
    assert started[0]["person"].name.endswith(f"/{pseudonym}")
    assert f"what it takes out is signed by {pseudonym}" in ended.said


@pytest.mark.parametrize("name", ["p-0123456789abcdef", "nobody", "../x"])
def test_in_an_unknown_name_nothing_is_served(
    archive_here: Path, habeas: Habeas, name: str
) -> None:
    ended = habeas("serve", "--as", name)
    assert ended.code == 3
    assert "[person.needed]" in ended.err
    assert started == []


def test_in_the_name_of_a_retired_key_nothing_is_served(pseudonym: str, habeas: Habeas) -> None:
    assert habeas("people", "retire", pseudonym, "--yes", "--as", pseudonym).code == 0
    assert "[person.needed]" in habeas("serve", "--as", pseudonym).err
    assert started == []


def test_a_protected_key_is_opened_before_anything_is_served(
    archive_here: Path, habeas: Habeas, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a passphrase of some length\n")
    secret.chmod(0o600)
    given = habeas("people", "add", "--person-passphrase-file", secret, "--json").json
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase\n")
    wrong.chmod(0o600)
    name = given["pseudonym"]
    assert habeas("serve", "--as", name, "--person-passphrase-file", wrong).code != 0
    assert started == []
    assert habeas("serve", "--as", name, "--person-passphrase-file", secret).code == 0
