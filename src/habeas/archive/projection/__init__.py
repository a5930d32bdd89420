"""From entries to rows: a pure function of ledger and content.

One module a group of kinds, ``by_kind`` joins them, ``projecting`` runs them. Nothing here decides
who may read.
"""
