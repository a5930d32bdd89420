"""Until when somebody's record may be public: the agreements behind the labels.

A person agrees by a live consent entry on any mention of their record, or on the source
they speak as. A withdrawal on any of them ends every consent of the record given before it,
also of mentions that are joined to it only later. ``Label.public_until`` is kept equal to
the earliest end among everyone in the label, and recomputed for the labels concerned when
a consent or a judgement changes, or what it waits for.

A consent that came with a list which no one has accepted opens nothing yet, nor does one that
reaches somebody only through a judgement which waits so (``access.gates``); what limits or
withdraws binds at once.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from habeas.archive.access.joins import fellows, open_fellows, some_wait
from habeas.archive.access.labels import FOR_EVER, LEVELS, NOT_AGREED
from habeas.archive.models import Consent, Label, LabelPart, Mention
from habeas.archive.store.pieces import in_pieces

AGREED = "given"  # of the code list consent-basis
PUBLICATION = "publication"  # of the code list consent-purpose


class Agreements:
    """Answers ``until`` for the labels of one projection run."""

    def __init__(self) -> None:
        self._until: dict[int, str] = {}
        self._unwritten: set[int] = set()

    def made(self, person: int) -> None:
        """A mention or source was just made; nobody can have agreed to it yet."""
        self._unwritten.add(person)
        self._until[person] = NOT_AGREED

    def is_new(self, person: int) -> bool:
        """Whether the mention or source was made since the last flush."""
        return person in self._unwritten

    def written(self) -> None:
        """The buffered rows are in the database."""
        self._unwritten.clear()

    def until(self, person: int) -> str:
        """The last ISO day on which the person's record may be public; '' for not agreed."""
        if person not in self._until:
            self._until[person] = _agreed_until(person)
        return self._until[person]

    def changed(self, people: Iterable[int]) -> None:
        """Consents or the joined mentions changed: mend the labels that name these people."""
        self._until.clear()
        for person in self._unwritten:
            self._until[person] = NOT_AGREED
        group = {*people}
        group |= fellows(group)
        concerned = LabelPart.objects.filter(consent_of__in=group).values("label")
        everyone = LabelPart.objects.filter(label__in=concerned, consent_of__isnull=False)
        earliest: dict[str, str] = {}
        for label, consenter in everyone.values_list("label", "consent_of"):
            until = FOR_EVER if consenter is None else self.until(consenter)
            earliest[label] = min(until, earliest.get(label, FOR_EVER))
        for label, until in earliest.items():
            Label.objects.filter(id=label).exclude(public_until=until).update(public_until=until)


def is_held_back(basis: str, scope: str, at_risk: str, reason: str) -> bool:
    """Whether what a person agreed to carries a remark, which no rule can read.

    "Yes, but no name" must not publish the name. What somebody said in public or did in office
    rests on that and not on their agreement: there the words describe the basis.
    """
    return basis == AGREED and any(words.strip() for words in (scope, at_risk, reason))


def of_record(person: int) -> QuerySet[Consent]:
    """Every consent, ended ones included, of a source or of the record of a mention."""
    return Consent.objects.filter(subject__in={person, *fellows([person])})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person or source agreed to, by all their consents.

    ``until`` is the last ISO day on which they may be public: '' never, FOR_EVER without end.
    ``newest`` is the consent in force; None where there is none, or a withdrawal ended it.
    """

    until: str = NOT_AGREED
    newest: Consent | None = None
    withdrawn: bool = False

    @property
    def state(self) -> str:
        """none | public | limited | remark | withdrawn | expired."""
        if self.newest is None:
            return "withdrawn" if self.withdrawn else "none"
        if self.newest.expires and self.newest.expires < today():
            return "expired"
        if self.until != NOT_AGREED:
            return "public"
        return "remark" if _held_back(self.newest) else "limited"


def standing(given: Iterable[Consent], waiting: Collection[int] = ()) -> Standing:
    """What the newest consent says; a withdrawal ends all before it. In ledger order.

    ``waiting``: those that open nothing yet (``waiting_among``).
    """
    withdrawn, newest = -1, None
    for row in given:
        if row.ended_at is None:
            if row.position not in waiting or row.audience != LEVELS["public"]:
                newest = row
        elif row.ended_by == "withdrawn":
            withdrawn = max(withdrawn, row.ended_at)
    if newest is None or newest.position <= withdrawn:
        return Standing(withdrawn=withdrawn >= 0)
    purposes = json.loads(newest.purposes)
    to_publish = not purposes or PUBLICATION in purposes
    public = newest.audience == LEVELS["public"] and to_publish and not _held_back(newest)
    return Standing((newest.expires or FOR_EVER) if public else NOT_AGREED, newest)


def today() -> str:
    """The ISO day by which consents expire."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def waiting_among(given: Collection[Consent]) -> set[int]:
    """Those of the consents that came with, or are about somebody of, a list not accepted yet."""
    labels = {row.label for row in given}
    closed: set[str] = set()
    for part in in_pieces(sorted(labels)):
        rows = Label.objects.filter(id__in=part, awaits=True)
        closed.update(rows.values_list("id", flat=True))
    return {row.position for row in given if row.label in closed}


def _apart(person: int, given: Collection[Consent]) -> set[int]:
    """The consents on mentions that are one with a person only by judgements that wait."""
    if not {row.subject for row in given} - {person}:
        return set()
    joined = open_fellows(person)
    return {row.position for row in given if row.subject not in joined}


def until_of_all(people: Collection[int]) -> dict[int, str]:
    """``Agreements.until`` of several people at once, in two queries: by every consent there is.

    For rules alone: whoever may not see a consent is not told of it.
    """
    canonical = Mention.objects.filter(position__in=people).values("canonical")
    rows = Mention.objects.filter(canonical__in=canonical).values_list("position", "canonical")
    record = dict(rows)
    given: dict[int, list[Consent]] = {}
    for row in Consent.objects.filter(subject__in={*people, *record}).order_by("position"):
        given.setdefault(record.get(row.subject, row.subject), []).append(row)
    waits = waiting_among([row for rows in given.values() for row in rows])
    waiting = some_wait()
    found: dict[int, str] = {}
    for each in people:
        rows_of = given.get(record.get(each, each), [])
        apart = _apart(each, rows_of) if waiting else set()
        found[each] = standing(rows_of, waits | apart).until
    return found


def _held_back(row: Consent) -> bool:
    return is_held_back(row.basis, row.scope, row.at_risk, row.reason)


def _agreed_until(person: int) -> str:
    given = list(of_record(person).order_by("position"))
    return standing(given, waiting_among(given) | _apart(person, given)).until
