"""The reading queue: which exhibits are to be read, and who is at it. See ``archive.pipeline``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ReadingJob(models.Model):
    """An exhibit to be read. Until ``leased_until`` it is ``worker``'s alone."""

    table_class: ClassVar = "local"
    exhibit = models.BigIntegerField(primary_key=True)
    worker = models.CharField(max_length=120, default="")  # '' nobody
    leased_until = models.BigIntegerField(default=0)  # seconds since 1970 by the database's clock
    attempts = models.SmallIntegerField(default=0)  # begun and not ended so far

    class Meta:
        db_table = "local_reading_job"
        indexes = (models.Index(fields=["worker"], name="reading_job_by_worker"),)
