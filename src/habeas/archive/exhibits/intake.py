"""Files into the archive: sealed and recorded. What is in them ``pipeline`` reads.

Order: objects are durable before the entries that name them are committed. Each round of
files is one transaction, so a run that is stopped keeps its finished rounds and a second
run adds only what is new: a file whose bytes are an exhibit of the same compartment and
handling level is not sealed twice; that it was received again is recorded where that says
anything new. Whether another compartment holds the same bytes makes no difference, so
nobody can ask it by adding a file. A file that cannot be read is named and the others go on.
"""

from __future__ import annotations

import contextlib
import mimetypes
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db import DatabaseError

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import DatabaseTrouble
from habeas.archive.exhibits import origins
from habeas.archive.exhibits.same_bytes import (
    FEW_ALIKE,
    exhibits_with,
    held_digests,
    receive_again,
)
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.store.pieces import in_pieces
from habeas.archive.verbs.referring import TEAM, Marking
from habeas.custody.errors import SourceError
from habeas.custody.objects.encrypting import AlreadySealed, Outcome, Sealed, SealingJob
from habeas.custody.objects.encrypting_process import Beside
from habeas.custody.objects.sealing import SealingBatch
from habeas.errors import HabeasError
from habeas.reading.encodings import plain_text

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

T = TypeVar("T")

FIRST_ROUND = 500  # files sealed here, while the second process that seals the others starts
ROUND = 2_000  # files in one transaction
SHARED_FROM = 1_000  # files of one import that are worth a second process
MOST_UNASKED_BYTES = 16 * 1024**2  # up to here it is not asked whether the disk has room
ROUND_BYTES = 2 * 1024**3  # after which a round ends as well


@dataclass(frozen=True, slots=True)
class Received:
    """A file to be sealed and what is known of how it came."""

    path: Path
    filename: str = ""
    media_type: str = ""
    title: str = ""
    received_from: str = ""
    received_on: str = ""
    note: str = ""
    marking: Marking = TEAM

    @property
    def name(self) -> str:
        return self.filename or self.path.name

    @property
    def type(self) -> str:
        """The media type as given, or as the file's name suggests."""
        if self.media_type:
            return self.media_type
        if self.path.suffix.lower() in (".md", ".markdown"):
            return "text/markdown"
        return mimetypes.guess_type(self.name)[0] or ""


