"""The chain of custody of an exhibit."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.exhibits.captures import capture_of
from habeas.archive.exhibits.custody_chain import SEEN_WORDS, CustodyStep, chain
from habeas.archive.models import Exhibit
from habeas.display import words
from habeas.display.references import EntryReference, Marked, Target, optional
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class CaptureFact:
    """What a captured web archive says of itself."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CaptureShown:
    """Who vouches for a captured web archive; ``words`` alone where that cannot be said."""

    words: str
    remarks: tuple[str, ...]
    facts: tuple[CaptureFact, ...]
    standing: str | None = optional()
    domain: str | None = optional()
    key: str | None = optional()
    key_name: str | None = optional()
    certificates: tuple[str, ...] | None = optional()
    created: str | None = optional()
    stamped_at: str | None = optional()
    stamped_by: str | None = optional()


@dataclass(frozen=True, slots=True)
class StepShown(Marked):
    """One step; what no one stated is None. ``by``: stated or seen. ``recorded`` is UTC."""

    position: int
    entry_id: str
    by: str
    event: str
    event_words: str
    recorded_at: int
    recorded: str
    recorded_words: str
    happened_at: words.Dated | None
    derived: int | None
    derived_url: Target | None
    damaged: bool
    entry: EntryReference
    agent: str | None = optional()
    place: str | None = optional()
    reason: str | None = optional()
    authority: str | None = optional()
    responsible: str | None = optional()
    changed: str | None = optional()
    before_sha256: str | None = optional()
    after_sha256: str | None = optional()
    outcome: str | None = optional()
    person: str | None = optional()


@dataclass(frozen=True, slots=True)
class CustodyShown:
    """Every step in the order in which it was recorded; ``more`` are left out."""

    steps: tuple[StepShown, ...]
    more: int
    capture: CaptureShown | None


def custody_of(archive: Archive, viewer: Viewer, exhibit: Exhibit) -> CustodyShown:
    """What happened to an exhibit, and who vouches for it where it is a captured page."""
    found = chain(viewer, exhibit)
    return CustodyShown(
        tuple(_step(step, exhibit.position) for step in found.steps),
        found.more,
        _capture(archive, viewer, exhibit),
    )


def _capture(archive: Archive, viewer: Viewer, exhibit: Exhibit) -> CaptureShown | None:
    """Who vouches for a captured web archive; None where the exhibit is none."""
    try:
        found = capture_of(archive, viewer, exhibit)
    except HabeasError as error:  # the team's list of whom it trusts, or a damaged object
        return CaptureShown(error.message, (error.next_step,), ())
    if found is None:
        return None
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.as_json().items()
    }
    return CaptureShown(facts=tuple(CaptureFact(*fact) for fact in found.facts()), **told)


#: What a step is an entry of, where it is not a custody event.
_KINDS = {"read": "layer", "opened-unread": "reading", "held": "hold"}


def _kind_of(step: CustodyStep, exhibit: int) -> str:
    return "exhibit" if step.position == exhibit else _KINDS.get(step.event, "custody")


def _step(step: CustodyStep, exhibit: int) -> StepShown:
    recorded = datetime.datetime.fromtimestamp(step.recorded_at, datetime.UTC)
    known = SEEN_WORDS.get(step.event)
    stated: dict[str, Any] = {
        "happened_at": words.date_words(step.happened_at),
        "derived": step.derived,
    }
    return StepShown(
        **(step.as_json() | stated),
        event_words=_(known) if known else words.code_words("custody-event", step.event),
        recorded=recorded.isoformat().replace("+00:00", "Z"),
        recorded_words=f"{recorded.day} {recorded:%B %Y, %H:%M} UTC",
        derived_url=None if step.derived is None else Target("exhibit", step.derived),
        damaged=step.outcome == "damaged",
        entry=EntryReference(_kind_of(step, exhibit), step.position),
    )
