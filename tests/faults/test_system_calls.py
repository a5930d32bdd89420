"""Killed, or refused, at a system call of sealing, importing and erasing: sixty spread points.

``make bench-faults`` takes them all. Afterwards everything acknowledged is there, nothing is
half-sealed, and the archive is sound once it is opened.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.faults.injecting import CALLS, NAMED, Trial, Zygote, attempt, count, points
from tests.support import presence

VARIES = 4  # so many fsyncs are made only where a folder is new; of renames one varied once
KILLS = 2  # for each class of call of each scenario
CASES = [(scenario, call) for scenario, calls in CALLS.items() for call in sorted(calls)]
# What fails by itself, not because the process ends. Removals are left out: a failed one is
# tidied up at the next start.
ERRORS = [
    *(("sealing", call, "error=EIO") for call in ("write", "pwrite64", "fsync", "syncfs")),
    ("sealing", "fdatasync", "error=EIO"),
    ("sealing", "write", "error=ENOSPC"),
    ("sealing", "pwrite64", "error=ENOSPC"),
    ("sealing", "rename", "error=EDQUOT"),
    ("sealing", "pwrite64", "retval=0"),
    *(("beside", call, "error=EIO") for call in ("pwrite64", "syncfs", "fdatasync")),
    ("beside", "rename", "error=EDQUOT"),
    *(("encrypting", "write", fault) for fault in ("error=EIO", "error=ENOSPC", "retval=0")),
    ("encrypting", "syncfs", "error=EIO"),
    ("importing", "fdatasync", "error=EIO"),
    ("importing", "pwrite64", "error=EDQUOT"),
    ("importing", "write", "error=ENOSPC"),
    ("importing", "write", "retval=0"),
    ("erasing", "fsync", "error=EIO"),
    ("erasing", "write", "error=ENOSPC"),
    ("erasing", "rename", "error=EIO"),
    ("erasing", "link", "error=EIO"),
    ("erasing", "fdatasync", "error=EIO"),  # the commit: recorded or not, it can be resumed
    ("erasing", "renameat", "error=ENOSPC"),  # made by tantivy alone
]

Try = Callable[[str, str, str, int], Trial]
Count = Callable[[str], Counter[str]]


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Zygote, Path, Path]]:
    if shutil.which("strace") is None:
        presence.missing("strace", "install strace")
    place = tmp_path_factory.mktemp("faults")
    zygote = Zygote()
    try:
        made = zygote.ask("prepare", "", place / "template")
        assert made["error"] == ""
        yield zygote, place / "template", place
    finally:
        zygote.close()


@pytest.fixture(scope="session")
def counted(_prepared: tuple[Zygote, Path, Path]) -> Count:
    zygote, template, place = _prepared
    return cache(lambda scenario: count(zygote, template, place / scenario, scenario))


@pytest.fixture
def trial(_prepared: tuple[Zygote, Path, Path]) -> Try:
    zygote, template, place = _prepared

    def trying(scenario: str, call: str, fault: str, when: int) -> Trial:
        return attempt(zygote, template, place / "trial", scenario, call, fault, when)

    return trying


@pytest.mark.parametrize("scenario", CALLS)
def test_each_class_of_call_is_made(counted: Count, scenario: str) -> None:
    assert set(counted(scenario)) == CALLS[scenario]


@pytest.mark.parametrize(("scenario", "call"), CASES)
def test_killed(trial: Try, counted: Count, scenario: str, call: str) -> None:
    total = counted(scenario)[call] - (VARIES if call in ("fsync", "rename") else 0)
    for when in points(total, KILLS):
        done = trial(scenario, call, "signal=KILL", when)
        if scenario == "encrypting":  # the process that asked lives, and says so
            assert done.error.startswith("seal.stopped "), done.error
        else:
            assert done.killed, f"{call} {when} of {counted(scenario)[call]}"
        assert done.wrong == (), f"killed at {call} {when}"


@pytest.mark.parametrize(("scenario", "call", "fault"), ERRORS)
def test_refused(trial: Try, counted: Count, scenario: str, call: str, fault: str) -> None:
    """The first such call fails, once: whoever tried again and trusted it would not stop."""
    done = trial(scenario, call, fault, 1)
    assert done.injected
    assert done.wrong == ()
    assert NAMED.match(done.error), f"not stopped, or not named: {done.error!r}"
    assert done.said == ()
