"""Pictures that were confirmed, and since then found to be the same picture under another name.

What somebody confirmed was confirmed against what was known then. A set of well-known pictures that
is registered later, a hash that is made later, or the same picture in another exhibit under another
name says something that they did not weigh. So such a claim waits again until somebody confirms it
anew. Invariants: it is *contested* only by what was recorded after its newest confirmation, still
stands and was not refuted; two names are one where a record is shown by both, so a group picture
contests none; the answer depends on what is recorded, never on the order in which it is asked.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from habeas.archive.access.joins import open_fellows, open_records
from habeas.archive.models import (
    Assessment,
    Claim,
    ClaimPassage,
    Exhibit,
    Mention,
    Passage,
    PictureHash,
    PictureReference,
)
from habeas.archive.store.pieces import in_pieces
from habeas.reading.hash_index import HashIndex
from habeas.reading.pdq import LEAST_QUALITY, SAME_AT_MOST, distance

DEPICTS = "depicts"


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it is compared: its bytes, and its hash where that says enough."""

    plain_sha256: str
    bits: int | None

    def same(self, other: Seen) -> bool:
        """Whether the two are one picture."""
        if self.plain_sha256 == other.plain_sha256:
            return True
        if self.bits is None or other.bits is None:
            return False
        return distance(self.bits, other.bits) <= SAME_AT_MOST


def seen(pdq: str, quality: int, plain_sha256: str) -> Seen:
    """A picture by its hash in hexadecimal, '' for none."""
    return Seen(plain_sha256, int(pdq, 16) if pdq and quality >= LEAST_QUALITY else None)


def exhibits_of(claims: Collection[int]) -> dict[int, set[int]]:
    """The exhibits that each of the claims cites, whole or in part."""
    found: dict[int, set[int]] = defaultdict(set)
    for part in in_pieces(sorted(claims)):
        cited = ClaimPassage.objects.filter(claim__in=part)
        places = Passage.objects.filter(position__in=cited.values("passage"))
        of = dict(places.values_list("position", "exhibit"))
        for claim, passage in cited.values_list("claim", "passage"):
            if passage in of:
                found[claim].add(of[passage])
    return found


def hashed(exhibits: Collection[int]) -> dict[int, Seen]:
    """The exhibits as they are compared: by the newest hash of each that has one."""
    found: dict[int, Seen] = {}
    for part in in_pieces(sorted(exhibits)):
        made = PictureHash.objects.filter(exhibit__in=part).exclude(pdq="").order_by("position")
        of = {row[0]: row[1:] for row in made.values_list("exhibit", "pdq", "quality")}
        rows = Exhibit.objects.filter(position__in=part).values_list("position", "plain_sha256")
        for exhibit, digest in rows:
            found[exhibit] = seen(*of.get(exhibit, ("", 0)), digest)
    return found


def contested(confirmed: dict[int, int]) -> set[int]:
    """Those of some claims, each with the entry that confirmed it, that are contested since."""
    if not confirmed:
        return set()
    asserted = _asserted(Claim.objects.filter(position__in=confirmed))
    if not asserted:
        return set()
    since = min(confirmed[claim] for claim in asserted)
    known = [
        (row.position, seen(row.pdq, row.quality, row.plain_sha256), row)
        for row in PictureReference.objects.filter(position__gt=since, ended_at__isnull=True)
    ]
    later = _asserted(Claim.objects.filter(position__gt=since))
    for claim in _refuted(later):
        del later[claim]
    if not (known or later):
        return set()
    own, others = exhibits_of(asserted), exhibits_of(later)
    pictures = hashed({e for some in (own, others) for each in some.values() for e in each})
    shows: dict[int, set[int]] = defaultdict(set)  # exhibit: the records that it is said to show
    for claims, whose in ((asserted, own), (later, others)):
        for claim, exhibits in whose.items():
            for exhibit in exhibits:
                shows[exhibit].add(claims[claim])
    found = set()
    for claim, exhibits in own.items():
        after = confirmed[claim]
        mine = [(each, pictures[each]) for each in exhibits if each in pictures]
        if any(
            at > after and picture.same(other) and not _is_named(row, asserted[claim])
            for _, picture in mine
            for at, other, row in known
        ) or any(
            at > after
            and other not in exhibits
            and other in pictures
            and picture.same(pictures[other])
            and shows[exhibit].isdisjoint(shows[other])
            for exhibit, picture in mine
            for at, cited in others.items()
            for other in cited
        ):
            found.add(claim)
    return found


