"""Files that have taken over their reader, and what they try to leave to the next one.

The reader of ``tests/reading/hostile_reader.py`` runs the program that its file holds, inside
the real walls. Every attack here is followed by innocent files on the same worker, which must
come out as from a sandbox that never saw the attack. One worker, so that they do meet.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.reading.conftest import TIGHT, walls_or_skip
from tests.reading.hostile_reader import PREFIX

import habeas
from habeas.reading.documents import Document, State
from habeas.reading.limits import MIB
from habeas.reading.sandbox import confining
from habeas.reading.sandbox.opening import Sandbox

READER = Path(__file__).parents[1] / "reading" / "hostile_reader.py"
BLANK = bytes(17 * MIB)  # more than a reader holds in memory: it lies in the scratch
Attack = Callable[[str], list[Document]]


def taken_over(program: str) -> bytes:
    return PREFIX + textwrap.dedent(program).encode() + b"\x00"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    walls_or_skip()
    with Sandbox(TIGHT, ocr=False, further_readers=(READER,), workers=1) as warm:
        yield warm


@pytest.fixture(scope="module")
def untouched(sandbox: Sandbox) -> tuple[list[Document], str]:
    """What innocent files say before any attack, and what a file sees of its process."""
    return _innocent(sandbox), _state(sandbox)


@pytest.fixture
def attack(sandbox: Sandbox, untouched: tuple[list[Document], str]) -> Iterator[Attack]:
    """Runs a program in the place of a reader; innocent files are then read as ever."""

    def run(program: str) -> list[Document]:
        return list(sandbox.read(io.BytesIO(taken_over(program)), "hostile.bin"))

    yield run
    assert (_innocent(sandbox), _state(sandbox)) == untouched


def _innocent(sandbox: Sandbox) -> list[Document]:
    files = {"note.txt": b"Held in May.", "long.txt": b"Held. " * 100_000}
    return [
        document
        for name, data in files.items()
        for document in sandbox.read(io.BytesIO(data), name)
    ]


LOOK = """
    import os, resource, signal, threading
    scratch = os.environ["TMPDIR"]
    names, counts, time = os.listdir(scratch), os.statvfs(scratch), os.stat(scratch).st_mtime
    with open(scratch + "/written", "w+b") as written:
        written.write(bytes(8 << 20))  # a reader that needs the scratch has it
    handles = []
    for number in range(1024):
        try:
            handles.append((number, oct(os.fstat(number).st_mode), os.get_blocking(number)))
        except OSError:
            pass
    draft.add("body", repr((
        names, counts.f_files - counts.f_ffree, counts.f_blocks - counts.f_bfree,
        handles, os.getcwd(), os.umask(0o22), sorted(os.environ.items()), os.getpriority(0, 0),
        [resource.getrlimit(each) for each in range(16)],
        signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getitimer(0), signal.alarm(0),
        threading.active_count(), os.getpgid(0) == os.getpid(), os.getsid(0),
        os.sched_getaffinity(0), int(time) // 10**7,
    )))
