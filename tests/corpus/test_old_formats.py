"""What earlier programs wrote is read, verified, rebuilt and restored, and answers as it did.

A difference is a decision: it stands in ``DECIDED``, with the record that says why.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from tests.cli.running import run
from tests.corpus import asking, filling
from tests.corpus.making import BUNDLES, STATES, answers_of, unpack
from tests.support.postgresql import Cluster

from habeas.archive.store.settings_file import SETTINGS_NAME, ArchiveSettings
from habeas.custody.keys.key_files import is_protected
from habeas.custody.keys.keyring import Keyring
from habeas.custody.keys.person_keys import open_person, public_beside

NAMES = sorted(path.name for path in STATES.iterdir())
#: Places in the answers where this program answers otherwise, and the decision that says so.
DECIDED: dict[str, str] = {}
#: A restored archive is on another machine: it has no person's key and new words on its own.
RESTORED = {
    f"/people list/answer/people/*/{key}": "docs/reference/backup-format.md"
    for key in ("here", "kept", "protected")
}

pytestmark = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def database(backend: str, name: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of the test's own server, '' on SQLite."""
    if backend == "sqlite":
        yield ""
    else:
        cluster: Cluster = request.getfixturevalue("postgres")
        made = cluster.create()
        yield cluster.url(made)
        connections.close_all()
        cluster.drop(made)
    connections.close_all()


@pytest.fixture
def old_archive(backend: str, name: str, database: str, tmp_path: Path) -> Path:
    """An archive of that state, with derived tables as this program makes them."""
    unpack(name, tmp_path, backend, f"{backend}.sql")
    archive = tmp_path / backend
    if database:
        sql = (tmp_path / f"{backend}.sql").read_bytes()
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(sql)
        settings = ArchiveSettings.read(archive)
        (archive / SETTINGS_NAME).unlink()
        replace(settings, database=database).write(archive)
    assert run("rebuild", "--archive", archive).code == 0
    return archive


def asked_again(then: dict[str, Any], backend: str) -> dict[str, Any]:
    """What is asked here of what was asked then: of single things some, others on each database."""
    single = [key for key in then if re.fullmatch(r"why \d+|custody \d+", key)]
    left_out = set(single) - set(single[0 if backend == "sqlite" else 3 :: 6])
    last = sorted(then, key=lambda key: key.startswith("search"))
    return {key: then[key] for key in last if key not in left_out}


def test_an_archive_answers_as_it_did(name: str, backend: str, old_archive: Path) -> None:
    then = asked_again(answers_of(name)[backend], backend)
    now = {key: asking.asked(old_archive, key) for key in then}
    assert asking.undecided(asking.differences(then, now), DECIDED) == []


def test_an_archive_is_built_anew_and_goes_on(
    name: str, backend: str, old_archive: Path, tmp_path: Path
) -> None:
    there = ("--archive", old_archive, "--json")
    assert run("rebuild", "--from-start", *there).code == 0
    then = answers_of(name)[backend]
    then = {key: answer for key, answer in then.items() if key.startswith("figure show")}
    now = {key: asking.asked(old_archive, key) for key in then}
    assert asking.undecided(asking.differences(then, now), DECIDED) == []
    (tmp_path / "more.txt").write_text("One more.\n", encoding="utf-8")
    added = run("--despite-clock", "add", tmp_path / "more.txt", "--no-read", *there)
    assert added.code == 0, added.said
    assert run("verify", *there).json["sound"] is True


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_a_backup_is_restored(name: str, backend: str, database: str, tmp_path: Path) -> None:
    unpack(name, tmp_path, "backup.age", "backup.age.keys", filling.CUSTODIAN)
    os.chmod(tmp_path / filling.CUSTODIAN, 0o600)
    identity = ("--identity", tmp_path / filling.CUSTODIAN, "--unprotected")
    into = ("--database", database) if database else ()
    ended = run("restore", tmp_path / "backup.age", tmp_path / "again", *identity, *into)
    assert ended.code == 0, ended.said
    then = answers_of(name)["sqlite"]
    same = ("verify", "people", "policy", "hold", "erase", "figure show", "custody 12", "timestamp")
    same += ("link r",)
    then = {key: then[key] for key in then if key.startswith(same) and key != "verify --deep"}
    now = {key: asking.asked(tmp_path / "again", key) for key in then}
    assert asking.undecided(asking.differences(then, now), DECIDED | RESTORED) == []


def test_bundles_and_a_mirror_hold(name: str, tmp_path: Path) -> None:
    unpack(name, tmp_path, "mirror", *BUNDLES)
    then = answers_of(name)
    now = {each: asking.bundle_answers(tmp_path / each) for each in BUNDLES}
    now["mirror"] = asking.mirror_answers(tmp_path / "mirror")
    then = {each: then[each] for each in now}
    assert asking.undecided(asking.differences(then, now), DECIDED) == []
    assert {now[each]["shipped verify.py"]["result"] for each in BUNDLES} == {"holds"}


def test_keys_open(name: str, tmp_path: Path) -> None:
    unpack(name, tmp_path, "protected", "sqlite/keys")
    plain = Keyring.open(tmp_path / "sqlite" / "keys", None)
    under_words = Keyring.open(tmp_path / "protected" / "keys", filling.ARCHIVE_PASSPHRASE)
    assert under_words.protected
    assert not plain.protected
    assert under_words.epochs == plain.epochs
    assert under_words.entry.verifier == plain.entry.verifier
    people = answers_of(name)["sqlite"]["people list"]["answer"]["people"]
    kept = sorted((tmp_path / "sqlite" / "keys" / "people").glob("*.key"))
    protected = list(map(is_protected, kept))
    assert sum(protected) == sum(each["protected"] is True for each in people) == 1
    for path, under in zip(kept, protected, strict=True):
        person, words = path.name[:18], filling.PERSON_PASSPHRASE if under else None
        granted = [public_beside(path)]
        signer = open_person(tmp_path / "sqlite" / "keys", person, words, granted)
        assert signer.name.endswith(person)
        assert [signer.verifier.vkey] == granted
