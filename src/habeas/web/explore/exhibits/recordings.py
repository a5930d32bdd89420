"""The pieces of a recording, as a browser asks for them.

Invariants: what plays was re-encoded in the sandbox, two minutes at a time, and is given under the
same rules of access as the reading that it was made by; a range of bytes is a range of that copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse

from habeas.archive.models import Exhibit, Passage, Reading
from habeas.display.asking import NotThere, one
from habeas.display.exhibits import recordings
from habeas.display.locations import place_of
from habeas.errors import HabeasError
from habeas.reading.measured import PIECE_MS
from habeas.web.explore.exhibits import rendering
from habeas.web.explore.frame.pages import answered
from habeas.web.site.viewing import ViewerRequest

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def playing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that may play what comes from these very pages, and from nowhere else."""
    return cast(Callable[..., HttpResponse], csp_update({"media-src": [SELF]})(view))


@answered
def piece(request: ViewerRequest, position: int, reading: int, number: int) -> HttpResponse:
    """Two minutes of a recording, re-encoded in the sandbox; or a range of their bytes."""
    exhibit = one(request.viewer, Exhibit, position)
    read = one(request.viewer, Reading, reading)
    known = recordings.known(read)
    if read.exhibit != position or known is None or number * PIECE_MS >= known.duration_ms:
        raise NotThere
    try:
        webm = rendering.piece(request.archive, exhibit, read, number)
    except HabeasError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return ranged(request.headers.get("Range", ""), webm)


@answered
def still(request: ViewerRequest, position: int, passage: int) -> HttpResponse:
    """The picture of a film at the beginning of a time that is cited: of no other moment, so that
    nobody can fill the disk."""
    exhibit = one(request.viewer, Exhibit, position)
    cited = one(request.viewer, Passage, passage)
    if cited.exhibit != position or cited.form != "time" or cited.reading is None:
        raise NotThere
    read = one(request.viewer, Reading, cited.reading)
    known = recordings.known(read)
    if known is None or not known.width_px:
        raise NotThere
    try:
        png = rendering.still(request.archive, exhibit, read, place_of(cited).from_ms or 0)
    except HabeasError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return HttpResponse(png, content_type="image/png")


def ranged(wanted: str, data: bytes, kind: str = "video/webm") -> HttpResponse:
    """The bytes, or the one range of them that is asked for (RFC 9110, section 14)."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        answer = HttpResponse(data, content_type=kind)
    else:
        first, last = _range(found, len(data))
        if first > last:
            answer = HttpResponse(status=416, content_type=kind)
            answer["Content-Range"] = f"bytes */{len(data)}"
        else:
            answer = HttpResponse(data[first : last + 1], status=206, content_type=kind)
            answer["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    answer["Accept-Ranges"] = "bytes"
    return answer


def _range(found: re.Match[str], size: int) -> tuple[int, int]:
    """The first and the last byte; the last ones where only how many is said."""
    if not found[1]:
        return max(0, size - int(found[2])) if int(found[2]) else size, size - 1
    return int(found[1]), min(int(found[2] or size - 1), size - 1)
