"""The warm worker: process 1 of the sandbox. Loads the readers once, then a fork per file.

Invariants: the worker itself never looks at a file's bytes; a child takes one job and ends;
after each job every other process of the sandbox is killed and its scratch emptied, before
the next child is told to start. The child for the next job is forked ahead and waits.

Pipes: ``commands`` (one byte starts the waiting child), ``control`` (how each child ended),
which children close before they read a file; standard input (the job) and standard output
(frames).
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import io
import json
import os
import select
import shutil
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from habeas.reading import forking, frames, readers
from habeas.reading.dispatching import Dispatcher, PictureFound, Spool, Tally, Wanted
from habeas.reading.documents import State
from habeas.reading.frames import Found
from habeas.reading.limits import Limits
from habeas.reading.readers.interface import LimitReached, Reader, as_reader

LENGTH = struct.Struct(">I")
STATUS = struct.Struct(">i")
READY, BEGIN = b"R", b"g"
TEXT_NEXT, PDF_NEXT = b"t", b"p"  # what a waiting child warms up for
_NO_MORE_JOBS = 77
_UNPRIVILEGED = 65534
_JOB, _RESULTS = 0, 1
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
    """``argv``: limits as JSON, the handles of commands and control, further reader files."""
    try:
        limits = Limits.from_dict(json.loads(sys.argv[1]))
        commands, control = int(sys.argv[2]), int(sys.argv[3])
        confined = os.getpid() == 1
        if confined:
            _give_up_root()
        forking.hide_memory()
        forking.die_with_parent()
        found = readers.load() | _further(sys.argv[4:])
        scratch = os.environ["TMPDIR"]
        _practise(found, limits)
        gc.set_threshold(50_000)
        forking.hold(limits)
        gc.collect()
        gc.freeze()
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    forking.write_all(control, READY)
    while True:
        child = os.fork()
        if child == 0:
            _child(found, limits, commands, control)
        status = _await_end(child, commands)
        _kill_the_rest(child, confined)
        _empty(scratch)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_MORE_JOBS:
            os._exit(0)
        forking.write_all(control, STATUS.pack(status))


def _practise(found: Mapping[str, Reader], limits: Limits) -> None:
    """Read our own samples once: codecs, tables and fonts are then loaded for every child."""
    null = os.open(os.devnull, os.O_WRONLY)
    dispatcher = Dispatcher(found, limits, Tally(), null, ocr=False)
    for sample in _SAMPLES.values():
        dispatcher.read(sample, "", "sample", "", 0)
    os.close(null)


def _await_end(child: int, commands: int) -> int:
    """The child's wait status. If the parent outside is gone, everything here ends at once."""
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(commands, 0)  # only that its other end was closed
    gone = {found for found, _ in poll.poll()} == {commands}
    if gone:
        os.killpg(child, signal.SIGKILL)  # and as process 1 we take all others with us
        os._exit(0)
    os.close(handle)
    return os.waitpid(child, 0)[1]


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


def _empty(scratch: str) -> None:
    for entry in os.scandir(scratch):
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


# --- the child --------------------------------------------------------------------------


def _child(found: Mapping[str, Reader], limits: Limits, commands: int, control: int) -> None:
    code = 1
    try:
        os.close(control)
        os.setpgid(0, 0)
        forking.die_with_parent()
        forking.hold_time(limits)
        null = os.open(os.devnull, os.O_RDWR)
        while (told := os.read(commands, 1)) != BEGIN:
            if not told:
                code = _NO_MORE_JOBS
                return
            _warm_up(told, found, limits, commands, null)
        os.close(commands)
        os.dup2(null, 2)
        _job(found, limits, null)
        code = 0
    except BaseException:
        traceback.print_exc()  # to nobody, once a file's bytes are there
    finally:
        os._exit(code)


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
        dispatcher = Dispatcher(found, limits, Tally(), null, ocr=False)
        dispatcher.read(_SAMPLES[kind], "", "sample", "", 0)


def _job(found: Mapping[str, Reader], limits: Limits, null: int) -> None:
    header = json.loads(_exactly(LENGTH.unpack(_exactly(LENGTH.size))[0]))
    # Libraries print: what they print must not land between frames.
    results = os.dup(_RESULTS)
    os.dup2(null, _RESULTS)
    wanted = None
    if header["job"] == "picture":
        wanted = Wanted(header["inner_path"], int(header["page"]), int(header["width_px"]))
    dispatcher = Dispatcher(
        found, limits, Tally(), results, wanted, bool(header["ocr"]), bool(header["second_opinion"])
    )
    spool = Spool(limits)
    try:
        data, digest = spool.collect(_chunks())
    except LimitReached as reached:
        place = Found("", "", spool.size, "application/octet-stream")
        words = f"{reached.limit}: {reached.words}"
        payload = frames.ending(place, State.REFUSED, words)
        forking.write_all(results, frames.frame(frames.OUTER, payload))
        return
    os.dup2(null, _JOB)
    name = str(header["name"])
    if wanted is None:
        dispatcher.read(data, digest, name, "", 0)
    else:
        _picture(lambda: dispatcher.read(data, digest, name, "", 0), wanted, limits, results)


def _picture(walk: Callable[[], None], wanted: Wanted, limits: Limits, results: int) -> None:
    """A frame with the picture, or one with the words why there is none."""
    answer: dict[str, Any] = {"error": "There is no such file or page in this exhibit."}
    encoded = b""
    try:
        walk()
    except PictureFound as shown:
        try:
            encoded, answer = _as_png(shown, wanted, limits)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    except LimitReached as reached:
        answer = {"error": f"{reached.limit}: {reached.words}"[:300]}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:300]}
    head = json.dumps(answer).encode()
    payload = LENGTH.pack(len(head)) + head + encoded
    forking.write_all(results, frames.frame(frames.PICTURE, payload))


def _as_png(shown: PictureFound, wanted: Wanted, limits: Limits) -> tuple[bytes, dict[str, Any]]:
    """Pixels only: whatever else the image carried stays here."""
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
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    written = io.BytesIO()
    bare.save(written, "PNG", compress_level=3)
    return written.getvalue(), {"width_px": bare.width, "height_px": bare.height}


def _exactly(count: int) -> bytes:
    """``count`` bytes of the job; the pipe ends only with the sandbox."""
    got = os.read(_JOB, count)
    if len(got) == count:
        return got
    pieces = [got]
    left = count - len(got)
    while left:
        if not (piece := os.read(_JOB, min(left, 1 << 20))):
            os._exit(_NO_MORE_JOBS)
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _chunks() -> Iterator[bytes]:
    while size := LENGTH.unpack(_exactly(LENGTH.size))[0]:
        yield _exactly(size)
