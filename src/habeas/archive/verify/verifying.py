"""Verify: everything that can be checked without trusting the database.

``log``        the tiles, signatures and checkpoint;
``entries``    the database's entries against them, each disclosure against its commitment;
``decisions``  each decision against the key of the person who took it, each import against
               its signed root;
``content``    every object against its address, every text layer against its hash and every
               quote against its text.

Each fault is named, in a ``Report``. Nothing is changed. Others may append meanwhile: all of it
is asked of one moment (``archive.store.still``), and what came later is not verified.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from habeas.archive.models import LedgerEntry
from habeas.archive.store import schema
from habeas.archive.store.database_file import mistyped_cells
from habeas.archive.store.still import part, still
from habeas.archive.verify.content import (
    check_locations,
    check_objects,
    check_quotes,
    never_recorded,
)
from habeas.archive.verify.entries import check_entries
from habeas.archive.verify.log import check_log
from habeas.archive.verify.report import UNREADABLE, Progress, Report, Sample, code_of, words_of

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

__all__ = ["Report", "Sample", "verify"]


def verify(
    archive: Archive,
    progress: Progress = lambda what, done, total: None,
    sample: Sample | None = None,
) -> Report:
    """Check the whole archive, or of its objects a sample. Changes nothing."""
    schema.prepare()
    with still(archive) as at:
        report = Report()
        report.size, report.newest = _extent()
        parts: tuple[tuple[str, Callable[[], object]], ...] = (
            ("cells", lambda: report.faults.extend(mistyped_cells())),
            ("log", lambda: check_log(at, report, progress)),
            ("entries", lambda: check_entries(at, report, progress)),
            ("objects", lambda: check_objects(at, report, progress, sample)),
            ("quotes", lambda: check_quotes(at, report, progress)),
            ("places", lambda: check_locations(at, report, progress)),
        )
        for name, check in parts:
            try:
                with part():
                    check()
            except UNREADABLE as error:
                message = f"The {name} could not be checked to the end: {words_of(error)}"
                report.fault(code_of(error), None, message)
    report.leftovers = never_recorded(archive, report.leftovers)
    return report


def _extent() -> tuple[int, int]:
    """The number of entries and the newest's time, also where a cell is not what it was."""
    whole = LedgerEntry.objects.filter(position__gte=0, position__lt=1 << 62)
    last = whole.order_by("-position").values_list("position", "time").first()
    if last is None:
        return 0, 0
    return int(last[0]) + 1, last[1] if isinstance(last[1], int) else 0
