"""The pages of a search, of what waits for people, and of how to check."""

from __future__ import annotations

from habeas.display import about as checking
from habeas.display import search as searched
from habeas.display import waiting as awaited
from habeas.web.explore.frame.pages import page, query_of
from habeas.web.site.viewing import ViewerRequest


@page("explore/search.html")
def search(request: ViewerRequest) -> searched.SearchShown:
    """One page of what a query finds; without a query, how to ask."""
    return searched.search(request.archive, request.viewer, query_of(request))


@page("explore/about.html")
def about(request: ViewerRequest) -> checking.AboutShown:
    """What a reader can do without trusting this site."""
    return checking.about(request.archive)


@page("explore/waiting.html")
def waiting(request: ViewerRequest) -> awaited.WaitingShown:
    """What waits before it is public, what was accepted, and which pictures are the same."""
    return awaited.waiting(request.viewer)
