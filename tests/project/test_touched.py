"""`make quick` takes the tests nearest to a change, and says what it leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.touched import changed, touched

FILES = {
    "src/habeas/custody/merkle.py": "",
    "src/habeas/custody/log.py": "from habeas.custody import merkle\n",
    "src/habeas/archive/ledger.py": "from habeas.custody.log import append\n",
    "src/habeas/names/folding.py": "",
    "tests/custody/test_merkle.py": "from habeas.custody import merkle\n",
    "tests/custody/test_keys.py": "",
    "tests/archive/test_log.py": "import habeas.custody.log\n",
    "tests/archive/test_ledger.py": "from habeas.archive import ledger\n",
    "tests/names/test_folding.py": "from habeas.names.folding import fold\n",
    "tests/names/words.py": "",
    "tests/project/test_documents.py": "",
    "tests/project/test_code.py": "",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        (
            "src/habeas/custody/merkle.py",
            ["custody/test_merkle", "custody/test_keys", "archive/test_log"],
        ),
        ("tests/custody/test_keys.py", ["custody/test_keys", "custody/test_merkle"]),
        ("src/habeas/names/folding.py", ["names/test_folding"]),
        ("tests/names/words.py", ["names/test_folding"]),
        ("docs/reference/cli.md", ["project/test_documents"]),
        ("Makefile", ["project/test_code", "project/test_documents"]),
        ("LICENSE", []),
    ],
)
def test_the_nearest_come_first(tree: Path, path: str, tests: list[str]) -> None:
    assert touched(tree, [path]) == [f"tests/{name}.py" for name in tests]


def test_a_change_is_what_main_has_not_committed_or_not(tree: Path) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(["git", *who, *words], cwd=tree, check=True, capture_output=True)

    git("init", "--initial-branch", "main")
    git("add", ".")
    git("commit", "--message", "All")
    assert changed(tree) == []
    git("checkout", "-b", "other")
    (tree / "src/habeas/custody/log.py").write_text("")
    git("commit", "--all", "--message", "One")
    (tree / "tests/custody/test_keys.py").write_text("# more\n")
    (tree / "tests/custody/test_new schlüssel.py").write_text("")
    assert changed(tree) == [
        "src/habeas/custody/log.py",
        "tests/custody/test_keys.py",
        "tests/custody/test_new schlüssel.py",
    ]
    assert changed(tree, "HEAD")[1:] == ["tests/custody/test_new schlüssel.py"]


def test_past_its_time_it_begins_none_and_says_so(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "test_many.py").write_text("def test_one(): pass\ndef test_two(): pass\n")
    program = (
        "import sys, pytest; from tests.support import touched; touched.SECONDS = -1.0\n"
        "sys.exit(pytest.main([*sys.argv[1:], '-p', 'tests.support.touched']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "-c", "/dev/null", "--rootdir", tmp_path, tmp_path],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert "2 tests were left for `make test`" in done.stdout
