"""Mirror: the log, the sealed objects and the public keys, for a partner who keeps them. The format
is in ``custody.checks.mirrors``.

A partner can verify all of it and read none of it. The log there is grown, never replaced:
new tiles are computed from the mirror's own right edge and the new entries, and must lead to
the root that the archive signed. An archive that was rolled back or rewritten is refused.

Invariants: a checkpoint appears in the mirror after all that stands under it; an object
appears whole and durable, at the address that its bytes give, before the entries that name
it; interrupted anywhere, the next run goes on. An object is removed from the mirror only
where this archive's ledger says that its entry was erased: one that is merely absent here is
kept there, and told.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from habeas.archive.attestation.cosigning import FOLDER as COSIGNED
from habeas.archive.keys import handover_documents
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import ContentObjectKey, Key
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.facts import facts
from habeas.custody import durable
from habeas.custody.checks.mirrors import ABOUT, FORMAT, REMOVED, read_about, removed_objects
from habeas.custody.errors import (
    LogError,
    MirrorAhead,
    MirrorError,
    MirrorForeign,
    MirrorForked,
    NoteError,
    ObjectError,
)
from habeas.custody.keys.handovers import FOLDER as HANDOVERS
from habeas.custody.log.checkpoints import Checkpoint
from habeas.custody.log.notes import Verifier
from habeas.custody.log.tiles import TileLog
from habeas.custody.objects.encrypting import object_path
from habeas.custody.objects.object_store import ObjectStore

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

_TOGETHER: Final = 2_000  # objects made durable together
_BYTES_TOGETHER: Final = 1 << 30
_PIECE: Final = 1 << 20
_CHUNK: Final = 2_000  # entries
_QUERIED: Final = 500  # addresses of one query
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Mirrored:
    """What a run did. ``kept`` are objects that only the mirror still has, and why is unknown.

    ``mended`` had another size in the mirror than here, and were copied again.
    """

    target: Path
    size_before: int = 0
    size: int = 0
    root: str = ""
    objects_added: int = 0
    objects_removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def mirror(
    archive: Archive,
    target: Path,
    progress: Progress = lambda what, done, total: None,
) -> Mirrored:
    """Bring a mirror up to the archive's newest checkpoint."""
    with _alone(target):
        _claim(archive, target)
        checkpoint = _own_checkpoint(archive)
        log = TileLog(target / "log")
        done = Mirrored(target, size=checkpoint.size, root=checkpoint.root_text)
        done.size_before = _check_continues(archive, checkpoint, log)
        with plain_errors():
            _put_public_keys(archive, target)
            _put_objects(archive, target, done, progress)
            _put_handovers(archive, checkpoint, target)
            _put_log(archive, checkpoint, log, progress)
            _remove_erased(archive, target, done, progress)
    return done


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One run at a time writes into a mirror."""
    if target.exists() and not target.is_dir():
        raise MirrorError(f"{target} is not a folder.", next_step="Choose a folder.")
    try:
        durable.make_private(target)
    except OSError as error:
        raise MirrorError(
            f"{target} cannot be made: {error.strerror}.", next_step="Choose another folder."
        ) from error
    lock = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise MirrorError(
            f"Another process is writing to the mirror {target}.", next_step="Wait for it."
        ) from None
    finally:
        os.close(lock)


def _claim(archive: Archive, target: Path) -> None:
    """A new mirror is marked as this log's; one of another log is refused."""
    about = target / ABOUT
    if about.is_file():
        found = read_about(target)
        if found["origin"] != archive.origin:
            raise MirrorForeign(
                f"{target} mirrors the log {found['origin']}, and this is {archive.origin}.",
                next_step="Choose another folder. Nothing was changed.",
            )
    else:
        others = [path.name for path in target.iterdir() if path.name != "tmp"]
        if others:
            raise MirrorForeign(
                f"{target} is not empty and is not a mirror.",
                next_step="Choose an empty folder. Nothing was changed.",
            )
    durable.prepare_folder(target)
    durable.prepare_folder(target / "log")
    durable.prepare_folder(target / "objects")
    if not about.is_file():
        document = {"format": FORMAT, "origin": archive.origin}
        durable.write_file(target, about, (json.dumps(document, indent=1) + "\n").encode())


