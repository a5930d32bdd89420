"""What became of each file that was opened: one row a file and reading, inner files included."""

from __future__ import annotations

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class Reading(Projection):
    """How one reading of an exhibit, or of a file inside it, ended.

    ``run`` is the position of the exhibit's own reading, which its inner files share: they
    were read together and a later run ends all of them together.
    """

    exhibit = models.BigIntegerField()
    inner_path = ExactText()  # '' for the exhibit itself
    run = models.BigIntegerField()
    state = models.CharField(max_length=12)  # habeas.reading.documents.State
    reason = ExactText()
    missing = ExactText()  # JSON list of what was not read
    warnings = ExactText()  # JSON list
    metadata = ExactText()  # JSON object of strings
    media_type = ExactText()  # as found in the bytes
    inner_sha256 = models.CharField(max_length=64)  # '' for the exhibit itself
    size_bytes = models.BigIntegerField(null=True)  # of an inner file
    reader = ExactText()
    reader_version = ExactText()
    settings = ExactText()  # JSON object
    pages = models.BigIntegerField()  # that can be shown as pictures
    layer = models.BigIntegerField(null=True, db_index=True)  # null: no text
    map_address = models.CharField(max_length=64)  # the sealed places in the text, '' none
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # superseded

    class Meta:
        managed = False
        db_table = "projection_reading"
        indexes = (
            models.Index(fields=["exhibit", "run"], name="reading_by_exhibit"),
            models.Index(fields=["state", "position"], name="reading_by_state"),
            models.Index(fields=["inner_sha256"], name="reading_by_inner_bytes"),
        )
