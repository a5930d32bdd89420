"""Tidy tables as files: CSV, Parquet, SQLite, JSON lines, STAC items, each with its codebook.

``writing`` is the way out: it obeys the viewer, records what is above public, and hands a file
over only when it is whole and recorded. ``delimited``, ``lines``, ``parquet``, ``databases``
and ``stac`` each know one format and nothing of the archive.
"""

__all__ = [
    "left_out",
    "parquet",
    "writing",
]
