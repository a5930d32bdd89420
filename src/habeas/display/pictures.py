"""A facility in pictures from above: each observation at its time, and its grades side by side.

A grade (``tier``) is what somebody says of a site on a day by written criteria. Grades of one day
stand in one row, a column for each who grades. Invariants: no grade is preferred, left out or
averaged; grades by other criteria, and one that says that a picture does not show enough, are no
difference; what the viewer may not see leaves no column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habeas.archive import regions
from habeas.archive.joined import JoinedRecord
from habeas.archive.models import Claim
from habeas.display import cards, words
from habeas.display.last_known import Said, said_of
from habeas.display.spans import Axis, AxisYear, BarShape, Span, days_of

#: What is drawn, graded and measured elsewhere on the page.
_ELSEWHERE = ("observed", "outline", "tier")
UNDECIDED = "undecided"  # of the code list: the picture does not show enough


@dataclass(frozen=True, slots=True)
class ObservationShown:
    """One observation: between which days its picture was taken, and what is said of it.

    ``bar`` None: no time is stated. ``by`` says all of it; None: several do, or one on two dates.
    """

    record: words.RecordLink
    dates: str
    bar: BarShape | None
    by: cards.Step | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade, with the criteria and analysts that its source states of the picture."""

    claim: cards.Card
    criteria: tuple[cards.Card, ...]
    analysts: tuple[cards.Card, ...]


@dataclass(frozen=True, slots=True)
class GradedDay:
    """The grades of one time, in the order of the assessors; '' for ``state``: nothing differs."""

    when: words.Dated | None
    records: tuple[words.RecordLink, ...]
    grades: tuple[tuple[Grade, ...], ...]
    state: str
    state_words: str


