"""Projection tables of what others attest about the log: cosignatures and timestamps."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class Cosignature(Projection):
    """A partner cosigned the checkpoint of ``size``."""

    table_class: ClassVar = "projection"
    partner = ExactText()
    verifier = ExactText(db_index=True)  # C2SP vkey of type 0x04
    size = models.BigIntegerField(db_index=True)
    root = models.CharField(max_length=44)  # base64
    signed_at = models.BigIntegerField()  # seconds since 1970 UTC, by the partner's clock
    line = ExactText()  # the signature line, without its newline

    class Meta:
        managed = False
        db_table = "projection_cosignature"


class Timestamp(Projection):
    """A timestamp over the text of the checkpoint of ``size``."""

    table_class: ClassVar = "projection"
    method = models.CharField(max_length=16)  # rfc3161 | opentimestamps
    size = models.BigIntegerField(db_index=True)
    root = models.CharField(max_length=44)  # base64
    proof_sha256 = models.CharField(max_length=64, db_index=True)
    proof = ExactText()  # base64 of the reply or proof file, byte for byte
    chain = ExactText()  # canonical JSON: base64 of DER certificates, or block headers
    authority = ExactText()
    stamped_at = models.BigIntegerField(null=True)  # seconds since 1970 UTC; null: not yet
    accepted_by = ExactText()  # canonical JSON list of the verifiers that accepted it

    class Meta:
        managed = False
        db_table = "projection_timestamp"
