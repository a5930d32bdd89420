"""What an access label says to somebody who may read what carries it: level, consent, compartments.

For whoever takes rows out of the archive: each goes with the rule under which it may be read.
Invariants: asked only of labels of rows that the viewer may see; a compartment that the viewer may
not see is not named; what rests on several things is as strict as the strictest of them; an
agreement that has expired is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.access.consents import today
from habeas.archive.access.labels import FOR_EVER, LEVEL_NAMES, LEVELS

#: Whether somebody in it must agree to publication, and has.
NOT_NEEDED, AGREED, NOT_GIVEN = "not-needed", "agreed", "not-agreed"


class Handled(NamedTuple):
    """``consent_until``: the last ISO day on which all agree, '' without end, not needed or not
    agreed."""

    handling: str
    consent: str
    consent_until: str
    compartments: tuple[str, ...]


class Handlings:
    """The labels asked about so far; few, however many rows carry them."""

    def __init__(self, viewer: Viewer) -> None:
        self._known: dict[str, Handled] = {}
        self._today = today()
        self._compartments = dict(visible(viewer, m.Compartment).values_list("position", "key"))

    def of(self, *labels: str) -> Handled:
        """What the labels say together, of what rests on all that carry them."""
        self.learn(labels)
        found = [self._known[label] for label in set(labels)]
        return found[0] if len(found) == 1 else _together(found)

    def learn(self, labels: Iterable[str]) -> None:
        """Ask about several labels in two queries."""
        new = {label for label in labels if label not in self._known}
        if not new:
            return
        named: dict[str, set[str]] = {label: set() for label in new}
        consents: set[str] = set()
        parts = m.LabelPart.objects.filter(label__in=new)
        for label, compartment, consent_of in parts.values_list(
            "label", "compartment", "consent_of"
        ):
            if consent_of is not None:
                consents.add(label)
            elif compartment in self._compartments:
                named[label].add(self._compartments[compartment])
        for label, level, until in m.Label.objects.filter(id__in=new).values_list(
            "id", "level", "public_until"
        ):
            consent, last = NOT_NEEDED, ""
            if label in consents:
                consent = AGREED if until >= self._today else NOT_GIVEN  # not agreed: ''
                last = "" if consent == NOT_GIVEN or until == FOR_EVER else until
            self._known[label] = Handled(
                LEVEL_NAMES[level], consent, last, tuple(sorted(named[label]))
            )


def _together(found: Sequence[Handled]) -> Handled:
    consents = {each.consent for each in found}
    consent = next((c for c in (NOT_GIVEN, AGREED) if c in consents), NOT_NEEDED)
    days = [each.consent_until for each in found if each.consent_until]
    return Handled(
        max((each.handling for each in found), key=LEVELS.__getitem__, default=LEVEL_NAMES[0]),
        consent,
        min(days) if days and consent == AGREED else "",
        tuple(sorted({key for each in found for key in each.compartments})),
    )
