"""The pages of exhibits, and the pictures of their pages."""

from __future__ import annotations

from typing import NoReturn

from django.http import HttpResponse

from habeas.archive.models import Exhibit, Reading
from habeas.display.asking import NotThere, one
from habeas.display.exhibits import exhibit as exhibits
from habeas.display.exhibits.shown_places import WIDTHS
from habeas.errors import HabeasError
from habeas.web.explore.exhibits import rendering
from habeas.web.explore.exhibits.recordings import playing
from habeas.web.explore.frame.pages import answered, page, query_of
from habeas.web.site.viewing import ViewerRequest, pseudonym


@page("explore/exhibits.html")
def listed(request: ViewerRequest) -> exhibits.ExhibitsShown:
    """The exhibits in the order in which they were sealed."""
    return exhibits.exhibits(request.viewer, query_of(request))


@playing
@page("explore/exhibit.html")
def exhibit(request: ViewerRequest, position: int) -> exhibits.ExhibitShown:
    """One exhibit."""
    by = None if request.person is None else pseudonym(request)
    return exhibits.exhibit(request.archive, request.viewer, position, query_of(request), by=by)


@answered
def passage(request: ViewerRequest, position: int) -> NoReturn:
    """To the place of a passage in its exhibit's text."""
    raise exhibits.passage(request.viewer, position)


@answered
def picture(request: ViewerRequest, position: int, reading: int, number: int) -> HttpResponse:
    """One page as a picture that the sandbox drew. Never the original."""
    exhibit = one(request.viewer, Exhibit, position)
    read = one(request.viewer, Reading, reading)
    width = query_of(request).number("width") or WIDTHS[0]
    if read.exhibit != position or not 1 <= number <= read.pages or width not in WIDTHS:
        raise NotThere
    try:
        png = rendering.picture(request.archive, exhibit, read, number, width)
    except HabeasError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(png, content_type="image/png")
