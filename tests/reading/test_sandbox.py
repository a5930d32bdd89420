"""What a file can do once it has taken over its reader: nothing, and that in bounded time."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.reading.conftest import TIGHT

from habeas.reading import errors
from habeas.reading.documents import Document, State
from habeas.reading.limits import Limits
from habeas.reading.sandbox import confining
from habeas.reading.sandbox.opening import Sandbox

Run = Callable[..., list[Document]]


def said(documents: list[Document]) -> str:
    assert len(documents) == 1
    assert documents[0].state is State.READ, documents[0].reason
    return documents[0].text.strip()


def still_reads(sandbox: Sandbox) -> None:
    (document,) = sandbox.read(io.BytesIO(b"Held in May."), "note.txt")
    assert (document.state, document.text) == (State.READ, "Held in May.")


# --- walls ------------------------------------------------------------------------------


def test_no_socket_can_be_opened(run_inside: Run) -> None:
    text = said(
        run_inside("""
            import socket
            opened = []
            for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK,
                           socket.AF_PACKET, socket.AF_VSOCK):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                    try:
                        socket.socket(family, kind)
                        opened.append(f"{family} {kind}")
                    except OSError:
                        pass
            try:
                socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                opened.append("datagrams, which can name an address")
            except OSError:
                pass
            draft.add("body", repr(opened))
        """)
    )
    assert text == "[]"


def test_nothing_of_anybody_is_visible(run_inside: Run, repository: Path) -> None:
    text = said(
        run_inside(f"""
            import os
            seen = []
            for path in ("/etc/shadow", "/etc/passwd", "/proc", "/proc/1/environ", "/sys",
                         "/home", "/var", "/run", "/dev/shm", "/dev/mem",
                         {str(repository / "pyproject.toml")!r}, {str(repository / "docs")!r},
                         os.path.expanduser("~root") + "/.bashrc", "/work/shared"):
                try:
                    os.stat(path)
                    seen.append(path)
                except OSError:
                    pass
            draft.add("body", repr(seen) + repr(sorted(os.listdir(os.environ["TMPDIR"]))))
            own = {{*{set(confining.ENVIRONMENT)!r}, "PWD", "LD_LIBRARY_PATH"}}
            draft.add("body", repr(dict(os.environ).keys() - own))
        """)
    )
    assert text == "[][]\nset()"


def test_only_scratch_can_be_written_and_it_is_emptied(run_inside: Run) -> None:
    program = """
        import os
        written = []
        for folder in ("/", "/usr", "/etc", "/dev", "/work", "/root", "/scratch",
                       os.path.dirname(os.__file__)):
            try:
                open(folder + "/left-behind", "w").write("x")
                written.append(folder)
            except OSError:
                pass
        draft.add("body", repr(written))
    """
    assert said(run_inside(program)) == "['/scratch']"
    again = said(run_inside("import os; draft.add('body', repr(os.listdir(os.environ['TMPDIR'])))"))
    assert again == "[]"


def test_there_is_no_privilege_and_no_way_to_one(run_inside: Run) -> None:
    text = said(
        run_inside("""
            import ctypes, os
            libc = ctypes.CDLL(None, use_errno=True)
            gained = []
            for name, call in (
                ("setuid", lambda: os.setuid(0)),
                ("unshare", lambda: libc.unshare(0x10000000) == 0 or 1 / 0),
                ("clone", lambda: libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) >= 0 or 1 / 0),
                ("mount", lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or 1 / 0),
                ("ptrace", lambda: libc.ptrace(16, 1, 0, 0) == 0 or 1 / 0),
                ("bpf", lambda: libc.syscall(321, 0, 0, 0) >= 0 or 1 / 0),
                ("keyctl", lambda: libc.syscall(250, 0, 0, 0) >= 0 or 1 / 0),
                ("io_uring", lambda: libc.syscall(425, 1, 0) >= 0 or 1 / 0),
                ("userfaultfd", lambda: libc.syscall(323, 0) >= 0 or 1 / 0),
                ("memfd", lambda: os.memfd_create("x")),
                ("limits of another", lambda: libc.prlimit(1, 0, ctypes.c_char_p(b"0" * 16), None)
                    == 0 or 1 / 0),
                ("chroot", lambda: os.chroot("/tmp")),
            ):
                try:
                    call()
                    gained.append(name)
                except (OSError, ZeroDivisionError, AttributeError):
                    pass
            sets = (ctypes.c_uint32 * 6)()
            libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), sets)
            bounding = [number for number in range(41) if libc.prctl(23, number, 0, 0, 0) == 1]
            ids = {0} & {*os.getresuid(), *os.getresgid(), *os.getgroups()}
            draft.add("body", repr((gained, list(sets), ids)))
            if os.getresuid()[0] != 65534:  # made by root, which can empty this set, too
                draft.add("body", repr(bounding))
        """)
    )
    assert text.splitlines()[0] == "([], [0, 0, 0, 0, 0, 0], set())"
    assert text.splitlines()[1:] in ([], ["[]"])


# --- time, memory, output ---------------------------------------------------------------


@pytest.mark.parametrize("program", ["while True: pass", "import time; time.sleep(3600)"])
def test_a_file_that_hangs_is_ended(run_inside: Run, hostile: Sandbox, program: str) -> None:
    (document,) = run_inside(program)
    assert (document.state, document.reason) == (State.REFUSED, "wall_seconds: 2 reached")
    still_reads(hostile)


def test_time_counts_for_all_that_a_file_starts(run_inside: Run, hostile: Sandbox) -> None:
    """The grandchild is gone, too: it can leave nothing in the scratch of the next file."""
    run_inside("""
        import os, time
        if os.fork() == 0:
            os.setsid()
            while True:
                try:
                    open("/scratch/alive", "w").close()
                except OSError:
                    pass
                time.sleep(0.01)
        draft.add("body", "left a child behind")
    """)
    time.sleep(0.1)
    text = said(
        run_inside(
            """import os, time
