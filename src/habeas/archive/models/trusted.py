"""Projection tables of trust: the policy, and what one person asked another to approve."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText
from habeas.archive.models.projected import Projection


class TrustPolicy(Projection):
    """How old an approver's key must be, and how long a change of this waits; in seconds."""

    table_class: ClassVar = "projection"
    approver_age_seconds = models.BigIntegerField()
    change_wait_seconds = models.BigIntegerField()
    person = ExactText()  # '' where the installation alone set it
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # superseded

    class Meta:
        managed = False
        db_table = "projection_trust_policy"


class TrustPolicyRequest(Projection):
    """Somebody asks for another policy. ``key``: the grant of the key that signed it."""

    table_class: ClassVar = "projection"
    approver_age_seconds = models.BigIntegerField()
    change_wait_seconds = models.BigIntegerField()
    reason = ExactText()
    person = ExactText()
    key = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # approved

    class Meta:
        managed = False
        db_table = "projection_trust_policy_request"


class KeyRequest(Projection):
    """Somebody asks that a person whose keys have ended be given this new one."""

    table_class: ClassVar = "projection"
    holder = ExactText()
    verifier = ExactText()
    reason = ExactText()
    person = ExactText()
    key = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # approved

    class Meta:
        managed = False
        db_table = "projection_key_request"