"""


def _state(sandbox: Sandbox) -> str:
    """What a file sees of its process and its scratch, by a reader that tells it."""
    (document,) = sandbox.read(io.BytesIO(taken_over(LOOK)), "look.bin")
    assert document.state is State.READ, document.reason
    return document.text


def _warm(sandbox: Sandbox) -> list[int]:
    """The processes of its workers, now that there are some."""
    list(sandbox.read(io.BytesIO(b"Held in May."), "note.txt"))
    return sandbox.workers()


def said(documents: list[Document]) -> str:
    assert len(documents) == 1
    assert documents[0].state is State.READ, documents[0].reason
    return documents[0].text.strip()


# --- the scratch ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o000, 0o555, 0o311, 0o1777])
def test_the_words_of_one_file_are_not_there_for_the_next(attack: Attack, mode: int) -> None:
    attack(f"""
        import os
        folder = os.environ["TMPDIR"] + "/kept"
        os.makedirs(folder + "/below")
        for name in (folder + "/words", folder + "/below/words"):
            open(name, "w").write("the witness lives in")
            os.link(name, name + " again")
            os.chmod(name, {mode})
        os.symlink("/", folder + "/root")
        os.mkfifo(folder + "/pipe")
        os.chmod(folder + "/below", {mode})
        os.chmod(folder, {mode})
        draft.add("body", "left behind")
    """)
    found = attack("""
        import os
        for way in (os.environ["TMPDIR"], "/tmp", "/scratch"):
            folder = way + "/kept"
            for name in (folder, folder + "/below"):
                try:
                    os.chmod(name, 0o777)
                    draft.add("body", open(name + "/words").read())
                except OSError:
                    pass
        draft.add("body", "nothing")
    """)
    assert said(found) == "nothing"


@pytest.mark.parametrize(
    "program",
    [
        # full of bytes, in a folder that resists
        """
        os.mkdir("full")
        with open("full/bytes", "wb") as written:
            try:
                while True:
                    written.write(bytes(1 << 20))
            except OSError:
                pass
        os.chmod("full", 0)
        """,
        # full of files
        """
        os.mkdir("many")
        for number in range(200_000):
            open(f"many/{number}", "x").close()
        """,
        # deeper than Python can follow
        """
        for _ in range(3_000):
            os.mkdir("d")
            os.chdir("d")
        """,
        # the folder itself
        """
        for change in (lambda: os.chmod(".", 0), lambda: os.utime(".", (1, 1)),
                       lambda: os.rename("/scratch", "/scratch2"), lambda: os.rmdir("/scratch")):
            try:
                change()
            except OSError:
                pass
        """,
        # an unlinked file, held by a process that hides in a session of its own
        """
        handle = os.open("held", os.O_RDWR | os.O_CREAT)
        os.unlink("held")
        os.truncate(handle, 60 << 20)
        os.posix_fallocate(handle, 0, 60 << 20)
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                for number in range(1, 65):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                if os.fork() == 0:
                    time.sleep(3600)
                os._exit(0)
        """,
    ],
    ids=["bytes", "files", "depth", "itself", "held"],
)
def test_a_filled_scratch_fails_no_innocent_file(attack: Attack, program: str) -> None:
    documents = attack(
        "import os, signal, time\nos.chdir(os.environ['TMPDIR'])\n"
        + textwrap.dedent(program)
        + "draft.add('body', 'done')"
    )
    assert documents[-1].state in (State.READ, State.REFUSED)


# --- signals and ends -------------------------------------------------------------------


@pytest.mark.parametrize("target", ["1", "-1", "0", "os.getppid()", "-os.getpid()"])
def test_no_signal_reaches_the_worker(attack: Attack, sandbox: Sandbox, target: str) -> None:
    """SIGINT did: Python handles it, and what is handled is not kept from process 1."""
    before = _warm(sandbox)
    attack(f"""
        import os, signal, time
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        for number in range(1, 65):
            if {target} not in (0, -os.getpid()) or number not in (9, 19):
                try:
                    os.kill({target}, number)
                except OSError:
                    pass
        time.sleep(0.1)
        draft.add("body", "sent")
    """)
    assert sandbox.workers() == before


def test_no_signal_is_sent_by_way_of_a_file(attack: Attack, sandbox: Sandbox) -> None:
    before = _warm(sandbox)
    text = said(
        attack("""
            import fcntl, os
            refused = 0
            ours, theirs = os.pipe()
            for command, value in ((8, 1), (10, 9), (15, 0), (1024, 1), (1026, 1)):
                try:
                    fcntl.fcntl(ours, command, value)
                except OSError:
                    refused += 1
            draft.add("body", str(refused))
        """)
    )
    assert text == "5"
    assert sandbox.workers() == before


@pytest.mark.parametrize("code", [0, 1, 3, 77, 255])
def test_no_code_ends_the_run(attack: Attack, code: int) -> None:
    """77 did: the worker believed its child that there was no more to do."""
    (document,) = attack(f"import os; os._exit({code})")
    assert document.state is State.FAILED
    words = "gave no document" if code == 0 else f"ended with code {code}"
    assert words in document.reason


@pytest.mark.parametrize("number", [*range(1, 32), 34, 40, 64])
def test_every_signal_ends_its_own_file_only(sandbox: Sandbox, number: int) -> None:
    program = f"""
        import os, signal, time
        try:
            signal.signal({number}, signal.SIG_DFL)
        except OSError:
            pass
        os.kill(os.getpid(), {number})
        os._exit(5)
    """
    if number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        return  # stopped, not ended: as a file that hangs
    (document,) = sandbox.read(io.BytesIO(taken_over(program)), "hostile.bin")
    assert document.state in (State.FAILED, State.REFUSED)
    assert document.reason
    (after,) = sandbox.read(io.BytesIO(b"Held in May."), "note.txt")
    assert after.text == "Held in May."


def test_a_crash_is_not_called_damage(attack: Attack) -> None:
    (document,) = attack("import os; os.abort()")
    assert document.reason == "The reader was ended by SIGABRT."
    assert document.warnings == ("Whether the file is damaged is not known.",)
    assert document.cause == "reader"


# --- processes and what they hold -------------------------------------------------------


def test_what_hides_in_a_session_of_its_own_dies_with_its_file(attack: Attack) -> None:
    attack("""
        import os, time
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.chdir("/")
                    while True:
                        for way in (os.environ["TMPDIR"] + "/alive",):
                            try:
                                open(way, "w").close()
                            except OSError:
                                pass
                        try:
                            os.kill(-1, 9)
                        except OSError:
                            pass
                os._exit(0)
        time.sleep(0.2)
        draft.add("body", "left behind")
    """)
    assert said(attack("import time, os; time.sleep(.2); draft.add('body', 'alive')")) == "alive"


def test_every_setting_of_a_process_is_its_own(attack: Attack) -> None:
    attack("""
        import fcntl, os, resource, signal, time
        os.umask(0o777)
        os.environ.update(PATH="/scratch", LD_PRELOAD="/scratch/x.so", PYTHONPATH="/scratch")
        os.putenv("LD_PRELOAD", "/scratch/x.so")
        for each in range(16):
            if each not in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_DATA):
                try:
                    resource.setrlimit(each, (0, 0))
                except (OSError, ValueError):
                    pass
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        signal.setitimer(signal.ITIMER_REAL, 0.3, 0.01)
        for handle in range(64):
            for change in (
                lambda: fcntl.fcntl(handle, fcntl.F_SETFL, os.O_NONBLOCK | os.O_DIRECT),
                lambda: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB),
                lambda: fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB),
                lambda: fcntl.fcntl(handle, 1031, 4096),
                lambda: os.fchmod(handle, 0), lambda: os.utime(handle, (7, 7)),
                lambda: os.set_inheritable(handle, True),
            ):
                try:
                    change()
                except OSError:
                    pass
        try:
            os.chdir("/usr")
        finally:
            time.sleep(0.1)
    """)


def test_only_the_pipes_of_its_own_file_are_open(attack: Attack) -> None:
    text = said(
        attack("""
            import os, stat
            found = []
            for number in range(4096):
                try:
                    mode = os.fstat(number).st_mode
                except OSError:
                    continue
                if not (stat.S_ISCHR(mode) and os.fstat(number).st_rdev == os.makedev(1, 3)):
                    found.append(stat.S_ISFIFO(mode))
            draft.add("body", repr(found))
        """)
    )
    assert text == "[True, True]"


def test_there_is_no_memory_that_two_files_share(attack: Attack, sandbox: Sandbox) -> None:
    text = said(
        attack("""
            import ctypes, mmap, os
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_void_p
            made = []
            for name, call in (
                ("shmget", lambda: libc.shmget(7, 4096, 0o1777)),
                ("msgget", lambda: libc.msgget(7, 0o1777)),
                ("semget", lambda: libc.semget(7, 1, 0o1777)),
                ("mq_open", lambda: libc.syscall(240, b"q", 0o102, 0o777, 0)),
                ("memfd", lambda: libc.syscall(319, b"x", 0)),
                ("add_key", lambda: libc.syscall(248, b"user", b"x", b"y", 1, -2)),
                ("inotify", lambda: libc.syscall(294, 0)),
                ("fanotify", lambda: libc.syscall(300, 0, 0)),
                ("process_vm_readv", lambda: libc.syscall(310, 1, 0, 0, 0, 0, 0)),
                ("ptrace", lambda: libc.syscall(101, 16, 1, 0, 0)),
                ("pidfd_open", lambda: libc.syscall(434, 1, 0)),
                ("pidfd_getfd", lambda: libc.syscall(438, 0, 0, 0)),
                ("kcmp", lambda: libc.syscall(312, 1, 1, 0, 0, 0)),
                ("perf_event_open", lambda: libc.syscall(298, 0, 0, 0, 0, 0)),
            ):
                if call() >= 0:
                    made.append(name)
            for folder in ("/dev/shm", "/dev/mqueue", "/run/shm", "/var/tmp", "/run/lock"):
                if os.access(folder, os.F_OK):
                    made.append(folder)
            draft.add("body", repr(made))
        """)
    )
    assert text == "[]"
    for process in sandbox.workers():
        try:
            maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
        except PermissionError:
            continue  # it hides its memory from everybody but root
        shared = [line for line in maps.splitlines() if line.split()[1].startswith("rw-s")]
        assert shared == []


def test_a_parser_has_no_socket_call_and_loads_no_filter(attack: Attack) -> None:
    text = said(
        attack("""
            import ctypes, os, socket
            libc = ctypes.CDLL(None, use_errno=True)
            had = []
            for number in (41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 54, 288, 299, 307, 317):
                ctypes.set_errno(0)
                if libc.syscall(number, 1, 1, 0, 0, 0, 0) >= 0 or ctypes.get_errno() != 38:
                    had.append(number)
            try:
                socket.socketpair()
                had.append("socketpair")
            except OSError:
                pass
            draft.add("body", repr(had))
        """)
    )
    assert text == "[]"


# --- files inside -----------------------------------------------------------------------


def _zip(*files: tuple[str, bytes]) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    made.seek(0)
    return made


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.kill(-1, 9); os._exit(0)",
        """
        import os
        for number in range(1, 65):
            try:
                os.kill(os.getppid(), number)
            except OSError:
                pass
        """,
        """
        import os
        for folder, _, files in os.walk(os.environ["TMPDIR"]):
            for name in files:
                open(os.path.join(folder, name), "r+b").write(b"invented")
        """,
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            while True:
                for name in os.listdir(os.environ["TMPDIR"]):
                    try:
                        open(os.environ["TMPDIR"] + "/" + name, "r+b").write(b"invented")
                    except OSError:
                        pass
                os.kill(-1, 9)
        """,
        """
        import os
        os.mkdir(os.environ["TMPDIR"] + "/d")
        with open(os.environ["TMPDIR"] + "/d/full", "wb") as written:
            try:
                while True:
                    written.write(bytes(1 << 20))
            except OSError:
                os.chmod(os.environ["TMPDIR"] + "/d", 0)
        """,
        """
        import os, struct
        for handle in range(3, 64):
            try:
                for _ in range(50):
                    os.write(handle, b"E" + struct.pack(">I", 2) + b"{}" + b"Z" * 1000)
            except OSError:
                pass
        """,
    ],
    ids=["kill", "signal", "rewrite", "lurk", "fill", "speak"],
)
def test_a_file_inside_reaches_neither_its_container_nor_its_neighbours(
    sandbox: Sandbox, program: str
) -> None:
    innocent = b"Named by an uncle. " * 10
    exhibit = _zip(
        ("first.txt", innocent), ("evil.bin", taken_over(program)), ("second.txt", innocent),
        ("blank.bin", BLANK), ("third.txt", innocent),
    )  # fmt: skip
    documents = {each.inner_path: each for each in sandbox.read(exhibit, "leak.zip")}
    assert list(documents) == ["first.txt", "evil.bin", "second.txt", "blank.bin", "third.txt", ""]
    for name in ("first.txt", "second.txt", "third.txt"):
        assert (documents[name].state, documents[name].text) == (State.READ, innocent.decode())
    assert documents["blank.bin"].state is State.EMPTY
    assert documents[""].state is State.READ


