"""Records: lists of a kind, and one record with its claims, names and joined mentions.

Invariants: a record is, for each viewer, the mentions that they may see joined by the
judgements that they may see, so that a hidden judgement does not show through; lists of
records stand in the order of the ledger or of their captions, never in any order of merit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, visible
from habeas.archive.joined import Record, find, find_all
from habeas.archive.models import Claim, Judgement, Mention
from habeas.archive.openness import consent_of_record, strictest
from habeas.figures.evaluation import conflicts
from habeas.figures.evaluation.disagreement import Conflict
from habeas.web.explore import cards, marks, written
from habeas.web.explore.conflicts import differences
from habeas.web.explore.pages import (
    Elsewhere,
    by_position,
    cut,
    links,
    name_asked,
    one,
    page,
    paged,
    whole_number,
)
from habeas.web.site.viewing import Request

Content = dict[str, Any]

CLAIMS = 50  # on one page of a record
JOINED = 60  # mentions, and judgements, on one page of a record
MENTIONED = 40  # claims about others that name this record, on one page
DIFFERENCES = 10  # shown on a record page; the page of differences has all
SORTED = 1000  # lists up to this long are alphabetical, longer ones in ledger order


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
        one(viewer, Mention, position)  # says that it was erased, where it was
        raise Http404
    if found.position != position:
        raise Elsewhere(reverse("record", kwargs={"position": found.position}))
    subjects = [mention.position for mention in found.mentions]
    only = name_asked(request, "property")
    claims, turning = _claims(request, subjects, only)
    names = _names(viewer, found, subjects)
    mentioned, turning_mentioned = paged(
        visible(viewer, Claim).filter(ref__in=subjects, ended_at__isnull=True),
        request,
        MENTIONED,
        cursor="named",
        place="mentioned",
    )
    rows = cards.around(viewer, [*claims, *mentioned])
    differing, more_differ = _differing(viewer, found, claims, turning)
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
            "agreed": _agreed(viewer, found),
        },
        "names": names,
        "property": written.property_words(only) if only else None,
        "properties": _by_property(claims, rows),
        "pages": turning,
        "differences": differences(viewer, differing),
        "differences_more": more_differ,
        "mentioned": [cards.card(claim, rows) for claim in mentioned],
        "mentioned_pages": turning_mentioned,
        "joined": _joined(request, found),
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
    kept = {
        name: request.GET[name]
        for name in ("property", "named", "mention", "judged")
        if name in request.GET
    }
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
) -> tuple[list[Conflict], str | None]:
    """The differences on a record, and where the rest of them are.

    A record whose claims fill several pages shows none: to compare them all takes too long.
    """
    there = f"{reverse('differences')}?{urlencode({'after': str(found.position)})}"
    if turning["first"] is not None or turning["next"] is not None:
        return [], there
    every = conflicts.of_subject(viewer, found.position) if claims else []
    return every[:DIFFERENCES], there if len(every) > DIFFERENCES else None


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
    texts = [
        {**written.text(m.caption, m.language, m.script), "entry": _entry("mention", m.position)}
        for m in found.mentions[:JOINED]
    ]
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
        texts += [
            {**found, "entry": _entry("claim", claim.position)}
            for name in ("as_written", "read_as")
            if (found := value[name])
        ]
    return _once(viewer, texts)


def _once(viewer: Viewer, texts: Sequence[Content]) -> list[Content]:
    """Each way of writing once, as strict as the strictest that it stands in."""
    marks.mark_all(viewer, {"texts": texts})
    once: dict[str, Content] = {}
    for name in texts:
        kept = once.setdefault(name["text"], name)
        if "handling" in name:
            kept["handling"] = strictest([kept["handling"], name["handling"]])
    return list(once.values())


def _entry(kind: str, position: int) -> Content:
    return {"kind": kind, "position": position}


def _agreed(viewer: Viewer, found: Record) -> Content | None:
    """The consent of a person, in a line; None for other records."""
    if found.first.kind != "person":
        return None
    keys = [mention.position for mention in found.mentions]
    return marks.consent_line(consent_of_record(viewer, keys))


def _joined(request: Request, found: Record) -> Content:
    """The mentions of the record, and the judgements that join or hold apart, in pages."""
    viewer = request.viewer
    keys = [mention.position for mention in found.mentions]
    mentions, turning = cut(found.mentions, request, JOINED, cursor="mention", place="joined")
    since = whole_number(request, "judged")
    apart = (
        visible(viewer, Judgement)
        .filter(Q(left__in=keys) | Q(right__in=keys), ended_at__isnull=True)
        .filter(position__gt=-1 if since is None else since)
        .exclude(verdict="same")
        .order_by("position")[: JOINED + 1]
    )
    same = (j for j in found.judgements if since is None or j.position > since)
    judged = sorted([*same, *apart], key=lambda judgement: judgement.position)
    more = judged[JOINED - 1].position if len(judged) > JOINED else None
    judged = judged[:JOINED]
    named = by_position(viewer, Mention, {j.left for j in judged} | {j.right for j in judged})
    return {
        "mentions": [
            {**(written.record_link(m) or {}), "entry": _entry("mention", m.position)}
            for m in mentions
        ],
        "in_all": len(found.mentions),
        "mentions_pages": turning,
        "judgements": [
            {
                "position": judgement.position,
                "verdict": judgement.verdict,
                "verdict_words": written.code_words("verdict", judgement.verdict),
                "left": written.record_link(named.get(judgement.left)),
                "right": written.record_link(named.get(judgement.right)),
                "reason": judgement.reason,
                "person": judgement.person,
                "entry": _entry("judgement", judgement.position),
            }
            for judgement in judged
        ],
        "judgements_pages": links(request, since, more, cursor="judged", place="joined"),
    }
