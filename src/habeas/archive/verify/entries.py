"""The entries: each row against the log, and each disclosure against its commitment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from habeas.archive import models as m
from habeas.archive.store.still import part
from habeas.archive.verify.decisions import Decisions
from habeas.archive.verify.report import UNREADABLE, Progress, Report, code_of, words_of
from habeas.custody.log.disclosures import erased_by, split
from habeas.custody.log.entries import check_disclosures, parse_entry
from habeas.custody.log.merkle import leaf_hash
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CHUNK = 1_000


def check_entries(archive: Archive, report: Report, progress: Progress) -> None:
    decisions = Decisions(archive.origin, lambda size: _logged_root(archive, size))
    if report.logged > report.size:
        report.fault(
            "ledger.database-behind-log",
            None,
            f"The database holds {report.size} entries and the log {report.logged}.",
        )
    expected = 0
    for row in _rows(report):
        if row.position > expected:
            _missing(report, expected, row.position)
        expected = row.position + 1
        try:
            _check_entry(archive, report, row, decisions)
        except UNREADABLE as error:
            report.fault(code_of(error), row.position, f"Entry {row.position}: {words_of(error)}")
        if expected % CHUNK == 0 or expected == report.size:
            progress("Entries", expected, report.size)
    try:
        decisions.finish(report)
        decisions.handovers.check(report, archive.chain)
    except UNREADABLE as error:
        message = f"Erasures and handed-over keys cannot be followed: {words_of(error)}"
        report.fault(code_of(error), None, message)


def _missing(report: Report, first: int, after: int) -> None:
    words = f"Entry {first} is" if after == first + 1 else f"The entries {first} to {after - 1} are"
    report.fault("ledger.missing-entry", first, f"{words} not in the database.")


class _Row(NamedTuple):
    """An entry as the database keeps it; ``content`` is None where there is none."""

    position: int
    entry_id: str
    time: int
    leaf_hash: bytes | memoryview
    note: bytes | memoryview
    content: bytes | memoryview | None


def _rows(report: Report) -> Iterator[_Row]:
    """The rows in their order, a chunk at a time, never further than the last that is there."""
    after = -1
    while True:
        later = m.LedgerEntry.objects.filter(position__gt=after, position__lt=report.size)
        positions = list(later.order_by("position").values_list("position", flat=True)[:CHUNK])
        if not positions:
            return
        try:
            with part():
                found = _read(positions)
        except UNREADABLE:
            found = list(_one_by_one(report, positions))
        yield from found
        after = positions[-1]


def _one_by_one(report: Report, positions: Sequence[int]) -> Iterator[_Row]:
    """The same where one of them cannot be read at all: it is named, and the others given."""
    for position in positions:
        try:
            with part():
                found = _read([position])
        except UNREADABLE as error:
            report.fault(code_of(error), position, f"Entry {position}: {words_of(error)}")
        else:
            yield from found


def _read(positions: Sequence[int]) -> list[_Row]:
    within = {"position__gte": positions[0], "position__lte": positions[-1]}
    content = dict(
        m.ContentDisclosures.objects.filter(**within).values_list("position", "disclosures")
    )
    rows = m.LedgerEntry.objects.filter(**within).order_by("position")
    columns = rows.values_list("position", "entry_id", "time", "leaf_hash", "note")
    return [_Row(*row, content.get(row[0])) for row in columns]


def _check_entry(archive: Archive, report: Report, row: _Row, decisions: Decisions) -> None:
    position, note = row.position, bytes(row.note)
    joined = None if row.content is None else bytes(row.content)
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
        report.fault("content.missing", position, f"The content of entry {position} is missing.")
    report.disclosed += len(fields)
    decisions.check(report, position, entry, fields)


def _logged_root(archive: Archive, size: int) -> bytes | None:
    try:
        return archive.log.root(size)
    except HabeasError:
        return None  # the log's own check has named it, or it is no longer so long


def _logged_leaf(archive: Archive, position: int) -> bytes | None:
    try:
        return archive.log.leaf(position)
    except HabeasError:
        return None  # the log's own check has named it
