"""What each process of the program says of itself: no core dump, and files for nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import presence

from habeas.reading import errors
from habeas.reading.sandbox import confining
from habeas.reading.sandbox.opening import Sandbox

ASK = """
import ctypes, os, resource
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), resource.getrlimit(resource.RLIMIT_CORE)
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0, "dumpable"
print("off", oct(os.umask(0)))
"""


def run(program: str, umask: int = 0o022) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120,
        stdin=subprocess.DEVNULL, umask=umask,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_command_leaves_no_core_dump_and_writes_for_its_owner(umask: int) -> None:
    """Whatever the command starts by forking (workers, those of `serve`) is the same."""
    program = "from habeas.cli.running import main; main(['--version'])" + ASK
    assert run(program, umask) == "off 0o77"


def test_the_process_that_seals_beside_leaves_none() -> None:
    program = f"""
from habeas.custody.objects import encrypting_child as beside_serving
ask = {ASK!r} + "import sys; sys.stdout.flush(); os._exit(0)"
beside_serving.serve = lambda *pipes: exec(ask)
beside_serving.main()
"""
    assert run(program).startswith("off")


def test_the_workers_of_the_sandbox_leave_none() -> None:
    try:
        confining.find_bubblewrap()
    except errors.SandboxMissing as error:
        presence.missing("bubblewrap", str(error))
    with Sandbox(ocr=False, workers=1) as sandbox:
        (worker,) = sandbox.workers()
        lines = Path(f"/proc/{worker}/limits").read_text(encoding="ascii").splitlines()
        (core,) = [line.split() for line in lines if line.startswith("Max core file size")]
        assert core[4:6] == ["0", "0"]
        # What may not be dumped belongs to root in /proc, whoever runs it.
        assert os.stat(f"/proc/{worker}/environ").st_uid == 0


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_every_file_of_an_archive_is_its_owners(tmp_path: Path, umask: int) -> None:
    """By the library as by a command: no mode is left to the umask of who runs it."""
    note = tmp_path / "note.txt"
    note.write_text("Held in May.")
    place = tmp_path / "new" / "folders" / "archive"
    program = f"""
from pathlib import Path
from habeas.archive.making import init_archive
from habeas.archive.exhibits.intake import Received, add_files
archive = init_archive(Path({str(place)!r}), passphrase=None)
add_files(archive, [Received(Path({str(note)!r}))])
archive.sequence()
"""
    run(program + "print('made')", umask)
    for path in [place.parent.parent, *place.parent.parent.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert not mode & 0o022, (path, oct(mode))
        if path.is_dir() or not mode & stat.S_IRGRP:
            assert not mode & 0o077, (path, oct(mode))
        else:  # ciphertext and the log, which any server may hand out
            assert mode == 0o444, (path, oct(mode))