def _asserted(rows: object) -> dict[int, int]:
    """Of the claims that stand and assert whom a picture shows, the record of each."""
    asserted = rows.filter(property=DEPICTS, stance="asserts", ended_at__isnull=True)  # type: ignore[attr-defined]
    of = {claim: ref for claim, ref in asserted.values_list("position", "ref") if ref is not None}
    record = open_records(set(of.values()))
    return {claim: record[ref] for claim, ref in of.items() if ref in record}


def _refuted(claims: Collection[int]) -> set[int]:
    """Those of which the newest word is that the picture does not show it."""
    newest: dict[int, str] = {}
    for part in in_pieces(sorted(claims)):
        said = Assessment.objects.filter(target__in=part, target_kind="claim")
        said = said.filter(depiction__in=("confirms", "refutes")).order_by("position")
        newest.update(said.values_list("target", "depiction"))
    return {claim for claim, word in newest.items() if word == "refutes"}


def _is_named(row: PictureReference, record: int) -> bool:
    """Whether a well-known picture bears a name of the record."""
    if row.placeholder:
        return False
    mentions = Mention.objects.filter(position__in=open_fellows(record))
    captions = mentions.values_list("caption", flat=True)
    return _plainly(row.name) in map(_plainly, captions)


def _plainly(name: str) -> str:
    """A name whatever its case, spaces and widths; what differs more is looked at by a person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(slots=True)
class DepictedPictures:
    """The pictures of which it was claimed whom they show, to find the same ones again."""

    _index: HashIndex | None = None
    _bytes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, exhibits: Iterable[int]) -> None:
        """These are depicted, or were hashed anew."""
        if self._index is None:
            return  # all of them are read when one is looked for
        for exhibit, picture in hashed(set(exhibits)).items():
            self._add(self._index, exhibit, picture)

    def like(self, picture: Seen) -> set[int]:
        """The exhibits that are the same picture."""
        if self._index is None:
            claims = Claim.objects.filter(property=DEPICTS).values_list("position", flat=True)
            exhibits = {e for each in exhibits_of(list(claims)).values() for e in each}
            self._index = HashIndex()
            for exhibit, known in hashed(exhibits).items():
                self._add(self._index, exhibit, known)
        found = set(self._bytes.get(picture.plain_sha256, ()))
        if picture.bits is not None:
            found.update(exhibit for exhibit, _ in self._index.near(picture.bits))
        return found

    def claims_on(self, exhibits: Collection[int]) -> set[int]:
        """The claims of whom these exhibits show."""
        found: set[int] = set()
        for part in in_pieces(sorted(exhibits)):
            places = Passage.objects.filter(exhibit__in=part).values("position")
            citing = ClaimPassage.objects.filter(passage__in=places).values("claim")
            rows = Claim.objects.filter(property=DEPICTS, position__in=citing)
            found.update(rows.values_list("position", flat=True))
        return found

    def alike(self, claims: Collection[int]) -> set[int]:
        """The claims of whom the same pictures show as these speak of, these included."""
        exhibits = {e for each in exhibits_of(claims).values() for e in each}
        self.learn(exhibits)
        for picture in hashed(exhibits).values():
            exhibits |= self.like(picture)
        return self.claims_on(exhibits).union(claims)

    def _add(self, index: HashIndex, exhibit: int, picture: Seen) -> None:
        self._bytes[picture.plain_sha256].add(exhibit)
        if picture.bits is not None:
            index.add(exhibit, picture.bits)
