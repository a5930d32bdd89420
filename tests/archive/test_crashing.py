"""Processes of their own: two imports at once, and one that is killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer

from habeas.archive import models as m
from habeas.archive.ledger import rebuilding
from habeas.archive.opening import Archive, open_archive
from habeas.archive.verify.verifying import verify

IMPORT = """
import sys
from pathlib import Path
from habeas.archive.opening import open_archive
from habeas.exchange.importing import import_folder
archive = open_archive(Path(sys.argv[1]))
person = archive.keyring.person(sys.argv[2])
import_folder(archive, Path(sys.argv[3]), person)
"""


def folder(path: Path, rows: int) -> Path:
    """An exhibit and many mentions with a claim each."""
    path.mkdir()
    (path / "note.txt").write_text(f"The note of {path.name}.", encoding="utf-8")
    (path / "exhibits.csv").write_text("id,file\nx,note.txt\n", encoding="utf-8")
    (path / "sources.csv").write_text(f"id,kind,code\ns,publication,{path.name}\n")
    mentions = "".join(f"m-{n},place,Example {n}\n" for n in range(rows))
    (path / "mentions.csv").write_text(f"id,kind,caption\n{mentions}", encoding="utf-8")
    claims = "".join(f"c-{n},m-{n},name,Example {n},s,x,note\n" for n in range(rows))
    header = "id,subject,property,value,source,exhibit,quote\n"
    (path / "claims.csv").write_text(header + claims, encoding="utf-8")
    return path


def start(archive: Archive, person: str, source: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORT, archive.directory, person, source]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def check(archive: Archive) -> None:
    """Everything that is recorded is sound, logged, and what a replay gives."""
    again = open_archive(archive.directory)
    report = verify(again)
    assert report.faults == []
    assert report.size == report.logged
    assert rebuilding.check() == []
    positions = m.LedgerEntry.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(report.size))


def test_two_imports_at_once_both_land_whole(archive: Archive, tmp_path: Path) -> None:
    person = add_reviewer(archive).name.rpartition("/")[2]
    running = [start(archive, person, folder(tmp_path / name, 300)) for name in ("one", "two")]
    for process in running:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert m.Claim.objects.count() == 600
    for batch in m.Batch.objects.all():  # neither is torn by the other
        assert batch.position - batch.first == 1 + 2 + 1 + 300 + 300 + 1
    check(archive)


@pytest.mark.parametrize("moment", ["appending", "after the commit"])
def test_a_killed_import_leaves_all_or_nothing(
    archive: Archive, tmp_path: Path, moment: str
) -> None:
    person, size = add_reviewer(archive).name.rpartition("/")[2], archive.size
    program = {
        "appending": "import habeas.archive.ledger.appending as l\nflush = l.Batch.flush\n"
        "def die(self):\n    flush(self)\n    if len(self._hashes) > 300:\n"
        "        print('now', file=sys.stderr, flush=True)\n        time.sleep(60)\n"
        "l.Batch.flush = die\nl.FLUSH_EVERY = 100\n",
        "after the commit": "from habeas.archive.opening import Archive\n"
        "def die(self):\n    print('now', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
        "Archive.sequence = die\n",
    }[moment]
    killed = subprocess.Popen(
        [
            *(sys.executable, "-c", "import sys, time\n" + program + IMPORT),
            *(archive.directory, person, folder(tmp_path / "in", 300)),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert killed.stderr is not None
    assert killed.stderr.readline() == "now\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)
    whole = moment == "after the commit"
    check(archive)
    assert m.Claim.objects.count() == (300 if whole else 0)
    again = open_archive(archive.directory)
    assert (again.size == size) is not whole
    other = start(archive, person, folder(tmp_path / "other", 10))
    _, err = other.communicate(timeout=120)
    assert other.returncode == 0, err
    check(archive)
