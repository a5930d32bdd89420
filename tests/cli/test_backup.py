"""backup, restore, mirror: as typed, with figures that say the same afterwards."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from tests.cli.running import Ended, run_apart

from habeas.archive.opening import open_archive
from habeas.custody.attestation.cosignatures import Cosigner

Habeas = Callable[..., Ended]


@pytest.fixture
def custodian(archive_here: Path, habeas: Habeas, tmp_path: Path) -> Path:
    """The identity file of a custodian whom the archive names."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "custodian.txt"
    file.write_text(f"{identity}\n")
    added = habeas("keys", "custodians", "add", "abroad", str(identity.to_public()))
    assert added.code == 0, added.said
    return file


def test_the_way_there_and_back(
    archive_here: Path, habeas: Habeas, custodian: Path, tmp_path: Path
) -> None:
    began = datetime.datetime.now(datetime.UTC).date()
    (tmp_path / "note.txt").write_text("Held in May 2018.")
    assert habeas("add", tmp_path / "note.txt").code == 0
    assert "does not exist" in habeas("backup", "../away/b.age").err
    made = habeas("backup", "../b.age", "--check", "--json").json
    assert made["backup"] == str(tmp_path / "b.age")
    assert made["keys"] == str(tmp_path / "b.age.keys")
    assert made["checked"]
    shutil.rmtree(archive_here / "keys")
    said = habeas("restore", "../b.age", "../again", "--identity", custodian, "--unprotected")
    assert said.code == 0, said.said
    days = (began, datetime.datetime.now(datetime.UTC).date())
    restored = f"restored up to entry {made['entries'] - 1}, as of"
    assert any(f"{restored} {day}" in said.out for day in days)
    assert "puts their own file p-….key back into keys/people" in said.out
    assert "people add" not in said.out
    assert "habeas witness request --online" in said.out
    assert habeas("verify", "--archive", "../again").code == 0
    assert habeas("people", "add", "--unprotected", "--archive", "../again").code == 0


def test_figures_say_the_same_afterwards(
    habeas: Habeas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.demo.test_loading import load

    from habeas.archive.making import init_archive

    load(init_archive(tmp_path / "demo", passphrase=None))
    monkeypatch.chdir(tmp_path / "demo")

    def figures(archive: str) -> dict[str, Any]:
        keys = [f["key"] for f in habeas("figure", "list", "--json").json["figures"]]
        return {k: habeas("figure", "show", k, "--json", "--archive", archive).json for k in keys}

    before = figures(".")
    assert len(before) > 5
    assert habeas("backup", "../d.age", "--only-own-keys").code == 0
    restored = habeas("restore", "../d.age", "../d2", "--own-keys", "keys", "--unprotected")
    assert restored.code == 0, restored.said
    assert figures("../d2") == before


def test_refusals_say_what_to_do(
    archive_here: Path, habeas: Habeas, custodian: Path, tmp_path: Path
) -> None:
    assert habeas("backup", "../b.age").code == 0
    for given, code in (
        (("backup", "../b.age"), "backup.exists"),
        (("backup", "../c.age", "--to", "age1nobody"), "recovery.bad-recipient"),
        (("restore", "../none", "../r", "--identity", custodian), "recovery.missing"),
        (("restore", "../b.age", ".", "--identity", custodian, "--unprotected"), "archive.exists"),
        (("mirror", "keys"), "mirror.foreign"),
        (("mirror", "../b.age"), "mirror.refused"),
        (("mirror", "..", "--check"), "mirror.foreign"),
        (("mirror", "../b.age/m"), "mirror.refused"),
        (
            ("restore", "../b.age", "../b.age/r", "--identity", custodian, "--unprotected"),
            "backup.refused",
        ),
    ):
        ended = habeas(*given)
        assert f"[{code}]" in ended.err, ended.said
        assert "→" in ended.err
    (tmp_path / "b.age").write_bytes((tmp_path / "b.age").read_bytes()[:-9])
    cut = habeas("restore", "../b.age", "../r", "--identity", custodian, "--unprotected")
    assert "cut short or altered" in cut.err
    assert not (tmp_path / "r").exists()


def test_nobody_to_restore_it(archive_here: Path, habeas: Habeas, tmp_path: Path) -> None:
    ended = habeas("backup", "../b.age")
    assert "[backup.nobody-could-restore]" in ended.err
    assert "habeas keys custodians add" in ended.err
    assert not list(tmp_path.glob("b.age*"))


def test_a_restore_that_is_older_than_a_cosignature_says_so(
    archive_here: Path, habeas: Habeas, custodian: Path, tmp_path: Path
) -> None:
    alice = Cosigner.from_seed("alice.example/w", b"a" * 32)
    policy = f'needed = 1\n[[partner]]\nkey = "{alice.key.vkey}"\n'
    (archive_here / "partners.toml").write_text(policy)
    assert habeas("backup", "../b.age").code == 0
    restore = ("restore", "../b.age", "--identity", custodian, "--unprotected", "--cosigned")

    def cosigned(name: str) -> Path:
        checkpoint = open_archive(archive_here).log.checkpoint()
        assert checkpoint is not None
        text = checkpoint.note.rpartition(b"\n\n")[0] + b"\n"
        (tmp_path / name).write_bytes(checkpoint.note + alice.cosign(text, 1_700_000_000))
        return tmp_path / name

    same = habeas(*restore, cosigned("same"), "../r1")
    assert same.code == 0, same.said
    assert "not older than what the partners given cosigned" in same.out
    assert habeas("people", "add", "--unprotected").code == 0
    older = habeas(*restore, cosigned("newer"), "../r2")
    assert older.code == 1
    assert "an older copy of the archive was put back, and 1 entries are missing" in older.out
    assert (tmp_path / "r2" / "habeas.toml").exists(), "it is the best there is"


def test_a_partner_checks_a_mirror_with_no_archive_and_no_key(
    archive_here: Path, habeas: Habeas, tmp_path: Path
) -> None:
    made = habeas("mirror", "../m", "--json").json
    assert made["size"] == made["size_before"] + made["size"]
    partner = tmp_path / "partner"
    shutil.move(tmp_path / "m", partner)
    checked = run_apart("mirror", str(partner), "--check", "--key", made["key"], cwd=tmp_path)
    assert checked.code == 0, checked.said
    assert f"The signed root at {made['size']} is {made['root']}" in checked.out
    unpinned = run_apart("mirror", str(partner), "--check", cwd=tmp_path)
    assert "Give --key with the one you know" in unpinned.out
    bundle = next((partner / "log" / "tile" / "entries").rglob(str(made["size"])))
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes().replace(b'"version":1', b'"version":2', 1))
    found = run_apart("mirror", str(partner), "--check", "--key", made["key"], cwd=tmp_path)
    assert found.code == 1
    assert "fault" in found.out
