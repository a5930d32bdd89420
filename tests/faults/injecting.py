"""Faults at system calls, by ``strace --inject``: which there are, and one trial of one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TRACED = "trace=write,pwrite64,fsync,fdatasync,sync,syncfs,ftruncate,/^rename,/^link,/^unlink"

# The calls that each scenario makes. A class that is not here is not made by it:
# sync, because only the archive's own file system is synced (syncfs); link, because only a new
# backup is put under a name that must be free; unlink and syncfs where nothing is removed, or
# too few files are made to sync them together.
# What encrypts makes nothing visible and knows no database: it writes, and has written back.
CALLS = {
    "encrypting": {"write", "syncfs"},
    "beside": {"write", "pwrite64", "fsync", "fdatasync", "syncfs", "ftruncate", "rename"},
    "sealing": {"write", "pwrite64", "fsync", "fdatasync", "syncfs", "ftruncate", "rename"},
    "importing": {"write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename"},
    "erasing": {
        *("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename"),
        *("link", "unlink", "unlinkat", "renameat"),
    },
}
NAMED = re.compile(r"[a-z-]+\.[a-z-]+ \w")


@dataclass(slots=True)
class Zygote:
    """The process that forks a child for each request."""

    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    def ask(self, do: str, scenario: str, place: Path, **more: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {"do": do, "scenario": scenario, "place": str(place), **more}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@dataclass(frozen=True, slots=True)
class Trial:
    """What one fault did: how the process ended, what it had acknowledged, what was wrong after."""

    killed: bool
    error: str
    said: tuple[str, ...]
    injected: bool
    wrong: tuple[str, ...]


def count(zygote: Zygote, template: Path, place: Path, scenario: str) -> Counter[str]:
    """How often an undisturbed run makes each call, in the thread that makes it most often.

    strace counts for each thread by itself: the tenth call of one is found, of all it is not.
    """
    shutil.copytree(template, place)
    answer = zygote.ask("act", scenario, place, strace=["-e", TRACED])
    if answer.get("error") or "calls" not in answer:
        raise RuntimeError(f"{scenario} does not run: {answer}")
    most: Counter[str] = Counter()
    for (_, call), number in Counter(map(tuple, answer["calls"])).items():
        most[call] = max(most[call], number)
    return most


def points(total: int, most: int) -> list[int]:
    """At most so many of the calls 1 … total, spread, with the first.

    The last few of many are left out: how many there are differs a little from run to run.
    """
    last = total if total < 8 else total * 9 // 10 if total < 50 else total * 19 // 20
    if most >= last:
        return list(range(1, last + 1))
    return sorted({1 + (last - 1) * number // max(1, most - 1) for number in range(most)})


def attempt(
    zygote: Zygote, template: Path, place: Path, scenario: str, call: str, fault: str, when: int
) -> Trial:
    """Do the scenario on a copy with one fault, then open what is left and examine it."""
    shutil.copytree(template, place)
    try:
        strace = ["-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}"]
        done = zygote.ask("act", scenario, place, strace=strace)
        looked = zygote.ask("examine", scenario, place)
        wrong = [looked["error"]] if looked["error"] else json.loads(looked["said"])["wrong"]
        return Trial(
            done["killed"],
            done["error"],
            tuple(done["said"].split()),
            bool(done["killed"] or done["injected"]),
            tuple(wrong),
        )
    finally:
        shutil.rmtree(place)
