"""`habeas.open`: one archive a process, closed for good, in loops, threads and kernels."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.library.conftest import Made

import habeas
from habeas.archive.making import init_archive
from habeas.archive.opening import open_archive

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

PUBLIC_NAMES = {
    *("OWNER", "PUBLIC", "Accounts", "Archive", "Citation", "Claim", "Figure", "Found"),
    *("HabeasError", "HandlingWarning", "Part", "PersonDetentions", "Record", "Ref", "Source"),
    *("Table", "Viewer"),
    *("Why", "init", "open"),
}


def test_the_public_names_are_these() -> None:
    assert set(habeas.__all__) == PUBLIC_NAMES
    assert set(dir(habeas)) == {*PUBLIC_NAMES, "__version__"}
    for name in habeas.__all__:
        assert getattr(habeas, name) is not None
    with pytest.raises(AttributeError):
        habeas.nothing  # noqa: B018


def test_the_methods_are_these() -> None:
    public = {name for name in dir(habeas.Archive) if not name.startswith("_")}
    assert public == {
        *("accounts", "assess", "capture_table", "citations", "cite", "claim", "claims", "close"),
        "closed",
        *("detentions", "directory", "export", "figure", "judge", "lineage", "mention"),
        *("mention_of", "read", "records", "retract", "seal", "search", "seen_by", "size"),
        *("source", "sources", "viewer", "why"),
    }


def test_importing_it_imports_nothing_else(tmp_path: Path) -> None:
    program = (
        "import sys, habeas; habeas.__all__; dir(habeas)\n"
        "print([n for n in sys.modules if n.startswith(('django', 'habeas.')) "
        "or n in ('numpy', 'pandas', 'polars', 'pyarrow', 'yaml')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == "[]\n", done.stderr


@one_database
def test_one_archive_is_open_in_a_process(made: Made, tmp_path: Path) -> None:
    with habeas.open(made.directory) as archive:
        sizes = archive.size
        for another in (
            lambda: habeas.open(made.directory),
            lambda: habeas.init(tmp_path / "other", unprotected=True),
            lambda: open_archive(made.directory),
            lambda: init_archive(tmp_path / "other", passphrase=None),
        ):
            with pytest.raises(habeas.HabeasError) as refused:
                another()
            assert refused.value.code == "archive.another-open"
            assert "close()" in refused.value.next_step
        assert not (tmp_path / "other").exists()
        assert archive.size == sizes
        assert len(archive.claims()) == 6
    with habeas.open(made.directory) as again:
        assert again.size == sizes


@one_database
def test_a_closed_archive_raises_on_every_use_and_tables_stay(made: Made) -> None:
    archive = habeas.open(made.directory)
    public = archive.seen_by(habeas.PUBLIC)
    table, figure, why = (
        archive.claims(),
        archive.figure("with-a-count"),
        archive.why("with-a-count"),
    )
    archive.close()
    archive.close()
    for use in (
        lambda: archive.size,
        archive.claims,
        archive.records,
        archive.sources,
        public.claims,
        lambda: archive.figure("with-a-count"),
        lambda: archive.why(1),
        lambda: archive.search("x"),
        lambda: archive.source("x", "publication"),
        lambda: archive.seen_by(habeas.PUBLIC),
        archive.__enter__,
    ):
        with pytest.raises(habeas.HabeasError) as refused:
            use()  # type: ignore[operator]
        assert refused.value.code == "archive.closed", use
    assert archive.closed
    assert len(table) == len(list(table)) == len(table.to_pandas()) == 6
    assert figure.parts[0].counted_lower == 1
    assert "Example town" in str(why)


@one_database
def test_a_handle_does_not_go_through_a_fork(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with habeas.open(made.directory) as archive:
        here = os.getpid()
        with monkeypatch.context() as forked:
            forked.setattr(os, "getpid", lambda: here + 1)
            with pytest.raises(habeas.HabeasError) as refused:
                archive.claims()
        assert refused.value.code == "archive.closed"
        assert "fork" in refused.value.next_step


@one_database
def test_a_handle_that_is_forgotten_lets_go(made: Made) -> None:
    archive = habeas.open(made.directory)
    assert archive.size
    del archive
    gc.collect()
    habeas.open(made.directory).close()


@one_database
def test_what_fails_to_open_lets_go(made: Made, tmp_path: Path) -> None:
    for path, more, code in (
        (tmp_path, {}, "archive.not-found"),
        (made.directory, {"viewer": {"none": "team"}}, "library.bad-argument"),
        (made.directory, {"viewer": {"main": "secret"}}, "library.bad-argument"),
        (made.directory, {"viewer": "public"}, "library.bad-argument"),
        (made.directory, {"purpose": "short"}, "entry.refused"),
        (made.directory, {"purpose": "For a test of this", "person": "me"}, "keys.missing"),
    ):
        with pytest.raises(habeas.HabeasError) as refused:
            habeas.open(path, **more)  # type: ignore[arg-type]
        assert refused.value.code == code, more
        assert "--" not in f"{refused.value.message} {refused.value.next_step}"
    habeas.open(made.directory).close()


def test_it_works_inside_a_running_loop_and_in_threads(made: Made) -> None:
    async def inside() -> list[int]:
        with habeas.open(made.directory) as archive:
            await asyncio.sleep(0)
            return [len(archive.claims()), archive.source("loop", "publication").position]

    found: list[Any] = []
    # In a thread: the loop of the browser of other tests runs in this one.
    beside = threading.Thread(target=lambda: found.append(asyncio.run(inside())))
    beside.start()
    beside.join()
    ((claims, number),) = found
    assert claims == 6
    found.clear()
    with habeas.open(made.directory) as archive:

        def work(number: int) -> None:
            made_one = archive.source(f"thread-{number}", "publication")
            found.append((made_one.position, len(archive.sources())))

        threads = [threading.Thread(target=work, args=(each,)) for each in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {position for position, _ in found} == set(range(number + 1, number + 5))
        assert len(archive.sources()) == 8


def test_a_passphrase_is_asked_as_an_argument(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    with pytest.raises(habeas.HabeasError, match="passphrase"):
        habeas.init(place)
    words = "correct horse battery staple 7"
    habeas.init(place, passphrase=words, title="Kept").close()
    with pytest.raises(habeas.HabeasError) as refused:
        habeas.open(place)
    assert refused.value.code == "keys.passphrase-needed"
    assert "passphrase=" in refused.value.next_step
    with habeas.open(place, passphrase=words) as archive:
        assert len(archive.records()) == 0
        assert archive.records().to_pandas().empty