def _own_checkpoint(archive: Archive) -> Checkpoint:
    checkpoint = archive.log.checkpoint()
    if checkpoint is None:
        raise LogError("The log has no checkpoint yet.", path="checkpoint")
    return archive.chain.open(checkpoint.note)


def _check_continues(archive: Archive, checkpoint: Checkpoint, log: TileLog) -> int:
    """The size of the mirror's log, of which this archive's must be a continuation."""
    theirs = log.checkpoint()
    if theirs is None:
        return 0
    try:
        theirs = archive.chain.open(theirs.note)
    except NoteError as error:
        raise MirrorError(
            f"The checkpoint in the mirror is not one that this archive signed. {error.message}",
            next_step="The mirror was altered: make a new one, and keep this one to compare.",
        ) from error
    if theirs.size > checkpoint.size:
        raise MirrorAhead(
            f"The mirror holds this log with {theirs.size:,} entries, and here it has "
            f"{checkpoint.size:,}: an older copy of the archive was put back, and "
            f"{theirs.size - checkpoint.size:,} entries are missing.",
            next_step="Write nothing here. Put the newest copy back. The mirror was not changed: "
            "its checkpoint bears this archive's own signature.",
        )
    if archive.log.root(theirs.size) != theirs.root:
        raise MirrorForked(
            f"The first {theirs.size:,} entries in the mirror are not those that are here: there "
            "are two histories, both signed with this archive's key.",
            next_step="Write nothing. Keep both checkpoints and compare with every other copy. "
            "The mirror was not changed.",
        )
    if log.root() != theirs.root:
        raise MirrorError(
            "The tiles in the mirror do not lead to its own checkpoint: it was altered.",
            next_step="`habeas mirror --check` names the file. Make a new mirror.",
        )
    return theirs.size


def _put_log(archive: Archive, checkpoint: Checkpoint, log: TileLog, progress: Progress) -> None:
    before = log.size
    if before < checkpoint.size:
        new = archive.log.entries(before, checkpoint.size)
        size, root = log.append(_counted(new, before, checkpoint.size, progress))
        if (size, root) != (checkpoint.size, checkpoint.root):
            raise MirrorForked(
                f"The mirror's {before:,} entries and the new ones do not lead to the root that "
                f"this archive signed at {checkpoint.size:,}.",
                next_step="Run `habeas verify` here. The mirror's checkpoint was not changed.",
            )
    newest = log.checkpoint()
    if newest is None or newest.note != checkpoint.note:
        log.publish(checkpoint)
    folder = archive.log.directory / COSIGNED
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        placed = log.directory / COSIGNED / path.name
        if path.name.isdecimal() and int(path.name) <= checkpoint.size:
            note = path.read_bytes()
            if not placed.is_file() or placed.read_bytes() != note:
                durable.write_file(log.directory, placed, note)


def _counted(
    entries: Iterable[bytes], done: int, total: int, progress: Progress
) -> Iterator[bytes]:
    for entry in entries:
        yield entry
        done += 1
        if done % _CHUNK == 0 or done == total:
            progress("Entries", done, total)


def _put_public_keys(archive: Archive, target: Path) -> None:
    """Every public key that was ever granted, so that every signature can be checked."""
    current = archive.chain.current
    files = {"verifiers": f"{current.entry.vkey}\n{current.checkpoint.vkey}\n"}
    granted = Key.objects.filter(role="person").order_by("position")
    for holder, verifier in granted.values_list("holder", "verifier"):
        name = f"people/{holder}.pub"
        if name in files:  # a further key of the same person
            name = f"people/{holder}.{Verifier.parse(verifier).key_id:08x}.pub"
        files[name] = f"{verifier}\n"
    for name, text in files.items():
        path = target / "keys" / name
        if not path.is_file() or path.read_text() != text:
            durable.write_file(target, path, text.encode())


