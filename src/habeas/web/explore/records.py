"""Records: lists of a kind, and one record with its claims, names and joined mentions.

Invariants: a record is, for each viewer, the mentions that they may see joined by the
judgements that they may see, so that a hidden judgement does not show through; lists of
records stand in the order of the ledger or of their captions, never in any order of merit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.models import Claim, Judgement, Mention
from habeas.archive.records import components
from habeas.figures import conflicts
from habeas.figures.disagreement import Conflict
from habeas.web.explore import cards, written
from habeas.web.explore.conflicts import differences
from habeas.web.explore.pages import Elsewhere, name_asked, page, paged, whole_number
from habeas.web.site.viewing import Request

Content = dict[str, Any]

CLAIMS = 50  # on one page of a record
JOINED = 60  # mentions and judgements listed on a record page
MENTIONED = 40  # claims about others that name this record
DIFFERENCES = 10  # shown on a record page
SORTED = 1000  # lists up to this long are alphabetical, longer ones in ledger order


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a viewer may see it; ``position`` is its earliest visible mention."""

    position: int
    mentions: tuple[Mention, ...]
    judgements: tuple[Judgement, ...]

    @property
    def first(self) -> Mention:
        return self.mentions[0]


def find(viewer: Viewer, position: int) -> Record | None:
    """The record that a mention belongs to; None when the viewer may not see the mention."""
    return find_all(viewer, [position]).get(position)


