"""The program says things as a colleague would: turns that read as translated stay out.

Looked at are the strings of the program with a space in them, docstrings aside, and the templates;
``test_english_of_documents`` looks at the documents. Patterns are narrow: what needs an ear is left
to readers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Each with what to write instead.
TURNS = {
    r"(?<!here )\b(is|are|was|were) no (?!longer|more|less|later|earlier|fewer|one\b)(?=\w)":
        "is not a",
    r"\b(stands?|stood)\b(?! for\b)": "is, appears in, is shown beside, is still valid",
    r"\b[Mm]end(s|ed|ing)?\b": "fix, correct, repair",
    r"\b([Ss]ome|[Aa]ny|[Ee]very|[Nn]o)body\b": "someone, anyone, everyone, no one, or the role",
    r"\b[Ss]ay (with|which|what for|who acts)\b": "use, give, choose, show",
    r"\bnot open (here|to you)|\bnot to be (seen|had)\b": "not visible to you, not available",
    r"\byou neither\b": "including you",
    r"\banew\b": "again",
    r"\bin force\b": "active, current, valid",
    r"\b(lies|lay) (in|at|there|where|with)\b": "is in, is kept in",
    r"[Tt]here is no [\w ]*\{": "No figure named …",
    r"\blooked through\b": "searched",
    r"\b(cannot|can not) be told\b": "cannot be determined",
    r"\bthereof\b": "rewrite",
    r"\bonce an? (archive|file|page|row)\b": "once per",
}  # fmt: skip
#: Idiomatic, or data that must not move, each with its reason.
ALLOWED = {
    "in force",  # the state of a key in the JSON of `habeas people`: programs read it
}
#: Committed by digest in entries, or a region's or the demonstration's own data.
DATA = ("vocabulary/data/", "regions/", "demo/corpus/")


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module; what is filled in later is ``{}``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aside: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            aside.add(id(body[0].value))
        if isinstance(node, ast.JoinedStr):
            aside.update(map(id, node.values))
            text = "".join(
                part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text and id(node) not in aside:
            yield node.lineno, text


def said(source: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if name.startswith(DATA):
            continue
        if path.suffix == ".py":
            yield from ((f"{name}:{line}", text) for line, text in strings(path))
        elif path.suffix == ".html":
            text = re.sub(r"\{#.*?#\}|<!--.*?-->", "", path.read_text("utf-8"), flags=re.S)
            for number, line in enumerate(text.splitlines(), 1):
                yield f"{name}:{number}", line


@pytest.fixture(scope="module")
def sentences(repository: Path) -> list[tuple[str, str]]:
    found = list(said(repository / "src" / "habeas"))
    assert len(found) > 8_000
    return [(where, text) for where, text in found if text not in ALLOWED]


@pytest.mark.parametrize("turn", TURNS)
def test_nothing_in_the_program_has_the_turn(sentences: list[tuple[str, str]], turn: str) -> None:
    found = [f"{where}: {text.strip()[:110]}" for where, text in sentences if re.search(turn, text)]
    assert found == [], f"write: {TURNS[turn]}"
