"""The search page: a box, what was found with its places, and filters by what it has.

Invariants: all that is shown went through ``archive.search.searching`` with the request's
viewer; a query that cannot run is shown again with the place that is wrong; what was added
to the query is said, with a link that leaves it out. Asking changes nothing.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.errors import TooLong
from habeas.archive.purposes import require_to_search
from habeas.archive.readings import locator_words
from habeas.archive.search import refining, searching
from habeas.archive.search.errors import IndexMissing, QueryRefused
from habeas.archive.search.language import Tree
from habeas.archive.search.languages import UNKNOWN
from habeas.archive.search.named import NamedRecord
from habeas.archive.search.searching import PAGE, Hit, SearchAnswer
from habeas.archive.store import deadline
from habeas.display import words
from habeas.display.in_row import in_row
from habeas.web.explore.exhibits import layers
from habeas.web.explore.frame.pages import links, page, whole_number
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]

LONGEST = 4_000  # characters that are read of the address
MOST_SECONDS = 15.0
_LESS = gettext_noop("Use fewer * and ?, fewer words, or a filter such as source: or date:.")

_FACETS = {
    "type": gettext_noop("Kind of file"),
    "language": gettext_noop("Language"),
    "source": gettext_noop("Received from"),
    "year": gettext_noop("Received in"),
    "folder": gettext_noop("Folder"),
    "state": gettext_noop("How it was read"),
    "has": gettext_noop("Used in the archive"),
}
_FILTER = {"year": "date"}  # the name of a facet's filter, where it is another
_WORDS = {
    "ar": gettext_noop("Arabic"),
    "be": gettext_noop("Belarusian"),
    "en": gettext_noop("English"),
    "kk": gettext_noop("Kazakh"),
    "ky": gettext_noop("Kyrgyz"),
    "ru": gettext_noop("Russian"),
    "tr": gettext_noop("Turkish"),
    "uk": gettext_noop("Ukrainian"),
    "ug": gettext_noop("Uyghur"),
    "zh": gettext_noop("Chinese"),
    "ja": gettext_noop("Japanese"),
    UNKNOWN: gettext_noop("not determined"),
    "pdf": gettext_noop("PDF"),
    "word": gettext_noop("text document"),
    "sheet": gettext_noop("table"),
    "slides": gettext_noop("slides"),
    "mail": gettext_noop("mail"),
    "web": gettext_noop("web page"),
    "picture": gettext_noop("picture"),
    "text": gettext_noop("plain text"),
    "archive": gettext_noop("archive of files"),
    "other": gettext_noop("other"),
    "read": gettext_noop("whole"),
    "in-part": gettext_noop("in part"),
    "passage": gettext_noop("cited"),
    "claim": gettext_noop("a claim rests on it"),
}


@page("explore/search.html")
def search(request: ViewerRequest) -> Content:
    """One page of what a query finds; without a query, how to ask."""
    asked = request.GET.get("q", "")[:LONGEST].strip()
    exact = request.GET.get("expand") == "no"
    if asked:
        require_to_search(request.viewer)
    content: Content = {
        "title": _("Search"),
        "query": asked,
        "exact": exact,
        "error": None,
        "found": None,
    }
    if not asked:
        return content
    first = whole_number(request, "after", most=searching.DEEPEST) or 0
    try:
        with deadline.within(MOST_SECONDS, _(_LESS)):
            found = searching.search(
                request.archive, request.viewer, asked, exact=exact, first=first, limit=PAGE
            )
    except QueryRefused as error:
        return {**content, "error": _refused(asked, error)}
    except (IndexMissing, TooLong) as error:
        return {**content, "error": {"message": error.message, "next_step": error.next_step}}
    return {**content, "found": _found(request, found, asked, exact, first)}


def _refused(asked: str, error: QueryRefused) -> Content:
    """The query cut at the place that is wrong."""
    start = min(error.column - 1, len(asked))
    stop = min(len(asked), start + error.width)
    return {
        "message": error.reason,
        "next_step": error.next_step,
        "column": error.column,
        "before": asked[:start],
        "wrong": asked[start:stop],
        "after": asked[stop:],
    }


def _found(
    request: ViewerRequest, found: SearchAnswer, asked: str, exact: bool, first: int
) -> Content:
    following = first + PAGE if first + PAGE < min(found.total, searching.DEEPEST - PAGE) else None
    return {
        "total": found.total,
        "first": first + 1,
        "last": first + len(found.hits),
        "hits": [_hit(hit) for hit in found.hits],
        "facets": _facets(found, exact),
        "added": [{"to": one.to, "spellings": list(one.spellings)} for one in found.added],
        "without_added": _address(asked, exact=True),
        "with_added": _address(asked, exact=False),
        "nowhere": [str(part) for part in found.nowhere],
        "next_try": refining.next_try(found.nowhere) if found.nowhere else "",
        "in_one_file": _in_one_file(found, exact),
        "behind": found.behind,
        "named": [_record(one) for one in found.named.records],
        "named_more": found.named.more,
        "names_asked": bool(found.named.asked),
        "looked": found.looked and {"read": found.looked.read, "unread": found.looked.unread},
        "pages": links(request, first or None, following),
    }


def _record(one: NamedRecord) -> Content:
    """A record that goes by a name asked: what it is called, and how much is said of it."""
    return {
        "position": one.position,
        "kind": one.kind,
        "kind_words": words.kind_words(one.kind),
        "caption": words.text(one.name.text, one.name.language, one.name.script),
        "forms": [words.text(form.text, form.language, form.script) for form in one.forms],
        "claims": one.claims,
        "handling": one.handling,
        "consent": one.consent,
        "url": reverse("record", kwargs={"position": one.position}),
    }


def _in_one_file(found: SearchAnswer, exact: bool) -> Content | None:
    """What to ask next where each part is somewhere and no passage has all."""
    wider = None if found.total or found.nowhere else refining.spread(found.tree)
    if wider is None:
        return None
    return {"query": str(wider), "url": _address(str(wider), exact=exact)}


def _hit(hit: Hit) -> Content:
    url = reverse("exhibit", kwargs={"position": hit.exhibit})
    start, stop = hit.ranges[0] if hit.ranges else (hit.start, hit.start)
    if not hit.ranges and hit.row is not None:
        start, stop = hit.row.start, hit.row.stop
    query = {"layer": hit.layer, "window": layers.window_of(start)}
    if stop > start:
        query |= {"from": start, "to": stop}
    return {
        "exhibit": hit.exhibit,
        "layer": hit.layer,
        "title": words.text(hit.title),
        "inner_path": hit.inner_path,
        "place": locator_words(hit.locator),
        "url": f"{url}?{urlencode(query)}#{'found' if stop > start else 'text'}",
        "start": hit.start,
        "stop": hit.stop,
        "ranges": [list(one) for one in hit.ranges],
        "joined": list(hit.joined),
        "segments": [{"text": text, "marked": marked} for text, marked in hit.segments],
        "cut_before": hit.excerpt[0] > hit.start,
        "cut_after": hit.excerpt[1] < hit.stop,
        "fault": hit.fault,
        "entry": {"kind": "layer", "position": hit.layer},
        "row": None if hit.row is None else in_row(hit.row),
    }


def _facets(found: SearchAnswer, exact: bool) -> list[Content]:
    """Each facet with its values; one that tells nothing apart is left out."""
    shown = []
    for name, label in _FACETS.items():
        values = [_value(found.tree, name, v.value, v.count, exact) for v in found.facets[name]]
        if len(values) > 1 or any(value["chosen"] for value in values) or name == "has":
            shown.append({"name": name, "label": _(label), "values": values})
    return [facet for facet in shown if facet["values"]]


def _value(tree: Tree, facet: str, value: str, count: int, exact: bool) -> Content:
    name = _FILTER.get(facet, facet)
    chosen = refining.chosen(tree, name, value)
    other = refining.widened(tree, name, value) if chosen else refining.narrowed(tree, name, value)
    words = _(_WORDS[value]) if facet != "source" and value in _WORDS else value
    return {
        "value": value,
        "words": words,
        "count": count,
        "chosen": chosen,
        "url": _address("" if other is None else str(other), exact=exact),
    }


def _address(asked: str, *, exact: bool) -> str:
    query = {"q": asked} | ({"expand": "no"} if exact else {})
    return f"{reverse('search')}?{urlencode(query)}"
