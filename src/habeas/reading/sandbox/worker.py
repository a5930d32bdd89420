"""The warm worker: process 1 of the sandbox. Loads the readers once, then a fork per file.

Invariants: the worker itself never looks at a file's bytes, handles no signal and believes
nothing that a child says; a child takes one job and ends; after each job every other process
of the sandbox is killed and its scratch emptied, before the next child is told to start. The
parent hears whether that is certain; where it is not, it takes another sandbox. The child for
the next job is forked ahead and waits.

Nothing that a child may write to is given to two of them: each gets the two pipes of its job,
made outside, over the socket ``commands``, together with the byte that starts it. It closes that
socket, ``control`` (how each child ended) and everything else of the worker's, and loads the
filters of its own, before it reads of the file.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib.util
import io
import json
import os
import select
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from habeas.reading import forking, frames, hashes_out, pdq, readers
from habeas.reading.dispatching import (
    Dispatcher,
    HandedOut,
    PictureFound,
    PieceFound,
    Spool,
    Wanted,
    WantedPage,
    WantedPiece,
    WantedStill,
)
from habeas.reading.documents import State
from habeas.reading.frames import Detected
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import LimitReached, Reader, as_reader
from habeas.reading.sandbox import handing
from habeas.reading.sandbox.scratch import Scratch
from habeas.reading.sandbox.seccomp import Filters

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

LENGTH = struct.Struct(">I")
ENDED = struct.Struct(">iBB")  # wait status, whether too many files were made, and all is clean
READY, BEGIN = b"R", b"g"
TEXT_NEXT, PDF_NEXT = b"t", b"p"  # what a waiting child warms up for
NO_SUCH_PAGE = "This exhibit has no such file or page."
_GLANCE_SECONDS = 0.25  # how often files in the scratch are counted
_UNPRIVILEGED = 65534
_LINES = b"".join(
    b"(Held in May at the county, seen by an uncle, released in June) Tj 0 -14 Td "
    for _ in range(20)
)
_SAMPLES = {
    TEXT_NEXT: "Held in May, көрдім, 见过.\n\nReleased in June.\n".encode(),
    PDF_NEXT: b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R
/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>> endobj
4 0 obj <</Length %d>> stream
BT /F1 12 Tf 50 750 Td %s ET
endstream endobj
trailer <</Root 1 0 R>>
%%%%EOF"""
    % (len(_LINES) + 28, _LINES),
}


def main() -> None:
    """``argv``: limits as JSON, the handles of commands, control and filters, further readers."""
    try:
        limits = Limits.from_dict(json.loads(sys.argv[1]))
        commands, control, given = map(int, sys.argv[2:5])
        confined = os.getpid() == 1
        if confined:
            _give_up_root()
        forking.hide_memory()
        forking.die_with_parent()
        os.umask(0o077)
        found = readers.load() | _further(sys.argv[5:])
        filters = Filters.given(os.pread(given, 1 << 20, 0)) if confined else None
        os.close(given)
        scratch = Scratch(os.environ["TMPDIR"], alone=confined)
        _practise(found, limits)
        gc.set_threshold(50_000)
        forking.hold(limits)
        forking.handle_no_signal()
        gc.collect()
        gc.freeze()
        if not scratch.emptied():
            raise OSError("the scratch cannot be emptied")
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    forking.write_all(control, READY)
    while True:
        child = os.fork()
        if child == 0:
            _child(found, limits, commands, control, filters)
        status, crowded = _await_end(child, commands, scratch, limits)
        _kill_the_rest(child, confined)
        if _is_closed(commands):
            os._exit(0)
        forking.write_all(control, ENDED.pack(status, crowded, scratch.emptied()))


def _practise(found: Mapping[str, Reader], limits: Limits) -> None:
    """Read our own samples once: codecs, tables and fonts are then loaded for every child."""
    null = os.open(os.devnull, os.O_WRONLY)
    for sample in _SAMPLES.values():
        Dispatcher(found, limits, null, ocr=False).read(sample, "sample")
    os.close(null)


