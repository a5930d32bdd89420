"""Which archive is shown, and to whom: every request carries both.

Invariants: a request without an archive is answered by nothing; the viewer comes from the
server, never from the request, so no address or header can widen what is read. Until there
is sign-in the one viewer is the owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from habeas.archive.access import OWNER, Viewer
from habeas.web.errors import NoArchive

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


class Request(HttpRequest):
    """A request that has passed ``ViewingMiddleware``."""

    archive: Archive
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class _Shown:
    archive: Archive
    viewer: Viewer


_shown: _Shown | None = None


def show(archive: Archive | None, viewer: Viewer = OWNER) -> None:
    """Show this archive, as this viewer may see it, from now on; None shows nothing."""
    global _shown
    _shown = None if archive is None else _Shown(archive, viewer)


class ViewingMiddleware:
    """Puts the archive and the viewer on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _shown is None:
            raise NoArchive("No archive is open here.", next_step="Start with `habeas serve`.")
        read = cast(Request, request)
        read.archive, read.viewer = _shown.archive, _shown.viewer
        return self.get_response(request)
