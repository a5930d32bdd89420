"""Differences: accounts of one thing that cannot, or may not, all hold.

Nothing here says who is right: both are shown side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive.access import Viewer
from habeas.archive.models import Claim, Mention
from habeas.display import cards, words
from habeas.display.asking import Query, by_position
from habeas.display.references import Target, Turning
from habeas.figures.evaluation import conflicts
from habeas.figures.evaluation.disagreement import Conflict

SHOWN = 20  # differences in one part
ACCOUNTS = 12  # accounts of one difference


@dataclass(frozen=True, slots=True)
class Difference:
    """What is said of one property of one record, and cannot all hold; ``more``: not all shown."""

    record: words.RecordLink | None
    property: words.PropertyWords
    certain: bool
    words: str
    reasons: tuple[str, ...]
    accounts: tuple[cards.Card, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class DifferencesShown:
    """The differences of the archive, in the order of the ledger."""

    title: str
    differences: tuple[Difference, ...]
    pages: Turning


def every(viewer: Viewer, query: Query) -> DifferencesShown:
    """A part of all differences: after a record and a property of it."""
    record, name = query.number("after"), query.name("since")
    after = None if record is None else (record, name)
    found = conflicts.all(viewer, after=after, limit=SHOWN)
    following = None
    if found.next is not None:
        asked = (("after", str(found.next[0])), ("since", found.next[1]))
        following = Target("differences", asked=asked)
    first = Target("differences") if after else None
    return DifferencesShown(
        _("Differences"), differences(viewer, found.conflicts), Turning(first, following)
    )


def differences(viewer: Viewer, found: Sequence[Conflict]) -> tuple[Difference, ...]:
    """Each difference with its accounts as cards."""
    wanted = [position for conflict in found for position in conflict.claims[:ACCOUNTS]]
    claims = by_position(viewer, Claim, wanted)
    rows = cards.around(viewer, list(claims.values()))
    records = by_position(viewer, Mention, {conflict.record for conflict in found})
    return tuple(
        Difference(
            record=words.record_link(records.get(conflict.record)),
            property=words.property_words(conflict.property),
            certain=conflict.certain,
            words=_words(certain=conflict.certain),
            reasons=tuple(sorted({pair.reason for pair in conflict.pairs})),
            accounts=tuple(
                cards.card(claims[position], rows)
                for position in conflict.claims[:ACCOUNTS]
                if position in claims
            ),
            more=len(conflict.claims) > ACCOUNTS,
        )
        for conflict in found
    )


def _words(*, certain: bool) -> str:
    return _("These accounts differ") if certain else _("These accounts may differ")
