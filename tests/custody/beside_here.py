"""The second process of sealing played by a thread of this one, so that a test can look in."""

from __future__ import annotations

import os
import threading

from habeas.custody.objects.encrypting_child import serve
from habeas.custody.objects.encrypting_process import Running


class _Thread:
    def __init__(self, running: threading.Thread, requests: object) -> None:
        self._running, self._requests = running, requests

    def kill(self) -> None:
        self._requests.close()  # type: ignore[attr-defined]

    def wait(self) -> int:
        self._running.join(timeout=60)
        return 0


def start_here() -> Running:
    """In place of ``habeas.custody.objects.encrypting_process.start``.

    It cannot be stopped in the middle.
    """
    jobs, requests = os.pipe()
    answers, told_to = os.pipe()

    def serving() -> None:
        with os.fdopen(jobs, "rb") as asked, os.fdopen(told_to, "wb", buffering=0) as said:
            serve(asked, said)

    asking = os.fdopen(requests, "wb", buffering=0)
    running = threading.Thread(target=serving)
    running.start()
    return Running(_Thread(running, asking), asking, os.fdopen(answers, "rb"))
