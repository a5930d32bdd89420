"""The object store: sealing whole files or none, and giving back only what was sealed."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habeas.custody import durable
from habeas.custody.errors import (
    ObjectError,
    ObjectLocked,
    ObjectMissing,
    SourceChanged,
    SourceError,
    SourceNotRegular,
    StorageFailed,
    StorageFull,
)
from habeas.custody.objects import object_store
from habeas.custody.objects.object_store import SMALL_BYTES, ObjectStore, Sealed

LARGE = SMALL_BYTES * 3 + 17


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "objects")


def everything(store: ObjectStore) -> list[Path]:
    files = [path for path in store.directory.rglob("*") if path.is_file()]
    return [path for path in files if path.name != "sealing.lock"]


def seal(store: ObjectStore, content: bytes) -> Sealed:
    with store.batch() as batch:
        return batch.seal(content)


@pytest.mark.parametrize("size", [0, 1, 65_536, SMALL_BYTES - 1, SMALL_BYTES, LARGE])
def test_a_file_is_sealed_and_opened(store: ObjectStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "exhibit").write_bytes(content)
    seen: list[int] = []
    with store.batch() as batch:
        sealed = batch.seal(tmp_path / "exhibit", seen.append)
    assert sealed.size_bytes == sum(seen) == size
    assert sealed.plain_sha256 == hashlib.sha256(content).hexdigest()
    stored = store.path(sealed.address).read_bytes()
    assert sealed.address == hashlib.sha256(stored).hexdigest()
    assert store.check(sealed.address) == len(stored)
    opened = store.open(sealed.address, sealed.identity, plain_sha256=sealed.plain_sha256)
    assert opened == content
    out = io.BytesIO()
    store.copy_plain(sealed.address, sealed.identity, out, plain_sha256=sealed.plain_sha256)
    assert out.getvalue() == content


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(content=st.binary(max_size=70_000))
def test_a_stream_is_sealed_as_it_is(store: ObjectStore, content: bytes) -> None:
    with store.batch() as batch:
        sealed = batch.seal(io.BytesIO(content))
    assert store.open(sealed.address, sealed.identity) == content


def test_an_object_is_an_age_file_that_other_programs_open(store: ObjectStore) -> None:
    sealed = seal(store, b"testimony")
    stored = store.path(sealed.address).read_bytes()
    assert stored.startswith(b"age-encryption.org/v1\n")
    identity = pyrage.x25519.Identity.from_str(sealed.identity)
    assert pyrage.decrypt(stored, [identity]) == b"testimony"


def test_equal_files_do_not_look_equal(store: ObjectStore) -> None:
    one, other = seal(store, b"testimony"), seal(store, b"testimony")
    assert one.address != other.address
    assert one.identity != other.identity


def test_objects_cannot_be_written_to_whatever_the_umask(store: ObjectStore) -> None:
    for umask in (0o000, 0o022, 0o077):
        before = os.umask(umask)
        try:
            sealed = seal(store, b"testimony")
        finally:
            os.umask(before)
        assert stat.S_IMODE(store.path(sealed.address).stat().st_mode) == 0o444


def test_nothing_is_visible_before_the_batch_ends(store: ObjectStore) -> None:
    with store.batch() as batch:
        sealed = batch.seal(b"testimony")
        assert not store.exists(sealed.address)
        assert list(store.addresses()) == []
    assert list(store.addresses()) == [sealed.address]


@pytest.mark.parametrize("count", [1, durable.SYNC_TOGETHER + 3])
def test_data_is_durable_before_the_name_and_the_name_before_the_end(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    happened: list[str] = []

    def note(name: str, function: object) -> object:
        def noted(*arguments: object) -> None:
            assert callable(function)
            function(*arguments)
            happened.append(name)

        return noted

    monkeypatch.setattr(durable, "sync_file_system", note("sync", durable.sync_file_system))
    monkeypatch.setattr(durable, "sync_path", note("sync", durable.sync_path))
    monkeypatch.setattr(durable.os, "rename", note("rename", os.rename))
    with store.batch() as batch:
        for number in range(count):
            batch.seal(b"%d" % number)
    assert happened.count("rename") == count
    first = happened.index("rename")
    assert "rename" not in happened[:first]
    assert happened[0] == happened[-1] == "sync"
    assert set(happened[first : first + count]) == {"rename"}
    if count >= durable.SYNC_TOGETHER:
        assert happened.count("sync") == 2


def test_a_write_back_that_fails_meanwhile_fails_the_batch(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk's error is told once; a later sync that succeeds must not hide it."""
    told: list[int] = []

    def sync(place: object) -> None:
        told.append(1)
        if len(told) == 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(durable, "_AHEAD", 4)
    monkeypatch.setattr(durable, "sync_file_system", sync)

    def seal_many() -> None:
        with store.batch() as batch:
            for number in range(20):
                batch.seal(b"%d" % number)

    with pytest.raises(StorageFailed, match="input/output"):
        seal_many()
    assert list(store.addresses()) == []
    assert list((store.directory / "tmp").iterdir()) == []


