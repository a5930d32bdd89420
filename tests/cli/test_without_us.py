"""prove, and the check of docs/how-to/check-without-us.md: Python's own library and openssl."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.support import presence

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "check-without-us.md"


@pytest.fixture
def proof(archive_here: Path, habeas: Callable[..., Ended]) -> Path:
    """The proof of an exhibit, far enough down the log for a path of several hashes."""
    file = archive_here.parent / "statement.txt"
    file.write_text("Twelve rooms.\n", encoding="utf-8")
    assert habeas("add", file).code == 0
    for number in range(5):
        assert habeas("compartments", "add", f"c-{number}", "A case").code == 0
    assert habeas("prove", "6", "--out", "../exhibit-6").code == 0
    return archive_here.parent / "exhibit-6"


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The guide's own program, run with nothing of habeas on its path."""
    if shutil.which("openssl") is None:
        presence.missing("openssl", "install openssl")
    code = re.search(r"^```python check\.py\n(.*?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)
    assert code is not None
    program = tmp_path / "check.py"
    program.write_text(code[1], encoding="utf-8")

    def run(folder: Path, *how: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", *how, program, folder]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def test_the_check_holds(
    proof: Path, check: Callable[[Path], subprocess.CompletedProcess[str]]
) -> None:
    done = check(proof)
    assert done.returncode == 0, done.stderr
    stands = r"entry 6, id [0-9a-f]{32}, stands in the signed log of 1[0-9] entries"
    assert re.search(rf"{stands}\n  leaf [0-9a-f]{{64}}, root [0-9a-f]{{64}}\n", done.stdout)
    digest = hashlib.sha256(b"Twelve rooms.\n").hexdigest()
    assert f'plain_sha256: "{digest}"' in done.stdout


@pytest.mark.parametrize("file", ["entry", "disclosures", "entry.tlog-proof", "keys"])
def test_a_changed_byte_is_found(
    proof: Path, check: Callable[[Path], subprocess.CompletedProcess[str]], file: str
) -> None:
    data = (proof / file).read_bytes()
    place = len(data) // 3
    changed = b"A" if data[place : place + 1] != b"A" else b"B"
    (proof / file).write_bytes(data[:place] + changed + data[place + 1 :])
    assert check(proof).returncode != 0


@pytest.mark.parametrize("how", [(), ("-O",)])
def test_what_is_made_up_is_refused_however_python_runs(
    proof: Path, check: Callable[..., subprocess.CompletedProcess[str]], how: tuple[str, ...]
) -> None:
    """``-O`` leaves asserts out; a place past the end leads to the same root."""
    told = (proof / "disclosures").read_bytes()
    value = json.dumps(["A" * 43, "plain_sha256", "0" * 64]).encode()
    (proof / "disclosures").write_bytes(base64.urlsafe_b64encode(value).rstrip(b"=") + b"\n")
    done = check(proof, *how)
    assert (done.returncode, done.stderr) == (
        1, "DOES NOT HOLD: not what the entry committed to\n",
    )  # fmt: skip
    (proof / "disclosures").write_bytes(told)
    place = (proof / "entry.tlog-proof").read_bytes()
    for other in (b"22", b"-26", b"+6", b"06", "\u0666".encode()):
        written = place.replace(b"\nindex 6\n", b"\nindex " + other + b"\n")
        (proof / "entry.tlog-proof").write_bytes(written)
        assert check(proof, *how).returncode == 1, other


def test_only_what_is_chosen_is_disclosed(
    proof: Path,
    habeas: Callable[..., Ended],
    check: Callable[[Path], subprocess.CompletedProcess[str]],
) -> None:
    chosen = ("--field", "plain_sha256", "--field", "kind")
    ended = habeas("prove", "6", *chosen, "--out", "../some", "--json")
    assert sorted(ended.json["disclosed"]) == ["kind", "plain_sha256"]
    done = check(proof.parent / "some")
    assert done.returncode == 0
    assert "statement.txt" not in done.stdout
    assert "filename" in check(proof).stdout


def test_what_a_bundle_withholds_is_withheld_unless_named(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    note = archive_here.parent / "note.txt"
    note.write_text("Twelve rooms.\n", encoding="utf-8")
    added = habeas("add", note, "--from", "W-7", "--handling", "restricted", "--json").json
    at = str(added["sealed"][0]["exhibit"])
    told = habeas("prove", at, "--out", "../p", "--json").json
    assert "received_from" in told["withheld"]
    assert "plain_sha256" in told["disclosed"]
    assert "Withheld: " in habeas("prove", at, "--out", "../q").out
    named = habeas("prove", at, "--field", "received_from", "--out", "../r", "--json").json
    assert named["disclosed"] == ["received_from"]


def test_what_cannot_be_proven(proof: Path, habeas: Callable[..., Ended]) -> None:
    assert "No entry 99" in habeas("prove", "99", "--out", "../x").err
    assert "has no field 'name'" in habeas("prove", "6", "--field", "name", "--out", "../x").err
    assert "[archive.exists]" in habeas("prove", "6", "--out", proof).err
    assert not (proof.parent / "x").exists()
