"""The built wheel works outside the repository, with the locked packages and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.support import presence

import habeas


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", directory, repository),
        cwd=directory,
    )
    (built,) = directory.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(repository: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a clean virtual environment's programs."""
    wheelhouse = repository / ".venv" / "wheelhouse"
    if not wheelhouse.is_dir():
        presence.missing(".venv/wheelhouse", "run `make test`, which fills it")
    requirements = repository / "requirements" / "runtime.txt"
    filled = repository / ".venv" / ".wheelhouse"
    if filled.is_file() and not _has_all(wheelhouse, requirements):
        pytest.fail("A package was locked since: run `make .venv/.wheelhouse`, which fetches it.")
    environment = tmp_path_factory.mktemp("clean") / "venv"
    uv = Path(sys.executable).parent / "uv"
    run(uv, "venv", "--quiet", "--offline", "--python", sys.executable, environment)
    install = (uv, "pip", "install", "--quiet", "--offline", "--no-index", "--no-config")
    into = ("--python", environment / "bin" / "python")
    found = ("--find-links", wheelhouse)
    run(*install, *into, *found, "--require-hashes", "-r", requirements)
    run(*install, *into, "--no-deps", wheel)
    return environment / "bin"


def _has_all(wheelhouse: Path, requirements: Path) -> bool:
    """Whether there is a file of each locked package that is for every system."""
    here = {re.sub("[_.]", "-", each.name.lower()) for each in wheelhouse.iterdir()}
    names = re.findall(r"^([a-z0-9.-]+==[^ ]+) \\$", requirements.read_text(), re.MULTILINE)
    wanted = [re.sub("[_.]", "-", name.replace("==", "-")) for name in names]
    return bool(wanted) and all(any(file.startswith(each) for file in here) for each in wanted)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run as a stranger would: no setting of this process reaches the program."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "UV_CACHE_DIR")
    }
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_the_program_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "habeas/py.typed" in names
    strangers = [name for name in names if not name.startswith(("habeas/", "habeas-"))]
    assert strangers == []
    assert [name for name in names if "__pycache__" in name or name.endswith(".db")] == []


def test_everything_tracked_in_src_is_in_the_wheel(repository: Path, wheel: Path) -> None:
    tracked = run("git", "ls-files", "-z", "src", cwd=repository).split("\0")
    with zipfile.ZipFile(wheel) as archive:
        packed = {f"src/{name}" for name in archive.namelist()}
    assert {name for name in tracked if name and (repository / name).exists()} <= packed


def test_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert habeas.__version__ in run(installed / "habeas", "--version", cwd=tmp_path)


def test_the_demonstration_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    out = run(installed / "habeas", "demo", "--no-serve", cwd=tmp_path)
    assert "why" in out


def test_what_is_installed_is_consistent(installed: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    run(uv, "pip", "check", "--quiet", "--offline", "--python", installed / "python")