time.sleep(.1)
draft.add('body', repr(os.listdir(os.environ['TMPDIR'])))"""
        )
    )
    assert text == "[]"
    still_reads(hostile)


def test_one_process_cannot_take_all_memory(run_inside: Run) -> None:
    (document,) = run_inside("held = [bytearray(50 << 20) for _ in range(1000)]")
    assert document.state is State.REFUSED
    assert document.reason.startswith("memory_bytes: ")


def test_many_processes_together_cannot_take_all_memory(run_inside: Run, hostile: Sandbox) -> None:
    (document,) = run_inside("""
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                held = bytearray(b"x") * (200 << 20)
                time.sleep(60)
        time.sleep(60)
    """)
    assert (document.state, document.reason[:12]) == (State.REFUSED, "memory_bytes")
    still_reads(hostile)


def test_a_fork_bomb_goes_off_in_a_small_room(run_inside: Run, hostile: Sandbox) -> None:
    (document,) = run_inside("""
        import os
        while True:
            try:
                os.fork()
            except OSError:
                pass
    """)
    assert document.state is State.REFUSED
    still_reads(hostile)


def test_scratch_has_an_end(run_inside: Run, hostile: Sandbox) -> None:
    (document,) = run_inside("""
        with open("/scratch/big", "wb") as written:
            while True:
                written.write(bytes(1 << 20))
    """)
    assert document.state is State.REFUSED
    assert document.reason.startswith("scratch_bytes: ")
    still_reads(hostile)


def test_text_past_its_cap_is_cut_and_said_so(run_inside: Run) -> None:
    (document,) = run_inside("while True: draft.add('body', 'x' * 1000)")
    assert document.state is State.IN_PART
    assert document.missing == (
        "The rest: text_code_points: more than 1,000,000 code points of text",
    )
    assert 999_000 <= len(document.text) <= 1_000_001


FLOOD = """
    import os, struct
    for handle in range(3, 64):
        try:
            if os.fstat(handle).st_mode & 0o170000 != 0o010000:
                continue
            while True:
                os.write(handle, {bytes})
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "written",
    [
        "b'garbage ' * 1000",
        "b'D' + struct.pack('>I', 1 << 31)",
        "b'Z' + struct.pack('>I', 8) + b'garbage!'",
        "b'Z' + struct.pack('>I', 6) + struct.pack('>I', 2) + b'{}'",
        "b'P' + struct.pack('>I', 0)",
    ],
    ids=["noise", "endless frame", "no document", "empty document", "progress for ever"],
)
def test_what_is_not_a_document_is_not_believed(
    run_inside: Run, hostile: Sandbox, written: str
) -> None:
    documents = run_inside(FLOOD.format(bytes=written))
    assert [document.inner_path for document in documents] == [""]
    assert documents[0].state in (State.FAILED, State.REFUSED)
    assert documents[0].text == ""
    still_reads(hostile)


