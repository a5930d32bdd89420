"""Nothing of an archive's evidence stays in the memory of a process that closed it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.library.conftest import Made

import habeas
from habeas.archive import regions
from habeas.archive.exhibits import places
from habeas.archive.search import forms, index, text_memory
from habeas.archive.store import forgetting
from habeas.display.figures import charts
from habeas.estimation import searching as fitting
from habeas.figures.evaluation import conflicts, evaluating
from habeas.library.worker import Worker

one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def kept() -> dict[str, int]:
    """How much is kept, by what keeps it."""
    by_name: dict[str, Any] = {
        "texts": text_memory.texts._kept,
        "places": places._kept._kept,
        "index": index._open,
        "forms": forms._known,
        "regions": regions._read,
        "figures": evaluating.remembered._kept,
        "conflicts": conflicts._memory.kept,
        "drawings": charts._drawn._kept,
        "fits": fitting._cached,
    }
    found = {name: len(each) for name, each in by_name.items()}
    found |= {
        f"{each.__module__}.{each.__name__}": each.cache_info().currsize
        for each in forgetting.caches()
    }
    return {name: number for name, number in found.items() if number}


@one_database
@pytest.mark.parametrize("how", ["closed", "forgotten"])
def test_closing_forgets_all_that_was_kept(made: Made, how: str) -> None:
    archive = habeas.open(made.directory, person=made.person, purpose="A test of memory.")
    archive.search("held in Example town")
    archive.figure("with-a-count")
    archive.records()
    conflicts._memory.kept["a page"] = None  # type: ignore[index, assignment]
    charts._drawn._kept["a drawing"] = fitting._cached["a table"] = ()  # type: ignore[index, assignment]
    known = kept()
    assert {"texts", "index", "figures"} <= known.keys()
    assert "habeas.figures.evaluation.rows.value_of" in known
    if how == "closed":
        archive.close()
    else:
        del archive
        gc.collect()
    assert kept() == {}
    assert evaluating.remembered._weight == text_memory.texts._size == places._kept._weight == 0


def test_the_caches_that_are_found_are_those_of_evidence() -> None:
    found = {each.__name__ for each in forgetting.caches()}
    assert {"value_of", "_cleaned", "parse", "latin"} <= found
    assert not {"core", "of", "_bundled"} & found  # the program's own tables


@one_database
def test_a_call_that_comes_after_the_end_says_that_it_is_closed(made: Made) -> None:
    worker = Worker()
    worker.end()
    with pytest.raises(habeas.HabeasError) as refused:
        worker.run(lambda: None)
    assert refused.value.code == "archive.closed"

    archive = habeas.open(made.directory)
    opened = archive._opened
    looked, closed = threading.Event(), threading.Event()
    plain = opened._worker.run

    def late(work: Callable[[], Any]) -> Any:
        """Between the look at the handle and the queue, another thread closes it."""
        looked.set()
        assert closed.wait(60)
        return plain(work)

    found: list[str] = []

    def ask() -> None:
        try:
            archive.claims()
        except habeas.HabeasError as error:
            found.append(error.code)

    opened._worker.run = late  # type: ignore[method-assign]
    asking = threading.Thread(target=ask)
    asking.start()
    assert looked.wait(60)
    opened._worker.run = plain  # type: ignore[method-assign]
    archive.close()
    closed.set()
    asking.join()
    assert found == ["archive.closed"]
