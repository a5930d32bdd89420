"""A worker: takes exhibits off the queue, has them read, records what came of it.

One round: lease a few exhibits; read each in the sandbox and seal its texts and maps as they
come; make the objects durable; then, in one transaction, take each exhibit off the queue and
append its entries. Whoever lost the lease meanwhile records nothing. The entries are signed
by the installation's key: what a worker appends is layers and readings, never a decision.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Protocol

from django.db import DatabaseError, connections
from django.db import Error as AnyDatabaseError

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.exhibits.intake import removed_unless_kept
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.pipeline import queue
from habeas.archive.readings import map_of, text_sha256
from habeas.archive.verbs.reading import exact, kept_path
from habeas.archive.verbs.referring import Marking, marking_as_exhibit
from habeas.custody.errors import ObjectError
from habeas.custody.objects.object_store import Sealed, SealingBatch
from habeas.errors import HabeasError
from habeas.reading.documents import Cause, Document, not_read
from habeas.reading.errors import SandboxEnded

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

ROUND_SECONDS = 3.0  # after which what is read is recorded
WHOLE_BYTES = 32 * 1024 * 1024  # up to here an exhibit is opened in memory, else streamed
TRIES = 2  # of an exhibit whose reading ended for something that is not the file
PAUSE_SECONDS = 0.5  # before asking again for what others have


_ENDED = f"The sandbox ended {TRIES} times while it was read, the last time a fresh one."

_TOO_MUCH = "The text read from it needs more memory than this program allows itself."


class ExhibitReader(Protocol):
    """What reads: ``habeas.reading.sandbox.opening.Sandbox``. Inner documents come first."""

    def read(self, stream: BinaryIO, name: str) -> Iterable[Document]: ...


@dataclass(slots=True)
class _Kept:
    """A document whose text is sealed, or stands in a layer already."""

    document: Document  # without text and parts
    length: int = 0
    text: Sealed | None = None
    layer: int | None = None
    map: Sealed | None = None


@dataclass(slots=True)
class _Opened:
    """An exhibit that was read and not yet recorded; its own document comes last."""

    exhibit: m.Exhibit
    kept: list[_Kept] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)  # objects of a reading that did not count

    def begin_again(self) -> None:
        self.dropped |= self.addresses
        self.kept.clear()

    @property
    def addresses(self) -> set[str]:
        sealed = [s for kept in self.kept for s in (kept.text, kept.map) if s is not None]
        return {each.address for each in sealed}


@dataclass(slots=True)
class Done:
    """What a worker recorded: exhibits, and how each file in them ended."""

    exhibits: int = 0
    states: Counter[str] = field(default_factory=Counter)


def work(
    archive: Archive,
    reader: ExhibitReader,
    *,
    stopping: Callable[[], bool] = lambda: False,
    told: Callable[[Done], None] = lambda done: None,
    lease_seconds: int = queue.LEASE_SECONDS,
) -> Done:
    """Read until the queue is empty and no other worker has anything of it.

    ``told`` hears of each round that was recorded. ``stopping`` is asked between exhibits.
    """
    worker, done = queue.this_worker(), Done()
    with _renewing(worker, lease_seconds), _given_back(worker):
        while not stopping():
            jobs = queue.claim(worker, seconds=lease_seconds)
            if not jobs:
                if not queue.left().all:
                    break
                queue.free_the_dead()
                time.sleep(PAUSE_SECONDS)
                continue
            recorded = _round(archive, reader, worker, jobs, stopping)
            done.exhibits += recorded.exhibits
            done.states.update(recorded.states)
            told(recorded)
    return done


@contextlib.contextmanager
def _given_back(worker: str) -> Iterator[None]:
    """When the worker ends, for whatever reason it lives to see, what it has is free again.

    What ended it may have struck in the middle of a question to the database, whose connection is
    then of no use: it is asked once more on a new one. Else an exhibit that was in hand at three
    interrupted runs would be given up as if workers had died over it.
    """
    try:
        yield
    finally:
        try:
            queue.release(worker)
        except AnyDatabaseError:
            connections["default"].close()
            with contextlib.suppress(AnyDatabaseError):
                queue.release(worker)


@contextlib.contextmanager
def _renewing(worker: str, seconds: int) -> Iterator[None]:
    """Renew the worker's leases while it is at work, on a connection of its own."""
    ended = threading.Event()

    def renew() -> None:
        try:
            while not ended.wait(seconds / 3):
                with contextlib.suppress(DatabaseError):
                    queue.renew(worker, seconds=seconds)
        finally:
            connections.close_all()

    thread = threading.Thread(target=renew, name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _round(
    archive: Archive,
    reader: ExhibitReader,
    worker: str,
    jobs: list[queue.Job],
    stopping: Callable[[], bool],
) -> Done:
    began, opened = time.monotonic(), list[_Opened]()
    exhibits = visible(OWNER, m.Exhibit).in_bulk([job.exhibit for job in jobs])
    with archive.objects.batch() as objects:
        for number, job in enumerate(jobs):
            if stopping() or time.monotonic() - began > ROUND_SECONDS:
                queue.release(worker, [rest.exhibit for rest in jobs[number:]])
                break
            exhibit = exhibits.get(job.exhibit)
            if exhibit is None:  # erased since it was put on the queue
                queue.acknowledge(worker, job.exhibit)
            elif job.given_up:
                opened.append(_Opened(exhibit, [_Kept(_given_up(exhibit))]))
            else:
                opened.append(_open(archive, objects, reader, exhibit))
    return _record_all(archive, worker, opened)


def _open(
    archive: Archive, objects: SealingBatch, reader: ExhibitReader, exhibit: m.Exhibit
) -> _Opened:
    """Read one exhibit, once more where its sandbox ended: the next is a fresh one."""
    opened = _Opened(exhibit)
    for _ in range(TRIES):
        opened.begin_again()
        try:
            _read(archive, objects, reader, opened)
        except ObjectError as error:  # of the store, not of the file; named
            opened.kept.append(_Kept(_not_read(exhibit, error.message)))
            break
        except MemoryError:
            opened.begin_again()
            opened.kept.append(_Kept(_not_read(exhibit, _TOO_MUCH)))
            break
        except SandboxEnded:
            opened.kept.append(_Kept(_not_read(exhibit, _ENDED)))
            continue
        if not opened.kept or opened.kept[-1].document.inner_path:
            opened.kept.append(_Kept(_not_read(exhibit, "The reading ended without a result.")))
        if opened.kept[-1].document.cause != Cause.OUTSIDE:
            break
    return opened


def _read(archive: Archive, objects: SealingBatch, reader: ExhibitReader, opened: _Opened) -> None:
    """Each text is sealed as it comes and not held."""
    exhibit = opened.exhibit
    former = {
        (path, digest): position
        for position, path, digest in visible(OWNER, m.Layer)
        .filter(exhibit=exhibit.position)
        .order_by("position")
        .values_list("position", "inner_path", "text_sha256")
    }
    with _plain(archive, exhibit) as stream:
        for document in reader.read(stream, exhibit.filename):
            opened.kept.append(_keep(objects, former, document))


def _keep(objects: SealingBatch, former: dict[tuple[str, str], int], document: Document) -> _Kept:
    kept = _Kept(replace(document, text="", parts=()), len(document.text))
    if document.text:
        text = exact(document.text)
        path = kept_path(document.inner_path)
        # The same text again is the same layer: what cites it goes on to stand in it.
        kept.layer = former.get((path, text_sha256(text)))
        if kept.layer is None:
            kept.text = objects.seal(text.encode("utf-8"))
    if document.parts:
        kept.map = objects.seal(map_of(document.parts))
    return kept


def _not_read(exhibit: m.Exhibit, reason: str) -> Document:
    """Nothing is known of the file, and the entry says so."""
    return not_read("", exhibit.plain_sha256, exhibit.size_bytes, reason, Cause.OUTSIDE)


def _given_up(exhibit: m.Exhibit) -> Document:
    words = f"Its worker was ended {queue.MOST_ATTEMPTS} times while it was read."
    return _not_read(exhibit, words)


@contextlib.contextmanager
def _plain(archive: Archive, exhibit: m.Exhibit) -> Iterator[BinaryIO]:
    """The exhibit's bytes as a stream; a large one never lies whole in memory or on a disk."""
    if exhibit.size_bytes <= WHOLE_BYTES:
        yield io.BytesIO(archive.read_object(exhibit.address))
        return
    failures: list[HabeasError] = []
    source, target = os.pipe()

    def write() -> None:
        try:
            with contextlib.suppress(BrokenPipeError), os.fdopen(target, "wb") as out:
                archive.copy_object(exhibit.address, out)
        except HabeasError as error:
            failures.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write, name="opening", daemon=True)
    writer.start()
    try:
        with os.fdopen(source, "rb") as stream:
            yield stream
    finally:
        writer.join()
    if failures:
        raise failures[0]


