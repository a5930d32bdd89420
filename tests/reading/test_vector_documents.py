"""Other projects' odd, broken and malicious documents: each ends in one state, none crashes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from tests.support import presence

from habeas.reading.documents import Document, State
from habeas.reading.sandbox.opening import Sandbox

FOLDERS = ("archives", "ingest-file", "pdf-js", "pdf-sample-files")
STATES = {
    "droste.zip": State.READ,
    "quine.gz": State.READ,
    "testZIP_corrupted_oom.zip": State.FAILED,
    "testZip_overlappingNames.zip": State.READ,
    "7z_password.7z": State.ENCRYPTED,
    "500_pages.7z.001": State.FAILED,
    "500_pages.7z": State.READ,
    "test-documents.rar": State.READ,
    "test-documents.tar": State.READ,
    "empty.pdf": State.EMPTY,
    "password-hunter2.pdf": State.ENCRYPTED,
    "libreoffice-writer-password.pdf": State.ENCRYPTED,
    "password_protected.xlsx": State.ENCRYPTED,
    "REDHAT-1531897-0.pdf": State.FAILED,
    "poppler-395-0-fuzzed.pdf": State.FAILED,
    "PDFBOX-4352-0.pdf": State.ENCRYPTED,
    "GHOSTSCRIPT-698804-1-fuzzed.pdf": State.EMPTY,
    "bomb_giant.pdf": State.READ,
    "Books_be.mdb": State.UNSUPPORTED,
    "memo.m4a": State.READ,
    "udhr_ger.pdf": State.READ,
    "plan.mbox": State.READ,
}


@pytest.fixture(scope="module")
def outcomes(sandbox: Sandbox, vectors: Path) -> dict[str, list[Document]]:
    folder = vectors / "documents"
    if not folder.is_dir():
        presence.missing(f"{folder}", "set HABEAS_VECTORS to the directory of test vectors")
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with open(path, "rb") as stream:
            found[path.relative_to(folder).as_posix()] = list(sandbox.read(stream, path.name))
    return found


def test_every_file_ends_in_exactly_one_state(
    outcomes: dict[str, list[Document]], vectors: Path
) -> None:
    """Of all files beside each other, none is skipped, and none ends twice."""
    assert len(outcomes) > 100
    for name, documents in outcomes.items():
        data = (vectors / "documents" / name).read_bytes()
        last = documents[-1]
        assert (last.inner_path, last.size_bytes) == ("", len(data)), name
        assert last.sha256 == hashlib.sha256(data).hexdigest(), name
        paths = [document.inner_path for document in documents]
        assert len(paths) == len(set(paths)), name


def test_a_state_that_is_not_read_says_why(outcomes: dict[str, list[Document]]) -> None:
    for name, documents in outcomes.items():
        for document in documents:
            if document.state is State.IN_PART:
                assert document.missing, name
            elif document.state not in (State.READ, State.EMPTY):
                assert document.reason, name


def test_no_reader_dies_on_any_of_them(outcomes: dict[str, list[Document]]) -> None:
    died = [
        (name, document.inner_path, document.reason)
        for name, documents in outcomes.items()
        for document in documents
        if document.reason.startswith(("The reader", "PanicException", "wall_", "memory_"))
    ]
    assert died == []


def test_known_files_end_as_they_should(outcomes: dict[str, list[Document]]) -> None:
    states = {name.rpartition("/")[2]: documents[-1].state for name, documents in outcomes.items()}
    assert {name: states[name] for name in STATES} == STATES


def test_what_is_wrong_is_named(outcomes: dict[str, list[Document]]) -> None:
    """The pages that cannot be found, the file that has a password of its own, the ending."""
    assert "no page" in outcomes["pdf-js/poppler-395-0-fuzzed.pdf"][-1].reason
    inner, _ = outcomes["pdf-js/encrypted-attachment.pdf"]
    assert (inner.inner_path, inner.state) == ("attachment.pdf", State.ENCRYPTED)
    assert ".dbf" in outcomes["ingest-file/PAK_adm1.dbf"][-1].reason
    (table,) = outcomes["ingest-file/countries_nonutf.csv"]
    assert "Lübeck" in table.text
    (arabic,) = outcomes["pdf-sample-files/habibi.pdf"]
    assert arabic.missing == (
        "Page 1: a text layer with a wrong table of characters, not recognised.",
    )


def test_places_lie_inside_the_text(outcomes: dict[str, list[Document]]) -> None:
    for name, documents in outcomes.items():
        for document in documents:
            ends: dict[str, int] = {}
            for part in document.parts:
                assert ends.get(part.kind, 0) <= part.start <= part.stop, name
                assert part.stop <= len(document.text), name
                ends[part.kind] = part.stop
                for box in part.boxes:
                    assert part.start <= box.start <= box.stop <= part.stop, name


def test_an_archive_that_contains_itself_ends_by_depth(
    outcomes: dict[str, list[Document]],
) -> None:
    for name in ("archives/droste.zip", "archives/quine.gz"):
        refused = [found for found in outcomes[name] if found.state is State.REFUSED]
        assert refused, name
        assert all(found.reason.startswith("depth: ") for found in refused), name


def test_reading_again_gives_the_same(sandbox: Sandbox, vectors: Path) -> None:
    for name in ("ingest-file/test-documents.zip", "pdf-sample-files/habibi-rotated.pdf"):
        data = (vectors / "documents" / name).read_bytes()
        once, again = (list(sandbox.read(io.BytesIO(data), "file")) for _ in range(2))
        assert once == again
