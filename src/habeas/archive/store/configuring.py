"""Makes Django ready before any model is imported.

The web project's settings are used where ``DJANGO_SETTINGS_MODULE`` names them (the
command line and the tests set it); otherwise a minimal configuration with this one app.
Which database is meant is decided by ``opening.open_archive``, never by settings.
"""

from __future__ import annotations

import os
from typing import Any

import django
from django.apps import apps
from django.conf import settings

NO_DATABASE: dict[str, Any] = {"default": {"ENGINE": "django.db.backends.dummy"}}


def make_django_ready() -> None:
    """Configure and set up Django once; safe to call again and while apps load."""
    if apps.ready or apps.loading:
        return
    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(
            DATABASES=NO_DATABASE,
            INSTALLED_APPS=["habeas.archive"],
            USE_TZ=True,
            TIME_ZONE="UTC",
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        )
        apps.populate(settings.INSTALLED_APPS)  # ``setup`` also loads addresses, mail and forms
    else:
        django.setup()
