"""The how-to's program in a real Jupyter kernel, and the same numbers from the exported file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from tests.archive.making import add_reviewer
from tests.support.archives import ArchiveMaker

import habeas
from habeas.archive import verbs
from habeas.archive.opening import open_archive
from habeas.archive.verbs.claiming import Attribution
from habeas.vocabulary import values

#: How many persons are on each combination of the three lists.
CELLS = {"110": 30, "101": 26, "011": 24, "111": 12, "100": 60, "010": 52, "001": 45}
CODES = ("letters", "families", "press")


@pytest.fixture
def counted(archive_maker: ArchiveMaker, tmp_path: Path) -> Iterator[Path]:
    """An archive of synthetic persons on three lists, above public."""
    directory = archive_maker.copy_to(tmp_path / "our-archive", "sqlite")
    archive = open_archive(directory)
    add_reviewer(archive)
    with archive.writing() as batch:
        sources = [verbs.source(batch, code, "document") for code in CODES]
        for pattern, persons in CELLS.items():
            for number in range(persons):
                person = verbs.mention(batch, "person", f"Person {pattern}-{number}")
                for on, source in zip(pattern, sources, strict=True):
                    if on == "1":
                        name = values.text(f"Person {number}")
                        verbs.claim(batch, person, "name", name, [Attribution(source)])
    connections.close_all()
    yield directory
    connections.close_all()


def programs(repository: Path) -> list[str]:
    page = repository / "docs" / "how-to" / "count-in-a-notebook.md"
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


#: A process of its own: the client keeps sockets and a loop that other tests must not meet.
CLIENT = """
import json, sys
import nbformat.v4 as notebooks
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
manager = KernelManager(kernel_name="python3")
manager.kernel_spec.argv[0] = sys.executable
cells = [notebooks.new_code_cell(cell) for cell in json.load(sys.stdin)]
book = notebooks.new_notebook(cells=cells)
place = {"metadata": {"path": sys.argv[1]}}
NotebookClient(book, km=manager, timeout=240, resources=place).execute()
print(json.dumps([cell["outputs"] for cell in book.cells]))
"""


def run(cells: list[str], directory: Path) -> list[list[dict[str, Any]]]:
    """The outputs of each cell, run in a kernel of this Python."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CLIENT, str(directory)],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def said(outputs: Any, *kinds: str) -> str:
    return "".join(
        each.get("text", "") or str(each.get("data", {}).get("text/html", ""))
        for each in outputs
        if each.get("name", each["output_type"]) in kinds
    )


def test_the_how_to_runs_in_a_real_kernel(
    repository: Path, counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    whole, _ = programs(repository)
    assert len([line for line in whole.splitlines() if line.strip()]) <= 20
    again = (
        "archive = habeas.open('our-archive')\n"
        "import asyncio; print('running' if asyncio.get_running_loop() else '')\n"
        "archive.sources()"
    )
    first, second, third = run([whole, again, "archive.claims()"], tmp_path)
    total = sum(CELLS.values())
    assert f"{total} persons are documented; {total} are on a list." in said(first, "stdout")
    assert "HandlingWarning" in said(first, "stderr")
    assert said(second, "stdout") == "running\n"
    assert "sources: 3 rows, as the owner reads" in said(second, "execute_result")
    assert "HandlingWarning" in said(second, "stderr")
    assert "HandlingWarning" not in said(third, "stderr")  # once an archive


def test_the_same_numbers_come_from_the_file(
    repository: Path, counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with habeas.open(counted) as archive:
        archive.export("claims", tmp_path / "claims.parquet", purpose="Testing the how-to page")
        frame = archive.claims().to_pandas()
    monkeypatch.chdir(tmp_path)
    _, asking = programs(repository)
    there: dict[str, Any] = {}
    exec(asking, there)  # noqa: S102  a page of ours
    here = frame.groupby("source_code")["record"].nunique()
    assert dict(there["by_source"].fetchall()) == here.to_dict()


def test_the_page_on_r_runs_where_r_is(repository: Path, counted: Path, tmp_path: Path) -> None:
    """The part on CSV, which needs base R only."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")
    with habeas.open(counted) as archive:
        archive.export("claims", tmp_path / "claims.csv", purpose="Testing the how-to page")
    page = (repository / "docs" / "how-to" / "count-in-r.md").read_text(encoding="utf-8")
    script = re.findall(r"^```r\n(.*?)^```", page, re.M | re.S)[0]
    done = subprocess.run(
        [program, "--vanilla", "-e", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    persons = {
        code: sum(number for pattern, number in CELLS.items() if pattern[at] == "1")
        for at, code in enumerate(CODES)
    }
    rows = re.findall(r"^\d+ +(\w+) +(\d+)$", done.stdout, re.M)
    assert {code: int(number) for code, number in rows} == persons
    assert "0 certainly are" in done.stdout
