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
    """Whatever an archive refuses."""

    code = "archive.error"


class ArchiveNotFound(ArchiveError):
    """No archive is in the directory, above it, or in the database that its settings name."""

    code = "archive.not-found"


class ArchiveExists(ArchiveError):
    """The directory that something new should go into is not empty."""

    code = "archive.exists"


class AnotherOpen(ArchiveError):
    """This process keeps another archive open, and a second would answer in its name."""

    code = "archive.another-open"


class ArchiveClosed(ArchiveError):
    """The archive was closed, or opened by a process of which this one is a fork."""

    code = "archive.closed"


class ArchiveBusy(ArchiveError):
    """Another process holds the archive: something is being erased, or another write goes on."""

    code = "archive.busy"


class ArchiveFull(ArchiveError):
    """The disk or the database's space is full."""

    code = "archive.disk-full"


class DatabaseTrouble(ArchiveError):
    """The database cannot be reached, refuses, or its address cannot be read."""

    code = "archive.database"


class DatabaseSetting(DatabaseTrouble):
    """A limit set on the database server stopped a statement."""

    code = "archive.database-setting"


class ArchiveDamaged(ArchiveError):
    """The database lacks or contradicts what every archive has."""

    code = "archive.damaged"


class TooLong(ArchiveError):
    """What was asked took longer than its deadline; nothing was changed or shown."""

    code = "archive.too-long"


class NewerArchive(ArchiveError):
    """The archive has a format that only a newer version of the program knows."""

    code = "archive.newer"


class ClockDoubted(ArchiveError):
    """This machine's time cannot be right, beside what is recorded; nothing is signed with it."""

    code = "clock.doubted"


class KeysHandedOver(ArchiveError):
    """A copy from before the keys were handed over, or a second handover meanwhile."""

    code = "archive.keys-handed-over"


class ForeignKeys(ArchiveError):
    """The keyring holds the keys of another archive."""

    code = "archive.foreign-keys"


class ProjectionOutdated(ArchiveError):
    """The derived tables are of another version, or do not cover the whole ledger."""

    code = "archive.projection-outdated"


class ExhibitBlocked(ArchiveError):
    """The bytes and words of an exhibit are kept and shown to no one."""

    code = "exhibit.blocked"


class EntryRefused(ArchiveError):
    """What should be recorded breaks a rule, or is recorded already."""

    code = "entry.refused"


class AlreadyRecorded(EntryRefused):
    """What was submitted stands in the ledger: the same entry is never recorded twice."""

    code = "entry.recorded-already"


class SubmissionOutdated(EntryRefused):
    """What a person signed elsewhere is over, or is not what would be recorded now."""

    code = "entry.submission-outdated"


class TrustRefused(EntryRefused):
    """The signer may not decide this, or not yet."""

    code = "trust.refused"


class PersonNeeded(ArchiveError):
    """A decision has to be signed by a person, and none was named or has an active key."""

    code = "person.needed"


class UnknownReference(ArchiveError):
    """Something is named that does not exist, or that the viewer may not see."""

    code = "reference.unknown"


class AlreadyEnded(ArchiveError):
    """What is referred to was retracted or replaced by a later entry."""

    code = "reference.already-ended"


class PassageOutside(ArchiveError):
    """The place named is not inside the text or the file."""

    code = "passage.outside"


class QuoteNotFound(ArchiveError):
    """The words to cite are not in the text, or not on that page."""

    code = "quote.not-found"


class QuoteAmbiguous(ArchiveError):
    """``faults``: each place, as the command line lists the faults of an input."""

    code = "quote.ambiguous"

    def __init__(self, message: str, faults: Sequence[object]) -> None:
        super().__init__(message, next_step="Choose one with --occurrence N, or quote more of it.")
        self.faults = faults


class WorkersDied(ArchiveError):
    """The processes that read files ended again and again."""

    code = "reading.workers-died"


class ErasureRefused(ArchiveError):
    """An erasure may not be carried out: it was, it has changed, or something forbids it."""

    code = "erasure.refused"


class ErasureIncomplete(ArchiveError):
    """A copy of what is to be erased could not be removed; the erasure goes on later."""

    code = "erasure.incomplete"


class ErasureUnfinished(ArchiveError):
    """An erasure was begun and interrupted; nothing else is done before it ends."""

    code = "erasure.unfinished"


class PurposeNeeded(ArchiveError):
    """What was asked reaches above public, and nobody said what for."""

    code = "purpose.needed"


class BackupError(ArchiveError):
    """Whatever a backup or a restore refuses."""

    code = "backup.refused"


class BackupExists(BackupError):
    """The file is there; a backup is never overwritten."""

    code = "backup.exists"


class NobodyCouldRestore(BackupError):
    """The key that opens the backup is only on the disk that it should protect against losing."""

    code = "backup.nobody-could-restore"


class BackupOvertaken(BackupError):
    """The archive's keys changed while the backup was made."""

    code = "backup.overtaken"


class BackupDamaged(BackupError):
    """The backup is cut short, altered, or not one."""

    code = "backup.damaged"


class BackupUnsound(BackupError):
    """What the backup restores does not verify, or is of another copy of the archive."""

    code = "backup.unsound"


class BackupLocked(BackupError):
    """None of the keys given opens the backup."""

    code = "backup.wrong-key"


class ForeignBackup(BackupError):
    """The backup is of another archive than the one whose keys were given."""

    code = "backup.foreign"
