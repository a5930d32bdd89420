"""From entries to rows: a pure function of ledger and content.

``projector`` buffers rows, one module a group of kinds fills them, ``by_kind`` joins these and
``projecting`` runs them over the facts (``store.facts``). Nothing here decides who may read.
"""

__all__ = [
    "ending",
    "erased_by_right",
    "erased_entries",
    "name_keys",
    "projecting",
    "projector",
    "trusted_people",
]
