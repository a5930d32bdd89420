"""A second process that encrypts: the same outcomes, and nothing left however either ends."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.custody.beside_here import start_here

from habeas.custody import durable
from habeas.custody.errors import SealingStopped, SourceError, StorageFailed, StorageFull
from habeas.custody.objects import encrypting_process as module
from habeas.custody.objects.encrypting import (
    SMALL_BYTES,
    AlreadySealed,
    Outcome,
    Sealed,
    SealingJob,
)
from habeas.custody.objects.encrypting_process import Beside
from habeas.custody.objects.object_store import ObjectStore

COUNT = 150  # more than are told of at once
HUGE = 1 << 36  # a sparse file that no disk here takes: being sealed for as long as a test likes


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    monkeypatch.setattr(module, "cores", lambda: 2)
    with Beside() as running:
        assert running.prepare()
        yield running


@pytest.fixture
def beside_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    """In a thread of this process, where what it does can be meddled with."""
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(module, "start", start_here)
    with Beside() as running:
        assert running.prepare()
        yield running


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(COUNT):
        (folder / f"{number:03}").write_bytes(b"%d" % number * number)
    return sorted(folder.iterdir())


@pytest.fixture
def huge(tmp_path: Path) -> Path:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(HUGE)
    return path


def everything(store: ObjectStore) -> list[Path]:
    files = [path for path in store.directory.rglob("*") if path.is_file()]
    return [path for path in files if path.name != "sealing.lock"]


def wanted(files: list[Path]) -> list[SealingJob]:
    return [SealingJob(path) for path in files]


def plainly(outcomes: list[Outcome]) -> list[tuple[object, ...]]:
    """What does not change from one sealing to the next."""
    return [
        (type(each), each.plain_sha256, each.size_bytes)
        if isinstance(each, (Sealed, AlreadySealed))
        else (type(each), each.message, each.path, each.next_step, str(each))
        for each in outcomes
    ]


def test_what_becomes_of_each_is_the_same(
    store: ObjectStore, beside: Beside, files: list[Path], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    large = tmp_path / "large"
    large.write_bytes(os.urandom(SMALL_BYTES * 2 + 5))
    odd = tmp_path / os.fsdecode(b"\xff \n \xe2\x80\xae.txt")
    odd.write_bytes(b"odd")
    digest = hashlib.sha256(large.read_bytes()).hexdigest()
    asked = [
        *wanted([*files[:80], tmp_path / "missing", tmp_path, odd, tmp_path / "pipe"]),
        SealingJob(large),
        SealingJob(large, {digest}),
        SealingJob(large, {"0" * 64}),
        SealingJob(files[7], {"0" * 64, hashlib.sha256(files[7].read_bytes()).hexdigest()}),
        *wanted(files[80:]),
    ]
    with store.batch() as batch:
        here = list(batch.seal_each(asked))
    with store.batch() as batch:
        there = list(batch.seal_each(asked, beside))
        sealed = [each for each in there if isinstance(each, Sealed)]
        assert not any(store.exists(each.address) for each in sealed)
    assert plainly(there) == plainly(here)
    assert {SourceError, AlreadySealed, Sealed} <= {type(each) for each in there}
    for file, each in zip(asked, there, strict=True):
        if isinstance(each, Sealed):
            plain = store.open(each.address, each.identity, plain_sha256=each.plain_sha256)
            assert plain == file.path.read_bytes()
    assert len(everything(store)) == 2 * len(sealed)


def test_one_batch_follows_another_and_each_is_whole(
    store: ObjectStore, beside: Beside, files: list[Path]
) -> None:
    with store.batch() as first:
        sealed = list(first.seal_each(wanted(files), beside))
        second = store.batch()
        outcomes = second.seal_each(wanted(files), beside)
        assert list(store.addresses()) == []
    addresses = {each.address for each in sealed if isinstance(each, Sealed)}
    assert set(store.addresses()) == addresses
    with second:
        later = list(outcomes)
        second.take_back()
    addresses |= {each.address for each in later[:-1] if isinstance(each, Sealed)}
    assert set(store.addresses()) == addresses
    assert len(everything(store)) == 2 * COUNT - 1


def test_files_of_this_process_and_the_other_in_one_batch(
    store: ObjectStore, beside: Beside, files: list[Path]
) -> None:
    with store.batch() as batch:
        there = batch.seal_each(wanted(files[75:]), beside)
        here = list(batch.seal_each(wanted(files[:75])))
        outcomes = here + list(there)
    assert len(list(store.addresses())) == len(outcomes) == COUNT


def test_outcomes_must_be_taken(store: ObjectStore, beside: Beside, files: list[Path]) -> None:
    def forget() -> None:
        with store.batch() as batch:
            batch.seal_each(wanted(files), beside)

    with pytest.raises(RuntimeError, match="outcomes"):
        forget()
    assert everything(store) == []


def test_one_processor_is_not_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 1)
    monkeypatch.setattr(module, "start", lambda: pytest.fail("was started"))
    assert not Beside().prepare()


def test_a_process_that_cannot_be_started_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(module, "COMMAND", ["/nowhere/python"])
    assert not Beside().prepare()


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageFailed)],
)
def test_a_disk_that_refuses_the_other_refuses_this_one(
    store: ObjectStore,
    beside_here: Beside,
    files: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[Exception],
) -> None:
    write, written = os.write, list[int]()

    def refuse(descriptor: int, data: bytes) -> int:
        written.append(descriptor)
        if len(written) == 100:
            raise OSError(number, os.strerror(number))
        return write(descriptor, data)

    def seal() -> None:
        with store.batch() as batch:
            list(batch.seal_each(wanted(files), beside_here))

    monkeypatch.setattr(durable.os, "write", refuse)
    with pytest.raises(kind) as refusal:
        seal()
    monkeypatch.undo()

    def seal_here() -> None:
        with store.batch() as batch:
            list(batch.seal_each(wanted(files)))

    written.clear()
    monkeypatch.setattr(durable.os, "write", refuse)
    with pytest.raises(kind) as other:
        seal_here()
    assert str(refusal.value) == str(other.value)
    assert everything(store) == []


def test_a_write_back_that_fails_in_the_other_fails_the_batch(
    store: ObjectStore,
    beside_here: Beside,
    files: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []

    def sync(place: object) -> None:
        told.append(1)
        if len(told) == 1:
            raise OSError(errno.EIO, "Input/output error")

    def seal() -> None:
        with store.batch() as batch:
            list(batch.seal_each(wanted(files), beside_here))

    monkeypatch.setattr(durable, "_AHEAD", 40)
    monkeypatch.setattr(durable, "sync_file_system", sync)
    with pytest.raises(StorageFailed, match="input/output"):
        seal()
    assert everything(store) == []


def test_a_fault_of_the_program_is_not_swallowed(
    store: ObjectStore, beside_here: Beside, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    def seal() -> None:
        with store.batch() as batch:
            list(batch.seal_each(wanted(files), beside_here))

    monkeypatch.setattr("habeas.custody.objects.encrypting.encrypt_bytes", fail)
    with pytest.raises(RuntimeError, match=r"ZeroDivisionError at test_beside.py, line \d"):
        seal()
    assert everything(store) == []


def test_a_file_that_changes_is_named(
    store: ObjectStore, beside_here: Beside, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.read

    def meddle(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        os.utime(files[3], ns=(1, 1))
        return data

    monkeypatch.setattr("habeas.custody.objects.encrypting.os.read", meddle)
    with store.batch() as batch:
        outcomes = list(batch.seal_each(wanted(files[3:4]), beside_here))
    monkeypatch.undo()
    assert [getattr(each, "code", "") for each in outcomes] == ["seal.changed-while-read"]
    assert everything(store) == []


# --- endings -------------------------------------------------------------------------------------


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def process_of(beside: Beside) -> subprocess.Popen[bytes]:
    assert beside._running is not None
    process = beside._running.process
    assert isinstance(process, subprocess.Popen)
    return process


def hold(process: int) -> None:
    """Let it write no further, where its end is waited for: that is a gigabyte a second."""
    os.kill(process, signal.SIGSTOP)


def writing(store: ObjectStore) -> bool:
    """Whether the huge file is being sealed, after the others."""
    found = list((store.directory / "tmp").iterdir())
    return any(path.stat().st_size > 1 << 20 for path in found)


def test_the_other_process_is_killed(
    store: ObjectStore, beside: Beside, files: list[Path], huge: Path
) -> None:
    def seal() -> None:
        with store.batch() as batch:
            outcomes = batch.seal_each(wanted([*files, huge]), beside)
            wait_until(lambda: writing(store))
            process_of(beside).kill()
            list(outcomes)

    with pytest.raises(SealingStopped, match="ended from outside"):
        seal()
    assert everything(store) == []
    assert beside.prepare()  # and another takes its place
    with store.batch() as batch:
        assert len(list(batch.seal_each(wanted(files), beside))) == COUNT


def test_the_other_process_is_killed_before_it_is_asked(
    store: ObjectStore, beside: Beside, files: list[Path]
) -> None:
    process_of(beside).kill()
    process_of(beside).wait()
    batch = store.batch()
    batch.seal(b"another")
    with pytest.raises(SealingStopped):
        batch.seal_each(wanted(files), beside)
    assert everything(store) == []
    with (store.directory / "sealing.lock").open("rb") as lock:  # nobody holds it any more
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_batch_that_is_given_up_ends_it(
    store: ObjectStore, beside: Beside, files: list[Path], huge: Path
) -> None:
    process = process_of(beside)

    def seal() -> None:
        with store.batch() as batch:
            outcomes = batch.seal_each(wanted([*files, huge]), beside)
            next(outcomes)
            wait_until(lambda: writing(store))
            hold(process.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal()
    assert process.poll() is not None
    assert everything(store) == []


SEAL = """
import sys
from pathlib import Path
from habeas.custody.objects import encrypting_process as module
from habeas.custody.objects.encrypting import SealingJob
from habeas.custody.objects.object_store import ObjectStore
module.cores = lambda: 2
with module.Beside() as beside, ObjectStore(Path(sys.argv[1])).batch() as batch:
    assert beside.prepare()
    print(beside._running.process.pid, flush=True)
    list(batch.seal_each([SealingJob(Path(path)) for path in sys.argv[2:]], beside))
