"""The entries: each row against the log, and each disclosure against its commitment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.verifying.decisions import Decisions
from habeas.archive.verifying.report import Progress, Report
from habeas.custody.audit import LogReport
from habeas.custody.disclosures import erased_by, split
from habeas.custody.entries import check_disclosures, parse_entry
from habeas.custody.merkle import leaf_hash
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CHUNK = 1_000


def check_entries(archive: Archive, report: Report, log: LogReport, progress: Progress) -> None:
    decisions = Decisions()
    if report.logged > report.size:
        report.fault(
            "ledger.database-behind-log",
            None,
            f"The database holds {report.size} entries and the log {report.logged}.",
        )
    for start in range(0, report.size, CHUNK):
        rows = m.LedgerEntry.objects.filter(position__gte=start, position__lt=start + CHUNK)
        content = dict(
            m.ContentDisclosures.objects.filter(
                position__gte=start, position__lt=start + CHUNK
            ).values_list("position", "disclosures")
        )
        expected = start
        for row in rows.order_by("position"):
            while expected < row.position:
                report.fault(
                    "ledger.missing-entry",
                    expected,
                    f"Entry {expected} is not in the database.",
                )
                expected += 1
            expected += 1
            joined = content.get(row.position)
            _check_entry(archive, report, row, None if joined is None else bytes(joined), decisions)
        progress("Entries", min(start + CHUNK, report.size), report.size)
    decisions.erasures.check(report)
    decisions.handovers.check(report, archive.chain)


def _check_entry(
    archive: Archive,
    report: Report,
    row: m.LedgerEntry,
    joined: bytes | None,
    decisions: Decisions,
) -> None:
    position, note = row.position, bytes(row.note)
    leaf = leaf_hash(note)
    decisions.note(position, leaf)
    if leaf != bytes(row.leaf_hash):
        report.fault(
            "ledger.entry-altered",
            position,
            f"Entry {position} in the database was altered.",
        )
    if position < report.logged and _logged_leaf(archive, position) not in (None, leaf):
        report.fault(
            "ledger.entry-differs",
            position,
            f"Entry {position} in the database is not the one in the log.",
        )
    try:
        entry = parse_entry(note)
        if (entry.entry_id, entry.time) != (row.entry_id, row.time):
            report.fault(
                "ledger.entry-altered",
                position,
                f"The id or time kept beside entry {position} is not the entry's own.",
            )
        fields = {} if joined is None else check_disclosures(entry, split(joined))
        if joined is not None and (erasure := erased_by(joined)) is not None:
            report.erased[position] = erasure
        if joined is None:
            report.fault(
                "content.missing", position, f"The content of entry {position} is missing."
            )
        report.disclosed += len(fields)
        decisions.check(report, position, entry, fields)
    except HabeasError as error:
        report.fault(error.code, position, f"Entry {position}: {error.message}")


def _logged_leaf(archive: Archive, position: int) -> bytes | None:
    try:
        return archive.log.leaf(position)
    except HabeasError:
        return None  # the log's own check has named it
