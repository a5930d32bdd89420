"""Verify: everything that can be checked without trusting the database.

``log``        the tiles, signatures and checkpoint;
``entries``    the database's entries against them, each disclosure against its commitment;
``decisions``  each decision against the key of the person who took it, each import against
               its signed root;
``content``    every object against its address, every text layer against its hash and every
               quote against its text.

Each fault is named, in a ``Report``. Nothing is changed. Others may append meanwhile: all of it
is asked of one moment (``archive.still``), and what came later is not verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas.archive.ledger import head
from habeas.archive.still import still
from habeas.archive.verifying.content import check_objects, check_quotes, never_recorded
from habeas.archive.verifying.entries import check_entries
from habeas.archive.verifying.log import check_log
from habeas.archive.verifying.report import Progress, Report, Sample

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

__all__ = ["Report", "Sample", "verify"]


def verify(
    archive: Archive,
    progress: Progress = lambda what, done, total: None,
    sample: Sample | None = None,
) -> Report:
    """Check the whole archive, or of its objects a sample. Changes nothing."""
    with still(archive) as at:
        size, newest = head()
        report = Report(size=size, newest=newest)
        log = check_log(at, report, progress)
        check_entries(at, report, log, progress)
        check_objects(at, report, progress, sample)
        check_quotes(at, report, progress)
    report.leftovers = never_recorded(archive, report.leftovers)
    return report
