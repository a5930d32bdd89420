"""All that a source says, some at a time, and what became of each claim.

A claim is reviewed (somebody assessed it), not reviewed, corrected (a later claim replaces it) or
retracted. Invariants: chosen and counted over what the viewer may see; counted is what fits into
``COUNTED`` claims, and the page says when there are more; the number of questions is the same for
any number of claims.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, live, visible
from habeas.archive.models import Assessment, Claim, ClaimSource
from habeas.display import cards
from habeas.display.asking import NotThere, Query, by_position, turning
from habeas.display.claims import grade_words
from habeas.display.references import Target, Turning

CLAIMS = 40  # in one part
COUNTED = 10_000
REVIEWED, NOT_REVIEWED, CORRECTED, RETRACTED = "reviewed", "unreviewed", "corrected", "retracted"


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many of the claims are in a state, and where they alone are; ``chosen``: shown now."""

    state: str
    words: str
    number: int
    alone: Target
    chosen: bool


@dataclass(frozen=True, slots=True)
class Output:
    """A part of what a source says. ``in_all`` is of the counted; ``more``: there are others."""

    cards: tuple[cards.Card, ...]
    states: tuple[StateCount, ...]
    in_all: int
    more: bool
    pages: Turning


def output(viewer: Viewer, source: int, query: Query) -> Output:
    """What a source says or passes on; all of it, or what is in the state that is asked for."""
    state = query.name("state")
    if state and state not in _words():
        raise NotThere
    links = visible(viewer, ClaimSource).filter(source=source)
    after = query.number("after")
    wanted = links if after is None else links.filter(claim__gt=after)
    if state:
        of_link = visible(viewer, Claim).filter(position=OuterRef("claim"))
        wanted = wanted.filter(Exists(of_link.filter(_in(viewer, state))))
    keys = list(wanted.order_by("claim").values_list("claim", flat=True)[: CLAIMS + 1])
    found = by_position(viewer, Claim, keys[:CLAIMS])
    numbers, more = _numbers(viewer, links)
    return Output(
        _with_reviews(viewer, cards.cards(viewer, [found[key] for key in sorted(found)])),
        tuple(
            StateCount(
                name,
                words,
                numbers[name],
                Target("source", source, () if name == state else (("state", name),), "says"),
                name == state,
            )
            for name, words in _words().items()
        ),
        sum(numbers.values()),
        more,
        turning(after, keys[CLAIMS - 1] if len(keys) > CLAIMS else None, section="says"),
    )


def _assessed(viewer: Viewer) -> Exists:
    given = live(visible(viewer, Assessment))
    return Exists(given.filter(target_kind="claim", target=OuterRef("position")))


def _in(viewer: Viewer, state: str) -> Q:
    """The claims in a state."""
    if state == RETRACTED:
        return Q(ended_by="retracted")
    if state == CORRECTED:
        return Q(ended_at__isnull=False) & ~Q(ended_by="retracted")
    assessed = Q(_assessed(viewer))
    return Q(ended_at__isnull=True) & (assessed if state == REVIEWED else ~assessed)


def _numbers(viewer: Viewer, links: QuerySet[ClaimSource]) -> tuple[dict[str, int], bool]:
    """How many are in each state, of the first that are counted, and whether there are others."""
    beyond = list(links.order_by("claim").values_list("claim", flat=True)[COUNTED : COUNTED + 1])
    counted = links.filter(claim__lt=beyond[0]) if beyond else links
    rows = visible(viewer, Claim).filter(position__in=counted.values("claim"))
    by_state = rows.annotate(assessed=_assessed(viewer)).values("ended_by", "assessed")
    found: dict[str, int] = defaultdict(int)
    for row in by_state.annotate(number=Count("pk")).order_by():
        if row["ended_by"]:
            state = RETRACTED if row["ended_by"] == "retracted" else CORRECTED
        else:
            state = REVIEWED if row["assessed"] else NOT_REVIEWED
        found[state] += row["number"]
    return found, bool(beyond)


def _with_reviews(viewer: Viewer, shown: Sequence[cards.Card]) -> tuple[cards.Card, ...]:
    """The cards, each with what reviewers found of the claim that stands."""
    standing = [card.position for card in shown if card.ended is None]
    given = live(visible(viewer, Assessment)).filter(target_kind="claim", target__in=standing)
    grades: dict[int, list[str]] = defaultdict(list)
    if standing:
        for target, scheme, grade in given.order_by("position").values_list(
            "target", "scheme", "grade"
        ):
            grades[target].append(grade_words(scheme, grade))
    return tuple(
        card if card.ended else replace(card, review=_review(grades.get(card.position, ())))
        for card in shown
    )


def _review(grades: Sequence[str]) -> cards.ClaimReview:
    return cards.ClaimReview(bool(grades), tuple(grades))


def _words() -> dict[str, str]:
    return {
        REVIEWED: _("reviewed"),
        NOT_REVIEWED: _("not reviewed"),
        CORRECTED: _("corrected"),
        RETRACTED: _("retracted"),
    }
