"""The archive's directory and database: settings, connection, locks, tables, snapshots.

Nothing here knows what an entry means.
"""
