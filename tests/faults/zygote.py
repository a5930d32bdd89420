"""A process that has imported everything and forks one child for each fault.

Reads one JSON request a line, answers with one. A child that is to be killed or refused waits
until strace holds it. Starting Python and Django anew each time would cost more than the fault.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")
os.environ.setdefault("PYTHONWARNINGS", "ignore")


def serve() -> None:
    from tests.faults import scenarios

    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(_one(scenarios, request)), flush=True)


def _one(scenarios: Any, request: dict[str, Any]) -> dict[str, Any]:
    place, scenario = Path(request["place"]), request["scenario"]
    if request["do"] == "prepare":
        return _child(place, None, lambda say: scenarios.prepare(place))
    if request["do"] == "examine":
        acknowledged = (place / "said").read_text().split()
        return _child(
            place,
            None,
            lambda say: say(json.dumps(scenarios.examine(scenario, place, acknowledged))),
            said="examined",
        )
    if scenario == "encrypting":  # not this child but the one that it starts is traced
        trace = ["strace", "-f", "-o", str(place / "trace"), *request["strace"]]
        answer = _child(place, None, lambda say: scenarios.act(scenario, place, say, trace))
        return answer | _traced(place)
    follow = [] if scenario == "beside" else ["-f"]  # there only the first of two processes is
    return _child(
        place, [*follow, *request["strace"]], lambda say: scenarios.act(scenario, place, say)
    )


def _child(place: Path, strace: list[str] | None, doing: Any, said: str = "said") -> dict[str, Any]:
    place.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    out = os.open(place / said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    error = os.open(place / "error", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    pid = os.fork()
    if pid == 0:
        os.read(reading, 1)
        code = 0
        try:
            doing(lambda text: os.writev(out, [f"{text}\n".encode()]))
        except BaseException as failure:
            code = 1
            os.writev(error, [_named(failure).encode()])
        os._exit(code)
    os.close(out)
    os.close(error)
    tracer = None
    if strace is not None:
        trace = str(place / "trace")
        tracer = subprocess.Popen(
            ["strace", "-o", trace, *strace, "-p", str(pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        first = tracer.stderr.readline()
        if "attached" not in first:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            return {"refused": first.strip()}
    os.write(writing, b"!")
    os.close(writing)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    answer: dict[str, Any] = {
        "killed": os.WIFSIGNALED(status),
        "error": (place / "error").read_text(),
        "said": (place / said).read_text(),
    }
    if tracer is not None:
        tracer.communicate()
        answer |= _traced(place)
    _await_the_end(place)
    return answer


def _traced(place: Path) -> dict[str, Any]:
    """The calls that were made, each with its thread, and the first fault."""
    lines = (place / "trace").read_text(errors="replace").splitlines()
    return {
        "calls": [found.groups() for each in lines if (found := _CALL.match(each))],
        "injected": [each for each in lines if "(INJECTED)" in each or "killed by" in each][:1],
    }


def _await_the_end(place: Path) -> None:
    """A second process dies with the first, a moment after it."""
    lock = place / "archive" / "objects" / "sealing.lock"
    if lock.exists():
        with lock.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)


def _named(failure: BaseException) -> str:
    """What the user would be told: the error's code first, or none where it has none."""
    from habeas.cli.running import _known
    from habeas.errors import HabeasError

    known = failure if isinstance(failure, HabeasError) else _known(failure)  # type: ignore[arg-type]
    return f"{known.code if known else ''} {type(failure).__name__}: {failure}"


_CALL = re.compile(r"(?:(\d+)\s+)?(\w+)\(")

if __name__ == "__main__":
    serve()
