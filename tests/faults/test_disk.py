"""A disk that drops, reorders and tears whatever was not synced, under the custody room.

The operations of real sealing and of a real sequencer are recorded once. Each example stops at
one of them and keeps an arbitrary part of what no sync had covered: a name without its bytes,
bytes without their name, half a write. Whatever is left must open and hold all acknowledged.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.custody.beside_here import start_here

from habeas.custody import durable
from habeas.custody.checks.audit import audit_log
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log import merkle, tiles
from habeas.custody.log.entries import Composer
from habeas.custody.objects import encrypting_process
from habeas.custody.objects.encrypting import Outcome, SealingJob
from habeas.custody.objects.object_store import ObjectStore, Sealed
from habeas.custody.sequencer import Sequencer

SIZES = (5, 300, 301)  # of the log after each run: a partial tile, a full one, one more
BATCHES = (2, durable.SYNC_TOGETHER + 1)  # synced one by one, and together


class Memory(dict[int, bytes]):
    def signed(self, size: int) -> bytes | None:
        return self.get(size)

    def remember(self, size: int, note: bytes) -> None:
        self[size] = note


@dataclass
class Recording:
    """What was asked of the disk, in order, and what was acknowledged after which of it."""

    root: Path
    operations: list[tuple[Any, ...]] = field(default_factory=list)
    acknowledged: list[tuple[int, Any]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    open: dict[int, int | str] = field(default_factory=dict)

    def did(self, *operation: Any) -> None:
        self.operations.append(operation)

    def acknowledge(self, what: Any) -> None:
        self.acknowledged.append((len(self.operations), what))

    def inside(self, path: Any) -> str | None:
        try:
            relative = os.path.relpath(os.fspath(path), self.root)
        except TypeError:
            return None
        return None if relative.startswith("..") else relative


@contextmanager
def recording(root: Path) -> Iterator[Recording]:
    disk = Recording(root)
    with pytest.MonkeyPatch.context() as patch:
        _watch(disk, patch)
        yield disk


def _watch(disk: Recording, patch: pytest.MonkeyPatch) -> None:
    real = {name: getattr(os, name) for name in ("open", "write", "rename", "unlink", "mkdir")}
    fsync = os.fsync

    def opening(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        name = disk.inside(path)
        new = name is not None and flags & os.O_CREAT and not os.path.exists(path)
        descriptor: int = real["open"](path, flags, mode, **more)
        if name is not None and new:
            disk.names[name] = len(disk.operations)
            disk.did("create", name, disk.names[name])
        if name is not None:
            disk.open[descriptor] = disk.names.get(name, name)
        return descriptor

    def write(descriptor: int, data: Any) -> int:
        if isinstance(inode := disk.open.get(descriptor), int):
            disk.did("write", inode, bytes(data))
        return int(real["write"](descriptor, data))

    def rename(source: Any, target: Any, **more: Any) -> None:
        real["rename"](source, target, **more)
        before, after = disk.inside(source), disk.inside(target)
        if before is not None and after is not None:
            disk.names[after] = disk.names.pop(before)
            disk.did("rename", before, after, disk.names[after])

    def unlink(path: Any, **more: Any) -> None:
        real["unlink"](path, **more)
        if not more.get("dir_fd") and (name := disk.inside(path)) is not None:
            disk.did("unlink", name)

    def mkdir(path: Any, *given: Any, **more: Any) -> None:
        real["mkdir"](path, *given, **more)
        if (name := disk.inside(path)) is not None:
            disk.did("mkdir", name)

    def syncing(descriptor: int) -> None:
        fsync(descriptor)
        disk.did("fsync", disk.open[descriptor])

    def rmtree(folder: Any, ignore_errors: bool = False) -> None:
        for path in sorted(Path(folder).iterdir()):
            os.unlink(path)
        os.rmdir(folder)

    for name, doing in {
        "open": opening,
        "write": write,
        "rename": rename,
        "unlink": unlink,
        "mkdir": mkdir,
        "fsync": syncing,
    }.items():
        patch.setattr(os, name, doing)
    patch.setattr(durable, "sync_file_system", lambda place: disk.did("sync"))
    patch.setattr(tiles.shutil, "rmtree", rmtree)


def left(disk: Recording, stop: int, chance: random.Random, target: Path) -> None:
    """Make what a disk may hold that lost power after so many operations."""
    done = disk.operations[:stop]
    kept = [_survives(done, at, chance) for at in range(stop)]
    folders, names, data = {"."}, dict[str, int](), dict[int, bytes]()
    for operation, survives in zip(done, kept, strict=True):
        match operation:
            case ("mkdir", name) if survives:
                folders.add(name)
            case ("create", name, inode) if survives:
                names[name] = inode
            case ("rename", before, after, inode) if survives:
                names.pop(before, None)
                names[after] = inode
            case ("unlink", name) if survives:
                names.pop(name, None)
            case ("write", inode, written):
                torn = written if survives else written[: chance.randrange(len(written) + 1)]
                data[inode] = data.get(inode, b"") + torn
    target.mkdir()
    for folder in sorted(folders):
        if (target / folder).parent.is_dir():
            (target / folder).mkdir(exist_ok=True)
    for name, inode in names.items():
        if (target / name).parent.is_dir():
            (target / name).write_bytes(data.get(inode, b""))


def _survives(done: list[tuple[Any, ...]], at: int, chance: random.Random) -> bool:
    """Whether an operation is on the disk for certain, or happens to be."""
    operation = done[at]
    if operation[0] in ("sync", "fsync"):
        return True
    folders = {os.path.dirname(name) or "." for name in operation[1:3] if isinstance(name, str)}
    wanted = {operation[1]} if operation[0] == "write" else folders
    covered: set[Any] = set()
    for later in done[at + 1 :]:
        if later[0] == "sync":
            return True
        if later[0] == "fsync":
            covered.add(later[1])
    if operation[0] == "rename":  # the new name counts: the old one lies in tmp/
        wanted = {os.path.dirname(operation[2]) or "."}
    return wanted <= covered or chance.random() < 0.5


@dataclass(frozen=True, repr=False)  # half a megabyte
class World:
    disk: Recording
    keyring: Keyring
    notes: list[bytes]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    place = tmp_path_factory.mktemp("disk")
    keyring = Keyring.create(place / "keys", None)
    composer = Composer(keyring.origin, keyring.entry)
    notes = [
        composer.compose(1_600_000_000 + number, [("n", number)]).note
        for number in range(SIZES[-1])
    ]
    root = place / "root"
    root.mkdir()
    with recording(root) as disk:
        store = ObjectStore(root / "objects")
        for batch_size in BATCHES:
            with store.batch() as batch:
                sealed = [batch.seal(os.urandom(50 + n)) for n in range(batch_size)]
            disk.acknowledge(sealed)
        disk.acknowledge(_sealed_beside(place, store))
        memory = Memory()
        for size in SIZES:
            with Sequencer(root / "log", keyring.origin, keyring.checkpoint, memory) as sequencer:
                sequencer.extend(notes[sequencer.size : size], size=size)
            disk.acknowledge(size)
    return World(disk, keyring, notes)


def _sealed_beside(place: Path, store: ObjectStore) -> list[Sealed]:
    """Two batches by a second process, which is a thread here: the disk is this process's.

    The second is written before the first is made durable, as in ``habeas add``.
    """
    paths = [place / f"{number}" for number in range(2 * BATCHES[-1])]
    for number, path in enumerate(paths):
        path.write_bytes(os.urandom(50 + number))
    sealed: list[Sealed] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encrypting_process, "cores", lambda: 2)
        patch.setattr(encrypting_process, "start", start_here)
        with encrypting_process.Beside() as other, store.batch() as second:
            assert other.prepare()
            with store.batch() as first:
                sealed += _objects(first.seal_each(_wanted(paths[::2]), other))
                begun = second.seal_each(_wanted(paths[1::2]), other)
            sealed += _objects(begun)
    return sealed


def _wanted(paths: Iterable[Path]) -> list[SealingJob]:
    return [SealingJob(path) for path in paths]


def _objects(outcomes: Iterable[Outcome]) -> list[Sealed]:
    return [outcome for outcome in outcomes if isinstance(outcome, Sealed)]


def test_all_that_a_disk_does_is_recorded(world: World) -> None:
    kinds = {operation[0] for operation in world.disk.operations}
    assert kinds == {"create", "write", "rename", "unlink", "mkdir", "fsync", "sync"}
    told = [what for _, what in world.disk.acknowledged if isinstance(what, list)]
    assert [len(sealed) for sealed in told] == [*BATCHES, 2 * BATCHES[-1]]
    written = [operation for operation in world.disk.operations if operation[0] == "write"]
    assert len(written) > sum(map(len, told))


@pytest.fixture(scope="module")
def lose_power(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[int, int], None]:
    place = tmp_path_factory.mktemp("left")

    def losing(stop: int, seed: int) -> None:
        target = place / "x"
        try:
            left(world.disk, stop, random.Random(seed), target)  # noqa: S311
            _examine(world, stop, target)
        finally:
            shutil.rmtree(target, ignore_errors=True)

    return losing


def _examine(world: World, stop: int, target: Path) -> None:
    told = [what for at, what in world.disk.acknowledged if at <= stop]
    objects = [sealed for what in told if isinstance(what, list) for sealed in what]
    size = max((what for what in told if isinstance(what, int)), default=0)
    store = ObjectStore(target / "objects")
    for sealed in objects:
        assert isinstance(sealed, Sealed)
        store.open(sealed.address, sealed.identity, plain_sha256=sealed.plain_sha256)
    for address in store.addresses():
        store.check(address)  # no name shows a part of an object
    keyring, memory = world.keyring, Memory()
    with Sequencer(target / "log", keyring.origin, keyring.checkpoint, memory) as sequencer:
        assert sequencer.size >= size
        sequencer.extend(world.notes[sequencer.size :], size=len(world.notes))
    report = audit_log(target / "log", keyring.public.all)
    assert report.faults == []
    assert report.checkpoint is not None
    assert report.checkpoint.root == merkle.root_of(map(merkle.leaf_hash, world.notes))


@settings(max_examples=120)
@given(stop=st.integers(0, 1_000), kept=st.integers(0, 2**32))
def test_whatever_is_left_opens_and_holds_what_was_acknowledged(
    world: World, lose_power: Callable[[int, int], None], stop: int, kept: int
) -> None:
    """``stop`` in thousandths of all operations; ``kept`` chooses what of the rest was kept."""
    lose_power(stop * len(world.disk.operations) // 1_000, kept)
