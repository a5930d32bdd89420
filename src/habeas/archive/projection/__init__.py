"""From entries to rows: a pure function of ledger and content.

``projector`` buffers rows, one module a group of kinds fills them, ``by_kind`` joins these and
``projecting`` runs them over the facts (``store.facts``). What an entry ends is in ``ending``. Each
row gets its label here, the strictest of what it rests on, and becomes stricter with what takes it
back (``taking_back``). Not here: who meets a label, which is ``archive.access``.
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
