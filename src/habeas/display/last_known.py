"""What is last known of a person, and what is said of a death.

Invariants: nothing is weighed: of several that may be the last, all are given, each with its day,
its age and who says so; each account of a death is under its speaker, denials too.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from habeas.archive.access.consents import today
from habeas.archive.models import Claim
from habeas.display import cards, words
from habeas.display.spans import days_of

#: In this order; what is not here comes after, in the order of the vocabulary.
FIRST = (
    *("detained_in", "held_from", "held_until", "detained", "released", "detention_type"),
    *("detention_reason", "official_reason", "charge", "sentence", "detention_outcome"),
)
STATUSES = {
    "death_date": "died",
    "cause_of_death": "died",
    "released": "released",
    "detained_in": "held",
    "detained": "held",
    "held_until": "until",
    "detention_outcome": "outcome",
    "disappeared": "missing",
    "sentenced": "sentenced",
    "spoke_publicly": "spoke",
}
OF_DEATH = ("death_date", "cause_of_death")
_TIMES = ("detained", "held_from", "held_until")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one property of a detention, by whom."""

    property: words.PropertyWords
    accounts: tuple[cards.Card, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What was last known, on which day (EDTF), how long ago, and how many speakers say it."""

    said: str
    as_of: words.Dated
    days_ago: int
    ago: str
    speakers: int
    accounts: tuple[cards.Card, ...]


@dataclass(frozen=True, slots=True)
class UndatedStatus:
    """What became of somebody, where nobody states when."""

    said: str
    accounts: tuple[cards.Card, ...]


@dataclass(frozen=True, slots=True)
class DeathAccount:
    """What one source says of a death."""

    source: cards.SourceLink | None
    said: tuple[Said, ...]


def said_of(
    claims: Iterable[Claim], around: cards.Around, without: Sequence[str] = ()
) -> tuple[Said, ...]:
    """By property, those that a reader asks first at the head."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.property not in without:
            found[claim.property].append(claim)
    names = [*FIRST, *words.vocabulary().properties]
    return tuple(
        Said(words.property_words(name), tuple(cards.card(claim, around) for claim in found[name]))
        for name in dict.fromkeys([*names, *sorted(found)])
        if name in found
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """One claim on what became of somebody, and between which days that was known."""

    claim: Claim
    text: str
    first: int
    last: int


def last_known(
    claims: Iterable[Claim], around: cards.Around, stays: Mapping[int, ToldOfStay]
) -> tuple[Status, ...]:
    """What was known last; of those that are not certainly earlier than another, each.

    ``stays``: of the claims of detentions, what their speakers say of these (``told_of``).
    """
    found = [known for claim in claims if (known := _known(claim, around, stays)) is not None]
    if not found:
        return ()
    latest = max(known.first for known in found)
    by_words: dict[str, list[_Known]] = defaultdict(list)
    for known in sorted(found, key=lambda known: (-known.last, known.claim.position)):
        if known.last >= latest:
            by_words[_status_words(known.claim, around, stays)].append(known)
    now = datetime.date.fromisoformat(today()).toordinal()
    told = []
    for said, several in by_words.items():
        first = several[0]
        dated = words.date_words(first.text)
        if dated is not None:
            days = max(0, now - first.last)
            accounts = tuple(cards.card(known.claim, around) for known in several)
            speakers = len({known.claim.source for known in several})
            told.append(Status(said, dated, days, _ago(days), speakers, accounts))
    return tuple(told)


@dataclass(frozen=True, slots=True)
class ToldOfStay:
    """What one speaker says of a detention: when (EDTF), and where if in one place only."""

    time: str
    place: int | None


def told_of(stay: Collection[Claim]) -> dict[int, ToldOfStay]:
    """By claim of one detention, what its speaker says of it elsewhere. Nobody's dates are lent to
    another's account."""
    times: dict[int, list[str]] = defaultdict(list)
    places: dict[int, set[int]] = defaultdict(set)
    for claim in stay:
        if claim.property in _TIMES and _says_so(claim):
            times[claim.source].append(claim.value_key)
        if claim.property == "detained_in" and claim.ref is not None and _says_so(claim):
            places[claim.source].add(claim.ref)
    found = {}
    for claim in stay:
        where = places[claim.source]
        time = max(times[claim.source], key=_ends, default="")
        found[claim.position] = ToldOfStay(time, next(iter(where)) if len(where) == 1 else None)
    return found


def _ends(text: str) -> int:
    """The last day of a time."""
    return max((last for side in text.split("/") if (last := days_of(side)[1])), default=0)


def undated(claims: Iterable[Claim], around: cards.Around) -> tuple[UndatedStatus, ...]:
    """What is said of the person without a date and may be later; that they were held is not."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        told = STATUSES.get(claim.property, "held") not in ("held", "until")
        if told and _says_so(claim) and _known(claim, around, {}) is None:
            found[_status_words(claim, around, {})].append(claim)
    return tuple(
        UndatedStatus(said, tuple(cards.card(claim, around) for claim in several))
        for said, several in found.items()
    )


def _says_so(claim: Claim) -> bool:
    """Whether a claim asserts a value that is a status: neither unknown nor a "no"."""
    stated = bool(claim.value_key or claim.ref)
    refused = claim.property == "spoke_publicly" and claim.value_key == "no"
    return claim.stance == "asserts" and stated and not refused


def _known(claim: Claim, around: cards.Around, stays: Mapping[int, ToldOfStay]) -> _Known | None:
    """When what a claim says of somebody's fate was so; when it was said, where that is all.

    Who tells of a detention that they went through tells of it afterwards: they were not held when
    they said it.
    """
    if claim.property not in STATUSES or not _says_so(claim):
        return None
    text = claim.value_key if claim.value_type == "date" else claim.holds
    if not text and claim.position in stays:
        text = stays[claim.position].time
    if not text and not (_is_own_account(claim) and STATUSES[claim.property] == "held"):
        steps = cards.attribution(claim, around)
        said = steps[0].said if steps else None
        text = said.edtf if said else ""
    sides = [part for part in reversed(text.split("/")) if part]
    for side in sides:
        first, last = days_of(side)
        if first is not None and last is not None:
            return _Known(claim, side, first, last)
    return None


def _is_own_account(claim: Claim) -> bool:
    steps = json.loads(claim.attribution)
    return bool(steps) and steps[0].get("basis") == "experienced"


def _status_words(claim: Claim, around: cards.Around, stays: Mapping[int, ToldOfStay]) -> str:
    match STATUSES[claim.property]:
        case "died":
            return _("Died")
        case "released":
            return _("Released")
        case "missing":
            return _("Last heard of")
        case "sentenced":
            return _("Sentenced")
        case "spoke":
            return _("Spoke in public")
        case "until":
            return _("Held until then")
        case "outcome":
            return words.code_words("detention-outcome", claim.value_key)
    ref = claim.ref
    if ref is None and claim.position in stays:
        ref = stays[claim.position].place
    place = around.mentions.get(ref) if ref else None
    return _("Held in %(place)s") % {"place": place.caption} if place else _("Held")


def _ago(days: int) -> str:
    years = days * 4 // 1461
    if years:
        return ngettext("%(n)s year ago", "%(n)s years ago", years) % {"n": years}
    months = max(1, days // 30)
    return ngettext("%(n)s month ago", "%(n)s months ago", months) % {"n": months}


def death(claims: Iterable[Claim], around: cards.Around) -> tuple[DeathAccount, ...]:
    """Who says what of a death: dates, causes and that it was in detention, denials too."""
    of_death = [
        claim
        for claim in claims
        if claim.property in OF_DEATH
        or (claim.property == "detention_outcome" and claim.value_key == "died")
    ]
    by_source: dict[int, list[Claim]] = defaultdict(list)
    for claim in of_death:
        by_source[claim.source].append(claim)
    return tuple(
        DeathAccount(cards.source_link(around.sources.get(source)), said_of(said, around))
        for source, said in by_source.items()
    )