@dataclass(frozen=True, slots=True)
class TierMeaning:
    """What a tier means by the criteria of the code list."""

    code: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Grades:
    """Every grade of a site. An assessor is None where its source is not visible."""

    assessors: tuple[cards.SourceLink | None, ...]
    days: tuple[GradedDay, ...]
    tiers: tuple[TierMeaning, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The observations of a site in time; ``more`` are not shown."""

    observations: tuple[ObservationShown, ...]
    more: int
    years: tuple[AxisYear, ...]
    grades: Grades | None


def pictures(
    observations: Sequence[JoinedRecord],
    claims: Mapping[int, Sequence[Claim]],
    around: cards.Around,
    more: int,
) -> Pictures | None:
    """Those of one site; ``claims``: what is said of each, by its record. None for none."""
    if not observations:
        return None
    spans = {each.position: _taken(claims.get(each.position, ())) for each in observations}
    last = max((span.end for span in spans.values() if span.end is not None), default=0) + 1
    order = sorted(observations, key=lambda o: (spans[o.position].start or last, o.position))
    axis = Axis([spans[each.position] for each in order])
    shown = tuple(
        ObservationShown(
            link,
            spans[each.position].dates,
            axis.bar(spans[each.position]),
            _one_speaker(claims.get(each.position, ()), around),
            said_of(claims.get(each.position, ()), around, without=_ELSEWHERE),
        )
        for each in order
        if (link := words.record_link(each.first)) is not None
    )
    return Pictures(shown, more, axis.years, _grades(order, claims, around))


def _one_speaker(claims: Iterable[Claim], around: cards.Around) -> cards.Step | None:
    """Who says all of it on one occasion; None where nobody does, or they are not visible."""
    firsts = [steps[0] for claim in claims if (steps := cards.attribution(claim, around))]
    one = firsts[0] if firsts else None
    alike = {(step.source and step.source.position, step.said) for step in firsts}
    return one if one is not None and one.source is not None and len(alike) == 1 else None


def _taken(claims: Iterable[Claim]) -> Span:
    """When a picture was taken: one moment within what is stated, wider where accounts differ."""
    stated = _stated(claims, "observed")
    found = [days_of(text) for text in stated]
    starts = [day for day, _last in found if day is not None]
    ends = [day for _first, day in found if day is not None]
    start, end = (min(starts) if starts else None), (max(ends) if ends else None)
    told = [dated.words for text in stated if (dated := words.date_words(text)) is not None]
    return Span(start, end, start, end, _(" or ").join(told) or _("no date stated"))


def _stated(claims: Iterable[Claim], name: str) -> list[str]:
    """The values that are asserted of one property, each once."""
    said = (c.value_key for c in claims if c.property == name and c.stance == "asserts")
    return list(dict.fromkeys(key for key in said if key))


def _grades(
    order: Sequence[JoinedRecord],
    claims: Mapping[int, Sequence[Claim]],
    around: cards.Around,
) -> Grades | None:
    days: dict[str, dict[int, list[tuple[Claim, JoinedRecord]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    speakers: dict[int, None] = {}
    for each in order:
        said = claims.get(each.position, ())
        when = _stated(said, "observed")
        for claim in said:
            if claim.property == "tier":
                key = when[0] if len(when) == 1 else f"of {each.position}"
                days[key][claim.source].append((claim, each))
                speakers.setdefault(claim.source)
    if not days:
        return None
    seen = sorted(speakers)
    graded = tuple(_day(key, by, seen, claims, around) for key, by in days.items())
    codes = {c.value_key for by in days.values() for said in by.values() for c, _of in said}
    known = regions.with_list("facility-tier").codes["facility-tier"]
    tiers = (TierMeaning(code, t.label, t.meaning) for code, t in known.items() if code in codes)
    assessors = tuple(cards.source_link(around.sources.get(source)) for source in seen)
    return Grades(assessors, graded, tuple(tiers))


def _day(
    key: str,
    by: Mapping[int, Sequence[tuple[Claim, JoinedRecord]]],
    seen: Sequence[int],
    claims: Mapping[int, Sequence[Claim]],
    around: cards.Around,
) -> GradedDay:
    given = [pair for source in seen for pair in by.get(source, ())]
    records = {each.position: each for _claim, each in given}
    differ, apart = _differ(given, claims)
    state = "other-criteria" if differ and apart else "differ" if differ else ""
    return GradedDay(
        when=None if key.startswith("of ") else words.date_words(key),
        records=tuple(
            link for each in records.values() if (link := words.record_link(each.first)) is not None
        ),
        grades=tuple(
            tuple(_grade(claim, claims.get(each.position, ()), around) for claim, each in there)
            for there in (by.get(source, ()) for source in seen)
        ),
        state=state,
        state_words={
            "": "",
            "differ": _("Graded differently"),
            "other-criteria": _("Graded by different criteria: not to be compared"),
        }[state],
    )


def _differ(
    given: Sequence[tuple[Claim, JoinedRecord]], claims: Mapping[int, Sequence[Claim]]
) -> tuple[bool, bool]:
    """Whether the grades differ, and whether that is by criteria which differ throughout."""
    asserted: dict[str, set[str]] = defaultdict(set)
    denied = {c.value_key for c, _each in given if c.stance == "denies"}
    for claim, each in given:
        if claim.stance == "asserts" and claim.value_key and claim.value_key != UNDECIDED:
            said = (c for c in claims.get(each.position, ()) if c.source == claim.source)
            own = _stated(said, "criteria")
            asserted[claim.value_key].add(own[0] if len(own) == 1 else "")
    differ = len(asserted) > 1 or bool(denied & asserted.keys())
    by = list(asserted.values())
    apart = "" not in set().union(*by) and all(
        not (one & other) for n, one in enumerate(by) for other in by[n + 1 :]
    )
    return differ, apart and len(by) > 1


def _grade(claim: Claim, said: Iterable[Claim], around: cards.Around) -> Grade:
    """A grade with the criteria and analysts that its own source states of the picture."""
    own: dict[str, list[cards.Card]] = {"criteria": [], "analyst": []}
    for each in said:
        if each.property in own and each.source == claim.source:
            own[each.property].append(cards.card(each, around))
    return Grade(cards.card(claim, around), tuple(own["criteria"]), tuple(own["analyst"]))
