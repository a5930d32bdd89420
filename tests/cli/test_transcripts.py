"""What a person types and what the program answers, word for word.

Each file of ``transcripts/`` is a session in an empty directory (see ``session.py``). One
whose first line is ``# on sqlite and postgresql`` runs on both. The ``console`` blocks of
the tutorial, the how-to guides and the reference are sessions too; other blocks that name a
file, such as ``csv claims.csv``, are written where the session stands.

``pytest tests/cli --update-transcripts`` writes the answers anew: read the difference.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.session import Session
from tests.support.archives import ArchiveMaker

TRANSCRIPTS = Path(__file__).parent / "transcripts"
DOCUMENTS = Path(__file__).parents[2] / "docs"
BOTH = "# on sqlite and postgresql"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def transcripts() -> list[object]:
    return [
        pytest.param(path, backend, id=f"{path.stem}-{backend}")
        for path in sorted(TRANSCRIPTS.glob("*.txt"))
        for backend in ("sqlite", "postgresql")
        if backend == "sqlite" or path.read_text(encoding="utf-8").startswith(BOTH)
    ]


def told_documents() -> list[Path]:
    folders = (DOCUMENTS / "tutorial", DOCUMENTS / "how-to", DOCUMENTS / "reference")
    found = sorted(path for folder in folders for path in folder.glob("*.md"))
    return [path for path in found if "```console" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(("path", "backend"), transcripts())
def test_transcript(
    path: Path,
    backend: str,
    tmp_path: Path,
    archive_maker: ArchiveMaker,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    url = archive_maker.empty_database(backend)
    session = Session(tmp_path, monkeypatch, ["--database", url] if url else [])
    try:
        answered = session.play(path.read_text(encoding="utf-8"))
    finally:
        _disconnect()
        if url:
            archive_maker.drop(url)
    _compare(path, answered, request)


@pytest.mark.parametrize("path", told_documents(), ids=lambda path: path.stem)
def test_document(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    session = Session(tmp_path, monkeypatch)

    def play(block: re.Match[str]) -> str:
        kind, file, text = block.groups()
        if kind == "console":
            return f"```console\n{session.play(text, dots=False)}```"
        if file:
            session.write(Path(file), text)
        return block[0]

    try:
        answered = BLOCK.sub(play, path.read_text(encoding="utf-8"))
    finally:
        _disconnect()
    _compare(path, answered, request)


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


def _compare(path: Path, answered: str, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-transcripts", default=False):
        path.write_text(answered, encoding="utf-8")
    assert answered == path.read_text(encoding="utf-8")
