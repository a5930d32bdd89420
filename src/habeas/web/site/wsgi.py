"""The WSGI application; Django must be ready (an archive opened) before it is asked for."""

from __future__ import annotations

from typing import Any


def application() -> Any:
    """Django's handler, with no setup of its own: ``open_archive`` did that."""
    from django.core.handlers.wsgi import WSGIHandler

    return WSGIHandler()
