"""The codes of errors are part of the public interface: scripts and partners tell errors by them.

``error-codes.txt`` has every one, a line each. A new error adds its line. No line is changed or
taken out, whatever becomes of the class: an old code that is raised no more may not come back
with another meaning.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = "habeas.error"  # of HabeasError itself, which is never raised


def codes_of(source: str) -> Iterator[str]:
    """What the classes of a module give as their ``code``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                match each:
                    case (
                        ast.AnnAssign(target=ast.Name("code"), value=ast.Constant(str(code)))
                        | ast.Assign(targets=[ast.Name("code")], value=ast.Constant(str(code)))
                    ):
                        yield code


def test_the_codes_of_errors_are_pinned(repository: Path) -> None:
    listed = (repository / "tests" / "project" / "error-codes.txt").read_text("utf-8").splitlines()
    found = {
        code
        for path in (repository / "src" / "habeas").rglob("*.py")
        for code in codes_of(path.read_text(encoding="utf-8"))
    } - {ROOT}
    assert sorted(set(listed) - found) == [], "codes never move: give the error its old one"
    assert sorted(found - set(listed)) == [], "a new code is a new line in error-codes.txt"
    assert listed == sorted(set(listed))