@dataclass(slots=True)
class Intake:
    """What became of the files, in the order given: new exhibits, ones held already, refused.

    ``again`` counts those held already of which something new was recorded.
    """

    exhibits: list[tuple[Path, Ref]] = field(default_factory=list)
    known: list[tuple[Path, int]] = field(default_factory=list)
    again: int = 0
    refused: list[tuple[Path, HabeasError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file whose bytes are durable, with its text where it is plain text."""

    received: Received
    sealed: Sealed
    text: str | None = None
    sealed_text: Sealed | None = None
    reading: plain_text.PlainText | None = None


def add_files(
    archive: Archive,
    files: Iterable[Received],
    progress: Callable[[Path], None] = lambda path: None,
) -> Intake:
    """Seal and record files, in rounds; each finished round stays.

    Where there are two processors, every round but the first is sealed by a second process
    while the one before it is recorded by this one.
    """
    added = Intake()
    sealing: _Round | None = None
    sealed: _Round | None = None
    apart = False
    with Beside() as beside:
        try:
            for chosen in _rounds(archive, files, added, progress):
                if sealed is None and len(chosen) >= FIRST_ROUND:
                    apart = beside.prepare()
                sealing = _Round(archive, chosen, beside if apart and sealed else None, sealed)
                if sealed is not None:
                    sealed.record(added)
                sealing.take(added.refused, progress)
                sealing, sealed = None, sealing
            if sealed is not None:
                sealed.record(added)
        finally:
            for unfinished in (sealing, sealed):
                if unfinished is not None:
                    unfinished.objects.discard()
    return added


def _rounds(
    archive: Archive, files: Iterable[Received], added: Intake, progress: Callable[[Path], None]
) -> Iterator[list[tuple[Received, int]]]:
    """The files with their sizes, a round at a time; what cannot fit is refused."""
    chosen: list[tuple[Received, int]] = []
    together, most = 0, min(FIRST_ROUND, ROUND)
    for file in files:
        size_bytes = _size(file.path)
        refused = _unfit(archive, file, size_bytes)
        if refused is not None:
            added.refused.append((file.path, refused))
            progress(file.path)
            continue
        chosen.append((file, size_bytes))
        together += size_bytes
        if len(chosen) == most or together > ROUND_BYTES:
            yield chosen
            chosen, together, most = [], 0, ROUND
    if chosen:
        yield chosen


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # sealing will name it


def _unfit(archive: Archive, file: Received, size_bytes: int) -> HabeasError | None:
    """Why a file is not sealed at all; None where it may be."""
    return _too_large(archive, file, size_bytes) or origins.mixed(archive, file.path)


def _too_large(archive: Archive, file: Received, size_bytes: int) -> HabeasError | None:
    """Refuse before a byte is read what cannot fit, such as a sparse file of many terabytes."""
    if size_bytes <= MOST_UNASKED_BYTES:
        return None
    free_bytes = shutil.disk_usage(archive.directory / "objects").free
    if size_bytes < free_bytes:
        return None
    return SourceError(
        f"{file.path} has {size_bytes:,} bytes, and the archive's disk has {free_bytes:,} free.",
        path=str(file.path),
        next_step="Make room, or take out of it what matters.",
    )


class _Round:
    """Files on their way: being sealed, then ``take`` what became of each, then ``record``."""

    def __init__(
        self,
        archive: Archive,
        files: Sequence[tuple[Received, int]],
        beside: Beside | None,
        before: _Round | None,
    ) -> None:
        self._archive = archive
        self._files = [file for file, _ in files]
        self._labels = {
            marking: marking.label for marking in {file.marking for file in self._files}
        }
        # By size and label, what is sealed in this round: the next begins before it is recorded.
        self._digests: dict[tuple[int, str], set[str]] = defaultdict(set)
        # What became of each that was not refused: its object, or the digest that is held.
        self._done: list[tuple[Received, Sealed | str]] = []
        asked = [(file.path, size, self._labels[file.marking]) for file, size in files]
        wanted = [
            SealingJob(path, held | (before._few_alike(size, label) if before else set()))
            for (path, size, label), held in zip(asked, held_digests(asked), strict=True)
        ]
        self.objects = archive.objects.batch()
        self._outcomes = self.objects.seal_each(wanted, beside)

    def _few_alike(self, size: int, label: str) -> set[str]:
        """The digests of this round's files of a size; of very many alike none, or each file of
        the next would carry them all. A twin that is sealed for it is found as it is recorded."""
        alike = self._digests.get((size, label), set())
        return alike if len(alike) <= FEW_ALIKE else set()

    def take(
        self, refused: list[tuple[Path, HabeasError]], progress: Callable[[Path], None]
    ) -> None:
        """Wait until each file is sealed, held already, or refused."""
        for file, outcome in zip(self._files, self._outcomes, strict=True):
            if isinstance(outcome, SourceError):
                refused.append((file.path, outcome))
            elif isinstance(outcome, AlreadySealed):
                self._done.append((file, outcome.plain_sha256))
            else:
                alike = self._digests[outcome.size_bytes, self._labels[file.marking]]
                if outcome.plain_sha256 in alike:
                    self.objects.take_back()
                    self._done.append((file, outcome.plain_sha256))
                else:
                    alike.add(outcome.plain_sha256)
                    self._done.append((file, outcome))
            progress(file.path)

    def record(self, added: Intake) -> None:
        """Make the objects visible, then commit the entries that name them."""
        with self.objects:
            pass
        known: list[tuple[Received, int]] = []
        gone: list[Received] = []
        sealed = [each.address for _, each in self._done if isinstance(each, Sealed)]
        unneeded: list[str] = []
        with removed_unless_kept(self._archive, set(sealed)), self._archive.writing() as batch:
            # Asked again, because another process may have added a file, or erased it, meanwhile.
            twins = exhibits_with({_digest(each) for _, each in self._done})
            for file, each in self._done:
                label, digest = self._labels[file.marking], _digest(each)
                twin = twins.get((label, digest))
                if twin is not None:
                    known.append((file, twin))
                    if isinstance(each, Sealed):
                        unneeded.append(each.address)
                elif isinstance(each, Sealed):
                    ref = record(batch, SealedFile(file, each))
                    twins[label, digest] = ref.position
                    added.exhibits.append((file.path, ref))
                else:
                    gone.append(file)
            for file, exhibit in known:
                added.again += receive_again(batch, exhibit, file)
                added.known.append((file.path, exhibit))
        for address in unneeded:
            self._archive.objects.remove(address)
        if gone:
            later = add_files(self._archive, gone)
            added.exhibits += later.exhibits
            added.known += later.known
            added.refused += later.refused
            added.again += later.again


def _digest(done: Sealed | str) -> str:
    return done if isinstance(done, str) else done.plain_sha256


def seal_all(
    archive: Archive,
    files: Sequence[Received],
    refused: list[tuple[Path, HabeasError]],
    progress: Callable[[Path], None] = lambda path: None,
) -> list[SealedFile]:
    """Seal the files so that all are durable, and with them the texts of plain ones.

    For an import, which quotes from them at once and records them in one transaction.
    """
    done: list[tuple[Received, Sealed]] = []
    fit: list[Received] = []
    for file in files:
        if wrong := origins.mixed(archive, file.path):
            refused.append((file.path, wrong))
        else:
            fit.append(file)
    files = fit
    with Beside() as beside, archive.objects.batch() as batch:
        shared = len(files) >= SHARED_FROM and beside.prepare()
        outcomes = _by_two(batch, files, beside) if shared else batch.seal_each(_wanted(files))
        for file, outcome in zip(files, outcomes, strict=True):
            if isinstance(outcome, SourceError):
                refused.append((file.path, outcome))
            elif isinstance(outcome, Sealed):
                done.append((file, outcome))
            progress(file.path)
    with archive.objects.batch() as batch:
        return [_read_text(archive, batch, file, sealed) for file, sealed in done]


def _by_two(batch: SealingBatch, files: Sequence[Received], beside: Beside) -> Iterator[Outcome]:
    """Half of the files by a second process, half by this one, a share at a time."""
    for share in in_pieces(files, SHARED_FROM):
        middle = len(share) // 2
        later = batch.seal_each(_wanted(share[middle:]), beside)
        yield from batch.seal_each(_wanted(share[:middle]))
        yield from later


def _wanted(files: Sequence[Received]) -> list[SealingJob]:
    return [SealingJob(file.path) for file in files]


def _read_text(archive: Archive, batch: SealingBatch, file: Received, sealed: Sealed) -> SealedFile:
    readable = (
        file.type in plain_text.MEDIA_TYPES and 0 < sealed.size_bytes <= plain_text.LARGEST_BYTES
    )
    if not readable:
        return SealedFile(file, sealed)
    try:
        reading = plain_text.read(archive.objects.open(sealed.address, sealed.identity))
    except plain_text.NotPlainText:
        return SealedFile(file, sealed)
    text = batch.seal(reading.text.encode("utf-8"))
    return SealedFile(file, sealed, reading.text, text, reading)


def record(batch: Batch, file: SealedFile) -> Ref:
    """Append the exhibit and, where it was read, its text layer."""
    return record_with_layer(batch, file)[0]


def record_with_layer(batch: Batch, file: SealedFile) -> tuple[Ref, Ref | None]:
    """The same, giving both."""
    received = file.received
    exhibit = verbs.seal(
        batch,
        file.sealed,
        filename=received.name,
        media_type=received.type,
        title=received.title,
        received_from=received.received_from,
        received_on=received.received_on,
        note=received.note,
        marking=received.marking,
    )
    if file.reading is None or file.sealed_text is None:
        return exhibit, None
    layer = verbs.layer(
        batch,
        exhibit,
        file.sealed_text,
        length=len(file.reading.text),
        reader=file.reading.reader,
        reader_version=file.reading.version,
        settings=file.reading.settings,
        marking=received.marking,
    )
    return exhibit, layer


@contextlib.contextmanager
def removed_unless_recorded(archive: Archive, files: Sequence[SealedFile]) -> Iterator[None]:
    """When what happens inside fails, remove the objects of these files that no entry names."""
    addresses = {f.sealed.address for f in files}
    addresses.update(f.sealed_text.address for f in files if f.sealed_text is not None)
    with removed_unless_kept(archive, addresses):
        yield


@contextlib.contextmanager
def removed_unless_kept(archive: Archive, addresses: set[str]) -> Iterator[None]:
    """The same, of objects by their addresses."""
    try:
        yield
    except DatabaseTrouble:
        raise  # a commit that failed may yet be on the disk: what it names must stay
    except BaseException:
        with contextlib.suppress(DatabaseError, OSError):
            kept = m.ContentObjectKey.objects.filter(address__in=addresses)
            for address in addresses.difference(kept.values_list("address", flat=True)):
                archive.objects.remove(address)
        raise