def test_a_container_cannot_name_count_or_hash_what_it_does_not_send(sandbox: Sandbox) -> None:
    """The hash, the size and the name of a file inside are the parent's own."""
    import hashlib

    (one, two, outer) = sandbox.read(
        io.BytesIO(taken_over("draft.inner('a!/b', b'Held.'); draft.inner('a!/b', b'Held.')")), "x"
    )
    assert one.sha256 == two.sha256 == hashlib.sha256(b"Held.").hexdigest()
    assert (one.size_bytes, one.inner_path, two.inner_path) == (5, "a\\u0021/b", "a\\u0021/b (2)")
    assert outer.inner_path == ""


SAY = """
    import json, os, struct, time
    def say(kind, payload=b""):
        os.write(4, kind + struct.pack(">I", len(payload)) + payload)
    def begin(name="x"):
        say(b"N", json.dumps({{"name": name, "hint": ""}}).encode())
    {said}
    time.sleep(3600)
"""


@pytest.mark.parametrize(
    "words",
    [
        "say(b'C', b'bytes of no file')", "say(b'E', b'{}')", "say(b'X')", "say(b'I', b'{}')",
        "begin(); begin()", "begin(); say(b'Z', b'')", "begin(); say(b'C', bytes(1 << 21))",
        "begin(); say(b'E', b'{}')", "begin(); say(b'E', b'[' * 60000)",
        "begin('\\ud800' * 4096 + 'x')", "say(b'N', b'{}')", "say(b'N', b'[' * 65537)",
        "say(b'U', b'{\"name\":\"x\",\"state\":\"read\",\"reason\":\"\",\"size_bytes\":0}')",
        "say(b'U', b'{\"name\":\"x\",\"state\":\"failed\",\"reason\":\"r\",\"size_bytes\":-1}')",
        "say(b'P', b'x')", "os.write(4, b'Z' + b'\\xff' * 4)",
    ],
)  # fmt: skip
def test_a_container_that_breaks_the_rules_of_the_pipe_is_ended(
    sandbox: Sandbox, words: str
) -> None:
    documents = list(sandbox.read(io.BytesIO(taken_over(SAY.format(said=words))), "hostile.bin"))
    assert documents[-1].inner_path == ""
    assert documents[-1].state is State.FAILED
    assert "not a document" in documents[-1].reason
    assert all(each.state is State.FAILED for each in documents)


