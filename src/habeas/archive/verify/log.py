"""The log: its tiles, its signatures and its checkpoint, under the keys that were granted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.verify.report import UNREADABLE, Progress, Report, code_of, words_of
from habeas.custody.checks.audit import AuditFault, audit_log
from habeas.custody.log.notes import Verifier

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def check_log(archive: Archive, report: Report, progress: Progress) -> None:
    granted, chain = tuple(_granted_keys(report)), archive.chain
    keys = (*archive.keyring.public.all, *granted, *chain.all)
    known = {key.vkey for key in granted}
    in_force = (chain.entry_at(report.size), chain.checkpoint_at(report.size + 1))
    for verifier in in_force:
        if known and verifier.vkey not in known:
            message = f"The key {verifier.name} in keys/ is not one that the ledger granted."
            report.faults.append(AuditFault("keys.altered", "keys/installation", None, message))
    log = audit_log(
        archive.log,
        dict.fromkeys(keys),
        origin=archive.origin,
        chain=chain,
        progress=lambda done, total: progress("Log", done, total),
    )
    report.logged = log.size
    report.root = log.checkpoint.root_text if log.checkpoint else ""
    report.faults.extend(log.faults)


def _granted_keys(report: Report) -> Iterator[Verifier]:
    """The keys that the ledger granted, as its derived table has them."""
    rows = m.Key.objects.order_by("position").values_list("position", "verifier")
    for position, vkey in rows:
        try:
            yield Verifier.parse(vkey)
        except UNREADABLE as error:
            report.fault(code_of(error), None, f"The key granted at {position}: {words_of(error)}")
