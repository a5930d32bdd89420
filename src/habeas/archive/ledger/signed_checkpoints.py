"""Which checkpoints were signed: never one size twice with different roots."""

from __future__ import annotations

from habeas.archive.models import LedgerCheckpoint


class SignedCheckpoints:
    """The database's memory of every checkpoint signed, for the sequencer."""

    def signed(self, size: int) -> bytes | None:
        note = LedgerCheckpoint.objects.filter(size=size).values_list("note", flat=True).first()
        return None if note is None else bytes(note)

    def remember(self, size: int, note: bytes) -> None:
        LedgerCheckpoint.objects.create(size=size, note=note)
