"""What must have been accepted before it is public: lists that came in, and what pictures show.

Four things are gates, each named by its position. A *list* is open while an acceptance of it
stands. A *claim that a picture shows somebody* (``depicts``) is open while the newest assessment of
scheme ``depiction`` by somebody whose word counts says so. A *picture* of which such a claim was
made, an exhibit that is one or holds it, or the record that stands for it, is open while one such
claim stands and every one that stands is open; so a picture that was once shown under a false name
stays closed until somebody says whom it shows. A claim that was confirmed before the same picture
was found under another name is closed again (``access.alike``). A *claim about people* that cites a
picture as it is seen (``access.under_names``) is open while the picture is, and shows no other
where it is cited.

Invariants: a label names the gates of all that it is of, so what rests on a closed one is not
public, whatever its handling; a list needs an acceptance if the policy asked for it when it came
in, and no later policy opens or closes it; ``Label.awaits`` is recomputed for the labels concerned
whenever a gate may have changed. Nothing here looks at a face: people look at whole pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery

from habeas.archive.access import under_names
from habeas.archive.access.alike import DepictedPictures, contested, exhibits_of, seen
from habeas.archive.models import (
    Acceptance,
    Assessment,
    Batch,
    Claim,
    ClaimPassage,
    Exhibit,
    GatePolicy,
    Label,
    LabelPart,
    List,
    Mention,
    Passage,
    Reading,
)
from habeas.archive.store.facts import facts
from habeas.archive.store.pieces import in_pieces

DEPICTS: Final = "depicts"  # the property
DEPICTION: Final = "depiction"  # the scheme, and its code list
SHOWS: Final = "shows"
#: What an assessment of what a picture shows does (``Assessment.depiction``).
CONFIRMS, REFUTES, OWN = "confirms", "refutes", "own"
#: Which grade bears a claim out, by its stance.
_BORNE_OUT: Final = {"asserts": SHOWS, "denies": "does-not-show"}
BINDING, NOT_BINDING = "binding", "not-binding"
ANOTHER, ANYONE = "another", "anyone"


class GateRules(NamedTuple):
    """``acceptance``: lists that come in need one. ``another_person``: what a picture shows is
    confirmed by somebody other than who claimed it."""

    acceptance: bool
    another_person: bool

    def fields(self) -> dict[str, str]:
        return {
            "acceptance": BINDING if self.acceptance else NOT_BINDING,
            "depiction_by": ANOTHER if self.another_person else ANYONE,
        }

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> GateRules:
        return cls(fields["acceptance"] == BINDING, fields["depiction_by"] == ANOTHER)


#: What a new archive begins with, and what an archive without a policy has.
DEFAULT: Final = GateRules(acceptance=True, another_person=True)
NONE: Final = GateRules(acceptance=False, another_person=False)


def policy_at(position: int | None = None) -> GateRules:
    """The policy in force for what comes in at a position; None: now."""
    rows = GatePolicy.objects.order_by("-position")
    if position is not None:
        rows = rows.filter(position__lte=position)
    row = rows.first()
    return NONE if row is None else GateRules(row.acceptance, row.another_person)


def claimant(claim: int) -> str:
    """The person who signed a claim, or the import that it came in with; '' for nobody."""
    found = facts(claim, claim + 1)
    person = str(found[0].fields.get("person", "")) if found else ""
    covering = Batch.objects.filter(first__lte=claim, position__gt=claim).order_by("position")
    return person or covering.values_list("person", flat=True).first() or ""


def pictures_of(claims: Collection[int]) -> dict[type[Mention] | type[Exhibit], set[int]]:
    """What is as closed as these claims about pictures: the exhibits of which they cite a picture,
    whole or in part, and the records that stand for them. Whoever has a file has each picture in
    it."""
    exhibits = {exhibit for exhibit, _, _ in _cited_pictures(claims)}
    subjects: set[int] = set()
    for part in in_pieces(sorted(claims)):
        rows = Claim.objects.filter(position__in=part)
        subjects.update(rows.values_list("subject", flat=True))
    return {Exhibit: exhibits, Mention: subjects}


def _cited_pictures(claims: Collection[int]) -> set[tuple[int, str, str]]:
    """The pictures that claims cite: the exhibit, the file in it, and the bytes of a whole one."""
    found: set[tuple[int, str, str]] = set()
    for part in in_pieces(sorted(claims)):
        cited = ClaimPassage.objects.filter(claim__in=part).values("passage")
        places = Passage.objects.filter(position__in=cited)
        for exhibit, inner, form in places.values_list("exhibit", "inner_path", "form").distinct():
            if is_picture(exhibit, inner):
                found.add((exhibit, inner, _bytes_of(exhibit, inner)))
            elif form == "rectangle":  # a picture on a page
                found.add((exhibit, inner, ""))
    return found


def _bytes_of(exhibit: int, inner: str) -> str:
    rows: QuerySet[Any, str | None]
    if inner:
        read = Reading.objects.filter(exhibit=exhibit, inner_path=inner).order_by("-position")
        rows = read.values_list("inner_sha256", flat=True)
    else:
        named = Exhibit.objects.filter(position=exhibit)
        rows = named.values_list("plain_sha256", flat=True)
    return rows.first() or ""


def holding(claims: Collection[int]) -> dict[int, set[int]]:
    """Exhibits of which these claims cite a picture, and the other files that hold the same one."""
    found: dict[int, set[int]] = {}
    for exhibit, inner, digest in _cited_pictures(claims):
        if digest:
            inside = Reading.objects.filter(inner_sha256=digest).exclude(exhibit=exhibit)
            others = set(inside.values_list("exhibit", flat=True))
            if inner:
                alone = Exhibit.objects.filter(plain_sha256=digest)
                others.update(alone.values_list("position", flat=True))
            if others:
                found.setdefault(exhibit, set()).update(others)
    return found


def depicted_as(inner_sha256: str) -> set[int]:
    """The claims of whom a file shows that was found inside another, wherever it is."""
    alone = Exhibit.objects.filter(plain_sha256=inner_sha256).values_list("position", flat=True)
    inside = Reading.objects.filter(inner_sha256=inner_sha256).values_list("exhibit", flat=True)
    return DepictedPictures().claims_on({*alone, *inside})


def is_picture(exhibit: int, inner_path: str = "") -> bool:
    """By what its reading found, else by its name; what nobody can tell is taken for one."""
    read = Reading.objects.filter(exhibit=exhibit, inner_path=inner_path).exclude(media_type="")
    kind = read.order_by("-position").values_list("media_type", flat=True).first()
    if not kind and not inner_path:
        named = Exhibit.objects.filter(position=exhibit)
        kind = named.values_list("media_type", flat=True).first()
    return not kind or kind.startswith("image/")


def is_open(position: int) -> bool:
    """Whether what the gate at a position stands for may be public."""
    if List.objects.filter(position=position).exists():
        return Acceptance.objects.filter(list=position, ended_at__isnull=True).exists()
    property = Claim.objects.filter(position=position).values_list("property", flat=True).first()
    if property not in (None, DEPICTS):
        return all(_may_be_under(each, position) for each in under_names.seen_in(position))
    if property is not None:
        said = assessments_of(position).values_list("depiction", "position").first()
        if said is None or said[0] != CONFIRMS:
            return False
        return not contested({position: said[1]})
    standing = depicting(position)
    return bool(standing) and all(map(is_open, standing))


def _may_be_under(file: under_names.LookedAt, claim: int) -> bool:
    """Whether a picture may stand under the names of those whom a claim is about: it was confirmed
    what it shows, and of people none but them."""
    picture = is_picture(file.exhibit, file.inner_path)
    if not (file.part or picture):
        return True
    depicts: Collection[int] = depicting(file.exhibit, file.inner_path)
    if not depicts or not all(map(is_open, depicts)):
        return False
    if file.part:  # of a page of portraits, or of a film, each one is looked at
        # That a document or film shows somebody does not say where in it.
        whole = depicts if picture else under_names.showing_no_one(depicts)
        depicts = under_names.looking_there(file, depicts, whole)
    asserted = Claim.objects.filter(position__in=depicts, stance="asserts")
    shows = list(asserted.values_list("ref", "value"))
    if not shows or any(r is None and not under_names.shows_no_one(value) for r, value in shows):
        return False  # that it is not this person does not say who it is
    shown = under_names.people({ref for ref, _ in shows if ref is not None})
    return not shown or not shown.isdisjoint(under_names.whom(claim))


def assessments_of(claim: int) -> QuerySet[Assessment]:
    """What counts of what people said of a claim that a picture shows somebody, newest first."""
    rows = Assessment.objects.filter(target=claim, target_kind="claim", ended_at__isnull=True)
    return rows.filter(depiction__in=(CONFIRMS, REFUTES)).order_by("-position")


def depicting(picture: int, inner_path: str = "") -> list[int]:
    """The claims that stand and say whom or what a picture shows, or a picture in a file."""
    places = Passage.objects.filter(exhibit=picture)
    if inner_path:
        places = places.filter(inner_path=inner_path)
    citing = ClaimPassage.objects.filter(passage__in=places.values("position")).values("claim")
    rows = Claim.objects.filter(property=DEPICTS, ended_at__isnull=True)
    rows = rows.filter(Q(position__in=citing) | Q(subject=picture))
    return list(rows.order_by("position").values_list("position", flat=True))


def speaking(claims: QuerySet[Claim], as_of: int | None = None) -> QuerySet[Claim]:
    """Of these claims those that count: what a picture shows, only where it is confirmed."""
    said = Assessment.objects.filter(target=OuterRef("position"), target_kind="claim")
    said = said.filter(depiction__in=(CONFIRMS, REFUTES))
    if as_of is not None:
        said = said.filter(position__lt=as_of)
    newest = Subquery(said.order_by("-position").values("depiction")[:1])
    return claims.alias(shown=newest).filter(~Q(property=DEPICTS) | Q(shown=CONFIRMS))


def weight(claim: Claim, grade: str, person: str) -> str:
    """What an assessment of a claim does: see ``Assessment.depiction``."""
    if policy_at(claim.position).another_person and person == claimant(claim.position):
        return OWN
    return CONFIRMS if grade == _BORNE_OUT.get(claim.stance) else REFUTES


class Gates:
    """Answers ``is_open`` for the labels of one projection run."""

    def __init__(self) -> None:
        self._open: dict[int, bool] = {}
        self._rules: GateRules | None = None
        self._lists: dict[int, bool] = {}
        self._depicted = DepictedPictures()
        self._pictures: dict[tuple[int, str], bool] = {}

    @property
    def rules(self) -> GateRules:
        """The policy in force for what is projected now."""
        if self._rules is None:
            self._rules = policy_at()
        return self._rules

    @rules.setter
    def rules(self, rules: GateRules) -> None:
        self._rules = rules

    def began(self, list_: int) -> bool:
        """A list came in; whether it needs an acceptance."""
        self._lists[list_] = self.rules.acceptance
        return self.rules.acceptance

    def of_list(self, list_: int) -> bool:
        """Whether the rows of a list wait for its acceptance."""
        if list_ not in self._lists:
            rows = List.objects.filter(position=list_)
            self._lists[list_] = rows.filter(needs_acceptance=True).exists()
        return self._lists[list_]

    def is_open(self, position: int) -> bool:
        if position not in self._open:
            self._open[position] = is_open(position)
        return self._open[position]

    def changed(self, positions: Iterable[int]) -> None:
        """Mend the labels that name these gates. What is buffered must have been written."""
        found = {gate: is_open(gate) for gate in sorted(set(positions))}
        self._open |= found
        for gate, opened in found.items():
            concerned = LabelPart.objects.filter(gate_of=gate).values("label")
            labels = Label.objects.filter(id__in=concerned)
            if not opened:
                labels.filter(awaits=False).update(awaits=True)
                continue
            others = LabelPart.objects.filter(label__in=concerned, gate_of__isnull=False)
            named = others.exclude(gate_of=gate).values_list("gate_of", flat=True).distinct()
            shut = [other for other in named if other is not None and not self.is_open(other)]
            waiting = labels.filter(awaits=True)
            for part in in_pieces(sorted(shut)):
                kept = LabelPart.objects.filter(gate_of__in=part).values("label")
                waiting = waiting.exclude(id__in=kept)
            waiting.update(awaits=False)

    def changed_with(self, claims: Iterable[int]) -> None:
        """Claims about what pictures show changed, ended or were assessed; with them change those
        of whom the same pictures show."""
        depicts = set(claims)
        if depicts:
            depicts = self._depicted.alike(depicts)
            pictures = pictures_of(depicts)
            # Also of films and documents, which are not as closed as what they show.
            cited = {each for some in exhibits_of(depicts).values() for each in some}
            under = under_names.claims_on(cited)
            self.changed(depicts.union(under, *pictures.values()))

    def any_picture(
        self, files: Collection[under_names.LookedAt], write: Callable[[], None]
    ) -> bool:
        """Whether what is looked at in one of the files is a picture. ``write`` writes what is
        buffered."""
        if any(file.part for file in files):
            return True
        whole = {(file.exhibit, file.inner_path) for file in files}
        if missing := [each for each in whole if each not in self._pictures]:
            write()
            self._pictures.update((each, is_picture(*each)) for each in missing)
        return any(self._pictures[each] for each in whole)

    def read(self, exhibit: int) -> None:
        """A file was read: whether it is a picture may be known only now."""
        self._pictures = {each: was for each, was in self._pictures.items() if each[0] != exhibit}

    def depicting_claims(self, exhibit: int) -> set[int]:
        """The claims of whom an exhibit shows."""
        return self._depicted.claims_on([exhibit])

    def known_elsewhere(self, pdq: str, quality: int, plain_sha256: str) -> set[int]:
        """The claims of whom a picture shows that is known elsewhere too."""
        alike = self._depicted.like(seen(pdq, quality, plain_sha256))
        return self._depicted.claims_on(alike)

    def joined(self, mentions: Iterable[int]) -> None:
        """Records were joined or parted: what two pictures show may be one now, or two."""
        found: set[int] = set()
        for part in in_pieces(sorted(set(mentions))):
            rows = Claim.objects.filter(property=DEPICTS, ref__in=part)
            found.update(rows.values_list("position", flat=True))
        self.changed_with(found)
