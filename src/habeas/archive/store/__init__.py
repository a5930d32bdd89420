"""The archive's directory and database: settings, connection, locks, tables, snapshots.

Entries are read back as ``facts``; nothing here knows what one means.
"""
