"""Carrying an erasure out, step by step; killed anywhere, ``resume`` goes on where it was.

    recorded    one transaction: the erasure entry is appended, tombstones take the place of the
                content, the objects' keys go, everything derived is replayed without it
    logged      the entry is in the signed log
    objects     the sealed bytes are unlinked
    derived     cache/ goes; the search index is made anew in another folder
    rewrapped   a new keyring epoch wraps the keys of the objects that stay
    cleaned     the database file is written anew (``cleaning``)
    backed-up   a new backup, restored into scratch and verified
    destroyed   the old epochs, and with them every wrap and backup made under them

Invariants: nothing is destroyed before two people's keys stand under the same list and no legal
hold lies on any of it; nobody else has the archive open; until ``recorded`` has committed
nothing has happened; an old epoch ends only after a new backup was verified; each step may be
done twice.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.access.consents import Agreements
from habeas.archive.erasing import cleaning, decisions
from habeas.archive.erasing.planning import ErasurePlan, bury, planned_again
from habeas.archive.errors import BackupError, ErasureRefused, ErasureUnfinished
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.preserve.backing_up import backup, keys_beside
from habeas.archive.preserve.restoring import check_backup
from habeas.archive.projection.erased_entries import runs
from habeas.archive.store import erasure_journal, open_lock, schema
from habeas.archive.store.connecting import holding_the_head
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.erasure_journal import Journal
from habeas.archive.verbs.consenting import withdraw
from habeas.custody import durable
from habeas.custody.keys import age_keys, recovery
from habeas.custody.trust.rules import ENDURING
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

STEPS = (
    *("recorded", "logged", "objects", "derived"),
    *("rewrapped", "cleaned", "backed-up", "destroyed"),
)
Progress = Callable[[str, int, int], None]
Began = Callable[[str], None]  # called with a step's name before it begins


def _quiet(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def refuse_others(archive: Archive) -> None:
    """Whoever else has the archive open is named; before anybody is asked anything."""
    with open_lock.alone(archive.directory):
        cleaning.refuse_connected()


def planned(archive: Archive, request: int) -> ErasurePlan:
    """What the request lists; ``ErasureRefused`` where something else would go by now."""
    asked = decisions.request_at(request)
    if done := m.Erasure.objects.filter(request=request).first():
        raise ErasureRefused(
            f"Request {request} was carried out at entry {done.position}.",
            next_step="Nothing is left to do.",
        )
    what = planned_again(archive, asked)
    decisions.refuse_held(what)  # first: the hold is itself an entry that changes the plan
    if (runs(what.erased), runs(what.trimmed)) != _signed(asked):
        raise ErasureRefused(
            f"The archive has changed since request {request} was signed: something else would "
            "be erased now.",
            next_step="Look at the plan again and make a new request: `habeas erase request`.",
        )
    return what


def check(archive: Archive, request: int) -> ErasurePlan:
    """The same, refused too where it may not be carried out."""
    what, asked = planned(archive, request), decisions.request_at(request)
    approved = decisions.approval_of(asked)
    if approved is None:
        raise ErasureRefused(
            f"Request {request} has no approval by a second person.",
            next_step=f"Another person approves it: `habeas erase approve {request}`.",
        )
    for signed in (asked, approved):
        if not decisions.in_force(signed.key):
            raise ErasureRefused(
                f"The key with which {signed.person} signed is not active.",
                next_step="Make a new request, signed by two people whose keys are.",
            )
    return what


def _signed(asked: m.ErasureRequest) -> tuple[list[list[int]], list[list[int]]]:
    return json.loads(asked.positions), json.loads(asked.trims)


def carry_out(
    archive: Archive,
    request: int,
    person: Signer,
    backup_to: Path,
    *,
    recipients: Collection[str] = (),
    only_own_keys: bool = False,
    progress: Progress = _quiet,
    began: Began = lambda step: None,
) -> int:
    """Erase what two people signed for; gives the position of the erasure entry."""
    with open_lock.alone(archive.directory):
        cleaning.refuse_connected()
        what = check(archive, request)
        _refuse_backup(archive, backup_to, recipients, only_own_keys=only_own_keys)
        begun = Journal(
            request=request,
            backup_to=str(backup_to.absolute()),
            recipients=tuple(recipients),
            only_own_keys=only_own_keys,
            epoch_before=archive.keyring.current_epoch,
            objects=what.objects,
        )
        began("recorded")
        erasure_journal.write(archive.directory, begun)
        reached = False
        try:
            cleaning.shred_freed()
            schema.prepare()
            with archive.writing(person, sequence=False) as batch:
                _record(batch, request, what, progress)
                reached = True
        except BaseException as error:
            # A commit that failed may still be found committed when the database is opened
            # again (its pages are written, the disk refused to say so): ``resume`` asks then.
            if not reached:
                erasure_journal.remove(archive.directory)
            elif isinstance(error, HabeasError):
                raise ErasureUnfinished(
                    f"Whether the erasure was recorded is not known. {error.message}",
                    next_step="`habeas erase resume` finds out, and goes on where it was recorded.",
                ) from error
            raise
        begun = begun.after("recorded")
        erasure_journal.write(archive.directory, begun)
        return _go_on(archive, begun, progress, began)


def resume(
    archive: Archive, progress: Progress = _quiet, began: Began = lambda step: None
) -> int | None:
    """Finish an erasure that was interrupted.

    Gives its entry's position; None where nothing was under way, or where it was interrupted
    before anything was recorded: then nothing was erased and it can be carried out again.
    """
    begun = erasure_journal.read(archive.directory)
    if begun is None:
        return None
    with open_lock.alone(archive.directory):
        cleaning.refuse_connected()
        if not m.Erasure.objects.filter(request=begun.request).exists():
            erasure_journal.remove(archive.directory)
            return None
        if "recorded" not in begun.done:
            begun = begun.after("recorded")
            erasure_journal.write(archive.directory, begun)
        return _go_on(archive, begun, progress, began)


def redirect(
    archive: Archive, backup_to: Path, recipients: Collection[str] = (), *, only_own_keys: bool
) -> None:
    """Have an interrupted erasure make its backup elsewhere: the first place may be full."""
    begun = erasure_journal.read(archive.directory)
    if begun is not None and "backed-up" not in begun.done:
        _refuse_backup(archive, backup_to, recipients, only_own_keys=only_own_keys)
        elsewhere = replace(
            begun,
            backup_to=str(backup_to.absolute()),
            recipients=tuple(recipients),
            only_own_keys=only_own_keys,
        )
        erasure_journal.write(archive.directory, elsewhere)


def _refuse_backup(
    archive: Archive, target: Path, recipients: Collection[str], *, only_own_keys: bool
) -> None:
    """Ask before anything is destroyed what the backup would ask when it is too late."""
    for path in (target, keys_beside(target)):
        if path.exists() or path.is_symlink():
            raise ErasureRefused(
                f"{path} is there already; a backup is never overwritten.",
                next_step="Choose another name for the new backup. Nothing was erased.",
            )
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise ErasureRefused(
            f"The folder {target.parent} does not exist or cannot be written to.",
            next_step="Choose another place for the new backup. Nothing was erased.",
        )
    for each in recipients:
        age_keys.check_recipient(each)
    if not (recipients or only_own_keys or recovery.read_recipients(archive.keyring.directory).all):
        raise ErasureRefused(
            "No one could restore the new backup if this disk were lost, and this archive's "
            "keys will open no older one.",
            next_step="Name a custodian (`habeas keys custodians add`), give a recipient with "
            "--to, or say --only-own-keys. Nothing was erased.",
        )


def _go_on(archive: Archive, begun: Journal, progress: Progress, began: Began) -> int:
    steps: dict[str, Callable[[], None]] = {
        "logged": lambda: archive.sequence_if_free(),
        "objects": lambda: _unlink(archive, begun.objects),
        "derived": lambda: _derived(archive),
        "rewrapped": lambda: _rewrap(archive, begun.epoch_before),
        "cleaned": lambda: cleaning.clean(archive.directory, progress),
        "backed-up": lambda: _back_up(archive, begun, progress),
        "destroyed": lambda: _destroy(archive),
    }
    for step in STEPS[1:]:
        if step not in begun.done:
            began(step)
            steps[step]()
            begun = begun.after(step)
            erasure_journal.write(archive.directory, begun)
    position = m.Erasure.objects.get(request=begun.request).position
    erasure_journal.remove(archive.directory)
    return position


def _record(batch: Batch, request: int, what: ErasurePlan, progress: Progress) -> None:
    approval = decisions.approval_of(decisions.request_at(request))
    assert approval is not None  # noqa: S101  (checked)
    before = {one: Agreements().until(one) for one in _fellows(what.erased)}
    made = decisions.erase(batch, request, approval.position, what)
    batch.flush()
    if not m.Erasure.objects.filter(position=made.position).exists():
        raise ErasureRefused(
            f"Request {request} is not backed by two people in the ledger as it is now.",
            next_step="Nothing was erased. Make a new request: `habeas erase request`.",
        )
    bury(what, made.position)
    m.ContentObjectKey.objects.filter(address__in=what.objects).delete()
    m.ReadingJob.objects.filter(exhibit__in=what.erased).delete()
    rebuilding.renew(lambda done, total: progress("Replaying", done, total))
    batch.replayed()
    for one, until in before.items():
        if Agreements().until(one) > until:
            # A consent that an erased one had narrowed or withdrawn must not come back.
            reason = f"What covered this was erased at entry {made.position}."
            withdraw(batch, Ref(entry_id_at(one), one), reason)
            batch.flush()


def _fellows(erased: Iterable[int]) -> list[int]:
    """Mentions of people that stay of records of which one goes: a consent may cover both."""
    gone = set(erased)
    found: set[int] = set()
    people = m.Mention.objects.filter(kind="person")
    canonical = dict(people.values_list("position", "canonical").iterator())
    records = {first for position, first in canonical.items() if position in gone}
    found = {p for p, first in canonical.items() if first in records and p not in gone}
    return sorted(found)


def _unlink(archive: Archive, addresses: Iterable[str]) -> None:
    folders = set()
    for address in addresses:
        archive.objects.remove(address)
        folders.add(archive.objects.path(address).parent)
    for folder in sorted(folders):
        if folder.is_dir():
            durable.sync_path(folder)


def _derived(archive: Archive) -> None:
    cache = archive.directory / "cache"
    if cache.exists():
        shutil.rmtree(cache)
    if (archive.directory / "index").exists():
        _reindex(archive)
    durable.sync_path(archive.directory)


def _reindex(archive: Archive) -> None:
    """Another folder, made from what is left; nothing of the old one stays meanwhile."""
    from habeas.archive.search import index

    shutil.rmtree(archive.directory / "index")
    index.rebuild(archive)


def _rewrap(archive: Archive, epoch_before: int) -> None:
    archive.keyring.refresh()
    if archive.keyring.current_epoch == epoch_before:
        archive.keyring.rotate_epoch()
    now = archive.keyring.current_epoch
    with plain_errors(), holding_the_head():
        for key in m.ContentObjectKey.objects.exclude(epoch=now).iterator(chunk_size=500):
            identity = archive.keyring.unwrap(key.epoch, bytes(key.wrapped_identity), key.address)
            epoch, wrapped = archive.keyring.wrap(identity, key.address)
            m.ContentObjectKey.objects.filter(address=key.address).update(
                epoch=epoch, wrapped_identity=wrapped
            )


def _back_up(archive: Archive, begun: Journal, progress: Progress) -> None:
    target = Path(begun.backup_to)
    keys = keys_beside(target)
    if not target.exists():  # it appears only whole, and after its keys
        keys.unlink(missing_ok=True)
        backup(
            archive,
            target,
            begun.recipients,
            progress,
            only_own_keys=begun.only_own_keys,
        )
    elif not (begun.only_own_keys or keys.exists()):
        raise BackupError(
            f"{keys} is not there: without it, no one else can open the backup beside it.",
            next_step="Put it back, or move the backup away so that it is made again; then resume.",
        )
    check_backup(archive, target, despite=ENDURING)


def _destroy(archive: Archive) -> None:
    archive.keyring.refresh()
    with plain_errors(), holding_the_head():
        used = set(m.ContentObjectKey.objects.values_list("epoch", flat=True))
        for epoch in archive.keyring.epochs:
            if epoch != archive.keyring.current_epoch:
                archive.keyring.destroy_epoch(epoch, still_used=used)
