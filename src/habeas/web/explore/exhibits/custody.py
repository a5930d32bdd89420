"""The chain of custody of an exhibit, for its page."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.access import Viewer
from habeas.archive.exhibits.captures import capture_of
from habeas.archive.exhibits.custody_chain import CustodyStep, chain
from habeas.archive.models import Exhibit
from habeas.display import words
from habeas.errors import HabeasError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Content = dict[str, Any]

SEEN = {
    "read": gettext_noop("Read as text"),
    "opened-unread": gettext_noop("Opened, no text found"),
    "cosigned": gettext_noop("Cosigned by a partner"),
    "held": gettext_noop("Legal hold placed"),
    "lifted": gettext_noop("Legal hold lifted"),
    "derived-from": gettext_noop("Derived from another exhibit"),
    "blocked": gettext_noop("Blocked: no longer shown or handed out"),
    "unblocked": gettext_noop("Block lifted"),
}


def custody_of(archive: Archive, viewer: Viewer, exhibit: Exhibit) -> Content:
    """Every step in the order in which it was recorded; ``more`` are left out."""
    found = chain(viewer, exhibit)
    return {
        "steps": [_step(step) for step in found.steps],
        "more": found.more,
        "capture": _capture(archive, viewer, exhibit),
    }


def _capture(archive: Archive, viewer: Viewer, exhibit: Exhibit) -> Content | None:
    """Who vouches for a captured web archive; None where the exhibit is none."""
    try:
        found = capture_of(archive, viewer, exhibit)
    except HabeasError as error:  # the team's list of whom it trusts, or a damaged object
        return {"words": error.message, "remarks": [error.next_step], "facts": []}
    if found is None:
        return None
    return {**found.as_json(), "facts": [{"name": n, "value": v} for n, v in found.facts()]}


def _step(step: CustodyStep) -> Content:
    recorded = datetime.datetime.fromtimestamp(step.recorded_at, datetime.UTC)
    derived = step.derived
    return {
        **step.as_json(),
        "event_words": _(SEEN[step.event])
        if step.event in SEEN
        else words.code_words("custody-event", step.event),
        "happened_at": words.date_words(step.happened_at),
        "recorded": recorded.isoformat().replace("+00:00", "Z"),
        "recorded_words": f"{recorded.day} {recorded:%B %Y, %H:%M} UTC",
        "derived": derived,
        "derived_url": None
        if derived is None
        else reverse("exhibit", kwargs={"position": derived}),
        "damaged": step.outcome == "damaged",
        "entry": {"kind": "custody", "position": step.position},
    }