def _put_handovers(archive: Archive, checkpoint: Checkpoint, target: Path) -> None:
    """The documents by which whoever knows an older key follows to the one in force."""
    for size in archive.chain.handovers:
        placed = target / "log" / HANDOVERS / str(size)
        if size <= checkpoint.size and not placed.is_file():
            data = handover_documents.document_of(archive, size)
            durable.write_file(target, placed, data)


def _put_objects(archive: Archive, target: Path, done: Mirrored, progress: Progress) -> None:
    there = ObjectStore(target / "objects", clean=False)
    pending = durable.PendingFiles(target / "objects")
    waiting = seen = 0
    total = ContentObjectKey.objects.count()
    addresses = ContentObjectKey.objects.order_by("address").values_list("address", flat=True)
    try:
        for address in addresses.iterator(chunk_size=_CHUNK):
            seen += 1
            known = there.exists(address)
            if known and not _sizes_differ(archive.objects, there, address):
                continue
            try:
                waiting += _copy(archive.objects, address, pending)
                done.mended += [address] if known else []
                done.objects_added += not known
            except ObjectError:
                done.damaged.append(address)
            if len(pending) >= _TOGETHER or waiting >= _BYTES_TOGETHER:
                pending.publish()
                waiting = 0
            progress("Objects", seen, total)
        pending.publish()
    finally:
        pending.discard()


def _sizes_differ(here: ObjectStore, there: ObjectStore, address: str) -> bool:
    """A look at each object of a mirror; ``check_mirror`` reads them. Missing here: no."""
    try:
        return here.path(address).stat().st_size != there.path(address).stat().st_size
    except FileNotFoundError:
        return False


def _copy(store: ObjectStore, address: str, pending: durable.PendingFiles) -> int:
    """Copy an object whose bytes are what its address says; how many they are."""
    temporary = pending.new_path()
    descriptor = durable.create(temporary, 0o444)
    digest, size = hashlib.sha256(), 0
    try:
        with store.path(address).open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                durable.write_all(descriptor, piece)
        if digest.hexdigest() != address:
            raise ObjectError(f"Object {address} was altered.", address=address)
        pending.adopt(temporary, pending.root / object_path(address))
    except FileNotFoundError:
        durable.remove_quietly(temporary)
        raise ObjectError(f"Object {address} is missing.", address=address) from None
    except BaseException:
        durable.remove_quietly(temporary)
        raise
    finally:
        os.close(descriptor)
    return size


def _remove_erased(archive: Archive, target: Path, done: Mirrored, progress: Progress) -> None:
    """Remove what was erased here; tell what is absent here for no reason that is logged."""
    there = ObjectStore(target / "objects", clean=False)
    extra = list(_absent_here(there))
    if not extra:
        return
    erased = _erased_objects(set(extra), progress)
    done.kept = [address for address in extra if address not in erased]
    done.objects_removed = [address for address in extra if address in erased]
    if done.objects_removed:
        # Listed before they go: whoever checks the mirror meanwhile, or after a kill, must not
        # take them for lost.
        known = removed_objects(target) | set(done.objects_removed)
        text = "".join(f"{address}\n" for address in sorted(known))
        durable.write_file(target, target / REMOVED, text.encode())
        for address in done.objects_removed:
            there.remove(address)
        for folder in {address[:2] for address in done.objects_removed}:
            durable.sync_path(there.directory / folder)


def _absent_here(there: ObjectStore) -> Iterator[str]:
    """The objects of a mirror that no key in this archive is for."""
    for several in _several(there.addresses()):
        kept = ContentObjectKey.objects.filter(address__in=several)
        here = set(kept.values_list("address", flat=True))
        yield from (address for address in several if address not in here)


def _several(addresses: Iterator[str]) -> Iterator[list[str]]:
    while several := list(itertools.islice(addresses, _QUERIED)):
        yield several


def _erased_objects(addresses: set[str], progress: Progress) -> set[str]:
    """Which of these objects belong to entries that the ledger says were erased."""
    found = set()
    size = head()[0]
    for start in range(0, size, _CHUNK):
        for fact in facts(start, min(start + _CHUNK, size)):
            if fact.object_sha256 in addresses and fact.erased_by is not None:
                found.add(fact.object_sha256)
        progress("Erasures", min(start + _CHUNK, size), size)
    return found
