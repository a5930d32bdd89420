"""``make quick``: the tests nearest to what changed, nearest first, for less than a minute.

What changed is what this branch has that main has not, committed or not. The tests are, in this
order: the test files that changed themselves; those that import a module that changed; those of
the rooms of what changed; those that import a module that imports one that changed. Past
``SECONDS`` no further test is begun, and how many were left is said: this is a first answer, and
no proof. `make test` is.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS = 45.0
ROOT = Path(__file__).resolve().parent.parent.parent
#: What no module is, by how its path begins.
BESIDES = {
    "docs/": "tests/project/test_documents.py",
    "README": "tests/project/test_documents.py",
    "CHANGELOG": "tests/project/test_documents.py",
    "Makefile": "tests/project",
    "pyproject.toml": "tests/project",
    "requirements/": "tests/project/test_packaging.py",
    "scripts/": "tests/project",
    ".ci/": "tests/project",
}


def changed(root: Path, since: str = "") -> list[str]:
    """Paths that differ from where this branch left ``since`` (main), and new ones."""
    base = since or next((name for name in ("origin/main", "main") if _known(root, name)), "HEAD")
    left = _git(root, "merge-base", base, "HEAD").strip()
    differing = _git(root, "diff", "--name-only", "-z", left)
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({path for path in (differing + new).split("\0") if path})


def _known(root: Path, name: str) -> bool:
    asked = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(asked, cwd=root, capture_output=True).returncode == 0


def _git(root: Path, *words: str) -> str:
    asked = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    return asked.stdout


def touched(root: Path, paths: Iterable[str]) -> list[str]:
    """The test files for a change of these paths, the nearest first."""
    paths = list(paths)
    tests = {_name(root, path): path for path in sorted((root / "tests").glob("*/test_*.py"))}
    imports = {name: set(_imports(path, name)) for name, path in tests.items()}
    modules = {_module(path) for path in paths if path.endswith(".py")} - {""}
    sources = {
        _module(_name(root, path)): set(_imports(path, _name(root, path)))
        for path in sorted((root / "src").rglob("*.py"))
    }
    users = {name for name, used in sources.items() if used & modules} - modules
    rooms = {f"tests/{room}/" for path in paths if (room := _room(path))}
    besides = {aim for path in paths for begin, aim in BESIDES.items() if path.startswith(begin)}
    order = [
        *(name for name in tests if name in paths),
        *(name for name, used in imports.items() if used & modules),
        *(name for name in tests if any(name.startswith(aim) for aim in besides)),
        *(name for name in tests if any(name.startswith(room) for room in rooms)),
        *(name for name, used in imports.items() if used & users),
    ]
    return list(dict.fromkeys(order))


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _room(path: str) -> str:
    """The folder of tests of a file of src/habeas or of tests; '' where it is in none."""
    parts = Path(path).parts
    if parts[:2] == ("src", "habeas"):
        return parts[2] if len(parts) > 3 else ""
    return parts[1] if parts[:1] == ("tests",) and len(parts) > 2 else ""


def _module(path: str) -> str:
    """The dotted name of a file of src or tests; '' for any other."""
    name = path.removeprefix("src/")
    if not name.endswith(".py") or not name.startswith(("habeas/", "tests/")):
        return ""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imports(path: Path, name: str) -> Iterator[str]:
    """Modules that a file names in its imports, and what it takes from them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class AtMost:
    """Begins no test once ``SECONDS`` are over; counts those that it leaves."""

    def __init__(self) -> None:
        self.until = time.monotonic() + SECONDS
        self.left = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        if time.monotonic() < self.until:
            return None
        self.left += 1
        return True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left"] = self.left

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.left += getattr(node, "workeroutput", {}).get("left", 0)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.left:
            terminalreporter.write_line(
                f"{self.left} tests were left for `make test`: {SECONDS:.0f} seconds are over."
            )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(AtMost())


def main() -> int:
    """``python -m tests.support.touched [SINCE]``."""
    paths = changed(ROOT, *sys.argv[1:2])
    tests = touched(ROOT, paths)
    if not tests:
        print("Nothing has changed that a test looks at.")
        return 0
    print(f"{len(paths)} files changed; {len(tests)} test files are near.", flush=True)
    in_order = ["-p", "no:randomly", "-o", "addopts=", "--import-mode=importlib", "--dist=load"]
    in_turns = ["--maxschedchunk=1", "--max-worker-restart=0", "-n", os.environ.get("JOBS", "auto")]
    return int(pytest.main(["-q", "-p", __spec__.name, *in_order, *in_turns, *tests]))


if __name__ == "__main__":
    sys.exit(main())
