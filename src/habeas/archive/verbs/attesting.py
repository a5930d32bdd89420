"""cosignature, timestamp: what others attest about the log becomes part of it.

Handled as public: they hold nothing but sizes, roots, times and names of authorities.
"""

from __future__ import annotations

import datetime
from binascii import b2a_base64
from collections.abc import Sequence

from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.custody.attestation.cosignatures import Cosignature
from habeas.custody.log.checkpoints import Checkpoint

METHODS = ("rfc3161", "opentimestamps")


def cosignature(batch: Batch, checkpoint: Checkpoint, cosigned: Cosignature) -> Ref:
    """Record that a partner cosigned a checkpoint; the caller has checked that it did."""
    return batch.append(
        "cosignature",
        {
            "partner": cosigned.key.name,
            "verifier": cosigned.key.vkey,
            "size": checkpoint.size,
            "root": checkpoint.root_text,
            "signed_at": cosigned.time,
            "line": cosigned.line.decode().rstrip("\n"),
            "handling": "public",
        },
    )


def timestamp(
    batch: Batch,
    checkpoint: Checkpoint,
    method: str,
    proof: bytes,
    *,
    chain: Sequence[bytes] = (),
    authority: str = "",
    stamped_at: datetime.datetime | None = None,
    accepted_by: Sequence[str] = (),
) -> Ref:
    """Record a timestamp over a checkpoint's text, byte for byte; the caller has verified it.

    ``chain`` are the certificates (DER) or block headers that it was verified with.
    """
    if method not in METHODS:
        raise EntryRefused(f"No kind of timestamp named {method!r}.")
    return batch.append(
        "timestamp",
        {
            "method": method,
            "size": checkpoint.size,
            "root": checkpoint.root_text,
            "proof": _base64(proof),
            "chain": [_base64(each) for each in chain],
            "authority": authority,
            "stamped_at": None if stamped_at is None else int(stamped_at.timestamp()),
            "accepted_by": list(accepted_by),
            "handling": "public",
        },
    )


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
