"""Rotating: a new epoch, the keys of all objects wrapped in it, the old epochs ended.

Wrapping anew is done in rounds, each one transaction that holds the head, so that others
can append in between and an interrupted run goes on where it stopped. Whoever appends
takes up the new epoch before wrapping (``Keyring.refresh``), under the same lock: when the
last round found nothing in an old epoch, nothing will ever be wrapped in it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from habeas.archive.models import ContentObjectKey
from habeas.archive.store.connecting import holding_the_head
from habeas.archive.store.database_errors import plain_errors

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

ROUND: Final = 1_000
Progress = Callable[[str, int, int], None]


def epochs_in_use() -> set[int]:
    """The epochs that the key of any object is wrapped in."""
    return set(ContentObjectKey.objects.order_by().values_list("epoch", flat=True).distinct())


def rewrap(archive: Archive, progress: Progress = lambda what, done, total: None) -> int:
    """Wrap the keys of all objects in the current epoch; how many were not."""
    keyring, done = archive.keyring, 0
    with plain_errors():
        while True:
            with holding_the_head():
                keyring.refresh()
                left = ContentObjectKey.objects.exclude(epoch=keyring.current_epoch)
                remaining = left.count()
                rows = list(left.order_by("address")[:ROUND])
                for row in rows:
                    wrapped = bytes(row.wrapped_identity)
                    identity = keyring.unwrap(row.epoch, wrapped, row.address)
                    row.epoch, row.wrapped_identity = keyring.wrap(identity, row.address)
                ContentObjectKey.objects.bulk_update(rows, ["epoch", "wrapped_identity"])
            if not rows:
                return done
            done += len(rows)
            progress("Keys", done, done + remaining - len(rows))


def destroy_unused(archive: Archive) -> list[int]:
    """End every epoch that is not current and wraps nothing; which they were.

    What was wrapped in them, in any older copy of the database, and the backups made in
    them, cannot be opened afterwards with this keyring or its recovery copy.
    """
    keyring = archive.keyring
    with plain_errors(), holding_the_head():
        keyring.refresh()
        used = epochs_in_use()
        ended = [n for n in keyring.epochs if n != keyring.current_epoch and n not in used]
        for number in ended:
            keyring.destroy_epoch(number, still_used=used)
    return ended
