"""Does the archive hold? Every check of ``habeas verify``, and what a damaged one says."""

__all__ = [
    "damage",
    "deep",
    "report",
    "verifying",
]
