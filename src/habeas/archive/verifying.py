"""Verify: everything that can be checked without trusting the database.

The log (tiles, signatures, checkpoint), the database's entries against it, each
disclosure against its commitment, each decision against the key of the person who took
it, each import against its signed root, every object against its address, every text
layer against its hash and every quote against its text. Each fault is named.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from habeas.archive import models as m
from habeas.archive.erasing.founded import Erasures
from habeas.archive.files import layer_text
from habeas.archive.kinds import KINDS
from habeas.archive.ledger import head
from habeas.custody.audit import Fault, LogReport, audit_log
from habeas.custody.disclosures import erased_by, split
from habeas.custody.entries import ParsedEntry, check_disclosures, check_signed, parse_entry
from habeas.custody.fixity import audit_objects
from habeas.custody.merkle import leaf_hash, root_of
from habeas.custody.notes import Verifier
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

CHUNK = 1_000
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Report:
    """What was checked, and every fault.

    ``erased`` are entries whose content two people had erased; the erasure is checked, and it
    is no fault. ``leftovers`` are objects that belong to no entry, because a step was
    interrupted between sealing and recording. They change nothing and are no fault.
    """

    size: int = 0
    logged: int = 0
    root: str = ""
    disclosed: int = 0
    objects: int = 0
    objects_left: int = 0  # not checked, because a sample was asked for
    quotes: int = 0
    faults: list[Fault] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    erased: dict[int, int] = field(default_factory=dict)  # position → the erasure's position

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the objects, by chance: so many, or so many in a hundred, rounded up."""

    number: int
    percent: bool
    seed: int

    def of(self, addresses: set[str]) -> set[str]:
        count = -(-len(addresses) * self.number // 100) if self.percent else self.number
        chance = random.Random(self.seed)  # noqa: S311 - repeatable, and no secret
        return set(chance.sample(sorted(addresses), min(count, len(addresses))))


def verify(
    archive: Archive,
    progress: Progress = lambda what, done, total: None,
    sample: Sample | None = None,
) -> Report:
    """Check the whole archive, or of its objects a sample. Changes nothing."""
    report = Report(size=head()[0])
    log = _check_log(archive, report, progress)
    _check_entries(archive, report, log, progress)
    _check_objects(archive, report, progress, sample)
    _check_quotes(archive, report, progress)
    return report


def _check_log(archive: Archive, report: Report, progress: Progress) -> LogReport:
    granted = tuple(_granted_keys())
    keys = tuple(archive.keyring.public.all) + granted
    known = {key.vkey for key in granted}
    for signer in (archive.keyring.entry, archive.keyring.checkpoint):
        if known and signer.verifier.vkey not in known:
            message = f"The private key {signer.name} in keys/ is not one that the ledger granted."
            report.faults.append(Fault("keys.altered", "keys/installation", None, message))
    log = audit_log(
        archive.directory / "log",
        dict.fromkeys(keys),
        origin=archive.origin,
        progress=lambda done, total: progress("Log", done, total),
    )
    report.logged = log.size
    report.root = log.checkpoint.root_text if log.checkpoint else ""
    report.faults.extend(log.faults)
    return log


def _granted_keys() -> Iterator[Verifier]:
    for vkey in m.Key.objects.order_by("position").values_list("verifier", flat=True):
        yield Verifier.parse(vkey)


def _check_entries(archive: Archive, report: Report, log: LogReport, progress: Progress) -> None:
    decisions = _Decisions()
    if report.logged > report.size:
        _fault(
            report,
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
                _fault(
                    report,
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


def _check_entry(
    archive: Archive,
    report: Report,
    row: m.LedgerEntry,
    joined: bytes | None,
    decisions: _Decisions,
) -> None:
    position, note = row.position, bytes(row.note)
    leaf = leaf_hash(note)
    decisions.note(position, leaf)
    if leaf != bytes(row.leaf_hash):
        _fault(
            report,
            "ledger.entry-altered",
            position,
            f"Entry {position} in the database was altered.",
        )
    if position < report.logged and _logged_leaf(archive, position) not in (None, leaf):
        _fault(
            report,
            "ledger.entry-differs",
            position,
            f"Entry {position} in the database is not the one in the log.",
        )
    try:
        entry = parse_entry(note)
        if (entry.entry_id, entry.time) != (row.entry_id, row.time):
            _fault(
                report,
                "ledger.entry-altered",
                position,
                f"The id or time kept beside entry {position} is not the entry's own.",
            )
        fields = {} if joined is None else check_disclosures(entry, split(joined))
        if joined is not None and (erasure := erased_by(joined)) is not None:
            report.erased[position] = erasure
        if joined is None:
            _fault(
                report, "content.missing", position, f"The content of entry {position} is missing."
            )
        report.disclosed += len(fields)
        decisions.check(report, position, entry, fields)
    except HabeasError as error:
        _fault(report, error.code, position, f"Entry {position}: {error.message}")


def _logged_leaf(archive: Archive, position: int) -> bytes | None:
    try:
        return archive.log.leaf(position)
    except HabeasError:
        return None  # the log's own check has named it


class _Decisions:
    """The keys in force so far, the entries of the current import, and who signed what."""

    def __init__(self) -> None:
        self._keys: dict[str, Verifier] = {}
        self._entry_key: Verifier | None = None
        self._leaves: dict[int, bytes] = {}
        self.erasures = Erasures()

    def note(self, position: int, leaf: bytes) -> None:
        """Remember an entry for the signed root of its import, whatever else is wrong with it."""
        self._leaves[position] = leaf

    def check(
        self, report: Report, position: int, entry: ParsedEntry, fields: dict[str, Any]
    ) -> None:
        kind = fields.get("kind", "")
        if self._entry_key is not None:  # a new entry key is granted under the one before it
            check_signed(entry, [self._entry_key])
        if kind == "key":
            self._learn(fields)
        if kind == "batch" and not self._root_holds(fields):
            _fault(
                report,
                "ledger.batch-altered",
                position,
                f"Entry {position} signs an import that is not what follows from its entries.",
            )
        decided = kind in KINDS and (
            KINDS[kind].decision or (kind == "claim" and "previous" in fields)
        )
        if not decided:
            return
        key = self._keys.get(fields.get("person", ""))
        if key is None:
            _fault(
                report,
                "ledger.decision-unsigned",
                position,
                f"Entry {position}, a {kind}, names no person whose key is in force.",
            )
        else:
            check_signed(entry, [key])
            self.erasures.learn(position, entry.entry_id, kind, fields, key)

    def _learn(self, fields: dict[str, Any]) -> None:
        verifier = Verifier.parse(fields["verifier"])
        if fields["role"] == "entry" and fields["state"] == "granted":
            self._entry_key = verifier
        elif fields["role"] == "person":
            if fields["state"] == "granted":
                self._keys[fields["holder"]] = verifier
            else:
                self._keys.pop(fields["holder"], None)

    def _root_holds(self, fields: dict[str, Any]) -> bool:
        signed = range(fields["first"], fields["first"] + fields["count"])
        leaves = [self._leaves[position] for position in signed if position in self._leaves]
        return len(leaves) == len(signed) and bool(root_of(leaves).hex() == fields["root"])


def _check_objects(
    archive: Archive, report: Report, progress: Progress, sample: Sample | None
) -> None:
    expected = set(m.ContentObjectKey.objects.values_list("address", flat=True))
    taken = expected if sample is None else sample.of(expected)
    report.objects, report.objects_left = len(taken), len(expected) - len(taken)
    report.faults.extend(
        audit_objects(archive.objects, taken, lambda done, total: progress("Objects", done, total))
    )
    report.leftovers = sorted(set(archive.objects.addresses()) - expected)


def _check_quotes(archive: Archive, report: Report, progress: Progress) -> None:
    layers = list(m.Layer.objects.order_by("position"))
    for done, layer in enumerate(layers, 1):
        try:
            text = layer_text(archive, layer, even_blocked=True)
        except (HabeasError, UnicodeDecodeError) as error:
            message = error.message if isinstance(error, HabeasError) else "it is not text"
            _fault(
                report, "layer.altered", layer.position, f"Text layer {layer.position}: {message}"
            )
            continue
        for passage in m.Passage.objects.filter(layer=layer.position).order_by("position"):
            report.quotes += 1
            if text[passage.start : passage.stop].replace("\x00", "\u2400") != passage.quote:
                _fault(
                    report,
                    "passage.differs",
                    passage.position,
                    f"The quote of passage {passage.position} is not what its text says.",
                )
        progress("Quotes", done, len(layers))


def _fault(report: Report, code: str, position: int | None, message: str) -> None:
    path = "" if position is None else f"entry {position}"
    report.faults.append(Fault(code, path, position, message))
