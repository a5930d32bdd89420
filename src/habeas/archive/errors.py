"""What the archive refuses, and what to do about it.

HabeasError
└── ArchiveError
    ├── ArchiveNotFound        archive.not-found
    ├── ArchiveExists          archive.exists
    ├── ArchiveBusy            archive.busy
    ├── ArchiveFull            archive.disk-full
    ├── DatabaseTrouble        archive.database
    ├── NewerArchive           archive.newer
    ├── ForeignKeys            archive.foreign-keys
    ├── ProjectionOutdated     archive.projection-outdated
    ├── EntryRefused           entry.refused
    ├── PersonNeeded           person.needed
    ├── UnknownReference       reference.unknown
    ├── AlreadyEnded           reference.already-ended
    ├── PassageOutside         passage.outside
    └── WorkersDied            reading.workers-died
"""

from __future__ import annotations

from habeas.errors import HabeasError


class ArchiveError(HabeasError):
    code = "archive.error"


class ArchiveNotFound(ArchiveError):
    code = "archive.not-found"


class ArchiveExists(ArchiveError):
    code = "archive.exists"


class ArchiveBusy(ArchiveError):
    code = "archive.busy"


class ArchiveFull(ArchiveError):
    code = "archive.disk-full"


class DatabaseTrouble(ArchiveError):
    code = "archive.database"


class NewerArchive(ArchiveError):
    code = "archive.newer"


class ForeignKeys(ArchiveError):
    code = "archive.foreign-keys"


class ProjectionOutdated(ArchiveError):
    code = "archive.projection-outdated"


class EntryRefused(ArchiveError):
    code = "entry.refused"


class PersonNeeded(ArchiveError):
    code = "person.needed"


class UnknownReference(ArchiveError):
    code = "reference.unknown"


class AlreadyEnded(ArchiveError):
    code = "reference.already-ended"


class PassageOutside(ArchiveError):
    code = "passage.outside"


class WorkersDied(ArchiveError):
    code = "reading.workers-died"
