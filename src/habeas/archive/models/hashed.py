"""Hashes of whole pictures, to find one picture twice; and pictures that are known elsewhere."""

from __future__ import annotations

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class PictureHash(Projection):
    """The PDQ hash of an exhibit that is a picture, or why there is none (``cause``)."""

    exhibit = models.BigIntegerField(db_index=True)
    pdq = models.CharField(max_length=64)  # hexadecimal; '' where there is none
    quality = models.SmallIntegerField()  # 0 to 100
    cause = ExactText()

    class Meta:
        managed = False
        db_table = "projection_picture_hash"


class PictureReference(Projection):
    """A picture that is known elsewhere, by its hash: a well-known one of the name, or a
    placeholder. It came in with a list and ends with it."""

    list = models.BigIntegerField(db_index=True)
    name = ExactText()
    placeholder = models.BooleanField()
    pdq = models.CharField(max_length=64)
    quality = models.SmallIntegerField()
    plain_sha256 = models.CharField(max_length=64)
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_picture_reference"
