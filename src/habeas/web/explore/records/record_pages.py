"""The pages of records, and of their differences."""

from __future__ import annotations

from habeas.display import differences, records
from habeas.web.explore.frame.pages import page, query_of
from habeas.web.site.viewing import ViewerRequest


@page("explore/kinds.html")
def kinds(request: ViewerRequest) -> records.KindsShown:
    """The kinds of records."""
    return records.kinds(request.viewer)


@page("explore/records.html")
def listed(request: ViewerRequest, kind: str) -> records.RecordsShown:
    """The records of one kind."""
    return records.records(request.viewer, kind, query_of(request))


@page("explore/record.html")
def record(request: ViewerRequest, position: int) -> records.RecordShown:
    """One record."""
    return records.record(request.viewer, position, query_of(request))


@page("explore/differences.html")
def differing(request: ViewerRequest) -> differences.DifferencesShown:
    """The differences of the archive."""
    return differences.every(request.viewer, query_of(request))
