"""The habits of the code that a linter does not hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

MOST_LINES = 450
#: One file by its purpose: it is handed over alone, and runs with Python's library only.
ONE_FILE = "src/habeas/custody/standalone/verify.py"
FORBIDDEN_NAMES = ("util", "utils", "helper", "helpers", "manager", "service", "services", "misc")


def modules(repository: Path) -> list[Path]:
    return sorted((repository / "src" / "habeas").rglob("*.py"))


def written_modules(repository: Path) -> list[Path]:
    """Without migrations, which Django writes."""
    return [path for path in modules(repository) if "migrations" not in path.parts]


def test_every_module_says_what_it_is(repository: Path) -> None:
    silent = [
        str(path.relative_to(repository))
        for path in written_modules(repository)
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_module_is_long(repository: Path) -> None:
    long = {
        str(path.relative_to(repository)): lines
        for path in written_modules(repository)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    long.pop(ONE_FILE, None)
    assert long == {}


def test_modules_are_named_for_what_they_hold(repository: Path) -> None:
    vague = [
        str(path.relative_to(repository))
        for path in modules(repository)
        if set(path.relative_to(repository / "src").with_suffix("").parts) & set(FORBIDDEN_NAMES)
    ]
    assert vague == []


def test_every_error_is_in_the_one_tree(repository: Path) -> None:
    """Errors derive from HabeasError; its codes are unique and are written ``room.what``."""
    program = """
import importlib, pkgutil, habeas
from habeas.errors import HabeasError
for found in pkgutil.walk_packages(habeas.__path__, "habeas."):
    if found.name.rpartition(".")[2] == "errors":
        importlib.import_module(found.name)
todo = [HabeasError]
while todo:
    error = todo.pop()
    todo.extend(error.__subclasses__())
    print(error.__module__, error.__name__, error.code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    codes = [code for _, _, code in lines]
    assert sorted(codes) == sorted(set(codes)), "two errors share a code"
    for module, name, code in lines:
        room, _, what = code.partition(".")
        assert room, name
        assert what.replace("-", "").isalnum(), f"{module}.{name}: {code!r}"


def test_imports_keep_to_the_rooms(repository: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ["vocabulary", "custody", "reading", "estimation"])
def test_a_pure_room_works_without_django(repository: Path, room: str) -> None:
    """The linter reads the source; this runs it, with Django made unimportable."""
    if not (repository / "src" / "habeas" / room).is_dir():
        pytest.fail(f"the room {room} is missing")
    program = f"""
import importlib, pkgutil, sys
for name in ("django", "psycopg", "sqlite3", "habeas.archive"):
    sys.modules[name] = None
import habeas.{room} as room
for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(found.name)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


NO_CONTENT = {"LedgerEntry", "LedgerCheckpoint", "LocalState"}  # ledger and local tables


def test_there_is_one_door_to_content(repository: Path) -> None:
    """Outside the archive no row is read but through ``archive.access.visible``."""
    past_the_door = []
    for path in written_modules(repository):
        room = path.relative_to(repository / "src" / "habeas").parts[0]
        if room == "archive":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in (
                "objects",
                "_default_manager",
                "_base_manager",
            ):
                model = node.value.attr if isinstance(node.value, ast.Attribute) else ""
                model = node.value.id if isinstance(node.value, ast.Name) else model
                # `archive.objects` is the object store, whose content needs a key.
                if model[:1].isupper() and model not in NO_CONTENT:
                    past_the_door.append(f"{path.name}:{node.lineno} {model}.{node.attr}")
            if isinstance(node, ast.ImportFrom) and node.module == "django.db":
                names = {alias.name for alias in node.names}
                if names & {"connection", "connections", "transaction"}:
                    past_the_door.append(f"{path.name}:{node.lineno} imports {sorted(names)}")
    assert past_the_door == []


def test_a_command_speaks_and_asks_through_one_place(repository: Path) -> None:
    """There every line is made plain: a file's name or a quote can neither forge one nor steer."""
    room = repository / "src" / "habeas" / "cli"
    writes = re.compile(
        r"sys\.(stdout|stderr)\.(write|buffer)|(?<![\w.])(print|input)\(|"
        r"typer\.(echo|secho|prompt|confirm)\(|\bConsole\("
    )
    allowed = {"speaking.py": None, "app.py": 'typer.echo(f"habeas {habeas.__version__}")'}
    for path in sorted(room.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if writes.search(line) and path.name not in allowed:
                pytest.fail(f"{path.name}:{number} writes or asks by itself: {line.strip()}")
            if writes.search(line) and (only := allowed.get(path.name)):
                assert only in line


def test_every_error_says_when_it_is_raised(repository: Path) -> None:
    classes = {
        node.name: (path, node, {ast.unparse(base).split(".")[-1] for base in node.bases})
        for path in written_modules(repository)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    errors = {"HabeasError"}
    while more := {n for n, (_, _, bases) in classes.items() if bases & errors} - errors:
        errors |= more
    silent = [name for name in errors if not ast.get_docstring(classes[name][1])]
    assert sorted(silent) == []
