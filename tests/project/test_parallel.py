"""The suite in several processes: what is lost is named, and nothing is shared."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CALM = "import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_calm(n): pass\n"
INTERRUPTED = """
import signal, subprocess, sys
def test_ended():
    program = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\\n"
"""
LOST = {
    "killed": "import os\ndef test_lost(): os.kill(os.getpid(), 9)\n",
    "hanging": "import threading\ndef test_lost(): threading.Event().wait()\n",
}


@pytest.mark.parametrize("way", LOST)
def test_a_test_that_takes_its_process_along_is_named_and_fails_the_run(
    way: str, repository: Path, tmp_path: Path
) -> None:
    """With the options of this suite. Its process may take along what it had been given."""
    (tmp_path / "test_calm.py").write_text(CALM)
    (tmp_path / "test_lost.py").write_text(LOST[way])
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", repository / "pyproject.toml"),
            *("--rootdir", tmp_path, "-p", "no:cacheprovider", "-n", "2"),
            *("-o", "faulthandler_timeout=2", tmp_path),
        ],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"FAILED test_lost\.py::test_lost - worker 'gw\d' crashed", done.stdout)
    assert re.fullmatch(r"=+ 1 failed, \d passed in .* =+", done.stdout.splitlines()[-1])
    assert ("in test_lost" in done.stderr) == (way == "hanging"), done.stderr


def test_each_process_has_a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
    assert not [name for name in os.environ if name.startswith("XDG_")]


def test_an_interrupt_reaches_what_a_test_starts_in_the_background_too(
    repository: Path, tmp_path: Path
) -> None:
    """As a shell starts it there: with interrupts ignored, which its children inherit."""
    (tmp_path / "test_ended.py").write_text(INTERRUPTED)
    shutil.copy(repository / "tests" / "conftest.py", tmp_path)
    program = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", tmp_path]
    done = subprocess.run(
        [*program, "-p", "no:cacheprovider", "-p", "no:randomly", tmp_path],
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
