"""Every ending is a code and plain lines; never a traceback."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import PROGRAM, Ended, run_apart

import habeas as package
from habeas.cli import endings
from habeas.cli.table import ROWS

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def test_exit_codes_are_documented() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert {int(code): meaning for code, meaning in rows} == endings.MEANINGS


def test_every_command_is_documented() -> None:
    told = re.findall(r"^\$ habeas (.+) --help$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted({" ".join(row.words[:2]) for row in ROWS if row.module})


@pytest.mark.parametrize("options", [[], ["--despite-clock"]])
@pytest.mark.parametrize(
    ("command", "addresses"),
    [("serve --port x", "habeas.web.site.urls"), ("demo --port x", "habeas.web.site.urls"),
     ("hold list", "none")],
)  # fmt: skip
@pytest.mark.parametrize("given", ["", "some.other.settings"])
def test_what_serves_pages_runs_with_their_settings_and_nothing_else_does(
    tmp_path: Path, options: list[str], command: str, addresses: str, given: str
) -> None:
    """Whatever is imported first: without them `serve` answers nothing but errors."""
    program = (
        f"import sys; sys.argv = ['habeas', *{options!r}, *{command.split()!r}]\n"
        "from habeas.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "import time; from django.conf import settings\n"
        "print(getattr(settings, 'ROOT_URLCONF', 'none'), settings.TIME_ZONE, *time.tzname)"
    )
    python = PROGRAM.parent / "python"
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    env |= {"DJANGO_SETTINGS_MODULE": given} if given else {}
    done = subprocess.run(
        [python, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=env
    )
    assert done.stdout.splitlines()[-1] == f"{addresses} UTC UTC UTC", done.stderr


def test_the_installed_program(tmp_path: Path) -> None:
    assert run_apart("--version", cwd=tmp_path).out == f"habeas {package.__version__}\n"
    assert run_apart("init", "a", "--unprotected", cwd=tmp_path).code == 0
    ended = run_apart("verify", "--json", cwd=tmp_path / "a")
    assert ended.code == 0
    assert json.loads(ended.out)["sound"] is True
    assert ended.err == ""


def test_no_colours_and_no_bars_in_a_pipe(tmp_path: Path) -> None:
    assert run_apart("init", "a", "--unprotected", cwd=tmp_path).code == 0
    for name, extra in (("plain", {}), ("coloured", {"TERM": "xterm-256color"})):
        ended = run_apart("doctor", cwd=tmp_path / "a", env=extra)
        assert "\x1b" not in ended.said, name


def test_a_terminal_of_another_encoding(tmp_path: Path) -> None:
    """ASCII only: nothing fails, trees are drawn in ASCII, JSON stays JSON."""
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert run_apart("init", "a", "--unprotected", cwd=tmp_path, env=env).code == 0
    title = "Дело"
    assert run_apart("compartments", "add", "x", title, cwd=tmp_path / "a", env=env).code == 0
    listed = run_apart("compartments", "--json", cwd=tmp_path / "a", env=env)
    assert listed.out.isascii()
    assert listed.json["compartments"][1]["title"] == title
    assert run_apart("compartments", cwd=tmp_path / "a", env=env).code == 0
    assert run_apart("why", "nothing", cwd=tmp_path / "a", env=env).code == 3


def test_whoever_reads_may_stop(archive_here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [PROGRAM, "doctor", "--json"],
            cwd=archive_here,
            stdin=subprocess.DEVNULL,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.stderr == ""
    assert done.returncode == endings.PIPE_CLOSED


def test_a_bug_is_one_line(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not quote what the exception says, which may be evidence.

    It names no file but this program's, also where another lies in a folder named ``habeas``.
    """
    code = "def fail(*_, **__): raise KeyError('a name')"
    elsewhere: dict[str, Any] = {}
    exec(compile(code, "/home/aygul/habeas/lib/other.py", "exec"), elsewhere)  # noqa: S102
    monkeypatch.setattr("habeas.cli.commands.erase.listed", elsewhere["fail"])
    ended = habeas("erase", "list")
    assert ended.code == endings.BUG
    looked, bug, step = ended.err.splitlines()
    assert "could not be read" in looked  # and the archive is sound: so it is ours
    assert "This is a bug in habeas: KeyError in habeas/cli/commands/erase.py" in bug
    assert "Report it" in step
    assert "a name" not in ended.said
    assert "aygul" not in ended.said
    assert habeas("erase", "list", "--json").json["error"]["code"] == "cli.bug"
    assert "Traceback" in habeas("--debug", "erase", "list").err


