"""Projection of batch searches: who looked for how many words at once, and what for."""

from __future__ import annotations

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class BatchSearch(Projection):
    """One list of words searched for. The words are not kept, only the digest of the list."""

    purpose = ExactText()
    person = ExactText()  # whose key signed for it
    words = models.IntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the words, one a line, in order
    size = models.BigIntegerField()  # the ledger size that the index stood for

    class Meta:
        managed = False
        db_table = "projection_batch_search"
