"""Programs that tests and benchmarks hold as text import what is there.

No tool reads them: a name that moves is missed there, and what says so is a process that ends and
a test that waits for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = ("tests", "benchmarks", "scripts")
#: Trees of files that tests make up.
MADE_UP = {"tests/project/test_touched.py"}
IMPORTED = re.compile(r"\bfrom ((?:habeas|tests)(?:\.\w+)*) import (\w+(?: as \w+)?(?:, ?\w+)*)")


def programs(root: Path) -> Iterator[tuple[Path, str]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if path.relative_to(root).as_posix() in MADE_UP:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path, node.value


@cache
def names(root: Path, module: str) -> set[str]:
    """What a module defines or imports, and the modules in a folder."""
    place = (root / "src" if module.startswith("habeas") else root) / Path(*module.split("."))
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    found = {path.stem for path in place.iterdir()} if place.is_dir() else set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if file.is_file() else ():
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return found


def test_a_program_in_a_text_imports_what_is_there(repository: Path) -> None:
    seen, wrong = 0, []
    for path, text in programs(repository):
        for module, taken in IMPORTED.findall(text):
            for name in (each.split()[0] for each in taken.split(",")):
                seen += 1
                if name not in names(repository, module):
                    wrong.append(f"{path.relative_to(repository)}: {module} has no {name}")
    assert wrong == []
    assert seen > 50