def test_a_container_sends_no_more_than_is_taken(sandbox: Sandbox) -> None:
    """It goes on after it was told the end: then nothing more of it is heard."""
    (*inner, own) = sandbox.read(
        io.BytesIO(
            taken_over("""
            while True:
                try:
                    draft.inner("again", b"text " * 100_000)
                except BaseException:
                    pass
        """)
        ),
        "hostile.bin",
    )
    assert len(inner) < 200
    assert own.state is State.FAILED


# --- what the parent is sent ------------------------------------------------------------


def test_whatever_is_sent_takes_little_more_memory_than_it_is_long() -> None:
    """What is refused is refused before it is built: else this process would run out."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "bombs.py")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2_000:]


def test_a_document_of_many_parts_is_taken_as_it_is(sandbox: Sandbox) -> None:
    (document,) = sandbox.read(
        io.BytesIO(
            taken_over("""
                for number in range(5_000):
                    draft.add("cell", str(number), {"row": number}, stored="s" * (number % 7))
            """)
        ),
        "hostile.bin",
    )
    assert len(document.parts) == 5_000
    for number in (0, 511, 512, 4_999, 1_024, 3):
        part = document.parts[number]
        assert document.text[part.start : part.stop] == str(number)
        assert part.locator == {"row": number}
    assert [part.locator["row"] for part in document.parts] == list(range(5_000))
    assert document.parts[-2:] == tuple(document.parts)[-2:]


# --- where the program lies -------------------------------------------------------------

INSTALLED = """
import io, sys, json
from pathlib import Path
from habeas.reading.sandbox.opening import Sandbox
import habeas
assert habeas.__path__[0].startswith(sys.argv[1]), habeas.__path__
program = b'''
import os
scratch = os.environ["TMPDIR"]
names, counts = os.listdir(scratch), os.statvfs(scratch)
draft.add("body", repr((names, counts.f_files - counts.f_ffree, scratch)))
'''
data = bytes([1, 2, 3, 4]) * 16 + b"\\n" + program + b"\\0"
with Sandbox(ocr=False, workers=1, further_readers=(Path(sys.argv[2]),)) as sandbox:
    first, texts = sandbox.workers(), []
    for _ in range(3):
        (document,) = sandbox.read(io.BytesIO(data), "a.bin")
        texts.append(document.text.strip() or document.reason)
        (note,) = sandbox.read(io.BytesIO(b"Held in May."), "note.txt")
        assert note.text == "Held in May.", note
    print(json.dumps([texts, first == sandbox.workers()]))