def _record_all(archive: Archive, worker: str, opened: list[_Opened]) -> Done:
    done = Done()
    if not opened:
        return done
    lost = {address for each in opened for address in each.dropped}
    addresses = lost | {address for each in opened for address in each.addresses}
    with removed_unless_kept(archive, addresses):
        with archive.writing(sequence=False) as batch:
            for each in opened:
                if queue.acknowledge(worker, each.exhibit.position):
                    _record(batch, each)
                    done.exhibits += 1
                    done.states.update(str(kept.document.state) for kept in each.kept)
                else:
                    lost |= each.addresses
        for address in lost:
            archive.objects.remove(address)
    return done


def _record(batch: Batch, opened: _Opened) -> None:
    """The exhibit's own reading first, so that those of its inner files can name it."""
    exhibit = Ref(entry_id_at(opened.exhibit.position), opened.exhibit.position)
    marking = marking_as_exhibit(opened.exhibit)
    *inner, own = opened.kept
    within = _record_one(batch, exhibit, own, marking, None)
    for kept in inner:
        _record_one(batch, exhibit, kept, marking, within)


def _record_one(
    batch: Batch, exhibit: Ref, kept: _Kept, marking: Marking, within: Ref | None
) -> Ref:
    document, layer = kept.document, None
    if kept.layer is not None:
        layer = Ref(entry_id_at(kept.layer), kept.layer)
    elif kept.text is not None:
        layer = verbs.layer(
            batch,
            exhibit,
            kept.text,
            length=kept.length,
            reader=document.reader,
            reader_version=document.reader_version,
            settings=dict(document.settings),
            inner_path=kept_path(document.inner_path),
            marking=marking,
        )
    return verbs.reading(
        batch, exhibit, document, layer=layer, sealed_map=kept.map, within=within, marking=marking
    )
