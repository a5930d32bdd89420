"""What waits for people before it is public: lists that came in, and what pictures show.

Answers with what the viewer may see. A claim is *reviewed* where it came in with a list that was
accepted, or with none because a person recorded it. Invariant: nothing here opens anything; that is
``access.gates``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Count, Max, Min

from habeas.archive import models as m
from habeas.archive.access import PUBLIC, Viewer, gates, live, under_names, visible, visible_labels
from habeas.archive.access.alike import contested
from habeas.archive.access.labels import LEVELS
from habeas.archive.store.pieces import in_pieces

_FEW = 1_000  # claims named in one question


@dataclass(frozen=True, slots=True)
class SamplePart:
    """Which rows were checked, by whom, against what; in words."""

    rows: str
    checked_by: str
    against: str


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A list that stands. ``acceptance`` is its entry, None while it waits for one; ``binds``:
    its rows are not public until then."""

    position: int
    name: str
    claims: int
    records: int
    binds: bool
    acceptance: int | None = None
    person: str = ""
    reason: str = ""
    despite: str = ""
    sample: tuple[SamplePart, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownOn:
    """A claim of whom or what a picture shows: of which nobody has said yet whether it does
    (``grade`` is ''), or what was said last. ``contested``: since it was confirmed, the same
    picture was found under another name, so that it waits again."""

    claim: int
    picture: int
    caption: str
    whom: int | None
    whom_caption: str
    exhibits: tuple[int, ...]
    grade: str = ""
    reason: str = ""
    person: str = ""
    counts: bool = False
    contested: bool = False


def something_waits() -> bool:
    """Whether anything that is handled as public is not public yet, or no longer."""
    public = visible_labels(PUBLIC).values("id")
    return m.Label.objects.filter(level=LEVELS["public"]).exclude(id__in=public).exists()


def imported_lists(viewer: Viewer) -> list[ImportedList]:
    """The lists that stand, those that wait first; then the newest first."""
    known = visible(viewer, m.PictureReference).values("list")  # a set of pictures, not claims
    rows = list(live(visible(viewer, m.List)).exclude(position__in=known).order_by("-position"))
    claims, records = Counter[int](), Counter[int]()
    for tally, listed in (
        (claims, live(visible(viewer, m.Claim)).values_list("list")),
        (records, live(visible(viewer, m.Mention)).values_list("list")),
    ):
        tally.update(dict(listed.annotate(number=Count("position"))))
    accepted = {row.list: row for row in live(visible(viewer, m.Acceptance)).order_by("position")}
    found = [
        ImportedList(
            row.position,
            row.name,
            claims[row.position],
            records[row.position],
            row.needs_acceptance,
            *_of_acceptance(accepted.get(row.position)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.acceptance is not None)


def _of_acceptance(
    row: m.Acceptance | None,
) -> tuple[int | None, str, str, str, tuple[SamplePart, ...]]:
    if row is None:
        return None, "", "", "", ()
    sample = tuple(
        SamplePart(part["rows"], part["checked_by"], part["against"])
        for part in json.loads(row.sample)
    )
    return row.position, row.person, row.reason, row.despite, sample


def shown_on_pictures(viewer: Viewer, *, waiting_only: bool = False) -> list[ShownOn]:
    """The claims that stand of whom pictures show, those that nobody has assessed first."""
    rows = list(live(visible(viewer, m.Claim)).filter(property=gates.DEPICTS).order_by("position"))
    claims = [row.position for row in rows]
    said: dict[int, m.Assessment] = {}
    cited: dict[int, list[int]] = {}
    for part in in_pieces(claims):
        given = live(visible(viewer, m.Assessment)).filter(target__in=part)
        for each in given.filter(depiction__in=(gates.CONFIRMS, gates.REFUTES)).order_by(
            "position"
        ):
            said[each.target] = each
        places = visible(viewer, m.ClaimPassage).filter(claim__in=part)
        of = dict(
            visible(viewer, m.Passage)
            .filter(position__in=places.values("passage"))
            .values_list("position", "exhibit")
        )
        for claim, place in places.values_list("claim", "passage"):
            if place in of:
                cited.setdefault(claim, []).append(of[place])
    names = captions(viewer, {row.subject for row in rows} | {row.ref for row in rows if row.ref})
    found = [
        _shown(row, said.get(row.position), names, sorted(set(cited.get(row.position, ()))))
        for row in rows
    ]
    confirmed = {each.claim: said[each.claim].position for each in found if each.counts}
    again = contested(confirmed)
    found = [replace(each, contested=each.claim in again) for each in found]
    waiting = [each for each in found if not each.grade or each.contested]
    if waiting_only:
        return waiting
    return [*waiting, *(each for each in found if each.grade and not each.contested)]


def _shown(
    row: m.Claim, said: m.Assessment | None, names: dict[int, str], exhibits: Collection[int]
) -> ShownOn:
    return ShownOn(
        row.position,
        row.subject,
        names.get(row.subject, ""),
        row.ref,
        _not_named(row) if row.ref is None else names.get(row.ref, ""),
        tuple(exhibits),
        *(("", "", "", False) if said is None else _said(said)),
    )


def _not_named(row: m.Claim) -> str:
    """Whom a picture is said to show, in words, where the claim names no one."""
    return "no one" if under_names.shows_no_one(row.value) else "someone who is not named"


def _said(said: m.Assessment) -> tuple[str, str, str, bool]:
    return said.grade, said.reason, said.person, said.depiction == gates.CONFIRMS


def captions(viewer: Viewer, mentions: Collection[int]) -> dict[int, str]:
    """How each mention that the viewer may see is called."""
    found: dict[int, str] = {}
    for part in in_pieces(sorted(mentions)):
        rows = visible(viewer, m.Mention).filter(position__in=part)
        found.update(rows.values_list("position", "caption"))
    return found


def unreviewed(claims: Collection[int]) -> int:
    """How many of these claims came in with a list that no one accepted.

    Of a few one question is asked, however many lists there are. Of many they are not asked for
    one by one, where the claims of a list follow each other, as an import leaves them.
    """
    accepted = live(m.Acceptance.objects.all()).values("list")
    waiting = live(m.List.objects.all()).exclude(position__in=accepted)
    if len(claims) <= _FEW:
        rows = m.Claim.objects.filter(position__in=claims, list__in=waiting.values("position"))
        return rows.count()
    number = 0
    for list_ in waiting:
        rows = m.Claim.objects.filter(list=list_.position)
        ends = rows.aggregate(first=Min("position"), last=Max("position"), number=Count("position"))
        if not ends["number"]:
            continue
        between = [each for each in claims if ends["first"] <= each <= ends["last"]]
        if between and _unbroken(ends["first"], ends["last"], ends["number"]):
            number += len(between)
            continue
        for part in in_pieces(sorted(between), _FEW):
            number += rows.filter(position__in=part).count()
    return number


def _unbroken(first: int, last: int, number: int) -> bool:
    """Whether all claims in a range of the ledger are of the list that has so many there."""
    return m.Claim.objects.filter(position__range=(first, last)).count() == number


def unreviewed_words(part: int, whole: int) -> str:
    """The same in a sentence; '' for none."""
    if not part:
        return ""
    which = "came in with a list that no one has accepted"
    if part == whole:
        return f"{'the claim' if whole == 1 else f'all {whole:,} claims'} that it rests on {which}"
    return f"{part:,} of the {whole:,} claims that it rests on {which}"
