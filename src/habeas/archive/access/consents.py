"""Until when somebody's record may be public: the agreements behind the labels.

A person agrees by a live consent entry on any mention of their record, or on the source
they speak as. A withdrawal on any of them ends every consent of the record given before it,
also of mentions that are joined to it only later. ``Label.public_until`` is kept equal to
the earliest end among everyone in the label, and recomputed for the labels concerned when
a consent or a judgement changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import QuerySet

from habeas.archive.access.labels import FOR_EVER, LEVELS, NOT_AGREED
from habeas.archive.models import Consent, Label, LabelPart, Mention

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
        group = set(people)
        canonical = Mention.objects.filter(position__in=group).values("canonical")
        group.update(
            Mention.objects.filter(canonical__in=canonical).values_list("position", flat=True)
        )
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
    canonical = Mention.objects.filter(position=person).values("canonical")
    fellows = Mention.objects.filter(canonical__in=canonical).values_list("position", flat=True)
    return Consent.objects.filter(subject__in={person, *fellows})


def _agreed_until(person: int) -> str:
    """What the newest consent of the record says; a withdrawal ends all before it."""
    until, withdrawn = NOT_AGREED, -1
    newest = -1
    given = of_record(person).order_by("position")
    for position, audience, purposes, expires, ended_at, ended_by, *words in given.values_list(
        "position", "audience", "purposes", "expires", "ended_at", "ended_by",
        "basis", "scope", "at_risk", "reason",
    ):  # fmt: skip
        if ended_at is None:
            to_publish = not json.loads(purposes) or PUBLICATION in json.loads(purposes)
            public = audience == LEVELS["public"] and to_publish and not is_held_back(*words)
            newest, until = position, (expires or FOR_EVER) if public else NOT_AGREED
        elif ended_by == "withdrawn":
            withdrawn = max(withdrawn, ended_at)
    return until if newest > withdrawn else NOT_AGREED
