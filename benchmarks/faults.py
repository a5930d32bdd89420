"""A fault at every system call of sealing, importing and erasing: ``make bench-faults``.

Each call is killed, refused with EIO, ENOSPC and EDQUOT, and, where it writes, made to write
nothing. Prints what was wrong after each, and one line for each class.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.faults.injecting import CALLS, NAMED, Zygote, attempt, count, points

FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC", "error=EDQUOT", "retval=0")
SHORT = {"write", "pwrite64"}  # where a result of nothing is a short write


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--most", type=int, default=1_000_000, help="points of each class")
    parser.add_argument("--scenario", choices=sorted(CALLS), help="one of them")
    given = parser.parse_args()
    zygote = Zygote()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="bench-faults-") as place:
        template = Path(place) / "template"
        zygote.ask("prepare", "", template)
        for scenario in [given.scenario] if given.scenario else list(CALLS):
            counted = count(zygote, template, Path(place) / scenario, scenario)
            for call in sorted(counted):
                for fault in FAULTS:
                    if fault == "retval=0" and call not in SHORT:
                        continue
                    failures += _each(
                        zygote, Path(place), scenario, call, fault, counted[call], given.most
                    )
    zygote.close()
    sys.exit(1 if failures else 0)


def _each(
    zygote: Zygote, place: Path, scenario: str, call: str, fault: str, total: int, most: int
) -> int:
    started, wrong, stopped, survived = time.perf_counter(), 0, 0, 0
    tried = points(total, most)
    for when in tried:
        done = attempt(zygote, place / "template", place / "trial", scenario, call, fault, when)
        if done.killed or done.error:
            stopped += 1
        else:
            survived += 1
        unnamed = bool(done.error) and not NAMED.match(done.error)
        if done.wrong or unnamed:
            wrong += 1
            print(f"  {scenario} {call} {fault} at {when}: {done.error} {done.wrong}", flush=True)
    print(
        f"{scenario} {call} {fault}: {len(tried)} of {total} points, {stopped} stopped, "
        f"{survived} went on, {wrong} wrong, {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    return wrong


if __name__ == "__main__":
    main()
