"""Claims as cards: value, who says it through whom, on what basis, from which passage.

Invariants: any number of claims costs the same number of queries; every row comes through
``access.visible``, and what a card refers to and the viewer may not see is left out as if
it were not there; assertions and denials are the same card.
"""

from __future__ import annotations

import builtins
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from habeas.archive.access import Viewer, as_known, gates, visible
from habeas.archive.models import (
    Claim,
    ClaimPassage,
    ClaimSource,
    Exhibit,
    Mention,
    Passage,
    Source,
)
from habeas.display import words
from habeas.display.asking import by_position
from habeas.display.locations import CitedLocation, place_of
from habeas.display.references import EntryReference, Marked, Target, optional


@dataclass(frozen=True, slots=True)
class Around:
    """The rows that a set of claims refers to, as one viewer may see them."""

    mentions: dict[int, Mention]
    sources: dict[int, Source]
    passages: dict[int, Passage]
    exhibits: dict[int, Exhibit]
    speakers: dict[int, list[tuple[int, int]]]  # claim → [(ordinal, source)]
    cited: dict[int, list[int]]  # claim → passages, in order
    unconfirmed: frozenset[int] = frozenset()


def around(viewer: Viewer, claims: Sequence[Claim]) -> Around:
    """Load what the claims refer to, in six queries at most."""
    keys = [claim.position for claim in claims]
    speakers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    cited = _cited_by(viewer, keys)
    if keys:
        for claim, ordinal, source in (
            visible(viewer, ClaimSource)
            .filter(claim__in=keys)
            .order_by("claim", "ordinal")
            .values_list("claim", "ordinal", "source")
        ):
            speakers[claim].append((ordinal, source))
    passages = by_position(viewer, Passage, {p for found in cited.values() for p in found})
    return Around(
        mentions=by_position(
            viewer, Mention, {c.subject for c in claims} | {c.ref for c in claims if c.ref}
        ),
        sources=sources_at(viewer, {s for found in speakers.values() for _, s in found}),
        passages=passages,
        exhibits=by_position(viewer, Exhibit, {p.exhibit for p in passages.values()}),
        speakers=dict(speakers),
        cited=cited,
        unconfirmed=_unconfirmed(viewer, claims),
    )


def _unconfirmed(viewer: Viewer, claims: Sequence[Claim]) -> frozenset[int]:
    """Of the claims about whom pictures show, those that do not count."""
    shown = {claim.position for claim in claims if claim.property == gates.DEPICTS}
    if not shown:
        return frozenset()
    counting = gates.speaking(visible(viewer, Claim).filter(position__in=shown))
    return frozenset(shown.difference(counting.values_list("position", flat=True)))


def _cited_by(viewer: Viewer, claims: Sequence[int]) -> dict[int, list[int]]:
    """The passages of claims, in order: one query, none where there are no claims."""
    found: dict[int, list[int]] = defaultdict(list)
    if claims:
        rows = visible(viewer, ClaimPassage).filter(claim__in=claims).order_by("claim", "ordinal")
        for claim, passage in rows.values_list("claim", "passage"):
            found[claim].append(passage)
    return dict(found)


def grounds(viewer: Viewer, claims: Sequence[int]) -> dict[int, tuple[Cited, ...]]:
    """The passages that claims cite, by claim: three queries however many there are."""
    by_claim = _cited_by(viewer, claims)
    passages = by_position(viewer, Passage, {p for found in by_claim.values() for p in found})
    exhibits = by_position(viewer, Exhibit, {p.exhibit for p in passages.values()})
    return {
        claim: tuple(
            cited(passages[p], exhibits.get(passages[p].exhibit)) for p in found if p in passages
        )
        for claim, found in by_claim.items()
    }


def sources_at(viewer: Viewer, wanted: Iterable[int | None]) -> dict[int, Source]:
    """The sources at these positions, as far as the viewer may know of them."""
    found = by_position(viewer, Source, wanted)
    return {row.position: row for row in as_known(viewer, found.values())}


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a list, and its label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Interest:
    """Who pays for, owns or backs a source, or what it is party to, as recorded."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SourceLink(Marked):
    """A source with its interests, which go with its name wherever it speaks.

    One without a name is known by its code. ``ended``: by what, '' while current.
    """

    position: int
    name: words.TextWords
    code: str
    kind: Code
    ended: str
    url: Target
    interests: tuple[Interest, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Someone who says it, or through whom it came, and how they know."""

    source: SourceLink | None
    basis: Code | None
    how: str
    said: words.Dated | None
    where: str


@dataclass(frozen=True, slots=True)
class ExhibitLink(Marked):
    """An exhibit."""

    position: int
    title: words.TextWords
    url: Target


@dataclass(frozen=True, slots=True)
class CitedExhibit(ExhibitLink):
    """An exhibit, and the place in it that is cited."""

    passage_url: Target


