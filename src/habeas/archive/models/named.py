"""Keys of the names that records go by, so that a name is looked up and not compared with all."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class NameKey(models.Model):
    """``entry``, a mention or a claim, gives ``mention`` a name that has this key.

    It is as open as the entry (``access.visible``). ``clearance``: the label of what the entry
    needs, consents left out. It stands in the key before the entry, so that looking up a name
    costs a viewer the same, however many bear it in a place where they may not look.
    """

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("key", "clearance", "entry")
    key = models.CharField(max_length=64)
    clearance = models.CharField(max_length=32)
    entry = models.BigIntegerField(db_index=True)
    mention = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "projection_name_key"
