"""Who may read what: the only door to the archive's rows.

``visible(viewer, Model)`` gives the rows that a viewer may see; lists, counts, facets,
figures, conflicts and blast radius all start from it. A row that may not be seen is to
be answered like one that does not exist. ``explain`` says in one sentence why a row may
or may not be seen.

Rules: the owner sees everything. The public sees what is handled as public everywhere,
only while everyone whose consent it needs agrees, and only once every list and picture that it
rests on was accepted (``access.gates``). A team member sees what lies in
compartments they are cleared for, up to their level in each; a thing of two compartments
needs both. The text of an exhibit that is blocked, or of a transcript of one, is shown to nobody
(``archive.exhibits.blocking``).

An entry that a viewer may not see changes nothing of what they see: they have the newest version
that they may see (``newest``), and are told of no ending and no erasure by an entry that is not
theirs to see (``as_known``, ``erasing_entry``). What such an entry takes back is closed to them
with it, at every ledger size (``archive.projection.taking_back``; decision 0031 says why).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.lookups import LessThan

from habeas.archive import models as m
from habeas.archive.access.consents import today
from habeas.archive.access.labels import LEVEL_NAMES, LEVELS
from habeas.archive.access.needs import NeedsMet

M = TypeVar("M", bound=Model)

NOBODY: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True)
class Viewer:
    """Somebody who reads. ``cleared`` maps compartment positions to the strictest level.

    ``purpose`` is the entry that says what for, None where nobody said: what needs one is then
    refused (``archive.purposes``).
    """

    name: str
    is_owner: bool = False
    is_team: bool = False
    cleared: Mapping[int, int] = field(default_factory=lambda: NOBODY)
    purpose: int | None = None

    def with_purpose(self, entry: int) -> Viewer:
        """The same, reading for the purpose that an entry states."""
        return replace(self, purpose=entry)

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for viewers who see the same on the same day; for caches."""
        return (self.is_owner, self.is_team, tuple(sorted(self.cleared.items())), today())


OWNER = Viewer("owner", is_owner=True, is_team=True)
PUBLIC = Viewer("public")


