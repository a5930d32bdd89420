"""The reading queue: exhibits to be read, each leased to one worker for a while.

A lease is renewed while its worker lives. One that runs out, or whose worker's process is
seen to be gone, comes back; an exhibit whose workers died ``MOST_ATTEMPTS`` times is given
up, by a state that says so. ``fill`` derives the queue from the archive: every exhibit that
has no reading belongs on it, however it came to be there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection, transaction
from django.db.models import F

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.access.blocked_bytes import blocked_exhibits
from habeas.archive.models.queued import ReadingJob
from habeas.archive.pipeline.states import unread_exhibits
from habeas.archive.store.connecting import holding_the_head

LEASE_SECONDS = 90
MOST_ATTEMPTS = 3
AT_ONCE = 16  # exhibits leased together
AT_ONCE_BYTES = 8 * 1024 * 1024  # unless one alone is larger


@dataclass(frozen=True, slots=True)
class Job:
    """An exhibit leased to the worker that asked. ``attempts`` counts this one."""

    exhibit: int
    attempts: int

    @property
    def given_up(self) -> bool:
        return self.attempts > MOST_ATTEMPTS


@dataclass(frozen=True, slots=True)
class Left:
    """How many exhibits wait for a worker, and how many a worker has."""

    waiting: int
    leased: int

    @property
    def all(self) -> int:
        return self.waiting + self.leased


def unread() -> list[int]:
    """The exhibits that no reading was made of, in the order in which they were sealed.

    None that is blocked: what was read of it is shown to no one, and no one opens its bytes.
    """
    exhibits = unread_exhibits(OWNER).exclude(position__in=blocked_exhibits()).order_by("position")
    return list(exhibits.values_list("position", flat=True))


def fill() -> int:
    """Put every unread exhibit on the queue; how many were not on it. One that was blocked since it
    was put there leaves it.

    Holds the head of the ledger, as recording does: what is being recorded just now is
    either unread and on the queue, or read.
    """
    with holding_the_head():
        ReadingJob.objects.filter(exhibit__in=blocked_exhibits(), leased_until=0).delete()
        return _put(unread())


def put(exhibits: Iterable[int]) -> int:
    """Put exhibits on the queue to be read again; how many were not on it."""
    with holding_the_head():
        return _put(exhibits)


def _put(exhibits: Iterable[int]) -> int:
    there = set(ReadingJob.objects.values_list("exhibit", flat=True))
    new = [ReadingJob(exhibit=position) for position in exhibits if position not in there]
    ReadingJob.objects.bulk_create(new, batch_size=500)
    return len(new)


def claim(worker: str, *, at_once: int = AT_ONCE, seconds: int = LEASE_SECONDS) -> list[Job]:
    """Lease the next exhibits to a worker: several small ones, or one.

    One that a worker died over is leased alone, so that it takes no other with it.
    """
    with transaction.atomic():
        now = _now()
        free = ReadingJob.objects.select_for_update(skip_locked=True).filter(leased_until__lte=now)
        found = list(free.order_by("attempts", "exhibit")[:at_once])
        if found and found[0].attempts:
            taken = found[:1]
        else:
            taken = _within_bytes([job for job in found if not job.attempts])
        chosen = ReadingJob.objects.filter(exhibit__in=[job.exhibit for job in taken])
        chosen.update(worker=worker, leased_until=now + seconds, attempts=F("attempts") + 1)
    return [Job(job.exhibit, job.attempts + 1) for job in taken]


def _within_bytes(jobs: list[ReadingJob]) -> list[ReadingJob]:
    sizes = dict(
        visible(OWNER, m.Exhibit)
        .filter(position__in=[job.exhibit for job in jobs])
        .values_list("position", "size_bytes")
    )
    taken: list[ReadingJob] = []
    total = 0
    for job in jobs:
        total += sizes.get(job.exhibit, 0)
        if taken and total > AT_ONCE_BYTES:
            break
        taken.append(job)
    return taken


def renew(worker: str, *, seconds: int = LEASE_SECONDS) -> None:
    """Keep what the worker has for another while."""
    with transaction.atomic():
        mine = ReadingJob.objects.filter(worker=worker)
        mine.update(leased_until=_now() + seconds)


def release(worker: str, exhibits: Iterable[int] | None = None) -> None:
    """Give back what the worker has (or some of it) as if it had not begun."""
    with transaction.atomic():
        mine = ReadingJob.objects.filter(worker=worker)
        if exhibits is not None:
            mine = mine.filter(exhibit__in=list(exhibits))
        mine.update(worker="", leased_until=0, attempts=F("attempts") - 1)


def acknowledge(worker: str, exhibit: int) -> bool:
    """Take an exhibit off the queue, in the transaction that records its reading.

    False where the lease ran out and the exhibit is somebody else's now: nothing must then
    be recorded.
    """
    deleted, _ = ReadingJob.objects.filter(worker=worker, exhibit=exhibit).delete()
    return deleted == 1


def left() -> Left:
    """What is on the queue."""
    now = _now()
    leased = ReadingJob.objects.filter(leased_until__gt=now).count()
    return Left(ReadingJob.objects.count() - leased, leased)


def free_the_dead() -> int:
    """End the leases of workers of this machine whose process is gone; how many exhibits."""
    workers = set(ReadingJob.objects.exclude(worker="").values_list("worker", flat=True).distinct())
    gone = [worker for worker in workers if _is_gone(worker)]
    if not gone:
        return 0
    with transaction.atomic():
        return ReadingJob.objects.filter(worker__in=gone).update(worker="", leased_until=0)


def _now() -> int:
    """Seconds since 1970, by the clock that all workers share: the database's."""
    if connection.vendor != "postgresql":
        return int(time.time())
    with connection.cursor() as cursor:
        cursor.execute("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint")
        return int(cursor.fetchone()[0])


# --- who a worker is --------------------------------------------------------------------


def this_worker() -> str:
    """This process, told apart from every other on every machine, also after a restart."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}"


def _is_gone(worker: str) -> bool:
    """Whether the process of a worker of this machine is no more; False for other machines."""
    machine, _, process = worker.rpartition("/")[0].rpartition("/")
    started = worker.rpartition("/")[2]
    return machine == _machine() and process.isdigit() and _started(int(process)) != started


@cache
def _machine() -> str:
    """This run of this machine's kernel, and the space in which process numbers count."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"


def _started(process: int) -> str:
    """When a process began, in ticks since the machine did; '' where there is none."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = status.rpartition(")")[2].split()
    return "" if after_name[0] in "ZX" else after_name[19]
