"""Cosignatures and this archive: which are kept, how they are added, when they are logged.

    log/checkpoint       the newest checkpoint, with the partners' lines under it
    log/cosigned/<size>  each checkpoint that partners cosigned, with their lines

Both are static files like the rest of the log. Logging a cosignature makes the log grow and
so needs a new checkpoint, which nobody has cosigned: it is therefore logged when the ledger
has grown anyway, just before partners are asked again.

Invariant: nothing of a cosigned checkpoint is kept before it was compared with this log.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.attesting import cosignature
from habeas.custody import durable
from habeas.custody.attestation.cosignatures import add_cosignatures, read_cosignatures
from habeas.custody.attestation.partners import (
    Cosigned,
    CosigningPolicy,
    check_cosigned,
    cosigned_size,
)
from habeas.custody.errors import LogError, MixedOrigins, PartnerRefused
from habeas.custody.keys.key_names import is_synthetic
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.attestation.cosignatures import CosignerKey

FOLDER = "cosigned"
LATEST_AHEAD = 86_400  # seconds that a partner's clock may be ahead of ours


def newest_checkpoint(archive: Archive) -> Checkpoint:
    """The log's newest checkpoint, with the cosignatures under it."""
    checkpoint = archive.log.checkpoint()
    if checkpoint is None:
        raise LogError(
            "The log has no checkpoint yet.",
            path="checkpoint",
            next_step="Run any command that writes; it signs one.",
        )
    return checkpoint


def kept(archive: Archive) -> list[bytes]:
    """The cosigned checkpoints that are kept, the largest first."""
    folder = archive.log.directory / FOLDER
    if not folder.is_dir():
        return []
    sizes = sorted((int(name) for name in os.listdir(folder) if name.isdecimal()), reverse=True)
    return [(folder / str(size)).read_bytes() for size in sizes]


def last_cosigned(archive: Archive, key: CosignerKey) -> int:
    """The largest size that this partner is known here to have cosigned; 0 for none."""
    return next((size for note in kept(archive) if (size := cosigned_size(note, key))), 0)


def refuse_mixed(archive: Archive, policy: CosigningPolicy) -> None:
    """Refuse partners that are made up where the archive is not, and the other way round."""
    for partner in policy.partners:
        if is_synthetic(partner.name) != archive.synthetic:
            which = "not SYNTHETIC, and this archive is" if archive.synthetic else "SYNTHETIC"
            raise MixedOrigins(
                f"The partner {partner.name} is {which}.",
                next_step="What is made up is cosigned by what is made up, and by nothing else.",
            )


def add_cosigned(archive: Archive, policy: CosigningPolicy, note: bytes) -> Cosigned:
    """Keep a cosigned checkpoint of this log, after comparing it with the log."""
    refuse_mixed(archive, policy)
    found = check_cosigned(note, archive.log, archive.chain, policy.keys)
    for one in found.cosignatures:
        if one.time > time.time() + LATEST_AHEAD:
            raise PartnerRefused(
                f"{one.key.name} dated its cosignature in the future.",
                next_step="Check this machine's clock; tell whoever runs the partner.",
            )
    with archive.sequencer() as sequencer:
        log = sequencer.log
        size = found.checkpoint.size
        path = log.directory / FOLDER / str(size)
        lines = b"".join(one.line for one in found.cosignatures)
        before = path.read_bytes() if path.exists() else archive.chain.own_lines(note)
        grown, _ = add_cosignatures(before, lines, policy.keys)
        durable.write_file(log.directory, path, grown)
        newest = sequencer.checkpoint
        if newest is not None and newest.size == size:
            text, _ = add_cosignatures(newest.note, lines, policy.keys)
            log.publish(parse_checkpoint(text))
    return found


def record_cosignatures(archive: Archive, policy: CosigningPolicy) -> list[Ref]:
    """Log each partner's newest cosignature of a checkpoint that the ledger has outgrown."""
    size, notes = archive.size, kept(archive)
    new = []
    for key in policy.keys:
        rows = m.Cosignature.objects.filter(verifier=key.vkey).order_by("-size")
        logged = rows.values_list("size", flat=True).first() or 0
        for note in notes:
            checkpoint = parse_checkpoint(note)
            if not logged < checkpoint.size < size:
                continue
            if found := read_cosignatures(note, [key]):
                new.append((checkpoint, found[0]))
                break
    if not new:
        return []
    with archive.writing() as batch:
        return [cosignature(batch, checkpoint, one) for checkpoint, one in new]
