"""Projection tables of erasure: asked for, approved, carried out, and what is left of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class ErasureRequest(Projection):
    """Somebody asked, under their key, that exactly these positions be erased.

    ``key``: the grant of the key that signed it; None where none did, and it does not count.
    """

    table_class: ClassVar = "projection"
    target_kind = models.CharField(max_length=12)  # exhibit | claim | consent
    targets = ExactText()  # JSON list of positions
    kept = ExactText()  # JSON list of derived exhibits that are to stay
    positions = ExactText()  # JSON list of runs [first, count]: everything that goes
    trims = ExactText()  # JSON list of runs: passages that lose the words beside their quote
    basis = models.CharField(max_length=16)
    reason = ExactText()
    person = ExactText()
    key = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "projection_erasure_request"


class ErasureApproval(Projection):
    """A second person said yes to a request.

    ``key``: the grant of the key that signed it; None where it does not count as a second
    person's: not signed by one, or by the same person, or with a key that is too new.
    """

    table_class: ClassVar = "projection"
    request = models.BigIntegerField(db_index=True)
    person = ExactText()
    key = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "projection_erasure_approval"


class Erasure(Projection):
    """A request was carried out."""

    table_class: ClassVar = "projection"
    request = models.BigIntegerField(db_index=True)
    approval = models.BigIntegerField()
    count = models.BigIntegerField()  # erased entries
    person = ExactText()

    class Meta:
        managed = False
        db_table = "projection_erasure"


class Erased(models.Model):
    """That something of this kind stood at ``position`` and was erased by entry ``erased_at``.

    It keeps its access label: who could not see the thing cannot see that it was there.
    """

    table_class: ClassVar = "projection"
    position = models.BigIntegerField(primary_key=True)
    label = models.CharField(max_length=32)
    kind = models.CharField(max_length=20)
    erased_at = models.BigIntegerField(db_index=True)

    class Meta:
        managed = False
        db_table = "projection_erased"


class Block(Projection):
    """An exhibit that is not shown, served or handed out: somebody in it withdrew."""

    table_class: ClassVar = "projection"
    exhibit = models.BigIntegerField(db_index=True)
    reason = ExactText()
    person = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # lifted

    class Meta:
        managed = False
        db_table = "projection_block"