"""


@pytest.fixture
def sealing(store: ObjectStore, files: list[Path], huge: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SEAL, store.directory, *files, huge],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that its group can be sent what a terminal sends
    )
    try:
        wait_until(lambda: process.poll() is not None or writing(store))
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"  # dead, and nobody has asked yet


def other_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def test_the_first_process_is_killed(store: ObjectStore, sealing: subprocess.Popen[str]) -> None:
    other = other_of(sealing)
    assert ObjectStore(store.directory).leftovers == 0  # both hold the lock
    assert len(everything(store)) > COUNT
    sealing.kill()
    wait_until(lambda: ended(other))
    again = ObjectStore(store.directory)
    assert again.leftovers > COUNT
    assert everything(again) == []


def test_an_interrupt_from_the_keyboard(store: ObjectStore, sealing: subprocess.Popen[str]) -> None:
    other = other_of(sealing)
    assert os.getpgid(other) != sealing.pid  # what a terminal sends does not reach it
    hold(other)
    os.killpg(sealing.pid, signal.SIGINT)
    _, err = sealing.communicate(timeout=60)
    assert sealing.returncode == -signal.SIGINT
    assert err.strip().endswith("KeyboardInterrupt")
    assert err.count("Traceback") == 1
    assert ended(other)
    assert everything(store) == []


def test_while_it_works_the_lock_is_its_own_too(
    store: ObjectStore, sealing: subprocess.Popen[str]
) -> None:
    other = other_of(sealing)
    lock = (store.directory / "sealing.lock").stat().st_ino
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    holders = {int(line[-4]) for line in held if line[-3].endswith(f":{lock}")}
    assert {sealing.pid, other} <= holders


def test_nobody_asks_any_more() -> None:
    """Where no signal tells it that its parent died, the end of its pipe does."""
    ends = subprocess.run(module.COMMAND, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert (ends.stdout, ends.stderr) == (b"", b"")


# --- what it knows -------------------------------------------------------------------------------


def test_a_question_whose_asker_has_died_is_not_taken_up(tmp_path: Path) -> None:
    """It was killed while the other was starting: nobody is left to end that one."""
    root, question = tmp_path / "objects", tmp_path / "question"
    with question.open("wb", buffering=0) as written:
        job = {"root": str(root), "token": "0" * 16, "first": 0, "files": [[str(question)]]}
        module.write_frame(written, job)
    heard, told_to = os.pipe()
    os.close(heard)
    with question.open("rb") as asked, os.fdopen(told_to, "wb") as answers:
        subprocess.run(module.COMMAND, stdin=asked, stdout=answers, check=True, timeout=60)
    assert not root.exists()


def test_identities_come_back_by_the_pipe_only(
    store: ObjectStore, beside: Beside, files: list[Path]
) -> None:
    with store.batch() as batch:
        outcomes = list(batch.seal_each(wanted(files), beside))
        process = Path(f"/proc/{process_of(beside).pid}")
        command = (process / "cmdline").read_bytes()
        environment, descriptors = b"", list[str]()
        if os.geteuid() == 0:  # to others these are closed, their own user included
            environment = (process / "environ").read_bytes()
            opened = [each for each in (process / "fd").iterdir() if int(each.name) > 2]
            descriptors = [os.readlink(each) for each in opened]
        else:
            with pytest.raises(PermissionError):
                (process / "environ").read_bytes()
    secrets = [each.identity for each in outcomes if isinstance(each, Sealed)]
    assert len(secrets) == COUNT
    for place in (command, environment, *(path.read_bytes() for path in everything(store))):
        assert b"AGE-SECRET" not in place
    assert str(store.directory).encode() not in command
    assert [each for each in descriptors if not each.startswith("/dev/")] == []
    assert all(secret not in repr(outcomes) for secret in secrets)


def test_what_lies_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: ObjectStore, files: list[Path]
) -> None:
    leak = tmp_path / "leak"
    leak.mkdir()
    for name in ("hashlib", "pyrage", "habeas", "json", "struct"):
        (leak / f"{name}.py").write_text("raise SystemExit('a received file was run')")
    monkeypatch.chdir(leak)
    monkeypatch.setattr(module, "cores", lambda: 2)
    with Beside() as beside, store.batch() as batch:
        assert beside.prepare()
        assert len(list(batch.seal_each(wanted(files), beside))) == COUNT