def team_member(name: str, clearances: Mapping[str, str]) -> Viewer:
    """A viewer cleared for compartments by key, each up to a handling level by name."""
    positions = dict(
        m.Compartment.objects.filter(key__in=clearances).values_list("key", "position")
    )
    cleared = {
        positions[key]: LEVELS[level] for key, level in clearances.items() if key in positions
    }
    return Viewer(name, is_team=True, cleared=MappingProxyType(cleared))


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether a row may be read, and the sentence that says why."""

    allowed: bool
    sentence: str


def visible(viewer: Viewer, model: type[M]) -> QuerySet[M]:
    """The rows of a projection that the viewer may read."""
    rows: QuerySet[M] = model._default_manager.all()
    if model in (m.Layer, m.Reading):  # of a blocked exhibit: nobody's, not even the owner's
        blocked = m.Block.objects.filter(exhibit=OuterRef("exhibit"), ended_at__isnull=True)
        # What was written down of a blocked recording is the words of those who speak in it,
        # whether or not somebody still vouches for it.
        written = m.Transcript.objects.filter(Exists(blocked), transcript=OuterRef("exhibit"))
        rows = rows.exclude(Exists(blocked) | Exists(written))
    if model is m.Transcript:
        for name in ("exhibit", "transcript"):
            blocked = m.Block.objects.filter(exhibit=OuterRef(name), ended_at__isnull=True)
            rows = rows.exclude(Exists(blocked))
    if viewer.is_owner:
        return rows
    if model in (m.ClaimSource, m.ClaimPassage):
        # A claim's label joins those of its sources and passages. Asked row by row (EXISTS):
        # SQLite would first make a list of every claim or label that may be seen.
        claim = visible(viewer, m.Claim).filter(position=OuterRef("claim"))
        return rows.filter(Exists(claim))
    if model is m.NameKey:  # as open as the mention or claim that gives the name
        # By clearance first, which is in the index: hidden rows of a name take no time then.
        open_to = visible_labels(viewer).filter(needs_consent=False)
        rows = rows.filter(clearance__in=list(open_to.values_list("id", flat=True)))
        given = visible(viewer, m.Mention).filter(position=OuterRef("entry"))
        said = visible(viewer, m.Claim).filter(position=OuterRef("entry"))
        return rows.filter(Exists(given) | Exists(said))
    if model is m.GroupedClaim:  # a grouping's label joins those of its claims
        grouping = visible(viewer, m.Grouping).filter(position=OuterRef("grouping"))
        return rows.filter(Exists(grouping))
    if model in (m.Label, m.LabelPart):
        return rows.none()
    return rows.filter(_needs_met(viewer, "label"))


def visible_labels(viewer: Viewer) -> QuerySet[m.Label]:
    """The labels whose every need the viewer meets."""
    labels = m.Label.objects.all()
    return labels if viewer.is_owner else labels.filter(_needs_met(viewer, "id"))


def _needs_met(viewer: Viewer, column: str) -> NeedsMet:
    cleared = tuple(viewer.cleared.items()) if viewer.is_team else None
    return NeedsMet(column, today(), cleared)


def explain(viewer: Viewer, row: m.Projection) -> Reason:
    """Why this viewer may or may not read this row."""
    if viewer.is_owner:
        return Reason(allowed=True, sentence="The owner reads everything in the archive.")
    if visible_labels(viewer).filter(id=row.label).exists():
        whom = "Anyone" if not viewer.is_team else f"{viewer.name}"
        return Reason(allowed=True, sentence=f"{whom} may read this.")
    needs = m.LabelPart.objects.filter(label=row.label, compartment__isnull=False)
    keys = dict(m.Compartment.objects.values_list("position", "key"))
    missing = [
        f"{keys.get(compartment, 'a compartment')} at level {LEVEL_NAMES[level]}"
        for compartment, level in needs.values_list("compartment", "level")
        if compartment is not None
        and level is not None
        and viewer.cleared.get(compartment, -1 if viewer.is_team else LEVELS["public"]) < level
    ]
    if missing:
        return Reason(
            allowed=False, sentence=f"{viewer.name} is not cleared for {' and '.join(missing)}."
        )
    if m.Label.objects.filter(id=row.label, awaits=True).exists():
        return Reason(
            allowed=False,
            sentence="It rests on a list that was not accepted yet, or on a picture of which "
            "no one has confirmed whom it shows.",
        )
    return Reason(
        allowed=False, sentence="Someone in it has not agreed to publication, or no longer does."
    )


def live(rows: QuerySet[M], as_of: int | None = None) -> QuerySet[M]:
    """The rows that stood as of a ledger size (now when none is given): not ended by then."""
    if as_of is None:
        return rows.filter(ended_at__isnull=True)
    # The sum keeps databases from walking the whole primary key instead of an index that fits.
    begun = rows.filter(LessThan(F("position") + 0, as_of))
    return begun.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=as_of))


#: What a newer version replaces: the column that all versions share.
_VERSIONED: dict[type[Model], str] = {
    m.Definition: "key",
    m.Linkage: "kind",
    m.Reading: "exhibit",
}


def newest(viewer: Viewer, model: type[M], as_of: int | None = None) -> QuerySet[M]:
    """Of what newer versions replace, the newest that the viewer may see, as of a ledger size.

    A version that was replaced by one that is erased since is not the newest again.
    """
    rows = visible(viewer, model)
    if viewer.is_owner:
        return live(rows, as_of)
    if model is m.Source:
        replaced = _replacing(viewer, as_of)
        gone = rows.filter(ended_by="retracted")
        if as_of is not None:
            rows, gone = rows.filter(position__lt=as_of), gone.filter(ended_at__lt=as_of)
        return rows.exclude(position__in=list(replaced)).exclude(
            position__in=gone.values("position")
        )
    same = _VERSIONED[model]
    later = visible(viewer, model).filter(**{same: OuterRef(same)})
    if model is m.Reading:  # the files inside an exhibit are read with it
        later = later.filter(run__gt=OuterRef("run"))
    else:
        later = later.filter(position__gt=OuterRef("position"))
    if as_of is not None:
        rows, later = rows.filter(position__lt=as_of), later.filter(position__lt=as_of)
    by_what_is_there = model._default_manager.filter(position=OuterRef("ended_at"))
    return rows.filter(Q(ended_at__isnull=True) | Exists(by_what_is_there), ~Exists(later))


def as_known(viewer: Viewer, sources: Iterable[m.Source]) -> list[m.Source]:
    """The sources without an ending that the viewer may not know of: a newer version not theirs.

    Asked of every source, replaced or not, so that not even the number of questions tells of one.
    """
    found = list(sources)
    if viewer.is_owner or not found:
        return found
    replaced = _replacing(viewer)
    for row in found:
        if row.ended_by == "superseded":
            row.ended_at = replaced.get(row.position)
            row.ended_by = "" if row.ended_at is None else row.ended_by
    return found


def _replacing(viewer: Viewer, as_of: int | None = None) -> dict[int, int]:
    """For each source that was replaced, the next version that the viewer may see."""
    later = m.Source.objects.filter(previous__isnull=False).order_by("position")
    if as_of is not None:
        later = later.filter(position__lt=as_of)
    following: dict[int, int] = {}
    for position, previous in later.values_list("position", "previous"):
        following.setdefault(previous or 0, position)
    seen = set(
        visible(viewer, m.Source).filter(previous__isnull=False).values_list("position", flat=True)
    )
    found: dict[int, int] = {}
    for first in following:
        next_one: int | None = following[first]
        while next_one is not None and next_one not in seen:
            next_one = following.get(next_one)
        if next_one is not None:
            found[first] = next_one
    return found


def erasing_entry(viewer: Viewer, at: int) -> int | None:
    """The place of the entry that erased something; None where the viewer may not see it."""
    return at if visible(viewer, m.Erasure).filter(position=at).exists() else None