def find_all(viewer: Viewer, wanted: Sequence[int]) -> dict[int, Record]:
    """The records of several mentions, in three queries."""
    mentions = visible(viewer, Mention)
    canonical = dict(mentions.filter(position__in=wanted).values_list("position", "canonical"))
    if not canonical:
        return {}
    joined = list(mentions.filter(canonical__in=set(canonical.values())).order_by("position"))
    judgements = _judgements(viewer, joined) if len(joined) > len(canonical) else []
    roots = components([m.position for m in joined], [(j.left, j.right) for j in judgements])
    by_root: dict[int, list[Mention]] = defaultdict(list)
    for mention in joined:
        by_root[roots[mention.position]].append(mention)
    between: dict[int, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        between[roots[judgement.left]].append(judgement)
    return {
        position: Record(
            root := roots[position], tuple(by_root[root]), tuple(between.get(root, ()))
        )
        for position in canonical
    }


def _judgements(viewer: Viewer, joined: Iterable[Mention]) -> list[Judgement]:
    """The live ``same`` judgements among mentions."""
    keys = [m.position for m in joined]
    return list(
        visible(viewer, Judgement)
        .filter(verdict="same", ended_at__isnull=True, left__in=keys, right__in=keys)
        .order_by("position")
    )


@page("explore/kinds.html")
def kinds(request: Request) -> Content:
    """The kinds of records, with whether there is any of each."""
    there = []
    for kind in written.vocabulary().kinds:
        rows = visible(request.viewer, Mention).filter(kind=kind, ended_at__isnull=True)
        there.append(
            {
                "kind": kind,
                "label": written.kinds_words(kind),
                "url": reverse("records", kwargs={"kind": kind}),
                "any": rows.exists(),
            }
        )
    return {"title": _("Records"), "kinds": there}


@page("explore/records.html")
def listed(request: Request, kind: str) -> Content:
    """The records of one kind."""
    if kind not in written.vocabulary().kinds:
        raise Http404
    rows = visible(request.viewer, Mention).filter(kind=kind, ended_at__isnull=True)
    alphabetical = False
    if whole_number(request, "after") is None:
        short = list(rows.order_by("position")[: SORTED + 1])
        alphabetical = len(short) <= SORTED
    if alphabetical:
        found, turning = short, {"first": None, "next": None}
    else:
        found, turning = paged(rows, request)
    whole = _firsts(request.viewer, found)
    if alphabetical:
        whole.sort(key=lambda mention: (mention.caption.casefold(), mention.position))
    return {
        "title": written.kinds_words(kind),
        "kind": kind,
        "alphabetical": alphabetical,
        "records": [written.record_link(mention) for mention in whole],
        "pages": turning,
    }


def _firsts(viewer: Viewer, found: Sequence[Mention]) -> list[Mention]:
    """Those of the mentions that are the earliest of their record."""
    if viewer.is_owner:
        return [mention for mention in found if mention.canonical == mention.position]
    records = find_all(viewer, [mention.position for mention in found])
    return [
        m for m in found if m.position in records and records[m.position].position == m.position
    ]


@page("explore/record.html")
def record(request: Request, position: int) -> Content:
    """One record: names, claims by property, what names it, and why its mentions are one."""
    viewer = request.viewer
    found = find(viewer, position)
    if found is None:
        raise Http404
    if found.position != position:
        raise Elsewhere(reverse("record", kwargs={"position": found.position}))
    subjects = [mention.position for mention in found.mentions]
    only = name_asked(request, "property")
    claims, turning = _claims(request, subjects, only)
    names = _names(viewer, found, subjects)
    mentioned = list(
        visible(viewer, Claim)
        .filter(ref__in=subjects, ended_at__isnull=True)
        .order_by("position")[: MENTIONED + 1]
    )
    rows = cards.around(viewer, [*claims, *mentioned[:MENTIONED]])
    return {
        "title": found.first.caption,
        "record": {
            "position": found.position,
            "kind": found.first.kind,
            "kind_words": written.kind_words(found.first.kind),
            "kinds_words": written.kinds_words(found.first.kind),
            "kind_url": reverse("records", kwargs={"kind": found.first.kind}),
            "caption": written.text(found.first.caption, found.first.language, found.first.script),
            "url": reverse("record", kwargs={"position": found.position}),
            "ended": found.first.ended_by,
        },
        "names": names,
        "property": written.property_words(only) if only else None,
        "properties": _by_property(claims, rows),
        "pages": turning,
        "differences": differences(viewer, _differing(viewer, found, claims, turning)),
        "mentioned": [cards.card(claim, rows) for claim in mentioned[:MENTIONED]],
        "mentioned_more": len(mentioned) > MENTIONED,
        "joined": _joined(viewer, found),
    }


def _claims(request: Request, subjects: Sequence[int], only: str) -> tuple[list[Claim], Content]:
    """One page of claims in the order of property, then ledger position."""
    rows = visible(request.viewer, Claim).filter(subject__in=subjects)
    if only:
        rows = rows.filter(property=only)
    after = whole_number(request, "after")
    since = name_asked(request, "since")
    if after is not None:
        rows = rows.filter(Q(property__gt=since) | Q(property=since, position__gt=after))
    found = list(rows.order_by("property", "position")[: CLAIMS + 1])
    here = reverse("record", kwargs={"position": subjects[0]})
    kept = {"property": only} if only else {}
    last = found[CLAIMS - 1] if len(found) > CLAIMS else None
    return found[:CLAIMS], {
        "first": f"{here}?{urlencode(kept)}" if after is not None else None,
        "next": (
            f"{here}?{urlencode({**kept, 'since': last.property, 'after': str(last.position)})}"
            if last
            else None
        ),
    }


def _differing(
    viewer: Viewer, found: Record, claims: Sequence[Claim], turning: Content
) -> list[Conflict]:
    """The differences on a record whose claims fit on one page; longer ones have theirs."""
    whole = turning["first"] is None and turning["next"] is None
    return conflicts.of_subject(viewer, found.position)[:DIFFERENCES] if whole and claims else []


def _by_property(claims: Sequence[Claim], rows: cards.Around) -> list[Content]:
    return [
        {
            "property": written.property_words(name),
            "claims": [cards.card(claim, rows) for claim in group],
        }
        for name, group in groupby(claims, key=lambda claim: claim.property)
    ]


def _names(viewer: Viewer, found: Record, subjects: Sequence[int]) -> list[Content]:
    """Every way in which the record is written, each once, the first caption first."""
    texts = [written.text(m.caption, m.language, m.script) for m in found.mentions[:JOINED]]
    named = (
        visible(viewer, Claim)
        .filter(
            subject__in=subjects,
            property__in=("name", "other_name"),
            ended_at__isnull=True,
            stance="asserts",
        )
        .order_by("position")[:JOINED]
    )
    for claim in named:
        value = written.value_of(claim, None)
        texts += [found for name in ("as_written", "read_as") if (found := value[name])]
    once: dict[str, Content] = {}
    for name in texts:
        once.setdefault(name["text"], name)
    return list(once.values())


def _joined(viewer: Viewer, found: Record) -> Content:
    """The mentions of the record, and the judgements that join or hold apart."""
    keys = [mention.position for mention in found.mentions]
    apart = list(
        visible(viewer, Judgement)
        .filter(Q(left__in=keys) | Q(right__in=keys), ended_at__isnull=True)
        .exclude(verdict="same")
        .order_by("position")[:JOINED]
    )
    others = {j.left for j in apart} | {j.right for j in apart}
    known = {m.position: m for m in found.mentions}
    missing = others - known.keys()
    if missing:
        known |= {m.position: m for m in visible(viewer, Mention).filter(position__in=missing)}
    return {
        "mentions": [written.record_link(m) for m in found.mentions[:JOINED]],
        "mentions_more": len(found.mentions) > JOINED,
        "judgements": [
            {
                "position": judgement.position,
                "verdict": judgement.verdict,
                "verdict_words": written.code_words("verdict", judgement.verdict),
                "left": written.record_link(known.get(judgement.left)),
                "right": written.record_link(known.get(judgement.right)),
                "reason": judgement.reason,
                "person": judgement.person,
            }
            for judgement in [*found.judgements[:JOINED], *apart]
        ],
    }
