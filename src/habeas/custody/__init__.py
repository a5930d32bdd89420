"""Custody: sealing, signed entries, the Merkle log and its proofs.

Pure Python: no database, no Django. Each module states its own invariants; the formats
are specified, with test vectors, in ``docs/reference/entry-format.md``.
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
