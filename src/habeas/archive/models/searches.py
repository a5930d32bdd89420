"""Projections of what was asked and taken out: by whom, what kind of thing, and what for."""

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


class StatedPurpose(Projection):
    """What something was searched, shown or handed over for, said before it was."""

    purpose = ExactText()
    person = ExactText()  # whose key signed for it
    act = models.CharField(max_length=12)  # search | figure | bundle | pages
    level = models.CharField(max_length=12, default="")  # the strictest that it could reach
    asked_sha256 = models.CharField(max_length=64)  # of what was asked, which is not kept
    size = models.BigIntegerField()  # the ledger size at which it was asked

    class Meta:
        managed = False
        db_table = "projection_stated_purpose"


class Export(Projection):
    """Tables that left the archive as a file, said before the file was there: all that reach above
    public, and others where somebody gave a purpose."""

    purpose = ExactText()
    person = ExactText()  # whose key signed for it
    viewer = ExactText()  # as whom the rows were read
    level = models.CharField(max_length=12, default="")  # the strictest that it could reach
    kinds = ExactText()  # of the tables, a space between
    figure = ExactText()  # the key of the figure, '' where it is none
    format = models.CharField(max_length=12, default="")
    rows = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the file; see the entry format
    size = models.BigIntegerField()  # the ledger size whose rows it holds

    class Meta:
        managed = False
        db_table = "projection_export"
