"""Citing on an exhibit's page: the words that were chosen, and the form that cites them.

Words are chosen by an address (``from``, ``to``: a search hit, a place found in the text) or, with
the page's script, by selecting them. Invariants: offsets are code points of the layer; a form
carries the SHA-256 of the words that its reader saw, and a place at which other words stand is
refused; the same place is one passage, however often the button is pressed; who presses it has
words before their eyes, never numbers alone.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import PassageOutside, UnknownReference
from habeas.archive.exhibits.intake import layer_text
from habeas.archive.exhibits.quoting import cite_once
from habeas.archive.models import Exhibit, Layer, LedgerEntry, Passage
from habeas.archive.readings import locator_words
from habeas.archive.rules import LONGEST_QUOTE
from habeas.archive.verbs.referring import marking_as_exhibit
from habeas.web.errors import FormUnreadable, WordsChanged
from habeas.web.explore.frame.pages import exhibit_form
from habeas.web.site.viewing import ViewerRequest

if TYPE_CHECKING:
    from habeas.web.explore.exhibits.reading import ShownReading

Content = dict[str, Any]

LONGEST_LOOK = 2_000  # code points that are looked at on each side for the end of a sentence
_NUMBER = re.compile("[0-9]{1,16}")
_SHA256 = re.compile("[0-9a-f]{64}")
#: Where a sentence ends: at these signs before white space; in Chinese without any.
_SENTENCE_ENDS = re.compile(r"(?<![.!?…؟۔])[.!?…؟۔]++(?!\S)|[。！？]++")


def chosen(shown: ShownReading) -> Content | None:
    """The words that the address chose, their place, their passage, wider choices."""
    if shown.layer is None or shown.asked is None or shown.asked[0] == shown.asked[1]:
        return None
    start, stop = shown.asked
    quote = shown.text[start:stop]
    if not quote.strip():
        return None
    return {
        "start": start,
        "stop": stop,
        "place": locator_words(shown.locator(start, stop)),
        "quote": quote[:LONGEST_QUOTE],
        "quote_sha256": words_sha256(quote),
        "too_long": len(quote) > LONGEST_QUOTE,
        "passage": _passage(shown, start, stop),
        "wider": [
            {"words": words, "url": f"{shown.address(**{'from': first, 'to': last})}#found"}
            for words, first, last in _trimmed(shown.text, start, stop, _around(shown, start, stop))
        ],
    }


def words_sha256(quote: str) -> str:
    """What a form carries of the words that its reader saw."""
    return hashlib.sha256(quote.encode("utf-8")).hexdigest()


def _passage(shown: ShownReading, start: int, stop: int) -> Content | None:
    """The passage of this very place, if there is one; ``now`` how it came, when just now."""
    assert shown.layer is not None  # noqa: S101
    rows = visible(shown.request.viewer, Passage).filter(
        layer=shown.layer.position, start=start, stop=stop, label=shown.layer.label
    )
    row = rows.order_by("position").first()
    if row is None:
        return None
    time = LedgerEntry.objects.values_list("time", flat=True).get(position=row.position)
    recorded = datetime.datetime.fromtimestamp(time, datetime.UTC)
    now = shown.request.GET.get("cited", "")
    return {
        "position": row.position,
        "url": reverse("passage", kwargs={"position": row.position}),
        "recorded": recorded.isoformat().replace("+00:00", "Z"),
        "recorded_words": f"{recorded.day} {recorded:%B %Y, %H:%M} UTC",
        "now": now if now in ("new", "before") else "",
    }


Choice = tuple[str, int, int]


def _around(shown: ShownReading, start: int, stop: int) -> list[Choice]:
    """In a sheet the cell and the row around a place; else the sentence and the line."""
    found = shown.places.tables.at(start)
    if found is None or stop > found[0].tables.span(found[1])[1]:
        return _in_running_text(shown.text, start, stop)
    row = found[0].tables.row(found[1])
    cells = [cell for cell in row.cells if cell.start <= start and stop <= cell.stop]
    return [
        *((_("the cell"), cell.start, cell.stop) for cell in cells),
        (_("the row"), row.start, row.stop),
    ]


def _in_running_text(text: str, start: int, stop: int) -> list[Choice]:
    begins = text.rfind("\n", 0, start) + 1
    ends = text.find("\n", max(start, stop - 1))
    line = (begins, len(text) if ends < 0 else ends)
    first = max(line[0], start - LONGEST_LOOK)
    for before in _SENTENCE_ENDS.finditer(text, first, start + 1):
        first = min(before.end(), start)
    after = _SENTENCE_ENDS.search(text, max(start, stop - 1), min(line[1], stop + LONGEST_LOOK))
    last = after.end() if after else line[1]
    return [(_("the sentence"), first, last), (_("the line"), *line)]


def _trimmed(text: str, start: int, stop: int, choices: list[Choice]) -> list[Choice]:
    """The choices without white space at their ends, where they hold more than the place."""
    found: list[Choice] = []
    for words, left, right in choices:
        while left < start and text[left].isspace():
            left += 1
        while right > stop and text[right - 1].isspace():
            right -= 1
        known = {(start, stop), *((a, b) for _words, a, b in found)}
        if (left, right) not in known and stop <= right <= left + LONGEST_QUOTE:
            found.append((words, left, right))
    return found


@exhibit_form("text")
def cite(request: ViewerRequest, row: Exhibit) -> HttpResponseBase:
    """Make a passage of the words chosen, and lead to it where it stands."""
    position, start, stop, digest = _chosen_in(request)
    refuse_blocked(row.address)
    layer = visible(request.viewer, Layer).filter(exhibit=row.position, position=position).first()
    if layer is None:
        raise UnknownReference(
            _("There is no text layer %(n)s of this exhibit.") % {"n": position},
            next_step=_("Choose the words again on the exhibit's page."),
        )
    text = layer_text(request.archive, layer)
    quote = text[start:stop]
    if stop > len(text) or not quote.strip():
        raise PassageOutside(
            _("No words stand at this place."),
            next_step=_("Choose the words again on the exhibit's page."),
        )
    if words_sha256(quote) != digest:
        raise WordsChanged(
            _("Other words stand at this place than those that you chose. Nothing was recorded."),
            next_step=_("Choose them again on the exhibit's page."),
        )
    made, new = cite_once(request.archive, layer, text, start, stop, marking_as_exhibit(row))
    query = {"layer": position, "from": start, "to": stop, "cited": "new" if new else "before"}
    here = reverse("exhibit", kwargs={"position": row.position})
    answer = HttpResponseRedirect(f"{here}?{urlencode(query)}#passage-{made}")
    answer.status_code = 303
    return answer


def _chosen_in(request: ViewerRequest) -> tuple[int, int, int, str]:
    """The layer, the two offsets and the hash that the form holds."""
    numbers = [request.POST.get(name, "") for name in ("layer", "start", "stop")]
    digest = request.POST.get("quote_sha256", "")
    if not all(map(_NUMBER.fullmatch, numbers)) or not _SHA256.fullmatch(digest):
        raise FormUnreadable(
            _("The form does not say which words are meant."),
            next_step=_("Choose them on the exhibit's page and press its button."),
        )
    layer, start, stop = map(int, numbers)
    return layer, start, stop, digest
