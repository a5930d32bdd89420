"""The pages of sources."""

from __future__ import annotations

from habeas.display import accounts, sources
from habeas.web.explore.frame.pages import page, query_of
from habeas.web.site.viewing import ViewerRequest


@page("explore/sources.html")
def listed(request: ViewerRequest) -> sources.SourcesShown:
    """The sources, with their kind and interests."""
    return sources.sources(request.viewer, query_of(request))


@page("explore/source.html")
def source(request: ViewerRequest, position: int) -> sources.SourceShown:
    """One source and what it says."""
    return sources.source(request.viewer, position, query_of(request))


@page("explore/accounts.html")
def told(request: ViewerRequest, position: int) -> accounts.AccountsShown:
    """What one source says on different dates, side by side."""
    return accounts.accounts(request.viewer, position)
