"""Keys of the names that records go by, so that a name is looked up and not compared with all."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class NameKey(models.Model):
    """``entry``, a mention or a claim, gives ``mention`` a name that has this key.

    It has no label of its own: it is as open as the entry (``access.visible``).
    """

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("key", "entry")
    key = models.CharField(max_length=64)
    entry = models.BigIntegerField()
    mention = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "projection_name_key"
