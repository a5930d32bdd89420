"""The reference of the library is run, and names everything that is public."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest

import habeas


def test_the_examples_are_what_happens(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = repository / "docs" / "reference" / "library.md"
    text = page.read_text(encoding="utf-8").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, "library.md", str(page), 0)
    found: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.REPORT_ONLY_FIRST_FAILURE).run(test, out=found.append)
    assert "".join(found) == ""
    assert len(test.examples) > 12


def test_every_public_name_is_documented(repository: Path) -> None:
    text = (repository / "docs" / "reference" / "library.md").read_text(encoding="utf-8")
    for name in habeas.__all__:
        assert re.search(rf"habeas\.{name}\b", text), name
    for name, method in inspect.getmembers(habeas.Archive):
        if name.startswith("_"):
            continue
        assert re.search(rf"`{name}\b|, `{name}`", text), name
        if inspect.isfunction(method):
            assert method.__doc__, name
            told = re.search(rf"`{name}\(([^)]*)\)`", text)
            assert told is not None, name
            takes = [each for each in inspect.signature(method).parameters if each != "self"]
            assert re.findall(r"\w+", told[1]) == takes, name
