"""A word of the glossary names that thing in code too, and a class is found by its name alone.

The words are those of ``docs/explanation/architecture.md`` and the design's section 3. A class of
that name is a table's row or the value that the library gives of it; whoever needs another adds
what it is to the word (``ErasureRecord``, ``LineageStep``).
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

#: Word, and the modules where a class of that name is the thing itself.
GLOSSARY = {
    "Archive": {"archive/opening.py", "library/handle.py"},
    "Assessment": {"archive/models/projected.py"},
    "Challenge": set(),
    "Claim": {"archive/models/projected.py", "exchange/tidy/claims.py"},
    "Compartment": {"archive/models/projected.py"},
    "Consent": {"archive/models/projected.py"},
    "CustodyEvent": {"archive/models/projected.py"},
    "Detention": set(),
    "Draft": set(),
    "Entry": set(),
    "Exhibit": {"archive/models/projected.py"},
    "Figure": {"library/tables.py"},
    "Grant": set(),
    "Handling": set(),
    "Judgement": {"archive/models/projected.py"},
    "Lineage": {"archive/models/projected.py"},
    "Mention": {"archive/models/projected.py"},
    "Passage": {"archive/models/projected.py"},
    "Person": set(),
    "Place": set(),
    "Record": {"exchange/tidy/records.py"},
    "Region": {"vocabulary/region.py"},
    "Release": set(),
    "Source": {"archive/models/projected.py", "exchange/tidy/sources.py"},
}
#: Names that two modules share, and why. Nothing is added here without such a reason.
SHARED = {
    "Answer",  # one of three values; what an estimate answers
    "BadSetting",  # of linking, of estimation: each pure room has errors of its own
    "BadTable",
    "Batch",  # entries on their way into the ledger; the row that remains of them
    "Code",  # of a code list, and its card on a page
    "Cosignature",  # as it is checked; the row that keeps it
    "ExtraMissing",
    "Level",  # of a comparison, as set and as learned
    "Part",  # of a figure, in a table; of a file that was read
    "Refused",  # the verifier that stands alone repeats what it needs
}


def classes() -> dict[str, set[str]]:
    """Every public class at the top of a module of the program, with the modules that have it."""
    source = Path(__file__).parents[2] / "src/habeas"
    found: dict[str, set[str]] = defaultdict(set)
    for path in source.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name[0] != "_":
                found[node.name].add(path.relative_to(source).as_posix())
    return found


def test_a_word_of_the_glossary_is_that_thing() -> None:
    found = classes()
    wrong = {word: found[word] - modules for word, modules in GLOSSARY.items()}
    assert not {word: modules for word, modules in wrong.items() if modules}


def test_what_is_allowed_is_still_there() -> None:
    found = classes()
    gone = {word: modules - found[word] for word, modules in GLOSSARY.items()}
    assert not {word: modules for word, modules in gone.items() if modules}
    assert sorted(word for word in SHARED if len(found[word]) < 2) == []


def test_a_class_is_found_by_its_name() -> None:
    twice = {name: sorted(modules) for name, modules in classes().items() if len(modules) > 1}
    allowed = SHARED | {word for word, modules in GLOSSARY.items() if len(modules) > 1}
    assert {name: where for name, where in twice.items() if name not in allowed} == {
        "Migration": [
            "archive/migrations/0001_ledger_content_local.py",
            "archive/migrations/0002_reading_job.py",
        ]
    }
