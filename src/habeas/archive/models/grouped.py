"""Claims about somebody that a person says are of one detention: see ``archive.groupings``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class Grouping(Projection):
    """The decision that some claims are about one ``episode``: a mention that has an owner."""

    episode = models.BigIntegerField(db_index=True)
    reason = ExactText()
    person = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_grouping"


class GroupedClaim(models.Model):
    """The claims of a grouping, and those that correct them."""

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("grouping", "claim")
    grouping = models.BigIntegerField()
    claim = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "projection_grouped_claim"
        indexes = (models.Index(fields=["claim", "grouping"], name="grouped_claim_by_claim"),)
