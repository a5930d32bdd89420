"""What a speaker does with a value is worded in ``vocabulary/stances.py`` and nowhere else.

The codes themselves may stand anywhere; the code list has labels of its own, because claims commit
to its digest.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from habeas.vocabulary import schema, stances

TABLE = "src/habeas/vocabulary/stances.py"
#: Forms that nothing else in the program uses ("takes it back" is also said of a retraction).
WORDED = re.compile(
    r"\b[Dd]en(ies|ied|ials?)\b|\b[Tt]akes back\b|\b[Tt]aken back by\b|\bassert(s|ed)\b"
    r"|\b(Said by|Not known to)\b|\bdoes not know:?\s*$",
)
CODE = re.compile(r"[a-z_.-]+")  # a code or the name of a field
CONDITION = re.compile(r"{% (?:if|elif|for)[^%]*%}|{{[^}]*}}")  # of a template; what is handed in


def strings(path: Path) -> Iterator[str]:
    """What a module may say to people: its strings but for docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documented:
            yield str(node.value)


def test_a_stance_is_worded_in_one_place(repository: Path) -> None:
    found = []
    for path in sorted((repository / "src/habeas").rglob("*.py")):
        name = str(path.relative_to(repository))
        if name != TABLE and WORDED.search(path.read_text(encoding="utf-8")):
            said = (text for text in strings(path) if not CODE.fullmatch(text))
            found += [(name, text) for text in said if WORDED.search(text)]
    for path in sorted((repository / "src/habeas").rglob("*.html")):
        page = CONDITION.sub("", path.read_text(encoding="utf-8"))
        found += [(path.name, match[0]) for match in WORDED.finditer(page)]
    assert found == []


def test_every_stance_of_the_code_list_has_words() -> None:
    assert list(stances.WORDS) == list(schema.core().codes["stance"])


def test_a_stance_of_a_later_program_is_shown_by_its_code() -> None:
    assert stances.mark("doubts", stances.words("doubts").verb) == "doubts: "
