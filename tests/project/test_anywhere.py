"""The suite runs from a folder of any name, under any umask and in any time zone.

A clone is named ``habeas``, as a folder of ``src`` is; its tests lie in ``tests``, as the suite's
own do. Each run here is of a few tests that look at paths, modes, clocks and processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SLICE = (
    "tests/cli/test_endings.py::test_a_bug_is_one_line",
    "tests/cli/test_own_process.py::test_every_file_of_an_archive_is_its_owners",
    "tests/cli/test_refusals.py::test_a_persons_passphrase_is_their_own",
    "tests/archive/test_clock.py::test_what_is_likely_is_not_asked_about",
    "tests/reading/test_sandbox.py::test_no_socket_can_be_opened",
)
PLACES = {
    "habeas": (0o077, "Asia/Urumqi"),
    "with spaces/src": (0o002, "Pacific/Kiritimati"),
    "档案/tests": (0o027, "America/St_Johns"),
}


@pytest.mark.parametrize("name", PLACES)
def test_from_a_folder_of_this_name(name: str, repository: Path, tmp_path: Path) -> None:
    root = tmp_path / name
    root.mkdir(parents=True)
    for folder in ("src", "tests"):
        left_out = shutil.ignore_patterns("__pycache__", "states", "transcripts")
        shutil.copytree(repository / folder, root / folder, ignore=left_out)
    shutil.copy(repository / "pyproject.toml", root)
    umask, zone = PLACES[name]
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    program = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*program, "-n", "0", "-k", "not postgresql", *SLICE],
        cwd=root,
        env={**plain, "PYTHONPATH": str(root / "src"), "TZ": zone},
        umask=umask,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
