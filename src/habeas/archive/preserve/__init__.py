"""Copies that outlive this machine: backup, restore, mirror, recovered keys."""

__all__ = [
    "backing_up",
    "mirroring",
    "recovering",
    "restoring",
]