@dataclass(frozen=True, slots=True)
class Cited(Marked):
    """A passage: where it is, its words, and the exhibit that it is in (None: not visible).

    ``quote`` of a place that is not in a text is what somebody reads there, or ''.
    """

    position: int
    place: CitedLocation
    quote: words.TextWords
    entry: EntryReference
    exhibit: CitedExhibit | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The entry that took a claim back or replaced it."""

    by: str
    at: int


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """Whether somebody assessed a claim that stands, and what they found."""

    reviewed: bool
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card(Marked):
    """One claim: value, who says it through whom, on what basis, from which passage.

    ``folded``: its value and words are shown where a reader opens them.
    """

    position: int
    url: Target
    subject: words.RecordLink | None
    property: words.PropertyWords
    stance: words.StanceWords
    value: words.ValueWords
    holds: words.Dated | None
    attribution: tuple[Step, ...]
    passages: tuple[Cited, ...]
    ended: Ended | None
    unconfirmed: bool = False  # whom a picture shows, which no one has confirmed: it does not count
    folded: bool = False
    review: ClaimReview | None = optional()

    @builtins.property  # ``property`` is a field here
    def speaker(self) -> SourceLink | None:
        """Who says it; None when not visible."""
        return self.attribution[0].source if self.attribution else None


@dataclass(frozen=True, slots=True)
class OfProperty:
    """What is claimed of one property."""

    property: words.PropertyWords
    claims: tuple[Card, ...]


def cards(viewer: Viewer, claims: Sequence[Claim]) -> tuple[Card, ...]:
    """The claims as cards, in the order given."""
    rows = around(viewer, claims)
    return tuple(card(claim, rows) for claim in claims)


def card(claim: Claim, rows: Around) -> Card:
    """One claim as a card."""
    subject = rows.mentions.get(claim.subject)
    return Card(
        position=claim.position,
        url=Target("claim", claim.position),
        subject=words.record_link(subject),
        property=words.property_words(claim.property),
        stance=words.stance(claim.stance),
        value=words.value_of(claim, rows.mentions.get(claim.ref) if claim.ref else None),
        holds=words.date_words(claim.holds),
        attribution=attribution(claim, rows),
        passages=tuple(
            cited(rows.passages[p], rows.exhibits.get(rows.passages[p].exhibit))
            for p in rows.cited.get(claim.position, ())
            if p in rows.passages
        ),
        ended=None if claim.ended_at is None else Ended(claim.ended_by, claim.ended_at),
        unconfirmed=claim.position in rows.unconfirmed,
        folded=words.is_folded(claim.property, subject.kind if subject else ""),
    )


def attribution(claim: Claim, rows: Around) -> tuple[Step, ...]:
    """Who says it, then through whom, in order, each with how they know."""
    steps: list[dict[str, str]] = json.loads(claim.attribution)
    said = []
    for ordinal, position in rows.speakers.get(claim.position, ()):
        step = steps[ordinal] if ordinal < len(steps) else {}
        basis = step.get("basis", "")
        stated = bool(basis) and basis != "not-stated"
        said.append(
            Step(
                source=source_link(rows.sources.get(position)),
                basis=Code(basis, words.code_words("basis", basis)) if stated else None,
                how=step.get("how", ""),
                said=words.date_words(step.get("said", "")),
                where=step.get("where", ""),
            )
        )
    return tuple(said)


@overload
def source_link(source: Source) -> SourceLink: ...
@overload
def source_link(source: Source | None) -> SourceLink | None: ...
def source_link(source: Source | None) -> SourceLink | None:
    """A source; None when not visible."""
    return None if source is None else SourceLink(**of_source(source))


def of_source(source: Source) -> dict[str, Any]:
    """The fields of a ``SourceLink``, for values that say more of a source."""
    return {
        "position": source.position,
        "name": words.text(source.name or source.code),
        "code": source.code,
        "kind": Code(source.kind, words.code_words("source-kind", source.kind)),
        "ended": source.ended_by,
        "url": Target("source", source.position),
        "interests": interests(source),
    }


def interests(source: Source) -> tuple[Interest, ...]:
    """Who pays for, owns or backs a source, as recorded."""
    recorded: list[dict[str, str]] = json.loads(source.interests or "[]")
    return tuple(
        Interest(
            kind := entry.get("kind", ""),
            words.code_words("interest-kind", kind),
            entry.get("text", ""),
        )
        for entry in recorded
    )


def cited(passage: Passage, exhibit: Exhibit | None) -> Cited:
    """A passage's quote and the exhibit that it is in."""
    place = None
    if exhibit is not None:
        place = CitedExhibit(
            exhibit.position,
            words.text(exhibit.title or exhibit.filename),
            Target("exhibit", exhibit.position),
            Target("passage", passage.position),
        )
    return Cited(
        passage.position,
        place_of(passage),
        words.text(passage.quote),
        EntryReference("passage", passage.position),
        place,
    )


def exhibit_link(exhibit: Exhibit) -> ExhibitLink:
    """An exhibit."""
    return ExhibitLink(
        exhibit.position,
        words.text(exhibit.title or exhibit.filename),
        Target("exhibit", exhibit.position),
    )
