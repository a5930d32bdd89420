"""The documents hold what they promise: links lead somewhere, commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,}).*?^\1\2[ \t]*$", re.M | re.S)
DECISION_LINES = 40


def documents(repository: Path) -> list[Path]:
    kept = [repository / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    return kept + sorted((repository / "docs").rglob("*.md"))


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as the usual viewers make them."""
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*#*$", FENCE.sub("", text), re.M)
    plain = (re.sub(r"[*`]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def test_every_link_leads_somewhere(repository: Path) -> None:
    broken = []
    for document in documents(repository):
        text = FENCE.sub("", document.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = unquote(target).partition("#")
            aim = (document.parent / path).resolve() if path else document
            if not aim.exists() or not aim.is_relative_to(repository):
                broken.append(f"{document.relative_to(repository)}: {target}")
            elif anchor and aim.suffix == ".md" and anchor not in anchors(aim.read_text("utf-8")):
                broken.append(f"{document.relative_to(repository)}: {target} (no such heading)")
    assert broken == []


def test_every_document_is_reached_from_the_index(repository: Path) -> None:
    """From docs/README.md, directly or through a document that it links."""
    docs = repository / "docs"
    reached: set[Path] = set()
    todo = [docs / "README.md"]
    while todo:
        document = todo.pop()
        if document in reached:
            continue
        reached.add(document)
        for target in LINK.findall(document.read_text(encoding="utf-8")):
            aim = (document.parent / unquote(target).partition("#")[0]).resolve()
            if aim.suffix == ".md" and aim.is_relative_to(docs) and aim.is_file():
                todo.append(aim)
    left = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md") if path not in reached}
    assert left == set()


def test_what_contributing_names_is_there(repository: Path) -> None:
    text = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs|benchmarks|scripts)/[\w/.-]+)`", text)
    assert len(named) > 20
    assert [name for name in named if "NAME" not in name and not (repository / name).exists()] == []


def test_the_house_tells_everything_in_the_archive(repository: Path) -> None:
    """Its folders and the modules beside them, each in a row of a table."""
    page = (repository / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (\w+) \|", page, re.M))
    inside = {path.stem for path in (repository / "src/habeas/archive").iterdir()}
    assert {name for name in inside if not name.startswith("_")} - {"migrations"} <= told


def test_make_targets_in_documents_exist(repository: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), re.M))
    for document in documents(repository):
        named = re.findall(r"(?:^ {4}|`|^)make ([a-z-]+)", document.read_text("utf-8"), re.M)
        unknown = set(named) - targets
        assert not unknown, f"{document.name} names {unknown}"


def test_habeas_commands_in_documents_exist(repository: Path) -> None:
    listed = subprocess.run(
        [Path(sys.executable).parent / "habeas", "--help"], capture_output=True, text=True
    )
    assert listed.returncode == 0, listed.stderr
    for document in documents(repository):
        if document.name == "CHANGELOG.md":
            continue
        named = re.findall(r"(?:^ {4}|`)habeas ([a-z]+)\b", document.read_text("utf-8"), re.M)
        for command in set(named):
            assert re.search(rf"\b{command}\b", listed.stdout), f"{document.name}: {command}"


def test_make_help_tells_every_target(repository: Path) -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for target in ("help", "venv", "demo", "test", "check", "bench", "clean"):
        assert f"make {target} " in told


def decisions(repository: Path) -> list[Path]:
    return sorted((repository / "docs" / "decisions").glob("[0-9]*.md"))


def test_decisions_are_numbered_without_gap(repository: Path) -> None:
    numbers = [int(path.name[:4]) for path in decisions(repository)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_decisions_are_short_and_whole(repository: Path) -> None:
    for path in decisions(repository):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= DECISION_LINES, path.name
        assert re.match(rf"# {path.name[:4]}\. .+\n\n\d{{4}}-\d{{2}}-\d{{2}}, ", text), path.name
        for heading in ("Why", "Decision", "What follows"):
            assert f"\n## {heading}\n" in text, f"{path.name}: no '{heading}'"


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"])
def test_the_root_documents_are_there(repository: Path, name: str) -> None:
    assert (repository / name).stat().st_size > 300
