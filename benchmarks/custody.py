"""Custody beside other tools, on the same data in one run: ``make bench-custody``.

Sealing beside ``git add``, a fixity check beside ``bagit.py --validate`` and ``openssl dgst``,
the memory of both for few and many, small and large files, proofs and a full audit of a long log.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bagit

from benchmarks import sealing
from benchmarks.table import Measured, Results, percentile_95
from habeas.custody.checks.audit import audit_log
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log.entries import Composer
from habeas.custody.log.tiles import TileLog
from habeas.custody.objects.object_store import ObjectStore
from habeas.custody.sequencer import Sequencer

ROUNDS = 3  # of what only reads; the best of each side is compared
PROOFS = 2_000

# Seals, checks, and says what was the most memory it held after each, in MB. Not ru_maxrss, which
# a child takes over from the process that started it. The names come one at a time and the
# addresses are asked of the store: a list of either, kept here, would measure the benchmark. All
# files are one batch, made visible at once; `habeas add` makes batches of 2,000.
_CHILD = """
import json, re, sys
from pathlib import Path
from habeas.custody.checks.fixity import audit_objects
from habeas.custody.objects.object_store import ObjectStore
store = ObjectStore(Path(sys.argv[1]))
with store.batch() as batch:
    for line in sys.stdin:
        batch.seal(line[:-1])
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
sealing = peak()
assert not any(audit_objects(store))
print(json.dumps([sealing, peak()]))
"""


class _Memory(dict[int, bytes]):
    def signed(self, size: int) -> bytes | None:
        return self.get(size)

    def remember(self, size: int, note: bytes) -> None:
        self[size] = note


def fixity(results: Results, scratch: Path) -> None:
    """Over the files and the archive that ``sealing.run`` left."""
    store = ObjectStore(scratch / "sealed" / "objects")
    addresses = list(store.addresses())
    ours = _best(lambda: _sound(store, addresses))
    files = sorted(str(path) for path in (scratch / "files").glob("[0-9]*/*.bin"))
    given = "\0".join(files).encode()
    openssl = _best(
        lambda: subprocess.run(
            ["xargs", "-0", "openssl", "dgst", "-sha256"],
            input=given,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    )
    bag = scratch / "bag"
    bag.mkdir()
    for path in files:
        os.link(path, bag / Path(path).name)
    bagit.make_bag(str(bag))
    tool = shutil.which("bagit.py", path=str(Path(sys.executable).parent)) or "bagit.py"
    command = [sys.executable, tool, "--quiet", "--validate", str(bag)]
    validating = _best(lambda: subprocess.run(command, check=True))
    what = f"fixity of {len(addresses):,} objects"
    rate = f"{len(addresses) / ours:,.0f}/s"
    for name, other, bar in (
        ("bagit.py --validate", validating, "≥ 5×"),
        ("openssl dgst -sha256", openssl, "≥ 0.8×"),
    ):
        anchor = f"{name}: {len(files) / other:,.0f}/s"
        results.add(Measured(what, rate, anchor, f"{other / ours:.2f}×", bar))


def large(results: Results, scratch: Path, size_bytes: int) -> None:
    """One large file: sealing beside ``git hash-object -w``, and the memory of it."""
    folder = scratch / "large"
    folder.mkdir()
    path = folder / "large.bin"
    with path.open("wb") as out:
        for _ in range(size_bytes >> 20):
            out.write(os.urandom(1 << 20))
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    os.sync()
    git = _once(lambda: subprocess.run(["git", "-C", str(folder), "add", "large.bin"], check=True))
    store = ObjectStore(scratch / "large-objects")

    def seal() -> None:
        with store.batch() as batch:
            batch.seal(path)

    ours = _once(seal)
    checking = _best(lambda: _sound(store, list(store.addresses())))
    command = ["openssl", "dgst", "-sha256", str(path)]
    openssl = _best(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))
    size = f"{size_bytes >> 20:,} MB"

    def rate(seconds: float) -> str:
        return f"{size_bytes / seconds / 1e6:,.0f} MB/s"

    results.add(
        Measured(
            f"seal one file of {size}", rate(ours), f"git add: {rate(git)}", f"{git / ours:.2f}×"
        )
    )
    results.add(
        Measured(
            f"fixity of one object of {size}",
            rate(checking),
            f"openssl dgst -sha256: {rate(openssl)}",
            f"{openssl / checking:.2f}×",
            "≥ 0.8×",
        )
    )


def memory(results: Results, scratch: Path) -> None:
    """The most that a process of its own held, for few and many files and for a large one."""
    files = sorted(str(path) for path in (scratch / "files").glob("[0-9]*/*.bin"))
    few = max(1, len(files) // 10)
    held = {
        f"{few:,} files": _held(scratch, files[:few]),
        f"{len(files):,} files": _held(scratch, files),
        "one large file": _held(scratch, [str(scratch / "large" / "large.bin")]),
    }
    for at, what in enumerate(("sealing", "checking")):
        peaks = {name: both[at] for name, both in held.items()}
        shown = ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items())
        growth = max(peaks.values()) / min(peaks.values())
        results.add(Measured(f"peak memory, {what}", shown, "", f"{growth:.2f}×", "flat"))


def _held(scratch: Path, files: list[str]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, f"{place}/objects"],
            input="".join(f"{name}\n" for name in files),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    sealing_mb, checking_mb = json.loads(done.stdout)
    return sealing_mb, checking_mb


def log(results: Results, scratch: Path, size: int) -> None:
    """Proofs from, and a whole audit of, a long log.

    Its entries are one entry under many ids: their signatures are not checked here.
    """
    keyring = Keyring.create(scratch / "keys", None)
    keys = keyring.public.all
    with Sequencer(scratch / "log", keyring.origin, keyring.checkpoint, _Memory()) as sequencer:
        sequencer.extend(_notes(keyring, size), size=size)
        written = sequencer.log
    chance = random.Random(7)
    seconds = []
    for _ in range(PROOFS):
        position = chance.randrange(size)
        fresh = TileLog(written.directory)  # nothing of an earlier proof is remembered
        seconds.append(_once(lambda: fresh.inclusion_proof(position)))  # noqa: B023
    proof = percentile_95(seconds)
    results.add(
        Measured(
            f"proof in a log of {size:,}, cold cache of ours, p95", f"{proof:.2f} ms", bar="< 5 ms"
        )
    )

    def audit() -> None:
        report = audit_log(written.directory, keys, signatures=False)
        if report.faults or report.size != size:
            raise RuntimeError(report.faults[:3])

    ours = _best(audit)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.add(
        Measured(
            f"audit a log of {size:,}, no signatures",
            f"{size / ours:,.0f}/s",
            f"(this process held {held:.0f} MB)",
            bar="≥ 100,000/s",
        )
    )


def _notes(keyring: Keyring, size: int) -> Iterator[bytes]:
    made = Composer(keyring.origin, keyring.entry).compose(1_600_000_000, [("kind", "claim")])
    before, after = made.note.split(made.entry_id.encode())
    for number in range(size):
        yield before + b"%032x" % number + after


def _sound(store: ObjectStore, addresses: list[str]) -> None:
    if faults := list(audit_objects(store, addresses)):
        raise RuntimeError(faults[0].message)


def _once(doing: Callable[[], object]) -> float:
    started = time.perf_counter()
    doing()
    return time.perf_counter() - started


def _best(doing: Callable[[], object]) -> float:
    return min(_once(doing) for _ in range(ROUNDS))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.custody")
    parser.add_argument("--files", type=int, default=25_000, help="files of 1–32 KB")
    parser.add_argument("--large-mb", type=int, default=1_024, help="the one large file")
    parser.add_argument("--log", type=int, default=1_000_000, help="entries of the log")
    given = parser.parse_args()
    results = Results()
    build = Path(__file__).resolve().parent.parent / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-custody-", dir=build) as place:
        scratch = Path(place)
        sealing.run(results, scratch, given.files)
        fixity(results, scratch)
        large(results, scratch, given.large_mb << 20)
        memory(results, scratch)
        log(results, scratch, given.log)
    results.show()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")
    main()
