"""The table of formats in the documents is what the readers really do.

To write it anew: ``pytest tests/reading/test_formats.py --update-formats``.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.reading.formats import FORMATS, Format

from habeas.reading import readers
from habeas.reading.documents import Document
from habeas.reading.sandbox.opening import Sandbox

HEAD = """# Formats that are read

Made from the tests: each row is an example that was read in the sandbox (`pytest
tests/reading/test_formats.py --update-formats` writes this page). "Cited by" names the parts
and, in brackets, what their locators say; every part also has its code points in the text
layer. Files inside others are cited by their inner path, too.

| format | media type of the example | what is read | cited by | shown as a picture |
|---|---|---|---|---|
"""


def cited_by(documents: list[Document]) -> str:
    """The parts of the file's own text; a container without text is cited by inner path."""
    found: dict[str, None] = {}
    for part in documents[-1].parts:
        names = ", ".join(name for name in part.locator)
        found.setdefault(f"{part.kind} ({names})" if names else part.kind)
    return " · ".join(list(found)[:6]) or "inner path"


def row(form: Format, documents: list[Document], shows: frozenset[str]) -> str:
    media_type = documents[-1].media_type
    shown = "yes" if media_type in shows else ""
    return f"| {form.name} | `{media_type}` | {form.reads} | {cited_by(documents)} | {shown} |\n"


def test_the_table_says_what_is_read(
    vectors: Path, repository: Path, request: pytest.FixtureRequest
) -> None:
    shows = frozenset(
        media_type for media_type, reader in readers.load().items() if hasattr(reader, "picture")
    )
    table = HEAD
    with Sandbox(ocr=True, workers=1) as sandbox:
        for form in FORMATS:
            data = form.example
            if isinstance(data, str):
                data = (vectors / data).read_bytes()
            elif callable(data):
                data = data()
            name = form.example if isinstance(form.example, str) else ""
            documents = list(sandbox.read(io.BytesIO(data), name.rpartition("/")[2]))
            assert documents[-1].reader, (form.name, documents[-1].reason)
            table += row(form, documents, shows)
    page = repository / "docs" / "reference" / "formats.md"
    if request.config.getoption("--update-formats", default=False):
        page.write_text(table, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == table, "run with --update-formats"
