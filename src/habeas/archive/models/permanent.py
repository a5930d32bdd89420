"""Ledger, content and local tables: made by migration, never changed by a later one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class LedgerEntry(models.Model):
    """One signed note, exactly as it stands in the log."""

    table_class: ClassVar = "ledger"
    position = models.BigIntegerField(primary_key=True)
    entry_id = models.CharField(max_length=32, unique=True)
    time = models.BigIntegerField()  # seconds since 1970 UTC, never before the previous entry's
    leaf_hash = models.BinaryField()
    note = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"


class LedgerCheckpoint(models.Model):
    """Each checkpoint ever signed here, so that none is signed twice with another root."""

    table_class: ClassVar = "ledger"
    size = models.BigIntegerField(primary_key=True)
    note = models.BinaryField()

    class Meta:
        db_table = "ledger_checkpoint"


class ContentDisclosures(models.Model):
    """The salted disclosures of one entry, joined by ``~`` in the order of their fields."""

    table_class: ClassVar = "content"
    position = models.BigIntegerField(primary_key=True)
    disclosures = models.BinaryField()

    class Meta:
        db_table = "content_disclosures"


class ContentObjectKey(models.Model):
    """The age identity of one object, wrapped by the keyring epoch's key."""

    table_class: ClassVar = "content"
    address = models.CharField(max_length=64, primary_key=True)  # SHA-256 of the ciphertext
    epoch = models.IntegerField()
    wrapped_identity = models.BinaryField()

    class Meta:
        db_table = "content_object_key"


class LocalState(models.Model):
    """Named facts of this installation: table format, projection version, projected size.

    The row ``head`` is also the lock of the ledger's head on PostgreSQL.
    """

    table_class: ClassVar = "local"
    name = models.CharField(max_length=40, primary_key=True)
    value = models.CharField(max_length=200)

    class Meta:
        db_table = "local_state"