def test_the_identity_is_not_shown(store: ObjectStore) -> None:
    sealed = seal(store, b"testimony")
    assert "AGE-SECRET" not in repr(sealed)
    with pytest.raises(ObjectLocked) as refusal:
        store.open(sealed.address, "AGE-SECRET-KEY-1NONSENSE")
    assert "AGE-SECRET" not in str(refusal.value)


# --- files that cannot be sealed --------------------------------------------------------


def test_what_cannot_be_sealed_is_named_and_the_others_are_sealed(
    store: ObjectStore, tmp_path: Path
) -> None:
    (tmp_path / "good").write_bytes(b"testimony")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    refused: dict[str, str] = {}
    with store.batch() as batch:
        for name in ("missing", "folder", "pipe", "link", "nowhere"):
            with pytest.raises(SourceError, match=str(tmp_path / name)) as refusal:
                batch.seal(tmp_path / name)
            assert refusal.value.path == str(tmp_path / name)
            refused[name] = refusal.value.code
        batch.seal(tmp_path / "good")
        with pytest.raises(SourceNotRegular):
            batch.seal("/dev/zero")
    assert refused == {
        "missing": "seal.unreadable",
        "nowhere": "seal.unreadable",
        "folder": "seal.not-a-file",
        "pipe": "seal.not-a-file",
        "link": "seal.not-a-file",
    }
    assert len(everything(store)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "secret").chmod(0)
    with store.batch() as batch, pytest.raises(SourceError, match="Permission"):
        batch.seal(tmp_path / "secret")


@pytest.mark.parametrize("size", [1000, LARGE])
@pytest.mark.parametrize("change", ["grows", "shrinks", "is rewritten"])
def test_a_file_that_changes_while_it_is_read_is_named(
    store: ObjectStore, tmp_path: Path, size: int, change: str
) -> None:
    path = tmp_path / "exhibit"
    path.write_bytes(bytes(size))

    def meddle(_: int) -> None:  # called again and again while a large file is read
        if change == "grows":
            with path.open("ab") as file:
                file.write(b"more")
        elif change == "shrinks":
            os.truncate(path, size // 2)
        else:
            os.utime(path, ns=(1, 1))

    with store.batch() as batch:
        batch.seal(b"another")
        with pytest.raises(SourceChanged, match=str(path)):
            batch.seal(path, meddle)
    assert len(everything(store)) == 1


def test_a_stream_that_fails_leaves_nothing(store: ObjectStore) -> None:
    class Broken(io.RawIOBase):
        def __init__(self) -> None:
            self.left = 3

        def read(self, size: int = -1, /) -> bytes:
            self.left -= 1
            if not self.left:
                raise OSError(5, "Input/output error")
            return bytes(size)

    with store.batch() as batch, pytest.raises(SourceError, match="Input/output error"):
        batch.seal(Broken())
    assert everything(store) == []


def test_a_keyboard_interrupt_while_reading_gets_through(store: ObjectStore) -> None:
    class Interrupted(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise KeyboardInterrupt

    batch = store.batch()
    batch.seal(b"another")
    with pytest.raises(KeyboardInterrupt), batch:
        batch.seal(Interrupted())
    assert everything(store) == []


@pytest.mark.parametrize("size", [1000, LARGE])
@pytest.mark.parametrize("number", [28, 122])
def test_a_full_disk_leaves_nothing(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, size: int, number: int
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    batch = store.batch()
    batch.seal(b"another")
    monkeypatch.setattr(durable.os, "write", full)
    with pytest.raises(StorageFull), batch:
        batch.seal(io.BytesIO(bytes(size)) if size == LARGE else bytes(size))
    assert everything(store) == []


def test_a_truly_full_file_system_leaves_nothing(store: ObjectStore) -> None:
    """A limit on the size of files stands in for it, where nothing can be mounted."""
    program = f"""
import resource, signal, sys, io
from pathlib import Path
from habeas.custody.objects.object_store import ObjectStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
store = ObjectStore(Path(sys.argv[1]))
try:
    with store.batch() as batch:
        batch.seal(b"small")
        batch.seal(io.BytesIO(bytes({LARGE})))
except OSError as error:
    sys.exit(7)
"""
    done = subprocess.run([sys.executable, "-c", program, str(store.directory)], check=False)
    assert done.returncode == 7
    assert everything(store) == []


def test_an_error_in_the_block_discards_the_batch(store: ObjectStore) -> None:
    batch = store.batch()
    batch.seal(b"testimony")
    with pytest.raises(RuntimeError), batch:
        raise RuntimeError
    assert everything(store) == []


def test_what_a_crash_left_is_cleaned_up(store: ObjectStore) -> None:
    program = """
import io, os, sys
from pathlib import Path
from habeas.custody.objects.object_store import ObjectStore
batch = ObjectStore(Path(sys.argv[1])).batch()
batch.seal(b"testimony")
batch.seal(io.BytesIO(b"testimony"))
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", program, str(store.directory)], check=False)
    assert done.returncode == 9
    assert len(everything(store)) == 2
    again = ObjectStore(store.directory)
    assert again.leftovers == 2
    assert everything(again) == []


def test_opening_the_store_does_not_disturb_a_batch_under_way(store: ObjectStore) -> None:
    with store.batch() as batch:
        sealed = batch.seal(b"testimony")
        assert ObjectStore(store.directory).leftovers == 0
        with ObjectStore(store.directory).batch() as other:
            beside = other.seal(b"another")
    assert store.open(sealed.address, sealed.identity) == b"testimony"
    assert store.open(beside.address, beside.identity) == b"another"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    program = """
import io, resource, sys
from pathlib import Path
from habeas.custody.objects.object_store import ObjectStore

class Zeros(io.RawIOBase):
    def __init__(self, left):
        self.left = left
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

class Nowhere(io.RawIOBase):
    def write(self, data):
        return len(data)

store = ObjectStore(Path(sys.argv[1]))
for size in (1 << 22, 1 << 27):
    with store.batch() as batch:
        sealed = batch.seal(Zeros(size))
    assert store.copy_plain(sealed.address, sealed.identity, Nowhere()) == size
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "objects")],
        capture_output=True,
        text=True,
        check=True,
    )
    small, large = (int(line) for line in done.stdout.split())
    assert large - small < 8 * 1024, "kilobytes"
    assert resource.getpagesize()


