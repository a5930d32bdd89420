"""The original: handed out when someone asks for it, and only once that is recorded.

Order: the bytes are read, opened and hashed once; that they leave, for whom and what for, is
appended to the ledger; then they are opened a second time and sent as they are read. Invariants:
not a byte leaves before its custody event is committed; nothing plain is written to a disk; memory
does not grow with the file; the browser is told to save and never to show; what is blocked is
handed to no one; a file inside an exhibit is not handed out by itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterator
from typing import IO, TYPE_CHECKING

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.exhibits.working_copies import hand_out
from habeas.archive.models import Exhibit
from habeas.display.exhibits.originals import safe_name
from habeas.web.errors import FormUnreadable, TooManyAtOnce
from habeas.web.explore.frame.pages import exhibit_form
from habeas.web.site.viewing import ViewerRequest, pseudonym

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

AT_ONCE = 3  # of the server's threads, so that pages are answered while originals are sent
PIECE_BYTES = 256 * 1024
LONGEST_WORDS = 500  # characters of a purpose or an authority
#: A browser that showed it all the same would run nothing in it and load nothing for it.
SANDBOX = "default-src 'none'; sandbox"
_sending = threading.BoundedSemaphore(AT_ONCE)


@exhibit_form("original")
def original(request: ViewerRequest, row: Exhibit) -> HttpResponseBase:
    """Record that the original leaves, then send it."""
    purpose = _words(request, "purpose")
    if not purpose:
        raise FormUnreadable(
            _("The reason for the download is missing. Nothing was recorded or sent."),
            next_step=_("Give it in a few words: it will appear in the chain of custody."),
        )
    authority = _words(request, "authority")
    refuse_blocked(row.address)
    if not _sending.acquire(blocking=False):
        raise TooManyAtOnce(
            _("%(n)s originals are already being sent.") % {"n": AT_ONCE},
            next_step=_("Wait until one of them has arrived. Nothing was recorded."),
        )
    try:
        hand_out(
            request.archive,
            row,
            request.person,
            agent=pseudonym(request),
            where=_("The browser let in by habeas serve"),
            reason=purpose,
            authority=authority,
        )
    except BaseException:
        _sending.release()
        raise
    answer = StreamingHttpResponse(
        _Sent(request.archive, row.address), content_type="application/octet-stream"
    )
    answer["Content-Length"] = str(row.size_bytes)
    answer["Content-Disposition"] = str(content_disposition_header(True, safe_name(row)))
    answer["Content-Security-Policy"] = SANDBOX
    return answer


def _words(request: ViewerRequest, name: str) -> str:
    """One line of a form, its white space made single."""
    words = " ".join(request.POST.get(name, "").split())
    if len(words) > LONGEST_WORDS:
        raise FormUnreadable(
            _("%(n)s characters are too many.") % {"n": f"{len(words):,}"},
            next_step=_("Use at most %(n)s.") % {"n": LONGEST_WORDS},
        )
    return words


class _Sent:
    """The plain bytes of an object, opened in a thread of its own while they are sent.

    A pipe between the two holds back whoever is faster. ``close`` ends both; it is called when
    all is sent and when the browser went away.
    """

    def __init__(self, archive: Archive, address: str) -> None:
        self._archive, self._address = archive, address
        self._fault: BaseException | None = None
        self._pieces = self._read()
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self._pieces.close()
            finally:
                _sending.release()

    def _read(self) -> Generator[bytes]:
        copy = self._archive.unlocked(self._address)  # refuses what was blocked meanwhile
        source, sink = os.pipe()
        filling = threading.Thread(
            target=self._fill, args=(copy, sink), name="original", daemon=True
        )
        try:
            filling.start()
            while piece := os.read(source, PIECE_BYTES):
                yield piece
        finally:
            os.close(source)  # one that still writes is told so and ends
            filling.join()
        if self._fault is not None:  # the answer stays short of its length: the browser says so
            raise self._fault

    def _fill(self, copy: Callable[[IO[bytes]], int], sink: int) -> None:
        try:
            with open(sink, "wb", buffering=PIECE_BYTES) as stream:
                copy(stream)
        except BrokenPipeError:
            pass  # the browser went away
        except BaseException as error:
            self._fault = error
