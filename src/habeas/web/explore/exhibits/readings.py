"""What opening an exhibit gave: its state, the files inside it, what they say of themselves."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.access import Viewer, newest, visible
from habeas.archive.access.blocked_bytes import blocked_among
from habeas.archive.models import Exhibit, Layer, Reading
from habeas.archive.readings import standing
from habeas.errors import HabeasError
from habeas.web.explore.exhibits import rendering
from habeas.web.explore.frame.pages import answered, one, paged, whole_number
from habeas.web.site.viewing import ViewerRequest

Content = dict[str, Any]

STATES = {
    "read": gettext_noop("read"),
    "in-part": gettext_noop("read in part"),
    "empty": gettext_noop("holds no text"),
    "encrypted": gettext_noop("encrypted"),
    "unsupported": gettext_noop("not a kind of file that can be read"),
    "refused": gettext_noop("refused: larger than a limit"),
    "failed": gettext_noop("could not be read"),
    "waiting": gettext_noop("waits to be read"),
    "blocked": gettext_noop("blocked: shown and handed out to nobody"),
}
#: No reader has opened it, and its text was recorded with it: an import does so.
WITH_TEXT = "with-text"
STATES[WITH_TEXT] = gettext_noop("text recorded at import; not opened by a reader yet")
FILES = 50  # inside an exhibit, on one page


def states_of(viewer: Viewer, exhibits: Iterable[int]) -> dict[int, Content]:
    """How the reading of each exhibit itself stands, in words: three queries for a whole page."""
    wanted = list(exhibits)
    rows = newest(viewer, Reading).filter(exhibit__in=wanted, inner_path="")
    found = dict(rows.order_by("position").values_list("exhibit", "state"))
    texts = visible(viewer, Layer).filter(exhibit__in=wanted, inner_path="")
    with_text = set(texts.values_list("exhibit", flat=True))
    # Nobody sees a reading of a blocked exhibit; that it is blocked is no secret (its own page).
    found |= dict.fromkeys(blocked_among(wanted), "blocked")
    return {
        exhibit: _standing(found.get(exhibit, WITH_TEXT if exhibit in with_text else "waiting"))
        for exhibit in wanted
    }


def _standing(state: str) -> Content:
    return {"state": state, "words": _(STATES[state])}


def chosen(request: ViewerRequest, exhibit: Exhibit) -> Reading | None:
    """The file that is looked at: the one asked for, else the exhibit itself.

    ``file`` names an inner file by its reading; ``layer`` alone finds the file it is of.
    """
    viewer = request.viewer
    readings = visible(viewer, Reading).filter(exhibit=exhibit.position)
    wanted = whole_number(request, "file")
    if wanted is not None:
        found = readings.filter(position=wanted).first()
        if found is None:
            raise Http404
        return found
    layer = whole_number(request, "layer")
    if layer is not None:
        of_layer = readings.filter(layer=layer).order_by("-position").first()
        if of_layer is not None:
            return of_layer
    return standing(viewer, exhibit.position)


def state_of(reading: Reading | None, *, blocked: bool = False, with_text: bool = False) -> Content:
    """How a file ended, in words; what is not stated is empty. ``with_text``: a text is there."""
    if blocked:
        return {**_standing("blocked"), "position": None}
    if reading is None:
        return {**_standing(WITH_TEXT if with_text else "waiting"), "position": None}
    return {
        "state": reading.state,
        "words": _(STATES[reading.state]),
        "position": reading.position,
        "inner_path": reading.inner_path,
        "reason": reading.reason,
        "missing": json.loads(reading.missing),
        "warnings": json.loads(reading.warnings),
        "metadata": [
            {"name": name, "value": value} for name, value in json.loads(reading.metadata).items()
        ],
        "media_type": reading.media_type,
        "sha256": reading.inner_sha256,
        "size_bytes": reading.size_bytes,
        "reader": reading.reader,
        "reader_version": reading.reader_version,
        "pages": reading.pages,
        "superseded": reading.ended_at,
    }


def inside(request: ViewerRequest, exhibit: int) -> Content:
    """The files inside the exhibit, with their states, a page at a time."""
    rows = newest(request.viewer, Reading).filter(exhibit=exhibit).exclude(inner_path="")
    found, turning = paged(rows, request, FILES, cursor="files", place="files")
    here = reverse("exhibit", kwargs={"position": exhibit})
    return {
        "files": [
            {
                "reading": row.position,
                "url": f"{here}?file={row.position}#text",
                "inner_path": row.inner_path,
                "media_type": row.media_type,
                "size_bytes": row.size_bytes,
                "state": row.state,
                "words": _(STATES[row.state]),
                "reason": row.reason,
            }
            for row in found
        ],
        "pages": turning,
    }


def cite_command(exhibit: int, reading: Reading | None, page: int | None, quote: str) -> str:
    """The command that cites a place of this text, to be copied."""
    parts = ["habeas", "cite", str(exhibit)]
    if reading is not None and reading.inner_path:
        parts += ["--inner", reading.inner_path]
    if page is not None:
        parts += ["--page", str(page)]
    return shlex.join([*parts, quote])


@answered
def picture(request: HttpRequest, position: int, reading: int, number: int) -> HttpResponse:
    """One page as a picture that the sandbox drew. Never the original."""
    asked: ViewerRequest = request  # type: ignore[assignment]
    exhibit = one(asked.viewer, Exhibit, position)
    read = one(asked.viewer, Reading, reading)
    width = whole_number(asked, "width") or rendering.WIDTHS[0]
    if read.exhibit != position or not 1 <= number <= read.pages or width not in rendering.WIDTHS:
        raise Http404
    try:
        png = rendering.picture(asked.archive, exhibit, read, number, width)
    except HabeasError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(png, content_type="image/png")
