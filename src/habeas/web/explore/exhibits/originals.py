"""The original: handed out when somebody asks for it, and only once that is recorded.

Order: the bytes are read, opened and hashed once; that they leave, for whom and what for, is
appended to the ledger; then they are opened a second time and sent as they are read. Invariants:
not a byte leaves before its custody event is committed; nothing plain is written to a disk; memory
does not grow with the file; the browser is told to save and never to show; what is blocked is
handed to nobody; a file inside an exhibit is not handed out by itself.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Callable, Generator, Iterator
from typing import IO, TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import ExhibitBlocked
from habeas.archive.exhibits.working_copies import hand_out
from habeas.archive.models import Exhibit
from habeas.web.errors import FormUnreadable, TooManyAtOnce
from habeas.web.explore.frame.pages import exhibit_form
from habeas.web.site.viewing import ViewerRequest, pseudonym

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

Content = dict[str, Any]

AT_ONCE = 3  # of the server's threads, so that pages are answered while originals are sent
PIECE_BYTES = 256 * 1024
LONGEST_WORDS = 500  # characters of a purpose or an authority
LONGEST_NAME = 120  # characters of a file's name
#: A browser that showed it all the same would run nothing in it and load nothing for it.
SANDBOX = "default-src 'none'; sandbox"
_KEPT_APART = frozenset('/\\:*?"<>|%')  # mean something to a file system or a shell
_sending = threading.BoundedSemaphore(AT_ONCE)


def offered(request: ViewerRequest, row: Exhibit) -> Content:
    """Whether the original can be had here, in whose name, and how else."""
    content: Content = {
        "state": "offered" if request.person is not None else "read-only",
        "filename": safe_name(row),
        "by": pseudonym(request),
        "copy": f"habeas custody {row.position} --copy-to FILE --by WHO --why TEXT",
        "serve": "habeas serve --as PSEUDONYM",
        "message": "",
        "next_step": "",
    }
    try:
        refuse_blocked(row.address)
    except ExhibitBlocked as error:
        return {
            **content,
            "state": "blocked",
            "copy": "",
            "message": error.message,
            "next_step": error.next_step,
        }
    return content


@exhibit_form("original")
def original(request: ViewerRequest, row: Exhibit) -> HttpResponseBase:
    """Record that the original leaves, then send it."""
    purpose = _words(request, "purpose")
    if not purpose:
        raise FormUnreadable(
            _("What the original is wanted for is not said. Nothing was recorded or sent."),
            next_step=_("Say it in a few words: it stands in the chain of custody."),
        )
    authority = _words(request, "authority")
    refuse_blocked(row.address)
    if not _sending.acquire(blocking=False):
        raise TooManyAtOnce(
            _("%(n)s originals are being sent already.") % {"n": AT_ONCE},
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
            next_step=_("Say it in at most %(n)s.") % {"n": LONGEST_WORDS},
        )
    return words


def safe_name(row: Exhibit) -> str:
    """The name under which the original is saved: it begins with what habeas says.

    Of the name as received the last part is kept, without what hides, reorders or ends text and
    without what a file system reads as a path; it can neither begin with a dot nor be the name of
    a device, because it begins with the exhibit's number.
    """
    last = row.filename.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join("_" if _is_unsafe(letter) else letter for letter in last)
    stem, dot, suffix = kept.rpartition(".")
    if dot and 0 < len(suffix) <= 12:
        kept = f"{stem[: LONGEST_NAME - len(suffix)]}.{suffix}"
    kept = kept[: LONGEST_NAME + 1].rstrip(" .") or "original"
    return f"exhibit-{row.position}-{kept}"


def _is_unsafe(letter: str) -> bool:
    return letter in _KEPT_APART or unicodedata.category(letter) in (
        *("Cc", "Cf", "Cs", "Co", "Cn"),  # controls, bidi and other formats, no characters
        *("Zl", "Zp"),
    )


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