def _await_end(child: int, commands: int, scratch: Scratch, limits: Limits) -> tuple[int, bool]:
    """The child's wait status, and whether it was killed for making too many files.

    If the parent outside is gone, everything here ends at once.
    """
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(commands, 0)  # only that its other end was closed
    crowded = False
    while not (ready := {found for found, _ in poll.poll(_GLANCE_SECONDS * 1000)}):
        crowded = scratch.files() > limits.scratch_files
        if crowded:
            os.kill(child, signal.SIGKILL)
            break
    if ready == {commands}:
        os.killpg(child, signal.SIGKILL)  # and as process 1 we take all others with us
        os._exit(0)
    os.close(handle)
    return os.waitpid(child, 0)[1], crowded


def _is_closed(commands: int) -> bool:
    """Whether the parent outside is gone or wants no more. No child's word is taken for it."""
    poll = select.poll()
    poll.register(commands, 0)
    return bool(poll.poll(0))


def _give_up_root() -> None:
    if os.geteuid() != 0:
        return
    os.setgroups([])
    forking.drop_bounding_set()
    chosen = 2**30 + int.from_bytes(os.urandom(3), "big")  # its own, so that counts are its own
    for user in (chosen, _UNPRIVILEGED):
        try:
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            break
        except OSError:
            continue
    forking.drop_capabilities()
    if os.getresuid()[0] == 0 or os.geteuid() == 0:
        raise PermissionError("the worker cannot give up root")
    with contextlib.suppress(OSError):
        os.setresuid(0, 0, 0)
        raise PermissionError("the worker could become root again") from None


