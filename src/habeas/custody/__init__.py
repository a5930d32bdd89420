"""Custody: sealing, signed entries, the Merkle log and its proofs.

Pure Python: no database, no Django. Each module states its own invariants; the formats
are specified, with test vectors, in ``docs/reference/entry-format.md``. Not here: custody *events*,
who held or copied an exhibit, which are entries of an archive (``archive.verbs.custody_events``).
"""

__all__ = [
    "age_headers",
    "attestation",
    "bundles",
    "checks",
    "core_dumps",
    "durable",
    "errors",
    "keys",
    "log",
    "objects",
    "sequencer",
    "standalone",
    "trust",
]
