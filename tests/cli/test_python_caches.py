"""A command's umask is for the archive; Python's caches of the program stay readable."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import habeas

_DOCTOR = (
    "import sys; from habeas.cli.running import main; sys.exit(main(['doctor', *sys.argv[1:]]))"
)


def test_a_command_leaves_caches_that_others_may_read(tmp_path: Path) -> None:
    package = tmp_path / "lib" / "habeas"
    bare = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(habeas.__path__[0]), package, ignore=bare)
    package.chmod(0o755)
    for path in package.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    taken = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    done = subprocess.run(
        [sys.executable, "-c", _DOCTOR, "--archive", str(tmp_path / "none")],
        capture_output=True, text=True, check=False, umask=0o022, cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(tmp_path / "lib")},
    )  # fmt: skip
    assert done.returncode != 0  # there is no archive
    assert "bug" not in done.stderr
    caches = list(package.rglob("__pycache__"))
    assert package / "cli" / "commands" / "__pycache__" in caches  # imported under the umask
    for folder in caches:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755, folder
        assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o644}
