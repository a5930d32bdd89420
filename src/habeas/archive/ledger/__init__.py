"""The one write path: appending, what was signed elsewhere, trying without effect, replaying.

What an entry becomes as rows is ``projection``; what may be recorded is ``verbs``.
"""

__all__ = [
    "appending",
    "committed_entries",
    "rebuilding",
    "signed_checkpoints",
    "signing",
    "submissions",
    "trying",
]