def test_documents_for_ever_have_an_end(run_inside: Run, hostile: Sandbox) -> None:
    documents = run_inside("while True: draft.inner('again', b'text ' * 100_000)")
    assert documents[-1].inner_path == ""
    assert documents[-1].state in (State.REFUSED, State.IN_PART)
    assert len(documents) < 100
    still_reads(hostile)


# --- ends -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "The reader was ended by SIGKILL."),
        ("import ctypes; ctypes.string_at(0)", "The reader was ended by SIGSEGV."),
        ("import os; os._exit(7)", "The reader ended with code 7."),
        ("raise SystemExit", "SystemExit: "),
        ("raise ValueError('odd \\ud800 text')", "ValueError: odd ? text"),
    ],
)
def test_a_reader_that_dies_ends_its_own_file_only(
    run_inside: Run, hostile: Sandbox, program: str, reason: str
) -> None:
    (document,) = run_inside(program)
    assert (document.state, document.reason) == (State.FAILED, reason)
    still_reads(hostile)


def test_a_file_that_is_not_read_to_its_end_leaves_nothing_in_the_pipe(
    run_inside: Run, hostile: Sandbox
) -> None:
    """Its hash and size are the parent's own count, whatever the child took."""
    for _ in range(3):
        (document,) = run_inside("import os; os._exit(7)", padding=3_000_000)
        assert document.size_bytes > 3_000_000
        assert len(document.sha256) == 64
    still_reads(hostile)


def test_the_worker_cannot_be_killed_from_inside(run_inside: Run, hostile: Sandbox) -> None:
    run_inside("""
        import os, signal
        for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
            for target in (1, -1):
                try:
                    os.kill(target, number)
                except OSError:
                    pass
    """)
    still_reads(hostile)


def test_a_crash_inside_an_inner_file_leaves_its_siblings(run_inside: Run) -> None:
    documents = run_inside("""
        from pathlib import PurePath
        prefix = b"\\x01\\x02\\x03\\x04" * 16 + b"\\n"
        draft.inner("one.txt", b"Before.")
        draft.inner("two.bin", prefix + b"import ctypes; ctypes.string_at(0)\\0")
        draft.inner("three.bin", prefix + b"while True: pass\\0")
        draft.inner("four.txt", b"After.")
    """)
    states = [(document.inner_path, document.state) for document in documents]
    assert states == [
        ("one.txt", State.READ),
        ("two.bin", State.FAILED),
        ("three.bin", State.REFUSED),
        ("four.txt", State.READ),
        ("", State.READ),
    ]


# --- the sandbox itself -----------------------------------------------------------------


def test_a_worker_that_dies_stops_the_run() -> None:
    with Sandbox(TIGHT, ocr=False) as sandbox:
        still_reads(sandbox)
        for worker in sandbox.workers():
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.3)  # the one inside goes with it
        with pytest.raises(errors.SandboxBroken, match="Nothing is known about the file"):
            list(sandbox.read(io.BytesIO(b"Held in May."), "note.txt"))
        still_reads(sandbox)  # a fresh one


def test_a_sandbox_that_does_not_start_stops_the_run() -> None:
    with pytest.raises(errors.SandboxBroken, match="bwrap"), Sandbox(Limits(scratch_bytes=0)):
        pass


def test_reading_stops_in_the_middle_when_the_caller_does() -> None:
    with Sandbox(TIGHT, ocr=False) as sandbox:
        reading: Iterator[Document] = sandbox.read(_zip_of(5), "five.zip")
        assert next(reading).state is State.READ
        reading.close()  # type: ignore[attr-defined]  # it is a generator
        still_reads(sandbox)


def _zip_of(count: int) -> io.BytesIO:
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.txt", f"note {number}")
    made.seek(0)
    return made


def test_without_bubblewrap_reading_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(confining, "PROGRAMS", str(tmp_path))
    with pytest.raises(errors.SandboxMissing, match="bubblewrap"):
        Sandbox()


def test_without_bubblewrap_the_risk_is_named_in_exact_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(confining, "PROGRAMS", str(tmp_path))
    with pytest.raises(errors.RiskNotNamed):
        Sandbox(risk="yes")
    with Sandbox(TIGHT, ocr=False, risk=confining.RISK) as open_reading:
        still_reads(open_reading)
        hung = b"\x89PNG\r\n\x1a\n"
        (document,) = open_reading.read(io.BytesIO(hung), "broken.png")
        assert document.state in (State.FAILED, State.UNSUPPORTED)
