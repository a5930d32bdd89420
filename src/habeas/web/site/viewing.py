"""Which archive is shown, to whom, and who answers for what is recorded: every request says so.

The application that answers requests was made for one archive and one viewer (``site.wsgi``) and
hands them on with each. Invariants: nothing is shown that no request carries; viewer and person
come from the server, never from what was sent (a header cannot have ``SHOWN``'s name), so no
address or header can widen what is read or act in another name; without a person nothing is
recorded; a form is answered only by a view that was made for it. Until there is sign-in the one
viewer is the owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from habeas.archive.access import OWNER, Viewer
from habeas.web.errors import NoArchive

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer


class ViewerRequest(HttpRequest):
    """A request that has passed ``ViewingMiddleware``."""

    archive: Archive
    viewer: Viewer
    person: Signer | None


#: The key under which the environment of a request holds what is shown.
SHOWN = "habeas.shown"


@dataclass(frozen=True, slots=True)
class ShownPage:
    """An archive, as this viewer may see it; ``person`` answers for what the pages record."""

    archive: Archive
    viewer: Viewer = OWNER
    person: Signer | None = None


def pseudonym(request: ViewerRequest) -> str:
    """Of the person in whose name things are recorded; '' where nothing is."""
    return "" if request.person is None else request.person.name.rpartition("/")[2]


class ViewingMiddleware:
    """Puts the archive, the viewer and the person on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        shown = request.META.get(SHOWN)
        if not isinstance(shown, ShownPage):
            raise NoArchive("No archive is open here.", next_step="Start with `habeas serve`.")
        read = cast(ViewerRequest, request)
        read.archive, read.viewer, read.person = shown.archive, shown.viewer, shown.person
        return self.get_response(request)

    @staticmethod
    def process_view(
        request: HttpRequest, view: object, args: object, parts: object
    ) -> HttpResponseBase | None:
        """Refuse a form at an address that is only read."""
        if request.method == "POST" and not getattr(view, "answers_forms", False):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return None
