"""Habeas: an evidence ledger. Every number, name and dot leads back to sealed bytes."""

__version__ = "0.1.0"
