"""Pages as pictures, rendered in the sandbox on request and kept under ``cache/``.

Invariants: the browser gets pixels that the sandbox drew, never a byte of the original; a kept
picture lies at ``cache/pictures/<address of the exhibit>/``, so that what an exhibit was turned
into goes with it; the folder can be removed at any time.

One thread holds the sandbox, because a sandbox belongs to the thread that opened it. It is
opened for the first picture and closed when none was asked for in a while.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive.models import Exhibit, Reading
from habeas.archive.pipeline.flow import opened_sandbox
from habeas.custody import durable
from habeas.errors import HabeasError
from habeas.reading.errors import NoPicture
from habeas.reading.sandbox.opening import Sandbox

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

IDLE_SECONDS = 120.0
WAIT_SECONDS = 90.0
LARGEST_BYTES = 512 * 1024 * 1024  # of an exhibit that is opened to show a page of it


@dataclass(slots=True)
class _Wanted:
    archive: Archive
    plain: bytes
    name: str
    inner_path: str
    page: int
    width_px: int
    png: Future[bytes]


_waiting: queue.Queue[_Wanted] = queue.Queue()
_starting = threading.Lock()
_at_work = False


def picture(
    archive: Archive, exhibit: Exhibit, reading: Reading, page: int, width_px: int
) -> bytes:
    """One page as a PNG. Errors: ``NoPicture``, and those of the sandbox."""
    kept = _place(archive, exhibit, reading, page, width_px)
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    if exhibit.size_bytes > LARGEST_BYTES:
        raise NoPicture(
            "The exhibit is too large to show a page of it here.",
            next_step="Copy it out with `habeas custody`.",
        )
    plain = archive.read_object(exhibit.address)  # here: the drawing thread has no database
    wanted = _Wanted(archive, plain, exhibit.filename, reading.inner_path, page, width_px, Future())
    _waiting.put(wanted)
    _start()
    try:
        png = wanted.png.result(WAIT_SECONDS)
    except TimeoutError:
        raise NoPicture(
            "The picture takes too long to draw.",
            next_step="Try again later; the text and the bytes are not affected.",
        ) from None
    _keep(kept, png)
    return png


def _place(archive: Archive, exhibit: Exhibit, reading: Reading, page: int, width_px: int) -> Path:
    what = f"{reading.inner_path}\n{reading.reader} {reading.reader_version}"
    digest = hashlib.sha256(what.encode("utf-8")).hexdigest()[:32]
    folder = archive.directory / "cache" / "pictures" / exhibit.address
    return folder / f"{digest}-{page}-{width_px}.png"


def _keep(path: Path, png: bytes) -> None:
    """Keep it where there is room: a picture that is not kept is drawn again."""
    with contextlib.suppress(OSError):
        durable.make_private(path.parent)
        new = path.with_suffix(f".{threading.get_ident()}.new")
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(png)
        new.replace(path)


def _start() -> None:
    global _at_work
    with _starting:
        if not _at_work:
            _at_work = True
            threading.Thread(target=_draw_all, name="pictures", daemon=True).start()


def _draw_all() -> None:
    """Draw what is wanted, one after the other; ends when nothing was wanted for a while."""
    global _at_work
    sandbox: Sandbox | None = None
    try:
        while True:
            try:
                wanted = _waiting.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                with _starting:
                    if _waiting.empty():
                        _at_work = False
                        return
                continue
            try:
                sandbox = sandbox or opened_sandbox(wanted.archive)
                wanted.png.set_result(_drawn(sandbox, wanted))
            except HabeasError as error:
                wanted.png.set_exception(error)
            except Exception:
                wanted.png.set_exception(
                    NoPicture("The picture could not be drawn.", next_step="Run `habeas doctor`.")
                )
    finally:
        if sandbox is not None:
            sandbox.close()


def _drawn(sandbox: Sandbox, wanted: _Wanted) -> bytes:
    stream = io.BytesIO(wanted.plain)
    drawn = sandbox.picture(stream, wanted.name, wanted.inner_path, wanted.page, wanted.width_px)
    return drawn.png
