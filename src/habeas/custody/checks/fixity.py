"""Hash the stored objects again: whether each is what its address says, needing no key.

Invariants: every fault is reported and the check goes on; nothing is changed; memory does not
grow with the size of the objects, nor with their number where the store is asked for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from habeas.custody.checks.audit import AuditFault, Progress
from habeas.custody.errors import ObjectError
from habeas.custody.objects.encrypting import object_path
from habeas.custody.objects.object_store import ObjectStore

_THREADS = 2
_PART = 64  # objects that a thread takes at once
_UNDER_WAY = 4  # such parts waiting, or being checked, at a time


def audit_objects(
    store: ObjectStore, expected: Iterable[str] | None = None, progress: Progress | None = None
) -> Iterator[AuditFault]:
    """Hash the stored objects again, needing no key; yields each fault.

    With ``expected`` those addresses are checked, and a missing one is a fault; otherwise
    whatever is in the store is, in memory that does not grow with their number.
    """
    addresses: Iterable[str]
    if expected is None:
        addresses, total = store.addresses(), sum(1 for _ in store.addresses()) if progress else 0
    else:
        addresses = sorted(expected)
        total = len(addresses)
    done = 0
    with ThreadPoolExecutor(_THREADS) as pool:  # hashing and reading leave the others running
        under_way: deque[tuple[int, Future[list[AuditFault]]]] = deque()
        for part in _parts(addresses):
            under_way.append((len(part), pool.submit(_check_part, store, part)))
            if len(under_way) > _UNDER_WAY:
                done = yield from _checked(under_way.popleft(), done, total, progress)
        while under_way:
            done = yield from _checked(under_way.popleft(), done, total, progress)


def _parts(addresses: Iterable[str]) -> Iterator[list[str]]:
    following = iter(addresses)
    while part := list(islice(following, _PART)):
        yield part


def _checked(
    part: tuple[int, Future[list[AuditFault]]], done: int, total: int, progress: Progress | None
) -> Generator[AuditFault, None, int]:
    """The faults of a part; returns how many are done with it."""
    count, faults = part
    yield from faults.result()
    if progress:
        progress(done + count, total)
    return done + count


def _check_part(store: ObjectStore, addresses: Sequence[str]) -> list[AuditFault]:
    faults = []
    for address in addresses:
        try:
            store.check(address)
        except ObjectError as error:
            faults.append(
                AuditFault(error.code, f"objects/{object_path(address)}", None, error.message)
            )
    return faults