def test_an_interruption(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("habeas.archive.verify.verifying.verify", interrupt)
    ended = habeas("verify")
    assert ended.code == endings.INTERRUPTED
    assert "Interrupted" in ended.err


def _has_open(process: int, name: str) -> bool:
    with contextlib.suppress(OSError):  # it ended
        return any(
            os.readlink(each).endswith(name) for each in Path(f"/proc/{process}/fd").iterdir()
        )
    return True


def test_whoever_stops_it_while_it_starts_is_told_so(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("habeas.cli.running._speak_warnings", interrupt)
    ended = habeas("verify")
    assert (ended.code, ended.out) == (endings.INTERRUPTED, "")
    assert ended.err == "habeas: Interrupted. What was finished before is kept.\n"


def test_an_interrupted_import_is_there_whole_or_not_at_all(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    folder = archive_here.parent / "in"
    folder.mkdir()
    rows = "".join(f"s-{n},publication,news-{n}\n" for n in range(20_000))
    (folder / "sources.csv").write_text(f"id,kind,code\n{rows}", encoding="utf-8")
    running = subprocess.Popen(
        [PROGRAM, "import", folder],
        cwd=archive_here,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while running.poll() is None and not _has_open(running.pid, "habeas.db"):
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate()
    assert "Traceback" not in err
    if running.returncode:  # a quick machine may have finished
        assert (running.returncode, out) == (endings.INTERRUPTED, "")
        # Interrupted after the commit, while the log is written, it is there.
        assert habeas("verify", "--json").json["size"] in (6, 6 + 20_000 + 2)
    assert habeas("verify").code == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "archive.disk-full"),
        (errno.EDQUOT, "archive.disk-full"),
        (errno.EACCES, "cli.error"),
    ],
)
def test_a_failing_machine_is_no_bug(
    archive_here: Path,
    habeas: Callable[..., Ended],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "/some/where")

    monkeypatch.setattr("habeas.archive.verify.verifying.verify", fail)
    ended = habeas("verify", "--json")
    assert ended.code == endings.REFUSED
    assert ended.json["error"]["code"] == code


def test_saying_no_changes_nothing(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = archive_here.parent / "in"
    folder.mkdir()
    (folder / "sources.csv").write_text("id,kind,code\ns,publication,news\n", encoding="utf-8")
    assert habeas("import", folder).code == 0
    size = habeas("verify", "--json").json["size"]
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    ended = habeas("retract", "7", "--reason", "an error")
    assert ended.code == endings.INTERRUPTED
    assert "[cli.declined]" in ended.err
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    assert habeas("verify", "--json").json["size"] == size
    assert habeas("retract", "7", "--reason", "an error").code == 0


def test_a_key_is_not_ended_without_a_yes(
    archive_here: Path, habeas: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = habeas("people", "--json").json["people"]
    retire = ("people", "retire", key["pseudonym"])
    ended = habeas(*retire)
    assert ended.code == endings.USAGE
    assert "[cli.confirmation-needed]" in ended.err
    assert habeas(*retire, "--json").json["error"]["code"] == "cli.confirmation-needed"
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    ended = habeas(*retire)
    assert ended.code == endings.INTERRUPTED
    assert "No key was ended. [cli.declined]" in ended.err
    assert habeas("people", "--json").json["people"][0]["state"] == "in force"
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    assert habeas(*retire).code == 0


def test_no_person_nothing_signed(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    """A key that was retired does not act, although it is still here."""
    (key,) = habeas("people", "--json").json["people"]
    assert habeas("people", "retire", key["pseudonym"], "--lost", "--yes").code == 0
    assert habeas("people", "--json").json["people"][0]["state"] == "lost"
    folder = archive_here.parent / "in"
    folder.mkdir()
    (folder / "sources.csv").write_text("id,kind,code\ns,publication,news\n", encoding="utf-8")
    assert "[person.needed]" in habeas("import", folder).err
    assert "[person.needed]" in habeas("import", folder, "--as", key["pseudonym"]).err
