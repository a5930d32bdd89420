"""What stands between an import and the public: acceptances, and the policy that asks for them."""

from __future__ import annotations

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class GatePolicy(Projection):
    """What is asked of lists and pictures that come in from here on. See ``access.gates``."""

    acceptance = models.BooleanField()  # lists that come in need an acceptance
    another_person = models.BooleanField()  # who claimed what a picture shows cannot confirm it
    reason = ExactText()
    person = ExactText()  # '' for what the archive began with
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # superseded

    class Meta:
        managed = False
        db_table = "projection_gate_policy"


class Acceptance(Projection):
    """The decision that the rows of a list may count in public, and what of it was checked."""

    list = models.BigIntegerField(db_index=True)
    sample = ExactText()  # canonical JSON: [{"rows": ..., "checked_by": ..., "against": ...}, ...]
    reason = ExactText()
    despite = ExactText()  # why it was accepted although a picture is known under another name
    person = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_acceptance"
