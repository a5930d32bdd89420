"""The log: signed entries, their commitments, the Merkle tree and its files on disk.

Here belong the formats of an entry, a note, a checkpoint, a tile and a proof. Whose key signs is
decided in ``keys``; whether a log on disk holds is asked in ``checks``.
"""

__all__ = [
    "batches",
    "checkpoints",
    "disclosures",
    "ed25519",
    "entries",
    "merkle",
    "notes",
    "proofs",
    "statements",
    "tiles",
]