"""


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm", "/scratch", "home"])  # noqa: S108
def test_a_program_installed_under_any_place_leaves_the_scratch_empty(place: str) -> None:
    """The scratch is no part of what is installed, so emptying it never walks a program."""
    walls_or_skip()
    root = Path.home() if place == "home" else Path(place)
    if not os.access(root if root.exists() else root.parent, os.W_OK):
        pytest.skip(f"{root} cannot be written here")
    made = not root.exists()
    root.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=root))
    try:
        package = folder / "lib" / "site-packages" / "habeas"
        source = Path(habeas.__path__[0])
        for room in ("reading", "vocabulary"):
            bare = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source / room, package / room, ignore=bare)
        for file in source.glob("*.py"):
            shutil.copy(file, package / file.name)
        shutil.copy(READER, folder / "reader.py")
        done = subprocess.run(
            [sys.executable, "-c", INSTALLED, str(folder), str(folder / "reader.py")],
            capture_output=True, text=True, check=False, timeout=120,
            env={
                **os.environ, "PYTHONPATH": str(package.parent), "TMPDIR": str(folder),
                "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
            },
        )  # fmt: skip
    finally:
        shutil.rmtree(folder)
        if made:
            root.rmdir()
    assert done.returncode == 0, done.stderr[-2_000:]
    texts, same_worker = json.loads(done.stdout)
    scratch = "/scratch-1" if place == "/scratch" else "/scratch"
    assert texts == [repr(([], 1, scratch))] * 3
    assert same_worker


@pytest.mark.parametrize("closed", ["habeas", "habeas/reading/readers", "habeas/reading/paths.py"])
def test_a_program_that_only_root_may_read_is_not_taken_for_one_without_readers(
    tmp_path: Path, closed: str
) -> None:
    """As after a clone with the umask 077. Started by its owner it reads all the same."""
    walls_or_skip()
    source = Path(habeas.__path__[0])
    bare = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source, tmp_path / "lib" / "habeas", ignore=bare)
    path = tmp_path / "lib" / closed
    path.chmod(0o700 if path.is_dir() else 0o600)
    program = (
        "import io\nfrom habeas.reading.sandbox.opening import Sandbox\n"
        "with Sandbox(ocr=False, workers=1) as sandbox:\n"
        "    print([each.text for each in sandbox.read(io.BytesIO(b'Held.'), 'a.txt')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "lib")},
    )  # fmt: skip
    if os.geteuid() != 0:
        assert (done.stdout, done.stderr) == ("['Held.']\n", "")
    else:
        assert f"SandboxBroken: The sandbox may not read {path}" in done.stderr
        assert "No reader" not in done.stdout


def test_a_cache_that_only_root_may_read_stops_no_reading(tmp_path: Path) -> None:
    """As a command run by root left it. The sandbox reads the sources."""
    walls_or_skip()
    source = Path(habeas.__path__[0])
    package = tmp_path / "lib" / "habeas"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (package, package / "reading", package / "reading" / "readers"):
        (folder / "__pycache__").mkdir(mode=0o700)
    program = (
        "import io\nfrom habeas.reading.sandbox.opening import Sandbox\n"
        "with Sandbox(ocr=False, workers=1) as sandbox:\n"
        "    print([each.text for each in sandbox.read(io.BytesIO(b'Held.'), 'a.txt')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "lib"), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("['Held.']\n", "")


def test_the_scratch_holds_nothing_that_is_shown() -> None:
    for shown in (["/scratch/venv/lib"], ["/scratch-1/x", "/scratch"], ["/usr", "/opt/a"]):
        scratch = Path(confining.scratch_beside(shown))
        assert not any(Path(path).is_relative_to(scratch) for path in shown)
