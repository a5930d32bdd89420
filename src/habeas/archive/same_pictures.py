"""The same picture under two names, in a set of well-known ones, or used as a placeholder.

Whole pictures are compared by their hashes (``reading.pdq``), never parts of them and never faces:
two pictures of one person are not alike by it. Invariants: what was not hashed is said to be so,
never taken for new; two names are a *conflict* only where no record is shown by both, so one group
picture that shows several people is none; a plain picture, of which the hash says little, is only
found again by its bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer, gates, live, visible
from habeas.archive.store.pieces import in_pieces
from habeas.reading.hash_index import HashIndex
from habeas.reading.pdq import LEAST_QUALITY

EXHIBIT, WELL_KNOWN, PLACEHOLDER = "exhibit", "well-known", "placeholder"
_NAMES: Final = ("name", "other_name")


def _folded(name: str) -> list[str]:
    from habeas.archive import folding  # what compares no pictures loads no tables of names

    return list(folding.words(name))


@dataclass(frozen=True, slots=True)
class ShownAs:
    """Whom a claim says a picture shows. ``part``: of a part of it, as in a group picture;
    ``cited``: it says something else of a person, and cites the picture."""

    claim: int
    record: int
    caption: str
    part: bool = False
    cited: bool = False


@dataclass(frozen=True, slots=True)
class SamePicture:
    """An exhibit and what is the same picture: another exhibit, or one known elsewhere (``of``).

    ``bits_apart``: of 256; 0 where the bytes are the same. ``name``: of one known elsewhere.
    """

    exhibit: int
    of: str
    other: int
    bits_apart: int
    shown_as: tuple[ShownAs, ...]
    other_shown_as: tuple[ShownAs, ...] = ()
    name: str = ""
    conflict: bool = False

    @property
    def words(self) -> str:
        """The finding in a sentence."""
        shows = _names(self.shown_as) or "no one in particular"
        apart = "the same bytes" if not self.bits_apart else f"{self.bits_apart} of 256 bits differ"
        if self.of == PLACEHOLDER:
            known = f"a placeholder{f', {self.name}' if self.name else ''}"
        elif self.of == WELL_KNOWN:
            known = f"the well-known picture of {self.name}"
        elif self.other == self.exhibit:
            return f"Picture {self.exhibit} is said to show {shows}."
        else:
            other = _names(self.other_shown_as) or "no one in particular"
            known = f"picture {self.other}, said to show {other}"
        says = "cited of" if any(each.cited for each in self.shown_as) else "said to show"
        return f"Picture {self.exhibit}, {says} {shows}, is {known} ({apart})."


def _names(shown: Iterable[ShownAs]) -> str:
    return " and ".join(dict.fromkeys(each.caption for each in shown))


@dataclass(frozen=True, slots=True)
class _Hashed:
    position: int
    bits: int
    quality: int
    plain_sha256: str


class _Hashes:
    """Pictures to compare with: by their bytes, and by their hashes where these tell enough."""

    def __init__(self, known: Iterable[_Hashed]) -> None:
        self._index = HashIndex()
        self._bytes: dict[str, list[int]] = defaultdict(list)
        for each in known:
            self._bytes[each.plain_sha256].append(each.position)
            if each.quality >= LEAST_QUALITY:
                self._index.add(each.position, each.bits)

    def near(self, one: _Hashed) -> list[tuple[int, int]]:
        """Those that are the same picture, each with how many bits differ; 0: the same bytes."""
        found = dict.fromkeys(self._bytes.get(one.plain_sha256, ()), 0)
        if one.quality >= LEAST_QUALITY:
            found = dict(self._index.near(one.bits)) | found
        return sorted(found.items())


def pictures(viewer: Viewer) -> list[int]:
    """The exhibits that are pictures."""
    read = visible(viewer, m.Reading).filter(inner_path="", media_type__startswith="image/")
    named = Q(media_type__startswith="image/") | Q(position__in=read.values("exhibit"))
    rows = visible(viewer, m.Exhibit).filter(named).order_by("position")
    return list(rows.values_list("position", flat=True))


def uncompared(viewer: Viewer, exhibits: Collection[int]) -> list[int]:
    """Those of the exhibits that were never hashed."""
    done: set[int] = set()
    for part in in_pieces(sorted(exhibits)):
        rows = visible(viewer, m.PictureHash).filter(exhibit__in=part)
        done.update(rows.values_list("exhibit", flat=True))
    return sorted(set(exhibits) - done)


def same_pictures(viewer: Viewer, exhibits: Collection[int] | None = None) -> list[SamePicture]:
    """What is the same picture as one of these exhibits (None: of all), conflicts first."""
    own = _hashed(viewer)
    wanted = own.keys() if exhibits is None else own.keys() & set(exhibits)
    shown = _shown(viewer)
    known = list(live(visible(viewer, m.PictureReference)).order_by("position"))
    found = [*_within(own, wanted, shown, once=exhibits is None)]
    found += _elsewhere(viewer, own, wanted, shown, known)
    found += (
        SamePicture(each, EXHIBIT, each, 0, tuple(shown[each]), conflict=True)
        for each in sorted(wanted)
        if len({one.record for one in shown.get(each, ()) if not one.part}) > 1
    )
    return sorted(found, key=lambda one: (not one.conflict, one.exhibit, one.of, one.other))


def stops(claims: Collection[int]) -> tuple[list[int], list[SamePicture]]:
    """Of the pictures that these claims cite: what was not compared yet, and what is in conflict.

    For rules, which see everything. A claim that does not say whom its picture shows is asked about
    only where pictures are known elsewhere: it puts a face beside a name as well.
    """
    saying: set[int] = set()
    for part in in_pieces(sorted(claims)):
        rows = m.Claim.objects.filter(position__in=part, property=gates.DEPICTS)
        saying.update(rows.values_list("position", flat=True))
    if live(m.PictureReference.objects.all()).exists():
        saying.update(_about_people(set(claims) - saying))
    exhibits = set(filter(gates.is_picture, gates.pictures_of(saying)[m.Exhibit]))
    if not exhibits:
        return [], []
    conflicts = [each for each in same_pictures(OWNER, exhibits) if each.conflict]
    return uncompared(OWNER, exhibits), conflicts


def _about_people(claims: Collection[int]) -> set[int]:
    found: set[int] = set()
    for part in in_pieces(sorted(claims)):
        people = m.Mention.objects.filter(kind="person").values("position")
        rows = m.Claim.objects.filter(position__in=part, subject__in=people)
        found.update(rows.values_list("position", flat=True))
    return found


def _hashed(viewer: Viewer) -> dict[int, _Hashed]:
    """The newest hash of each exhibit that has one."""
    of = dict(visible(viewer, m.Exhibit).values_list("position", "plain_sha256"))
    rows = visible(viewer, m.PictureHash).exclude(pdq="").order_by("position")
    return {
        exhibit: _Hashed(exhibit, int(pdq, 16), quality, of[exhibit])
        for exhibit, pdq, quality in rows.values_list("exhibit", "pdq", "quality").iterator()
        if exhibit in of
    }


def _shown(viewer: Viewer) -> dict[int, list[ShownAs]]:
    """Whom the claims that stand say each exhibit shows."""
    claims = live(visible(viewer, m.Claim)).filter(property=gates.DEPICTS, stance="asserts")
    rows = {c: ref for c, ref in claims.values_list("position", "ref") if ref is not None}
    mentions: dict[int, tuple[int, str]] = {}
    for part in in_pieces(sorted(set(rows.values()))):
        found = visible(viewer, m.Mention).filter(position__in=part)
        mentions |= _called(found)
    shown: dict[int, list[ShownAs]] = defaultdict(list)
    for part in in_pieces(sorted(rows)):
        cited = visible(viewer, m.ClaimPassage).filter(claim__in=part)
        places = visible(viewer, m.Passage).filter(position__in=cited.values("passage"))
        where = {p: (e, form) for p, e, form in places.values_list("position", "exhibit", "form")}
        for claim, passage in cited.order_by("claim", "ordinal").values_list("claim", "passage"):
            if passage in where and rows[claim] in mentions:
                exhibit, form = where[passage]
                record, caption = mentions[rows[claim]]
                shown[exhibit].append(ShownAs(claim, record, caption, form == "rectangle"))
    return shown


def _called(mentions: QuerySet[m.Mention]) -> dict[int, tuple[int, str]]:
    """The record of each mention, and how it is called there."""
    rows = mentions.values_list("position", "canonical", "caption")
    return {position: (record, caption) for position, record, caption in rows}


def _names_of(records: Collection[int]) -> dict[int, set[tuple[str, ...]]]:
    """How each record is called anywhere, folded."""
    found: dict[int, set[tuple[str, ...]]] = defaultdict(set)
    for part in in_pieces(sorted(records)):
        rows = m.Mention.objects.filter(canonical__in=part)
        of = _called(rows)
        for record, name in of.values():
            found[record].add(tuple(_folded(name)))
        said = live(
            m.Claim.objects.filter(subject__in=rows.values("position"), property__in=_NAMES)
        )
        for subject, key in said.values_list("subject", "value_key"):
            found[of[subject][0]].add(tuple(_folded(key)))
    return found


def _within(
    own: dict[int, _Hashed],
    wanted: Collection[int],
    shown: dict[int, list[ShownAs]],
    *,
    once: bool,
) -> Iterator[SamePicture]:
    others = _Hashes(own.values())
    for exhibit in sorted(wanted):
        for other, apart in others.near(own[exhibit]):
            if other == exhibit or (once and other < exhibit):
                continue
            mine, theirs = shown.get(exhibit, []), shown.get(other, [])
            apart_names = bool(mine and theirs) and not _records(mine) & _records(theirs)
            yield SamePicture(
                *(exhibit, EXHIBIT, other, apart, tuple(mine), tuple(theirs)),
                conflict=apart_names,
            )


def _records(shown: Iterable[ShownAs]) -> set[int]:
    return {each.record for each in shown}


def _elsewhere(
    viewer: Viewer,
    own: dict[int, _Hashed],
    wanted: Collection[int],
    shown: dict[int, list[ShownAs]],
    known: list[m.PictureReference],
) -> Iterator[SamePicture]:
    by_position = {row.position: row for row in known}
    others = _Hashes(
        _Hashed(row.position, int(row.pdq, 16), row.quality, row.plain_sha256) for row in known
    )
    for exhibit in sorted(wanted):
        if not (near := others.near(own[exhibit])):
            continue
        mine = shown.get(exhibit) or _cited_of(viewer, exhibit)
        names = _names_of({each.record for each in mine})
        for position, apart in near:
            row = by_position[position]
            called = tuple(_folded(row.name))
            theirs = all(called in names.get(each.record, ()) for each in mine)
            yield SamePicture(
                *(exhibit, PLACEHOLDER if row.placeholder else WELL_KNOWN, position, apart),
                tuple(mine),
                name=row.name,
                conflict=bool(mine) and (row.placeholder or not theirs),
            )


def _cited_of(viewer: Viewer, exhibit: int) -> list[ShownAs]:
    """The people of whom claims that stand say something else and cite this picture."""
    places = visible(viewer, m.Passage).filter(exhibit=exhibit).values("position")
    citing = visible(viewer, m.ClaimPassage).filter(passage__in=places).values("claim")
    claims = (
        live(visible(viewer, m.Claim)).filter(position__in=citing).exclude(property=gates.DEPICTS)
    )
    about = dict(claims.order_by("position").values_list("position", "subject"))
    people: dict[int, tuple[int, str]] = {}
    for part in in_pieces(sorted(set(about.values()))):
        people |= _called(visible(viewer, m.Mention).filter(position__in=part, kind="person"))
    return [
        ShownAs(claim, *people[subject], cited=True)
        for claim, subject in about.items()
        if subject in people
    ]
