"""Processes beside this one, to which work on names is handed while this one does something else.

Invariants: an answer does not depend on which process gave it, nor on how many there are. A
process starts when there is first something for it to do, takes one line of JSON at a time and
gives one back, and is a process of its own program, so that the caller's is not run again.
``python -m habeas.linking.workers`` is one of them.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from habeas.linking import hearing, scoring
from habeas.vocabulary import region as regions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from habeas.vocabulary.region import Region

#: What may be asked: of a kind of record and many things, one answer each.
_JOBS: dict[str, Callable[[str, Any, Region], Any]] = {"hear": hearing.hear, "score": scoring.score}


class Workers:
    """So many processes, and one for what may be done meanwhile. ``ask`` returns at once.

    Each is told the region once, when it starts.
    """

    def __init__(self, number: int, region: Region) -> None:
        self.number = number
        self._region = json.dumps([[folder.name, folder.text] for folder in region.folders])
        self._threads = ThreadPoolExecutor(number)
        self._meanwhile = ThreadPoolExecutor(1)
        self._idle: SimpleQueue[subprocess.Popen[str]] = SimpleQueue()

    def ask(
        self, job: str, kind: str, things: Sequence[Any], *, meanwhile: bool = False
    ) -> Future[list[Any]]:
        """The answers to all the things, in order; ``meanwhile``: leave room for the caller."""
        threads = self._meanwhile if meanwhile else self._threads
        return threads.submit(self._ask, job, kind, things)

    def _ask(self, job: str, kind: str, things: Sequence[Any]) -> list[Any]:
        try:
            process = self._idle.get_nowait()
        except Empty:
            process = subprocess.Popen(
                # -P: what lies in the folder that somebody is in is not run.
                [sys.executable, "-P", "-m", "habeas.linking.workers"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            )  # fmt: skip
            if process.stdin:
                process.stdin.write(self._region + "\n")
        line = ""
        try:
            if process.stdin and process.stdout:
                process.stdin.write(json.dumps([job, kind, things]) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
        finally:
            self._idle.put(process)
        if not line:
            raise RuntimeError("A process that compares names ended early.")
        answers: list[Any] = json.loads(line)
        return answers

    def dismiss(self) -> None:
        """End the processes that have nothing to do; others start when there is more."""
        while True:
            try:
                process = self._idle.get_nowait()
            except Empty:
                return
            # one with nothing to do has nothing to lose, and takes a second to end by itself
            process.kill()
            process.communicate()

    def close(self) -> None:
        """End all of them; what was asked and not begun is not answered."""
        self._meanwhile.shutdown(cancel_futures=True)
        self._threads.shutdown(cancel_futures=True)
        self.dismiss()


def _work() -> None:
    gc.disable()  # many small things and no cycles among them: a tenth of the time
    given = json.loads(sys.stdin.readline())
    region = regions.joined(regions.read(name, text) for name, text in given)
    for line in sys.stdin:
        job, kind, things = json.loads(line)
        answer = _JOBS[job]
        sys.stdout.write(json.dumps([answer(kind, thing, region) for thing in things]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work()