def _further(paths: list[str]) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for path in paths:
        spec = importlib.util.spec_from_file_location(Path(path).stem, path)
        if spec is None or spec.loader is None:
            raise ImportError(path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= dict.fromkeys(module.MEDIA_TYPES, as_reader(module))
    return found


def _kill_the_rest(child: int, confined: bool) -> None:
    """Whatever the file's process left behind. Unconfined, only its process group is ours."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if confined:
            os.kill(-1, signal.SIGKILL)
        else:
            os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


# --- the child --------------------------------------------------------------------------


def _child(
    found: Mapping[str, Reader],
    limits: Limits,
    commands: int,
    control: int,
    filters: Filters | None,
) -> None:
    code = 1
    try:
        os.close(control)
        os.setpgid(0, 0)
        forking.die_with_parent()
        forking.hold_time(limits)
        null = os.open(os.devnull, os.O_RDWR)
        if pipes := _awaited(commands, null, found, limits):
            job, results = _only(*pipes, null)
            if filters is not None:
                filters.load(filters.reader)
            _job(found, limits, job, results, filters)
        code = 0
    except BaseException:
        traceback.print_exc()  # to nobody, once a file's bytes are there
    finally:
        os._exit(code)


def _awaited(
    commands: int, null: int, found: Mapping[str, Reader], limits: Limits
) -> tuple[int, int] | None:
    """The pipes of the job, once there is one; None where there is none any more."""
    while True:
        kind, handles = handing.take(commands, 2)
        if kind == BEGIN:
            job, results = handles
            return job, results
        if not kind:
            return None
        _warm_up(kind, found, limits, commands, null)


def _only(job: int, results: int, null: int) -> tuple[int, int]:
    """The handles of the job, beside 0, 1 and 2, which lead nowhere. All others are closed.

    Libraries print: what they print must not land between frames.
    """
    for number in (0, 1, 2):
        os.dup2(null, number)
    job, results = (fcntl.fcntl(handle, fcntl.F_DUPFD_CLOEXEC, 64) for handle in (job, results))
    job, results = os.dup2(job, 3, inheritable=False), os.dup2(results, 4, inheritable=False)
    os.closerange(5, os.sysconf("SC_OPEN_MAX"))
    return job, results


def _warm_up(
    kind: bytes, found: Mapping[str, Reader], limits: Limits, commands: int, null: int
) -> None:
    """Read a file of our own, so that memory is touched before the clock of a file runs.

    A forked process pays for each page of memory when it first touches it: several
    milliseconds in all, more than reading a small file takes.
    """
    poll = select.poll()
    poll.register(commands, select.POLLIN)
    if kind in _SAMPLES and not poll.poll(0):
        Dispatcher(found, limits, null, ocr=False).read(_SAMPLES[kind], "sample")


def _job(
    found: Mapping[str, Reader], limits: Limits, job: int, results: int, filters: Filters | None
) -> None:
    header = json.loads(_exactly(job, LENGTH.unpack(_exactly(job, LENGTH.size))[0]))
    wanted: Wanted | None = None
    if header["job"] == "picture":
        wanted = WantedPage(int(header["page"]), int(header["width_px"]))
    elif header["job"] == "hash":
        wanted = WantedPage(1, pdq.WIDTH_PX, hashed=True)
    elif header["job"] == "piece":
        wanted = WantedPiece(int(header["number"]))
    elif header["job"] == "still":
        wanted = WantedStill(int(header["at_ms"]), int(header["width_px"]))
    dispatcher = Dispatcher(
        found, limits, results, job, wanted, str(header["only"]),
        bool(header["ocr"]), bool(header["second_opinion"]),
    )  # fmt: skip
    if filters is not None:
        dispatcher.before_parsing = lambda: filters.load(filters.parser)
    spool = Spool(limits)
    try:
        data = spool.collect(_chunks(job))
    except LimitReached as reached:
        place = Detected("", "", spool.size, "application/octet-stream")
        words = f"{reached.limit}: {reached.words}"
        payload = frames.ending(place, State.REFUSED, words)
        forking.write_all(results, frames.frame(frames.OUTER, payload))
        return
    dispatcher.spooled = spool.path
    name, hint, refused = (str(header[key]) for key in ("name", "hint", "refused"))
    if wanted is None:
        with contextlib.suppress(HandedOut):
            dispatcher.read(data, name, hint, refused)
    else:
        _made(lambda: dispatcher.read(data, name, hint), wanted, limits, results)


def _made(walk: Callable[[], None], wanted: object, limits: Limits, results: int) -> None:
    """A frame with the picture or the piece, or one with the words why there is none."""
    answer: dict[str, Any] = {"error": NO_SUCH_PAGE}
    encoded = b""
    try:
        walk()
    except PictureFound as shown:
        try:
            assert isinstance(wanted, WantedPage | WantedStill)  # noqa: S101 - it was asked for
            if isinstance(wanted, WantedPage) and wanted.hashed:
                image = _plain(shown, wanted, limits)
                encoded, answer = hashes_out.written(pdq.of_picture(image)), {}
            else:
                encoded, answer = _as_png(shown, wanted, limits)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    except PieceFound as made:
        encoded, answer = made.data, {}
    except LimitReached as reached:
        answer = {"error": f"{reached.limit}: {reached.words}"[:300]}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    head = json.dumps(answer).encode()
    payload = LENGTH.pack(len(head)) + head + encoded
    forking.write_all(results, frames.frame(frames.PICTURE, payload))


def _as_png(
    shown: PictureFound, wanted: WantedPage | WantedStill, limits: Limits
) -> tuple[bytes, dict[str, Any]]:
    """Pixels only: whatever else the image carried stays here."""
    bare = _plain(shown, wanted, limits)
    written = io.BytesIO()
    bare.save(written, "PNG", compress_level=3)
    return written.getvalue(), {"width_px": bare.width, "height_px": bare.height}


def _plain(shown: PictureFound, wanted: WantedPage | WantedStill, limits: Limits) -> PilImage:
    """The picture at its size, on white, with nothing but its pixels."""
    from PIL import Image

    image = shown.image
    width = max(1, min(wanted.width_px, limits.picture_width_px))
    if image.width > width:
        height = max(1, round(image.height * width / image.width))
        image = image.convert("RGBA" if "A" in image.getbands() else "RGB")
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    plain = image.convert("L" if image.mode in ("1", "L") else "RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _exactly(handle: int, count: int) -> bytes:
    """``count`` bytes of the job. Where the parent closed it, nobody waits for this process."""
    got = forking.read_all(handle, count)
    if len(got) < count:
        os._exit(0)
    return got


def _chunks(handle: int) -> Iterator[bytes]:
    while size := LENGTH.unpack(_exactly(handle, LENGTH.size))[0]:
        yield _exactly(handle, size)