# --- objects that are not what they should be -------------------------------------------


@pytest.mark.parametrize("size", [100, LARGE])
def test_a_changed_byte_is_found_without_and_with_the_key(store: ObjectStore, size: int) -> None:
    sealed = seal(store, bytes(size))
    path = store.path(sealed.address)
    content = bytearray(path.read_bytes())
    out = io.BytesIO()
    for at in (0, 100, len(content) // 2, len(content) - 1):
        content[at] ^= 1
        path.chmod(0o600)
        path.write_bytes(content)
        for attempt in (
            lambda: store.check(sealed.address),
            lambda: store.open(sealed.address, sealed.identity),
            lambda: store.copy_plain(sealed.address, sealed.identity, out),
        ):
            with pytest.raises(ObjectError, match=sealed.address) as found:
                attempt()
            assert found.value.address == sealed.address
        assert out.getvalue() == b""
        content[at] ^= 1


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    address = "ab" * 32
    for attempt in (store.check, lambda address: store.open(address, "x")):
        with pytest.raises(ObjectMissing, match=address):
            attempt(address)


@pytest.mark.parametrize(
    "address", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"]
)
def test_an_address_cannot_lead_out_of_the_store(store: ObjectStore, address: str) -> None:
    with pytest.raises(ObjectMissing):
        store.path(address)


def test_another_object_s_key_does_not_open(store: ObjectStore) -> None:
    one, other = seal(store, b"one"), seal(store, b"other")
    with pytest.raises(ObjectLocked):
        store.open(one.address, other.identity)
    with pytest.raises(ObjectLocked):
        store.copy_plain(one.address, other.identity, io.BytesIO())


def test_a_file_other_than_the_committed_one_is_refused(store: ObjectStore) -> None:
    one, other = seal(store, b"one"), seal(store, b"other")
    with pytest.raises(ObjectError, match="commits to"):
        store.open(one.address, one.identity, plain_sha256=other.plain_sha256)
    with pytest.raises(ObjectError, match="commits to"):
        store.copy_plain(one.address, one.identity, io.BytesIO(), plain_sha256=other.plain_sha256)


def test_a_failed_write_of_the_plain_bytes_is_not_swallowed(store: ObjectStore) -> None:
    class Full(io.RawIOBase):
        def write(self, data: object, /) -> int:
            raise OSError(28, "No space left on device")

    sealed = seal(store, bytes(LARGE))
    with pytest.raises(OSError, match="No space"):
        store.copy_plain(sealed.address, sealed.identity, Full())


def test_the_small_and_the_large_way_agree(store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "exhibit"
    path.write_bytes(os.urandom(5000))
    with store.batch() as batch:
        by_path = batch.seal(path)
        with path.open("rb") as stream:
            by_stream = batch.seal(stream)
    assert by_path.plain_sha256 == by_stream.plain_sha256
    assert object_store.SMALL_BYTES > 5000
