"""Pages as pictures, recordings in pieces: made in the sandbox on request, kept in ``cache/``.

Invariants: the browser gets pixels that the sandbox drew, or sound and film that it re-encoded,
never a byte of the original; what is kept is at ``cache/pictures/<address of the exhibit>/``, so
that what an exhibit was turned into goes with it, and what was made while the exhibit was erased
or blocked is not kept; the folder can be removed at any time.

One thread holds the sandbox of pictures and one that of recordings, because a sandbox belongs to
the thread that opened it. It is opened when something is asked for and closed when nothing was in a
while. What several ask for at once is made once.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive.access import OWNER, visible
from habeas.archive.access.blocked_bytes import blocked_among
from habeas.archive.models import Exhibit, Reading
from habeas.archive.pipeline.flow import opened_sandbox
from habeas.archive.store.shown_copies import folder_of
from habeas.custody import durable
from habeas.errors import HabeasError
from habeas.reading.errors import NoPicture, NoPiece
from habeas.reading.sandbox.opening import Sandbox

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

IDLE_SECONDS = 120.0
WAIT_SECONDS = 90.0
PIECE_WAIT_SECONDS = 300.0
PIECES_AT_ONCE = 3  # requests that wait for one, so that pages are answered meanwhile
STILL_PX = 640
LARGEST_BYTES = 512 * 1024 * 1024  # of an exhibit that is opened to show a page of it
Make = Callable[[Sandbox], bytes]


@dataclass(slots=True)
class _Wanted:
    archive: Archive
    make: Make
    made: Future[bytes]


@dataclass(slots=True)
class Lane:
    """What is wanted of one kind, made one after the other in a thread with a sandbox."""

    name: str
    waiting: queue.Queue[_Wanted] = field(default_factory=queue.Queue)
    under_way: dict[Path, Future[bytes]] = field(default_factory=dict)
    starting: threading.Lock = field(default_factory=threading.Lock)
    at_work: bool = False

    def made(self, archive: Archive, kept: Path, make: Make, seconds: float) -> bytes:
        """What ``make`` gives; raises ``TimeoutError`` where it takes longer."""
        with self.starting:
            future = self.under_way.get(kept)
            if future is None:
                future = self.under_way[kept] = Future()
                future.add_done_callback(lambda _: self.under_way.pop(kept, None))
                self.waiting.put(_Wanted(archive, make, future))
            if not self.at_work:
                self.at_work = True
                threading.Thread(target=self._make_all, name=self.name, daemon=True).start()
        return future.result(seconds)

    def _make_all(self) -> None:
        """Make what is wanted; ends when nothing was wanted for a while."""
        sandbox: Sandbox | None = None
        try:
            while True:
                try:
                    wanted = self.waiting.get(timeout=IDLE_SECONDS)
                except queue.Empty:
                    with self.starting:
                        if self.waiting.empty():
                            self.at_work = False
                            return
                    continue
                try:
                    sandbox = sandbox or opened_sandbox(wanted.archive)
                    wanted.made.set_result(wanted.make(sandbox))
                except HabeasError as error:
                    wanted.made.set_exception(error)
                except Exception:
                    wanted.made.set_exception(
                        NoPicture(
                            "This part of the page could not be drawn or played.",
                            next_step="Run `habeas doctor`.",
                        )
                    )
        finally:
            if sandbox is not None:
                sandbox.close()


_pictures, _recordings = Lane("pictures"), Lane("recordings")
_waiting_for_pieces = threading.BoundedSemaphore(PIECES_AT_ONCE)


def picture(
    archive: Archive, exhibit: Exhibit, reading: Reading, page: int, width_px: int
) -> bytes:
    """One page as a PNG. Errors: ``NoPicture``, and those of the sandbox."""
    name, inner = exhibit.filename, reading.inner_path

    def draw(sandbox: Sandbox, plain: bytes) -> bytes:
        return sandbox.picture(io.BytesIO(plain), name, inner, page, width_px).png

    kept = _place(archive, exhibit, reading, f"{page}-{width_px}.png")
    instead = "Try again later; the text and the bytes are not affected."
    return _drawn(archive, exhibit, kept, "a page", draw, instead)


def still(archive: Archive, exhibit: Exhibit, reading: Reading, at_ms: int) -> bytes:
    """What a film shows at a time, as a PNG. Errors: ``NoPicture``, and those of the sandbox."""
    name, inner = exhibit.filename, reading.inner_path

    def draw(sandbox: Sandbox, plain: bytes) -> bytes:
        return sandbox.still(io.BytesIO(plain), name, inner, at_ms, STILL_PX).png

    kept = _place(archive, exhibit, reading, f"still-{at_ms}.png")
    instead = "Play the recording instead; its bytes are not affected."
    return _drawn(archive, exhibit, kept, "a moment", draw, instead)


def _drawn(
    archive: Archive,
    exhibit: Exhibit,
    kept: Path,
    what: str,
    draw: Callable[[Sandbox, bytes], bytes],
    instead: str,
) -> bytes:
    """A picture of an exhibit, kept from before or drawn now."""
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    plain = _plain(archive, exhibit, what)
    try:
        png = _pictures.made(archive, kept, lambda sandbox: draw(sandbox, plain), WAIT_SECONDS)
    except TimeoutError:
        raise NoPicture("The picture takes too long to draw.", next_step=instead) from None
    _keep(kept, png, exhibit)
    return png


def piece(archive: Archive, exhibit: Exhibit, reading: Reading, number: int) -> bytes:
    """Two minutes of a recording as a WebM. Errors: ``NoPiece``, and those of the sandbox."""
    kept = _place(archive, exhibit, reading, f"piece-{number}.webm")
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    if not _waiting_for_pieces.acquire(blocking=False):
        raise NoPiece(
            "Other parts of recordings are being prepared.",
            next_step="Wait a moment, then play it again.",
        )
    try:
        plain = _plain(archive, exhibit, "a part")
        name, inner = exhibit.filename, reading.inner_path

        def encode(sandbox: Sandbox) -> bytes:
            return sandbox.piece(io.BytesIO(plain), name, inner, number).webm

        webm = _recordings.made(archive, kept, encode, PIECE_WAIT_SECONDS)
    except TimeoutError:
        raise NoPiece(
            "This part of the recording takes too long to prepare.",
            next_step="Try again later, or copy it out with `habeas custody`.",
        ) from None
    finally:
        _waiting_for_pieces.release()
    _keep(kept, webm, exhibit)
    return webm


def _plain(archive: Archive, exhibit: Exhibit, what: str) -> bytes:
    """The bytes of the exhibit: here, as the thread that makes has no database."""
    if exhibit.size_bytes > LARGEST_BYTES:
        raise NoPicture(
            f"The exhibit is too large to show {what} of it here.",
            next_step="Copy it out with `habeas custody`.",
        )
    return archive.read_object(exhibit.address)


def _place(archive: Archive, exhibit: Exhibit, reading: Reading, what: str) -> Path:
    of = f"{reading.inner_path}\n{reading.reader} {reading.reader_version}"
    digest = hashlib.sha256(of.encode("utf-8")).hexdigest()[:32]
    return folder_of(archive, exhibit.address) / f"{digest}-{what}"


def _keep(path: Path, made: bytes, exhibit: Exhibit) -> None:
    """Keep it where there is room: what is not kept is made again."""
    with contextlib.suppress(OSError):
        durable.make_private(path.parent)
        new = path.with_suffix(f".{threading.get_ident()}.new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
        new.replace(path)
        # An erasure or block that came meanwhile has emptied the folder, or will after this.
        gone = not visible(OWNER, Exhibit).filter(position=exhibit.position).exists()
        if gone or blocked_among([exhibit.position]):
            path.unlink()
