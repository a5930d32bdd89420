"""Who vouches for a captured web archive, where its chain of custody is shown."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.custody.capturing import Capturer

from habeas.custody.bundles.capture_trust import FILE

Habeas = Callable[..., Ended]


def sealed(habeas: Habeas, path: Path) -> str:
    added = habeas("add", path, "--json")
    assert added.code == 0, added.said
    return str(added.json["sealed"][0]["exhibit"])


def captured(capturer: Capturer, path: Path, **changed: str) -> Path:
    """A package with one file, signed for a domain."""
    data = b"WARC/1.0\r\n\r\n"
    resource = {"path": "archive/data.warc", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    listed = json.dumps({"resources": [resource | {"bytes": len(data)}]}).encode()
    digest = capturer.document(hashlib.sha256(listed).hexdigest(), **changed)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("archive/data.warc", data)
        package.writestr("datapackage.json", listed)
        package.writestr("datapackage-digest.json", json.dumps(digest))
    return path


def test_the_signer_is_shown_and_sound_only_by_the_team_s_choice(
    habeas: Habeas, archive_here: Path, tmp_path: Path
) -> None:
    capturer = Capturer(tmp_path / "authority")
    exhibit = sealed(habeas, captured(capturer, tmp_path / "one.wacz"))
    staged = sealed(
        habeas, captured(capturer, tmp_path / "two.wacz", authority="(STAGING) Pretend Pear X1")
    )
    shown = habeas("custody", exhibit)
    assert "but its signer is not trusted here: not sound." in shown.out
    assert "capture.example.org" in shown.out
    assert "CN=Example web authority" in shown.out
    assert "by Test authority" in shown.out
    capturer.write_roots(archive_here)
    (archive_here / "staging.pem").write_bytes(capturer.root("(STAGING) Pretend Pear X1"))
    (archive_here / FILE).write_text(
        'web = ["web.pem", "staging.pem"]\ntimestamps = ["stamps.pem"]\n'
    )
    assert habeas("custody", exhibit, "--json").json["capture"]["standing"] == "sound"
    assert "vouches for no one: not sound." in habeas("custody", staged).out
    (archive_here / FILE).write_text("web = 1")
    broken = habeas("custody", exhibit)
    assert (broken.code != 0, "captures.toml" in broken.err) == (True, True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valid_signed_example_1", "btrix-sign-test.webrecorder.net"),
        ("valid_example_1", "No one signed it."),
        ("invalid_example_1", "not on the package's list"),
    ],
)
def test_the_packages_of_others(
    habeas: Habeas, archive_here: Path, vectors: Path, name: str, words: str
) -> None:
    exhibit = sealed(habeas, vectors / "wacz" / f"{name}.wacz")
    assert words in habeas("custody", exhibit).out
