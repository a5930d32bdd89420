"""Projections of linking: runs, the pairs they propose, and what reviewers said of pairs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class Linkage(Projection):
    """One run: from what, with which model. A later run of the same kind supersedes it."""

    kind = models.CharField(max_length=20)  # of the mentions
    size = models.BigIntegerField()  # the ledger size whose mentions were compared
    weights = models.CharField(max_length=64)  # digest of settings and weights
    threshold_ppm = models.IntegerField()  # pairs below it were not kept
    seed = models.BigIntegerField()
    versions = ExactText()  # canonical JSON
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # superseded

    class Meta:
        managed = False
        db_table = "projection_linkage"


class Candidate(models.Model):
    """Two mentions that may be one, and how probably, in parts per million."""

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("linkage", "left", "right")
    linkage = models.BigIntegerField()
    left = models.BigIntegerField()  # the earlier mention
    right = models.BigIntegerField()
    ppm = models.IntegerField()
    label = models.CharField(max_length=32)

    class Meta:
        managed = False
        db_table = "projection_candidate"
        indexes = (models.Index(fields=["linkage", "ppm"], name="candidate_by_ppm"),)


class Review(Projection):
    """What one reviewer said of two mentions. A judgement rests on one or more of them."""

    left = models.BigIntegerField(db_index=True)  # the earlier mention
    right = models.BigIntegerField(db_index=True)
    verdict = models.CharField(max_length=12)
    reason = ExactText()
    person = ExactText()
    seen = ExactText()  # canonical JSON: positions of the claims that were shown

    class Meta:
        managed = False
        db_table = "projection_review"


class ReviewPolicy(Projection):
    """How many reviewers a pair needs, and whether they see how probable it is."""

    reviewers = models.SmallIntegerField()
    blind = models.BooleanField()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # superseded

    class Meta:
        managed = False
        db_table = "projection_review_policy"
