"""Another engine asked about Chinese: its doubts are told, its text is not taken."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.reading.pages import LANGUAGES, as_file, page
from tests.support import presence

from habeas.reading.errors import SecondOpinionMissing
from habeas.reading.readers import ocr, ocr_second, tesseract
from habeas.reading.sandbox import confining
from habeas.reading.sandbox.opening import Sandbox


@pytest.fixture(autouse=True)
def _engine() -> None:
    try:
        ocr_second.require()
    except SecondOpinionMissing as error:
        presence.missing("the extra `rapidocr`", str(error))
    if not {"chi_sim", "chi_tra", "eng"} <= tesseract.models():
        presence.missing("Tesseract's models", "install the packages of scripts/system-packages")


def test_a_page_that_both_read_alike_has_no_doubt_more() -> None:
    image = page([("zh", "")] * 3)
    alone = ocr.recognise(image, models=["chi_sim"])
    asked = ocr.recognise(image, models=["chi_sim"], second_opinion=True)
    assert (asked.text, asked.boxes, asked.warnings) == (alone.text, alone.boxes, alone.warnings)
    assert asked.settings["ocr_second"].startswith("PP-OCR")
    assert "ocr_second" not in alone.settings


def test_characters_that_the_first_engine_writes_its_own_way_are_doubted() -> None:
    """The simplified model turns what stands there, 開門, into 开门, and is sure of it."""
    image = page([("zh", ""), ("zh", "他們說開門的時間還沒有到")])
    found = ocr.recognise(image, models=["chi_sim"], second_opinion=True)
    assert "開門" not in found.text
    [doubt] = [words for words in found.warnings if "second engine" in words]
    assert doubt.startswith("A second engine reads 1 line of 2 in Chinese differently")


def test_it_is_not_asked_about_other_scripts() -> None:
    found = ocr.recognise(page([("en", "")] * 2), models=["eng"], second_opinion=True)
    assert "ocr_second" not in found.settings


def test_it_works_within_the_walls_and_is_off_by_default() -> None:
    data = as_file(page([("zh", "")] * 2))
    with Sandbox(second_opinion=True, workers=1) as asked, Sandbox(workers=1) as alone:
        (one,), (other,) = (list(each.read(io.BytesIO(data), "a.png")) for each in (asked, alone))
    assert one.settings["ocr_second"].startswith("PP-OCR")
    assert "ocr_second" not in other.settings
    assert "".join(one.text.split()) == LANGUAGES["zh"].text * 2 == "".join(other.text.split())


def test_where_it_is_not_installed_it_is_refused_before_any_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SecondOpinionMissing, match="not installed") as caught:
        Sandbox(second_opinion=True)
    assert "habeas[rapidocr]" in str(caught.value.next_step)
    assert not Sandbox()._second_opinion


# --- no socket --------------------------------------------------------------------------

_KILLED_BY_A_SOCKET = """
import ctypes, io, os, sys
from habeas.reading import readers; from habeas.reading.sandbox import seccomp
library = ctypes.CDLL(seccomp.LIBRARY)
library.seccomp_init.restype = ctypes.c_void_p
library.seccomp_init.argtypes = [ctypes.c_uint32]
library.seccomp_load.argtypes = [ctypes.c_void_p]
library.seccomp_rule_add_array.argtypes = [
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p]
context = library.seccomp_init(0x7FFF0000)  # allow
library.seccomp_attr_set(ctypes.c_void_p(context), 4, 1)  # over all threads
def no_more(*names):
    for name in names:
        number = library.seccomp_syscall_resolve_name(name)
        assert library.seccomp_rule_add_array(context, 0x80000000, number, 0, None) == 0  # kill
    assert library.seccomp_load(context) == 0
no_more(b"socket", b"connect", b"sendto", b"sendmsg", b"recvmsg")
def no_pair_more():
    no_more(b"socketpair")
"""


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program in a process that dies of its first socket, without any other wall."""
    return subprocess.run(
        [sys.executable, "-c", _KILLED_BY_A_SOCKET + textwrap.dedent(program), *arguments],
        capture_output=True, text=True, check=False, timeout=240,
        env={**confining.ENVIRONMENT, "TMPDIR": "", "HOME": ""} | {"PATH": os.environ["PATH"]},
    )  # fmt: skip


def test_a_socket_would_be_noticed() -> None:
    assert _run("import socket; socket.socket()").returncode == -signal.SIGSYS


def test_no_reader_opens_a_socket_and_neither_does_the_second_engine(
    vectors: Path, tmp_path: Path
) -> None:
    """Each family of formats, read where a socket is possible and deadly."""
    done = _run(
        """
        from pathlib import Path
        from habeas.reading.dispatching import Dispatcher
        from habeas.reading import frames
        from habeas.reading.limits import Limits
        null = os.open(os.devnull, os.O_WRONLY)
        limits, found = Limits(), readers.load()
        def read(path):
            ended = []
            dispatcher = Dispatcher(found, limits, null, second_opinion=True)
            Dispatcher._write = lambda self, payload: ended.append(payload)
            dispatcher.before_parsing = no_pair_more
            dispatcher.read(Path(path).read_bytes(), os.path.basename(path))
            document = frames.read_document(ended[-1], limits)
            assert document.reader and "SIG" not in document.reason, document
            settings = document.settings
            print(path, document.state, settings.get("ocr"), settings.get("ocr_second", ""))
            sys.stdout.flush()
        for path in sys.argv[1:]:
            if (child := os.fork()) == 0:
                try:
                    read(path)
                    os._exit(0)
                finally:
                    os._exit(1)
            assert os.waitpid(child, 0)[1] == 0, path
        """,
        *_examples(vectors, tmp_path),
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2_000:], done.stdout)
    lines = done.stdout.splitlines()
    assert len(lines) == len(_examples(vectors, tmp_path))
    assert "PP-OCR" in next(line for line in lines if "chinese.png" in line)
    assert re.search(r"tesseract \d+\.", done.stdout)  # asked for without a socket, too


def _examples(vectors: Path, folder: Path) -> list[str]:
    from tests.reading.formats import FORMATS

    paths = []
    for number, form in enumerate(FORMATS):
        if isinstance(form.example, str):
            paths.append(os.fspath(vectors / form.example))
        else:
            made = form.example() if callable(form.example) else form.example
            (folder / f"{number}").write_bytes(made)
            paths.append(os.fspath(folder / f"{number}"))
    (folder / "chinese.png").write_bytes(as_file(page([("zh", "")])))
    return [*paths, os.fspath(folder / "chinese.png")]
