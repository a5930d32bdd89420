"""The Django app of the archive."""

from __future__ import annotations

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "habeas.archive"
    label = "archive"
    verbose_name = "Archive"
