"""The page of a claim."""

from __future__ import annotations

from habeas.display import claims
from habeas.web.explore.exhibits.recordings import playing
from habeas.web.explore.frame.pages import page
from habeas.web.site.viewing import ViewerRequest


@playing
@page("explore/claim.html")
def claim(request: ViewerRequest, position: int) -> claims.ClaimShown:
    """One claim, with everything that it rests on and what others say."""
    return claims.claim(request.archive, request.viewer, position)
