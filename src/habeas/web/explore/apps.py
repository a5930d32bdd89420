"""The Django app of the pages."""

from __future__ import annotations

from django.apps import AppConfig


class ExploreConfig(AppConfig):
    name = "habeas.web.explore"
    label = "explore"
    verbose_name = "Explore"
