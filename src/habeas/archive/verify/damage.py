"""When a command meets what it cannot read: was the archive altered, or is the program wrong?

SQLite lets any cell hold any type and value, and nothing that reads a row can expect that. So
nobody expects it; where something fails that should not, the archive is looked over, once, and
what is found is told instead of a fault of this program. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from habeas.archive.errors import ArchiveDamaged
from habeas.archive.verify.report import UNREADABLE, code_of, words_of
from habeas.custody.checks.audit import AuditFault

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


def has_a_database() -> bool:
    """Whether this process was connected to an archive's database."""
    from django.db import connection

    return bool(connection.settings_dict.get("NAME"))


def damage_met() -> ArchiveDamaged | None:
    """What is wrong with the archive that this process has open; None where nothing is found."""
    for look in (_cells, _state, _ledger, _derived):
        try:
            fault = next(look(), None)
        except UNREADABLE as error:
            fault = AuditFault(code_of(error), "", None, words_of(error))
        if fault is not None:
            return ArchiveDamaged(
                f"This archive is not as it was made: {fault.message}",
                next_step="`habeas verify --deep` names all that is wrong. Copy the directory as "
                "it is before anything else.",
            )
    return None


def _cells() -> Iterator[AuditFault]:
    from habeas.archive.store.database_file import mistyped_cells

    yield from mistyped_cells()


def _state() -> Iterator[AuditFault]:
    from habeas.archive.opening import local_state

    local_state()
    yield from ()


def _ledger() -> Iterator[AuditFault]:
    """All but the objects' bytes, which are checked wherever they are read."""
    from habeas.archive.opening import opened_here
    from habeas.archive.verify.verifying import Sample, verify

    archive: Archive | None = opened_here()
    if archive is not None:
        yield from verify(archive, sample=Sample(0, percent=False, seed=0)).faults


def _derived() -> Iterator[AuditFault]:
    from habeas.archive.ledger import rebuilding

    for each in rebuilding.check():
        message = (
            f"the table {each.table} is not what the ledger says. `habeas rebuild --from-start` "
            "makes it again."
        )
        yield AuditFault("projection.differs", each.table, None, message)
