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
import hashlib
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
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import DatabaseTrouble
from habeas.archive.ledger import Batch, Ref
from habeas.archive.verbs.referring import TEAM, Place
from habeas.archive.verbs.sealing import text_sha256
from habeas.custody.errors import SourceError
from habeas.custody.objects import Sealed, SealingBatch
from habeas.errors import HabeasError
from habeas.reading import plain_text

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

T = TypeVar("T")

ROUND = 5_000  # files in one transaction
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
    place: Place = TEAM

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
class Added:
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
    reading: plain_text.Reading | None = None


def add_files(
    archive: Archive,
    files: Iterable[Received],
    progress: Callable[[Path], None] = lambda path: None,
) -> Added:
    """Seal and record files, in rounds; each finished round stays."""
    added = Added()
    round_: list[Received] = []
    size_bytes = 0
    for file in files:
        refused = _too_large(archive, file)
        if refused is not None:
            added.refused.append((file.path, refused))
            progress(file.path)
            continue
        round_.append(file)
        size_bytes += _size(file.path)
        if len(round_) == ROUND or size_bytes > ROUND_BYTES:
            _add_round(archive, round_, added, progress)
            round_, size_bytes = [], 0
    _add_round(archive, round_, added, progress)
    return added


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0  # sealing will name it


def _too_large(archive: Archive, file: Received) -> HabeasError | None:
    """Refuse before a byte is read what cannot fit, such as a sparse file of many terabytes."""
    size_bytes = _size(file.path)
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


def _add_round(
    archive: Archive, files: Sequence[Received], added: Added, progress: Callable[[Path], None]
) -> None:
    if not files:
        return
    fresh: list[Received] = []
    known: list[tuple[Received, int]] = []
    labels = {place: place.label for place in {file.place for file in files}}
    likely = _likely_sizes(files)
    for file in files:
        exhibit = exhibit_of(file.path, labels[file.place]) if file.path in likely else None
        if exhibit is None:
            fresh.append(file)
        else:
            known.append((file, exhibit))
    sealed = seal_all(archive, fresh, added.refused, progress, once=True, read=False)
    with removed_unless_recorded(archive, sealed), archive.writing() as batch:
        # Asked again, because another process may have added a file meanwhile.
        twins = _exhibits_with({item.sealed.plain_sha256 for item in sealed})
        for item in sealed:
            label, digest = labels[item.received.place], item.sealed.plain_sha256
            twin = twins.get((label, digest))
            if twin is None:
                ref = record(batch, item)
                twins[label, digest] = ref.position
                added.exhibits.append((item.received.path, ref))
            else:
                known.append((item.received, twin))
        for file, exhibit in known:
            added.again += receive_again(batch, exhibit, file)
            added.known.append((file.path, exhibit))


def _likely_sizes(files: Sequence[Received]) -> set[Path]:
    """The files that have the size of some exhibit: only these can be known already."""
    sizes: dict[int, list[Path]] = defaultdict(list)
    for file in files:
        with contextlib.suppress(OSError):
            sizes[file.path.stat().st_size].append(file.path)
    return {
        path
        for chunk in _chunks(list(sizes))
        for size in visible(OWNER, m.Exhibit)
        .filter(size_bytes__in=chunk)
        .values_list("size_bytes", flat=True)
        .distinct()
        for path in sizes[size]
    }


def _exhibits_with(digests: Iterable[str]) -> dict[tuple[str, str], int]:
    """By label and digest: the earliest exhibit under that label with those bytes."""
    found: dict[tuple[str, str], int] = {}
    for chunk in _chunks(list(digests)):
        alike = visible(OWNER, m.Exhibit).filter(plain_sha256__in=chunk).order_by("-position")
        for label, digest, position in alike.values_list("label", "plain_sha256", "position"):
            found[label, digest] = position
    return found


def _chunks(items: list[T], length: int = 500) -> Iterator[list[T]]:
    for start in range(0, len(items), length):
        yield items[start : start + length]


def exhibit_of(path: Path, label: str) -> int | None:
    """The exhibit under an access label whose bytes the file has, if there is one.

    Hashes only likely files. None also for a file that cannot be read, which sealing names.
    """
    try:
        if not path.is_file():
            return None
        size_bytes = path.stat().st_size
        if not visible(OWNER, m.Exhibit).filter(size_bytes=size_bytes, label=label).exists():
            return None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return _exhibits_with([digest]).get((label, digest))


def seal_all(
    archive: Archive,
    files: Sequence[Received],
    refused: list[tuple[Path, HabeasError]],
    progress: Callable[[Path], None] = lambda path: None,
    *,
    once: bool = False,
    read: bool = True,
) -> list[SealedFile]:
    """Seal the files so that all are durable.

    ``once``: files of the same bytes in one place share an object. ``read``: the texts of plain
    ones are sealed with them, for an import that quotes from them at once.
    """
    done: list[tuple[Received, Sealed]] = []
    first: dict[tuple[str, Place], Sealed] = {}
    with archive.objects.batch() as batch:
        for file in files:
            try:
                sealed = batch.seal(file.path)
            except SourceError as error:
                refused.append((file.path, error))
            else:
                twin = first.setdefault((sealed.plain_sha256, file.place), sealed)
                if once and twin is not sealed:
                    batch.take_back()
                    sealed = twin
                done.append((file, sealed))
            progress(file.path)
    if not read:
        return [SealedFile(file, sealed) for file, sealed in done]
    with archive.objects.batch() as batch:
        return [_read_text(archive, batch, file, sealed) for file, sealed in done]


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
        place=received.place,
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
        place=received.place,
    )
    return exhibit, layer


def layer_text(archive: Archive, layer: m.Layer, *, even_blocked: bool = False) -> str:
    """The text of a layer, checked against its logged hash."""
    text = archive.read_object(layer.address, even_blocked=even_blocked).decode("utf-8")
    if text_sha256(text) != layer.text_sha256:
        raise SourceError(
            f"The text of layer {layer.position} is not the one that was logged.",
            path=layer.address,
            next_step="Run `habeas verify`.",
        )
    return text


def receive_again(batch: Batch, exhibit: int, file: Received) -> bool:
    """Record that bytes held already came again; False when nothing that is said of it is new."""
    batch.flush()
    reason = f"as {file.name}" + (f": {file.note}" if file.note else "")
    if _is_known(exhibit, file, reason):
        return False
    verbs.custody(
        batch,
        exhibit,
        "received-again",
        agent=file.received_from,
        happened_at=file.received_on,
        reason=reason,
        place=file.place,
    )
    return True


def _is_known(exhibit: int, file: Received, reason: str) -> bool:
    """Whether it came before under this name, from whom and when this file says, if it does."""
    first = visible(OWNER, m.Exhibit).get(position=exhibit)
    came = [(first.received_from, first.received_on)] * (
        first.filename == file.name and file.note in ("", first.note)
    )
    again = visible(OWNER, m.CustodyEvent).filter(
        exhibit=exhibit, event="received-again", reason=reason
    )
    return any(
        file.received_from in ("", agent) and file.received_on in ("", happened_at)
        for agent, happened_at in (*came, *again.values_list("agent", "happened_at"))
    )


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
