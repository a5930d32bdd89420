"""What is done to an archive while it is killed or refused, and what must hold afterwards.

``prepare`` makes the archive once; ``act`` does one scenario and acknowledges each finished
step; ``examine`` opens what is left, as the next user would, and says what is wrong with it.
Acknowledgements are written with ``writev``, which no fault is injected into.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.archive.making import add_reviewer
from tests.archive.test_crashing import folder
from tests.archive.test_erasing import build, signed_for

from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.erasing.carrying_out import carry_out, resume
from habeas.archive.exhibits import intake as adding
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger import rebuilding
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.search import index, searching
from habeas.archive.store import erasure_journal
from habeas.archive.verify.verifying import verify
from habeas.custody.objects import encrypting_process
from habeas.custody.trust.persons import TrustRules
from habeas.exchange.importing import import_folder

Acknowledge = Callable[[str], None]
# In "beside" the faults are in the process that asks a second one to encrypt, in "encrypting" in
# that second one. The files are the same.
SEALING = ("sealing", "beside", "encrypting")
ROWS = 12
ROUNDS = (12, 1)  # files: many are synced together, few one by one
FIRST_ROUND = 2  # the others are for the second process, where there is one
# The second process, which begins to write back early, as it does after many files.
ENCRYPTING = (
    "from habeas.custody.objects import encrypting_child as b; "
    "from habeas.custody import durable; durable._AHEAD = 4; b.main()"
)


def prepare(place: Path) -> None:
    """``archive`` and what the scenarios need, under ``place``."""
    archive = init_archive(place / "archive", passphrase=None, policy=TrustRules(0, 0))
    (place / "files").mkdir()
    for number in range(sum(ROUNDS)):
        content = os.urandom(2_000 + 37 * number)
        (place / "files" / f"{number:02}.bin").write_bytes(content)
    importer = add_reviewer(archive).name.rpartition("/")[2]
    folder(place / "import", ROWS)
    (place / "build").mkdir()
    world = build(archive, place / "build")
    request = signed_for(archive, world, "exhibit", world.exhibit.position)
    index.rebuild(archive)
    (place / "people").write_text(f"{importer} {world.one.name.rpartition('/')[2]} {request}")


def act(scenario: str, place: Path, acknowledge: Acknowledge, tracing: Sequence[str] = ()) -> None:
    """``tracing`` comes before the command of the second process."""
    archive = open_archive(place / "archive")
    encrypting_process.cores = lambda: 1 if scenario == "sealing" else 2
    encrypting_process.COMMAND = [*tracing, sys.executable, "-P", "-c", ENCRYPTING]
    adding.FIRST_ROUND = max(ROUNDS) if scenario == "sealing" else FIRST_ROUND
    importer, eraser, request = (place / "people").read_text().split()
    if scenario in SEALING:
        files = sorted((place / "files").iterdir())
        for count in ROUNDS:
            taken, files = files[:count], files[count:]
            added = add_files(archive, [Received(path) for path in taken])
            if added.refused:
                raise added.refused[0][1]
            for path in taken:
                acknowledge(hashlib.sha256(path.read_bytes()).hexdigest())
    elif scenario == "importing":
        import_folder(archive, place / "import", archive.keyring.person(importer))
        acknowledge("imported")
    else:
        person = archive.keyring.person(eraser)
        carry_out(archive, int(request), person, place / "after.habeas", only_own_keys=True)
        acknowledge("erased")


def examine(scenario: str, place: Path, acknowledged: Sequence[str]) -> dict[str, Any]:
    """What is wrong with what is left, and what opening it said that it finished."""
    directory = place / "archive"
    wrong: list[str] = []
    size = 0
    if erasure_journal.read(directory) is not None:
        if scenario != "erasing":
            wrong.append("an erasure is under way that nobody began")
        resume(open_archive(directory, erasing=True))
    archive = open_archive(directory)
    size = archive.size
    report = verify(archive)
    wrong += [f"{fault.path}: {fault.message}" for fault in report.faults]
    if report.logged != report.size:
        wrong.append(f"{report.logged} of {report.size} entries are in the log")
    wrong += [f"projection {each.table}" for each in rebuilding.check()]
    for folder_ in ("objects/tmp", "log/tmp"):
        if (directory / folder_).is_dir():
            wrong += [f"left in {folder_}: {name}" for name in os.listdir(directory / folder_)]
    for exhibit in m.Exhibit.objects.all():
        plain = archive.read_object(exhibit.address)
        if hashlib.sha256(plain).hexdigest() != exhibit.plain_sha256:
            wrong.append(f"exhibit {exhibit.position} is not what was sealed")
    wrong += _lost(scenario, place, archive, acknowledged)
    return {"wrong": wrong, "size": size}


def _lost(scenario: str, place: Path, archive: Archive, acknowledged: Sequence[str]) -> list[str]:
    if scenario in SEALING:
        held = set(m.Exhibit.objects.values_list("plain_sha256", flat=True))
        return [f"acknowledged and lost: {digest}" for digest in set(acknowledged) - held]
    if scenario == "importing":
        claims = m.Claim.objects.count() - 2
        if claims != ROWS and (acknowledged or claims):
            return [f"{claims} of {ROWS} claims are there"]
        return []
    if acknowledged and not m.Erasure.objects.exists():
        return ["the erasure was acknowledged and is not there"]
    if m.Erasure.objects.exists() and m.Exhibit.objects.filter(filename="statement.txt").exists():
        return ["what was erased is there"]
    index.refresh(archive)
    found = [searching.search(archive, OWNER, word, exact=True).hits for word in ("well", "notice")]
    if bool(found[0]) is m.Erasure.objects.exists() or not found[1]:
        return ["the search index does not say what is there"]
    if m.Erasure.objects.exists() and len(list((archive.directory / "index").glob("*/"))) != 1:
        return ["another search index is left"]
    keys = set(m.ContentObjectKey.objects.values_list("address", flat=True))
    return [f"erased and there: {address}" for address in set(archive.objects.addresses()) - keys]


def copy(template: Path, place: Path) -> None:
    shutil.copytree(template, place, symlinks=True)
