"""What installs habeas: locked, hashed, and silent about where packages come from."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

# Put together here, so that this file does not name them either.
INDEX_HOSTS = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "registry.yarnpkg" + ".com",
    "deb.debian" + ".org",
    "security.debian" + ".org",
    "unpkg" + ".com",
    "jsdelivr" + ".net",
    "cdnjs.cloudflare" + ".com",
    "crates" + ".io",
]
INDEX_OPTIONS = re.compile(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", re.M)
REQUIREMENTS = ["runtime.txt", "dev.txt"]


def tracked_files(repository: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    )
    files = [repository / name for name in listed.stdout.split("\0") if name]
    return [path for path in files if path.is_file() and not path.is_symlink()]


def requirements(text: str) -> list[str]:
    """Each requirement with its continuation lines joined; comments dropped."""
    joined = re.sub(r"\\\n", " ", text)
    return [line for line in map(str.strip, joined.splitlines()) if line and line[0] != "#"]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_hashed(repository: Path, name: str) -> None:
    found = requirements((repository / "requirements" / name).read_text())
    assert found
    for requirement in found:
        assert re.match(r"[a-z0-9-]+==[^ ]+ ", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_no_requirement_file_names_an_index(repository: Path, name: str) -> None:
    text = (repository / "requirements" / name).read_text()
    assert INDEX_OPTIONS.search(text) is None
    assert "://" not in text


def test_both_files_pin_the_same_versions(repository: Path) -> None:
    pins = [
        {
            line.split(" ")[0]
            for line in requirements((repository / "requirements" / name).read_text())
        }
        for name in REQUIREMENTS
    ]
    assert pins[0] <= pins[1]


def test_every_dependency_is_locked(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    wanted = {
        "runtime.txt": project["project"]["dependencies"],
        "dev.txt": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
    }
    for name, dependencies in wanted.items():
        text = (repository / "requirements" / name).read_text()
        locked = {re.split("==", line)[0] for line in requirements(text)}
        for dependency in dependencies:
            bare = re.sub("[_.]", "-", re.split(r"[\[<>=~! ;]", dependency)[0].lower())
            assert bare in locked, f"{bare} is not in {name}; run `make lock`"


def test_no_file_names_an_index_host(repository: Path) -> None:
    found = [
        f"{path.relative_to(repository)}: {host}"
        for path in tracked_files(repository)
        for host in INDEX_HOSTS
        if host.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_changelog_has_the_current_version(repository: Path) -> None:
    import habeas

    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert project["version"] == habeas.__version__
    assert f"\n## [{habeas.__version__}] - " in (repository / "CHANGELOG.md").read_text()


def test_the_licence_is_whole(repository: Path) -> None:
    text = (repository / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
