"""Each folder says what belongs in it, and what of it others may use: its ``__all__``.

Invariant: whoever is outside of a folder imports from it only what its ``__all__`` names, a module
or a name; and no module is named there that nobody outside uses.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = "habeas"
#: Pure rooms, whose ``__all__`` is what a notebook uses: their own tests pin it.
FOR_NOTEBOOKS = {"habeas.estimation", "habeas.linking", "habeas.names"}
#: What Django, Python and readers look up by themselves.
FOUND_BY_NAME = {
    "habeas.archive.migrations",
    "habeas.cli.commands",
    "habeas.reading.readers",
    "habeas.web.explore.templatetags",
}


@cache
def modules(source: Path) -> dict[str, tuple[Path, ast.Module]]:
    found = {}
    for path in sorted((source / ROOT).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = (path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def uses(name: str, tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Every dotted name that a module takes from this program, with the name taken."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module.split(".")[0] == ROOT:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def used_from_outside(source: Path) -> dict[str, dict[str, set[str]]]:
    """For each folder: what of it is used outside, and by whom."""
    known = modules(source)
    folders = {name for name, (path, _) in known.items() if path.name == "__init__.py"}
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, (_, tree) in known.items():
        for dotted in uses(name, tree, set(known)):
            parts = dotted.split(".")
            for at in range(2, len(parts)):
                folder = ".".join(parts[:at])
                inside = name == folder or name.startswith(f"{folder}.")
                if folder in folders and not inside:
                    found[folder][parts[at]].add(name)
    return found


def folders(source: Path) -> dict[str, ast.Module]:
    return {
        name: tree
        for name, (path, tree) in modules(source).items()
        if path.name == "__init__.py" and name not in {ROOT, *FOUND_BY_NAME, *FOR_NOTEBOOKS}
    }


@pytest.fixture(scope="module")
def source(repository: Path) -> Path:
    return repository / "src"


def test_a_folder_says_what_others_may_use(source: Path) -> None:
    used, known, wrong = used_from_outside(source), modules(source), []
    for folder, tree in folders(source).items():
        offered = exported(tree)
        for taken in sorted(set(used[folder]) - offered):
            by = ", ".join(sorted(used[folder][taken])[:2])
            wrong.append(f"{folder}.{taken} is used by {by}, and not in __all__")
        unused = {name for name in offered - set(used[folder]) if f"{folder}.{name}" in known}
        wrong += [f"{folder}.{name} is in __all__, and nobody outside uses it" for name in unused]
    assert wrong == []
