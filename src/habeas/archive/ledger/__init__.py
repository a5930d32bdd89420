"""The one write path: appending, signing, trying without effect, and replaying from the start.

What an entry becomes as rows is ``projection``; what may be recorded is ``verbs``.
"""

__all__ = [
    "appending",
    "committed_entries",
    "rebuilding",
    "signed_checkpoints",
    "signing",
    "trying",
]
