"""The archive's directory and database: settings, connection, locks, tables, snapshots.

Entries are read back as ``facts``; nothing here knows what one means.
"""

__all__ = [
    "clock",
    "configuring",
    "connecting",
    "database_errors",
    "database_file",
    "deadline",
    "erasure_journal",
    "facts",
    "forgetting",
    "holding",
    "open_lock",
    "pieces",
    "rows",
    "schema",
    "settings_file",
    "shown_copies",
    "snapshot",
    "still",
]
