"""Pages of records, claims, sources and differences: each asks a builder of ``habeas.display``.

Not here: what they show.
"""

__all__ = [
    "claim_pages",
    "record_pages",
    "source_pages",
]
