"""Who may speak for whom: persons, the archive's policy, and how old a key is.

The rules are functions of what a ledger says; rows and entries are read by their callers.
"""

__all__ = [
    "ages",
    "persons",
    "rules",
]
