"""Pairs of mentions: proposed by a run of linking, judged by people."""

__all__ = [
    "pairs",
    "proposing",
    "reviewing",
]
