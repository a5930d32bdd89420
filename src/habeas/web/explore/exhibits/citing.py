"""The forms that cite what was chosen on an exhibit's page: words, or a place that is not words.

Invariants: a form carries the SHA-256 of the words that its reader saw, and a place at which other
words stand is refused; so is a place of a file that was read again meanwhile; the same place is one
passage, however often the button is pressed; who presses it has words before their eyes, never
numbers alone.
"""

from __future__ import annotations

import re

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from habeas.archive.access import visible
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import PassageOutside, UnknownReference
from habeas.archive.exhibits import locating
from habeas.archive.exhibits.quoting import cite_once
from habeas.archive.models import Exhibit, Layer, Reading
from habeas.archive.readings import layer_text
from habeas.archive.verbs.referring import marking_as_exhibit
from habeas.display.exhibits import exhibit as displayed
from habeas.display.exhibits.chosen import words_sha256
from habeas.display.exhibits.placing import SECTION
from habeas.vocabulary import locations
from habeas.vocabulary.locations import Location
from habeas.web.errors import FormUnreadable, WordsChanged
from habeas.web.explore.frame.pages import exhibit_form
from habeas.web.site.viewing import ViewerRequest

_NUMBER = re.compile("[0-9]{1,16}")
_SHA256 = re.compile("[0-9a-f]{64}")


@exhibit_form("text")
def cite(request: ViewerRequest, row: Exhibit) -> HttpResponseBase:
    """Make a passage of the words chosen, and lead to it in its text."""
    position, start, stop, digest = _chosen_in(request)
    refuse_blocked(row.address)
    layer = visible(request.viewer, Layer).filter(exhibit=row.position, position=position).first()
    if layer is None:
        raise UnknownReference(
            _("This exhibit has no text at entry %(n)s.") % {"n": position},
            next_step=_("Choose the words again on the exhibit's page."),
        )
    text = layer_text(request.archive, layer)
    quote = text[start:stop]
    if stop > len(text) or not quote.strip():
        raise PassageOutside(
            _("There are no words at this place."),
            next_step=_("Choose the words again on the exhibit's page."),
        )
    if words_sha256(quote) != digest:
        raise WordsChanged(
            _("The words at this place are not the ones you chose. Nothing was recorded."),
            next_step=_("Choose them again on the exhibit's page."),
        )
    made, new = cite_once(request.archive, layer, text, start, stop, marking_as_exhibit(row))
    query = {"layer": position, "from": start, "to": stop, "cited": "new" if new else "before"}
    here = reverse("exhibit", kwargs={"position": row.position})
    answer = HttpResponseRedirect(f"{here}?{urlencode(query)}#passage-{made}")
    answer.status_code = 303
    return answer


@exhibit_form(SECTION)
def cite_place(request: ViewerRequest, row: Exhibit) -> HttpResponseBase:
    """Cite a rectangle, a time, a cell or row, or the whole file, and lead to it."""
    place, reading, digest, quote = _place_in(request)
    refuse_blocked(row.address)
    inner = ""
    if reading is not None:
        read = visible(request.viewer, Reading).filter(exhibit=row.position, position=reading)
        inner = next((each.inner_path for each in read), "")
    found = locating.find(request.archive, request.viewer, row.position, place, inner=inner)
    stands = None if found.reading is None else found.reading.position
    if stands != reading:
        raise WordsChanged(
            _("The file was read again since you chose this place. Nothing was recorded."),
            next_step=_("Look at the place again on the exhibit's page."),
        )
    if place.in_table and words_sha256(found.quote) != digest:
        raise WordsChanged(
            _("The words at this place are not the ones you chose. Nothing was recorded."),
            next_step=_("Choose them again on the exhibit's page."),
        )
    _cited, made, new = locating.cite(request.archive, row, place, inner=inner, quote=quote)
    moved = displayed.passage(request.viewer, made).target
    query = dict(moved.asked) | {"cited": "new" if new else "before"}
    here = reverse("exhibit", kwargs={"position": row.position})
    answer = HttpResponseRedirect(f"{here}?{urlencode(query)}#{moved.section}")
    answer.status_code = 303
    return answer


def _place_in(request: ViewerRequest) -> tuple[Location, int | None, str, str]:
    """The place, the reading that bounds it, the hash of its words, what is read there."""
    number, digest = request.POST.get("reading", ""), request.POST.get("quote_sha256", "")
    well = (not number or _NUMBER.fullmatch(number)) and (not digest or _SHA256.fullmatch(digest))
    if not well or "place" not in request.POST:
        raise FormUnreadable(
            _("The form does not give the place to cite."),
            next_step=_("Choose it on the exhibit's page and press its button."),
        )
    place = locations.parse(request.POST["place"])
    quote = "" if place.in_table else request.POST.get("quote", "").strip()
    return place, int(number) if number else None, digest, quote


def _chosen_in(request: ViewerRequest) -> tuple[int, int, int, str]:
    """The layer, the two offsets and the hash that the form holds."""
    numbers = [request.POST.get(name, "") for name in ("layer", "start", "stop")]
    digest = request.POST.get("quote_sha256", "")
    if not all(map(_NUMBER.fullmatch, numbers)) or not _SHA256.fullmatch(digest):
        raise FormUnreadable(
            _("The form does not give the words to cite."),
            next_step=_("Choose them on the exhibit's page and press its button."),
        )
    layer, start, stop = map(int, numbers)
    return layer, start, stop, digest
