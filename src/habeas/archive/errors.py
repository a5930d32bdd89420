"""What the archive refuses, and what to do about it.

HabeasError
└── ArchiveError
    ├── ArchiveNotFound        archive.not-found
    ├── ArchiveExists          archive.exists
    ├── AnotherOpen            archive.another-open   a process has one open at a time
    ├── ArchiveClosed          archive.closed
    ├── ArchiveBusy            archive.busy
    ├── ArchiveFull            archive.disk-full
    ├── DatabaseTrouble        archive.database
    │   └── DatabaseSetting    archive.database-setting   a limit of the server stopped it
    ├── ArchiveDamaged         archive.damaged
    ├── TooLong                archive.too-long      an answer that was stopped
    ├── NewerArchive           archive.newer
    ├── ClockDoubted           clock.doubted   this machine's clock cannot be right
    ├── ForeignKeys            archive.foreign-keys
    ├── KeysHandedOver         archive.keys-handed-over   a copy from before it cannot be added to
    ├── ProjectionOutdated     archive.projection-outdated
    ├── ErasureRefused         erasure.refused
    ├── ErasureIncomplete      erasure.incomplete   a copy could not be removed: not done
    ├── ErasureUnfinished      erasure.unfinished   begun and interrupted
    ├── ExhibitBlocked         exhibit.blocked      kept and not shown
    ├── EntryRefused           entry.refused
    │   └── TrustRefused       trust.refused        who may sign, and how long after
    ├── PersonNeeded           person.needed
    ├── UnknownReference       reference.unknown
    ├── AlreadyEnded           reference.already-ended
    ├── PassageOutside         passage.outside
    ├── QuoteNotFound          quote.not-found
    ├── QuoteAmbiguous         quote.ambiguous      it stands in several places: ``faults``
    ├── WorkersDied            reading.workers-died
    └── BackupError            backup.refused
        ├── BackupExists       backup.exists              backups are never overwritten
        ├── NobodyCouldRestore backup.nobody-could-restore
        ├── BackupOvertaken    backup.overtaken           the keys changed while it was made
        ├── BackupDamaged      backup.damaged
        ├── BackupUnsound      backup.unsound             restored, it does not verify
        ├── BackupLocked       backup.wrong-key
        └── ForeignBackup      backup.foreign             of another archive than the keys
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.errors import HabeasError


class ArchiveError(HabeasError):
    code = "archive.error"


class ArchiveNotFound(ArchiveError):
    code = "archive.not-found"


class ArchiveExists(ArchiveError):
    code = "archive.exists"


class AnotherOpen(ArchiveError):
    """This process keeps another archive open, and a second would answer in its name."""

    code = "archive.another-open"


class ArchiveClosed(ArchiveError):
    """The archive was closed, or opened by a process of which this one is a fork."""

    code = "archive.closed"


class ArchiveBusy(ArchiveError):
    code = "archive.busy"


class ArchiveFull(ArchiveError):
    code = "archive.disk-full"


class DatabaseTrouble(ArchiveError):
    code = "archive.database"


class DatabaseSetting(DatabaseTrouble):
    code = "archive.database-setting"


class ArchiveDamaged(ArchiveError):
    code = "archive.damaged"


class TooLong(ArchiveError):
    """What was asked took longer than its deadline; nothing was changed or shown."""

    code = "archive.too-long"


class NewerArchive(ArchiveError):
    code = "archive.newer"


class ClockDoubted(ArchiveError):
    code = "clock.doubted"


class KeysHandedOver(ArchiveError):
    code = "archive.keys-handed-over"


class ForeignKeys(ArchiveError):
    code = "archive.foreign-keys"


class ProjectionOutdated(ArchiveError):
    code = "archive.projection-outdated"


class ExhibitBlocked(ArchiveError):
    code = "exhibit.blocked"


class EntryRefused(ArchiveError):
    code = "entry.refused"


class TrustRefused(EntryRefused):
    code = "trust.refused"


class PersonNeeded(ArchiveError):
    code = "person.needed"


class UnknownReference(ArchiveError):
    code = "reference.unknown"


class AlreadyEnded(ArchiveError):
    code = "reference.already-ended"


class PassageOutside(ArchiveError):
    code = "passage.outside"


class QuoteNotFound(ArchiveError):
    code = "quote.not-found"


class QuoteAmbiguous(ArchiveError):
    """``faults``: each place, as the command line lists the faults of an input."""

    code = "quote.ambiguous"

    def __init__(self, message: str, faults: Sequence[object]) -> None:
        super().__init__(message, next_step="Choose one with --occurrence N, or quote more of it.")
        self.faults = faults


class WorkersDied(ArchiveError):
    code = "reading.workers-died"


class ErasureRefused(ArchiveError):
    code = "erasure.refused"


class ErasureIncomplete(ArchiveError):
    code = "erasure.incomplete"


class ErasureUnfinished(ArchiveError):
    code = "erasure.unfinished"


class PurposeNeeded(ArchiveError):
    """What was asked reaches above public, and nobody said what for."""

    code = "purpose.needed"


class BackupError(ArchiveError):
    code = "backup.refused"


class BackupExists(BackupError):
    code = "backup.exists"


class NobodyCouldRestore(BackupError):
    code = "backup.nobody-could-restore"


class BackupOvertaken(BackupError):
    code = "backup.overtaken"


class BackupDamaged(BackupError):
    code = "backup.damaged"


class BackupUnsound(BackupError):
    code = "backup.unsound"


class BackupLocked(BackupError):
    code = "backup.wrong-key"


class ForeignBackup(BackupError):
    code = "backup.foreign"
