"""Warm sandboxes of this room's tests: one as people use it, one whose reader is hostile."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.reading.hostile_reader import PREFIX
from tests.support import presence

from habeas.reading import errors
from habeas.reading.documents import Document
from habeas.reading.limits import MIB, Limits
from habeas.reading.sandbox import confining
from habeas.reading.sandbox.opening import Sandbox

TIGHT = Limits(
    wall_seconds=2.0,
    memory_bytes=512 * MIB,
    scratch_bytes=64 * MIB,
    output_bytes=8 * MIB,
    exhibit_output_bytes=24 * MIB,
    processes=24,
    text_code_points=1_000_000,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-formats",
        action="store_true",
        help="write docs/reference/formats.md from what is read",
    )


@pytest.fixture(scope="session", autouse=True)
def _walls() -> None:
    walls_or_skip()


def walls_or_skip() -> None:
    try:
        confining.find_bubblewrap()
    except errors.SandboxMissing as error:
        presence.missing("bubblewrap", str(error))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox as it comes, without recognition of pictures."""
    with Sandbox(ocr=False) as warm:
        yield warm


@pytest.fixture(scope="session")
def read_bytes(sandbox: Sandbox) -> Callable[..., list[Document]]:
    """The documents of ``read_bytes(data, name)``, the file's own last."""

    def reading(data: bytes, name: str = "file") -> list[Document]:
        return list(sandbox.read(io.BytesIO(data), name))

    return reading


@pytest.fixture(scope="session")
def hostile() -> Iterator[Sandbox]:
    """A sandbox with tight limits whose reader runs what its file says."""
    reader = Path(__file__).parent / "hostile_reader.py"
    with Sandbox(TIGHT, ocr=False, further_readers=(reader,)) as warm:
        yield warm


@pytest.fixture(scope="session")
def run_inside(hostile: Sandbox) -> Callable[..., list[Document]]:
    """Run a program in the place of a reader; ``padding`` bytes follow it in the file."""

    def running(program: str, padding: int = 0) -> list[Document]:
        data = PREFIX + textwrap.dedent(program).encode() + b"\x00" + bytes(padding)
        return list(hostile.read(io.BytesIO(data), "hostile.bin"))

    return running
