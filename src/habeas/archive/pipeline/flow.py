"""Read what waits, in the sandbox, and make it searchable: the one call of the commands."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from habeas.archive import search
from habeas.archive.pipeline import crew
from habeas.errors import HabeasError
from habeas.reading.sandbox.opening import Sandbox

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

log = logging.getLogger(__name__)


def read_what_waits(
    archive: Archive,
    *,
    workers: int = 0,
    progress: crew.Progress = lambda what, done, total: None,
) -> crew.CrewResult:
    """Read every exhibit that waits, by so many workers (0: one a core), and index the texts.

    Can be stopped anywhere and called again; several machines may do it at once.
    """

    read = crew.read_all(
        archive,
        lambda: opened_sandbox(archive),
        workers=workers,
        keep_up=lambda: renew_index(archive),
        progress=progress,
    )
    renew_index(archive, progress)
    return read


def opened_sandbox(archive: Archive) -> Sandbox:
    """The sandbox as this archive's settings have it."""
    settings = archive.settings
    return Sandbox(risk=settings.reading_risk or None, second_opinion=settings.second_opinion)


def renew_index(archive: Archive, progress: crew.Progress = lambda what, done, total: None) -> None:
    """Index the texts that are new. An index that cannot be written stops no reading."""
    try:
        search.refresh(archive, lambda done, total: progress("Indexing", done, total))
    except HabeasError as error:
        log.warning("The search index was not renewed: %s", error)
