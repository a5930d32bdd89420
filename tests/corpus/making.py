"""Make a state of the corpus with the program as it is: ``python -m tests.corpus.making NAME``.

A state is what this program writes, to be read by every later one: an archive on SQLite and
one on PostgreSQL (its database as a dump), a backup with its keys file and a custodian's
identity, a mirror, two bundles, and keys under a passphrase; with what the commands answer of
them (``asking``). NAME is the commit. A state is never made again: a new one is added.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")

from django.db import connections
from tests.cli.running import run
from tests.corpus import asking, filling
from tests.custody.authority import Authority
from tests.support.archives import database_of
from tests.support.postgresql import Cluster, find_binaries

Answers = dict[str, dict[str, Any]]
BUNDLES = ("bundle-figure", "bundle-exhibits")
STATES = Path(__file__).parent / "states"
DERIVED = ("index", "cache", "archive.lock")  # of an archive: made again when it is missing


def main(arguments: list[str]) -> int:
    """Make the state and say how large it is."""
    parser = argparse.ArgumentParser(prog="tests.corpus.making", description=__doc__)
    parser.add_argument("name", help="what the state is called: the commit that makes it")
    name = parser.parse_args(arguments).name
    target = STATES / name
    if target.exists():
        parser.error(f"{target} is there; states are kept as they are")
    binaries = find_binaries()
    if binaries is None:
        parser.error("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="habeas-corpus-") as folder:
        cluster = Cluster.start(binaries)
        try:
            answers = make(Path(folder), cluster, binaries)
        finally:
            connections.close_all()
            cluster.stop()
        target.mkdir(parents=True)
        pack(Path(folder) / "state", target / "state.tar.xz")
    (target / "answers.json").write_text(_lines(answers), encoding="utf-8")
    for path in sorted(target.iterdir()):
        print(path.relative_to(STATES), path.stat().st_size, "bytes")
    return 0


def make(folder: Path, cluster: Cluster, binaries: Path) -> Answers:
    """Everything of a state under ``folder/state``; what the commands answer of it."""
    state = folder / "state"
    answers: Answers = {}
    state.mkdir()
    authority = Authority(folder / "authority")
    for backend in ("sqlite", "postgresql"):
        work = folder / f"work-{backend}"
        work.mkdir()
        archive = state / backend
        url = "" if backend == "sqlite" else cluster.url(cluster.create())
        filled = filling.Filling(archive, work, authority)
        filled.fill(url)
        if missing := filling.kinds_missing():
            raise SystemExit(f"The corpus has no entry of the kinds {', '.join(missing)}.")
        if url:
            _dump(binaries, cluster, url, state / "postgresql.sql")
        else:
            answers |= _carried_out(state, work, filled)
        connections.close_all()
        kept = Path(shutil.copytree(archive, folder / f"kept-{backend}"))
        answers[backend] = asking.archive_answers(archive)  # what it records is not of the state
        connections.close_all()
        shutil.rmtree(archive)
        kept.rename(archive)
    for backend in ("sqlite", "postgresql"):
        for name in DERIVED:
            path = state / backend / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return answers


def _carried_out(state: Path, work: Path, filled: filling.Filling) -> Answers:
    """What leaves an archive: bundles, backup, mirror, keys. What is answered of them."""
    archive, words = state / "sqlite", filled.words
    there = ("--archive", archive)
    _done("bundle", "make", "--figure", "held", "--to", state / "bundle-figure", *there)
    exhibits = [str(each) for each in filled.exhibits()[::4]]  # a few: their report is large
    told = ("--level", "restricted", "--by", "A clerk", "--purpose", "For a court", *filled.by(0))
    told += ("--show", "person")  # whose keys then come with it
    _done("bundle", "make", *exhibits, *told, "--to", state / "bundle-exhibits", *there)
    _done("backup", state / "backup.age", *there)
    shutil.copy(work / filling.CUSTODIAN, state / filling.CUSTODIAN)
    _done("mirror", state / "mirror", *there)
    keys = Path(shutil.copytree(archive / "keys", state / "protected" / "keys"))
    shutil.copy(archive / "habeas.toml", keys.parent)
    new = ("--new-passphrase-file", words["archive.words"])
    _done("keys", "protect", *new, "--archive", keys.parent)
    answers = {name: asking.bundle_answers(state / name) for name in BUNDLES}
    return {"mirror": asking.mirror_answers(state / "mirror"), **answers}


def _lines(answers: Answers) -> str:
    """JSON with one command a line, so that a change can be read."""
    parts = []
    for thing, asked in sorted(answers.items()):
        lines = ",\n".join(
            f"  {json.dumps(name, ensure_ascii=False)}: "
            + json.dumps(answer, ensure_ascii=False, sort_keys=True)
            for name, answer in sorted(asked.items())
        )
        parts.append(f"{json.dumps(thing)}: {{\n{lines}\n}}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _dump(binaries: Path, cluster: Cluster, url: str, target: Path) -> None:
    """The database as SQL that any driver can run: no commands of psql in it."""
    done = subprocess.run(
        [
            *(binaries / "pg_dump", "--host", cluster.directory, "--username", cluster.USER),
            *("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500"),
            database_of(url),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines(keepends=True) if line[:1] != "\\"]
    target.write_text("".join(lines), encoding="utf-8")


def _done(*arguments: str | Path) -> None:
    ended = run(*arguments)
    if ended.code:
        raise SystemExit(f"habeas {arguments[0]}: {ended.said}")


def pack(folder: Path, target: Path) -> None:
    """The folder as a tar archive that names no user of this machine."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(target, "w:xz", preset=9) as archive:
        archive.add(folder, ".", filter=plain)


def unpack(name: str, target: Path, *only: str) -> None:
    """Put a state, or only these folders and files of it, into ``target``."""
    with tarfile.open(STATES / name / "state.tar.xz") as archive:
        wanted = [
            member
            for member in archive
            if not only or any(f"{member.name}/".startswith(f"./{each}/") for each in only)
        ]
        archive.extractall(target, wanted, filter="tar")


def answers_of(name: str) -> Answers:
    """What the commands answered when the state was made."""
    return dict(json.loads((STATES / name / "answers.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
