"""From a received tree to a state for every file: read in the real sandbox, stopped and resumed."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import PROGRAM, Ended

Habeas = Callable[..., Ended]


def counted(habeas: Habeas) -> dict[str, int]:
    """The states of the exhibits; each exhibit is in exactly one."""
    now = habeas("reading", "status", "--json").json
    assert sum(now["states"].values()) == now["exhibits"]
    return dict(now["states"])


def listed(habeas: Habeas, *options: str) -> list[dict[str, object]]:
    return list(habeas("reading", "report", "--json", *options).json["files"])


@pytest.fixture
def leak(archive_here: Path) -> Path:
    folder = archive_here.parent / "leak"
    folder.mkdir()
    return folder


def test_nothing_is_silently_skipped(
    archive_here: Path,
    habeas: Habeas,
    vectors: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Files in are states out, over documents that are odd or broken on purpose.

    With little time for each and no OCR: what a reader makes of them its own tests say.
    """
    from habeas.archive.pipeline import flow
    from habeas.reading.limits import Limits
    from habeas.reading.sandbox.opening import Sandbox

    hasty = Limits(wall_seconds=4.0, exhibit_wall_seconds=8.0, cpu_seconds=6)
    monkeypatch.setattr(flow, "opened_sandbox", lambda archive: Sandbox(hasty, ocr=False))
    documents = vectors / "documents"
    there = sorted(path for path in documents.rglob("*") if path.is_file())
    ended = habeas("add", documents, "--json")
    assert ended.code == 0, ended.said
    given = ended.json
    assert len(given["sealed"]) + len(given["held_already"]) == len(there)
    assert "waiting" not in counted(habeas)
    files = listed(habeas)
    exhibits = [file["exhibit"] for file in files if not file["inner_path"]]
    assert sorted(exhibits) == sorted(item["exhibit"] for item in given["sealed"])
    assert len(set(exhibits)) == len(exhibits)
    for file in files:  # a state other than these says why
        assert file["state"] in ("read", "empty") or file["reason"] or file["missing"], file
    assert len(listed(habeas)) == len(files)
    out = tmp_path / "report.csv"
    assert habeas("reading", "report", "--csv", out).code == 0
    with out.open(encoding="utf-8", newline="") as rows:
        assert len(list(csv.DictReader(rows))) == len(files)
    assert "[cli.files]" in habeas("reading", "report", "--csv", tmp_path / "no" / "r.csv").err
    assert "[cli.files]" in habeas("reading", "report", "--csv", tmp_path).err
    assert habeas("verify").code == 0


def test_seal_only_and_read_later(leak: Path, habeas: Habeas) -> None:
    (leak / "a.txt").write_text("held in May", encoding="utf-8")
    assert "read" not in habeas("add", leak, "--no-read", "--json").json
    assert counted(habeas) == {"waiting": 1}
    assert "`habeas reading work` reads what waits." in habeas("reading", "status").out
    assert "1 exhibit opened: 1 read." in habeas("reading", "work", "--workers", "1").out
    assert counted(habeas) == {"read": 1}
    assert habeas("reading", "work").out == "Nothing waits to be read.\n"


def test_one_content_at_ten_paths_is_one_exhibit_with_ten_provenances(
    leak: Path, habeas: Habeas
) -> None:
    for number in range(10):
        (leak / f"folder {number}").mkdir()
        (leak / f"folder {number}" / "same.txt").write_text("the same", encoding="utf-8")
    given = habeas("add", leak, "--no-read", "--json").json
    assert (len(given["sealed"]), len(given["held_already"])) == (1, 9)
    assert given["received_again"] == 9
    size = given["size"]
    again = habeas("add", leak, "--no-read", "--json").json
    assert (len(again["sealed"]), again["received_again"], again["size"]) == (0, 0, size)
    from habeas.archive import models as m

    paths = set(
        m.CustodyEvent.objects.filter(event="received-again").values_list("reason", flat=True)
    )
    assert paths == {f"as leak/folder {number}/same.txt" for number in range(1, 10)}
    assert m.Exhibit.objects.get().filename == "leak/folder 0/same.txt"


def test_what_can_not_be_sealed_is_named_and_the_run_goes_on(leak: Path, habeas: Habeas) -> None:
    (leak / "good.txt").write_text("good", encoding="utf-8")
    os.mkfifo(leak / "a pipe")
    with (leak / "sparse.img").open("wb") as file:
        file.truncate(10 * 1000**4)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(leak / "s"))
        begun = time.monotonic()
        ended = habeas("add", leak, "/dev/zero", "--json", "--no-read")
    assert ended.code == 1
    assert [Path(item["file"]).name for item in ended.json["sealed"]] == ["good.txt"]
    reasons = {Path(item["file"]).name: item["reason"] for item in ended.json["refused"]}
    assert reasons["a pipe"] == "It is a pipe, not a regular file."
    assert reasons["s"] == "It is a socket, not a regular file."
    assert reasons["zero"] == "It is a device, not a regular file."
    assert "10,000,000,000,000 bytes" in reasons["sparse.img"]
    assert time.monotonic() - begun < 60  # ten terabytes were not read


def test_odd_names_and_deep_folders(leak: Path, habeas: Habeas) -> None:
    names = ["line\nbreak.txt", "a\u202etxt.exe", ".hidden", os.fsdecode(b"\xff\xfe.txt")]
    for number, name in enumerate(names):
        (leak / name).write_text(f"file {number}", encoding="utf-8")
    long = leak.joinpath(*["x" * 100] * 3)
    long.mkdir(parents=True)
    (long / ("y" * 200)).write_text("far down", encoding="utf-8")
    here, home = leak, Path.cwd()
    for _ in range(1_100):  # deeper than the interpreter's own limit on calls
        here = here / "d"
        here.mkdir()
    (here / "z.txt").write_text("deepest", encoding="utf-8")
    ended = habeas("add", leak, "--workers", "2", "--json")
    assert Path.cwd() == home
    assert ended.code == 0, ended.said
    assert counted(habeas) == {"read": 6}
    recorded = {str(file["filename"]) for file in listed(habeas)}
    assert {"leak/line\nbreak.txt", "leak/a\u202etxt.exe", "leak/.hidden"} <= recorded
    assert "leak/\\xff\\xfe.txt" in recorded
    assert f"leak/{'d/' * 1_100}z.txt" in recorded
    subprocess.run(["rm", "-rf", leak / "d"], check=True)  # deeper than Python removes
    said = habeas("reading", "report", "--state", "read")
    assert "\u202e" not in said.out


def test_retry_takes_what_failed_and_no_more(
    leak: Path, habeas: Habeas, archive_here: Path
) -> None:
    (leak / "good.txt").write_text("good", encoding="utf-8")
    (leak / "lost.txt").write_text("lost", encoding="utf-8")
    habeas("add", leak, "--no-read")
    from habeas.archive import models as m

    address = m.Exhibit.objects.get(filename="leak/lost.txt").address
    kept = archive_here / "objects" / address[:2] / address
    data = kept.read_bytes()
    kept.unlink()
    assert habeas("reading", "work").code == 0
    assert counted(habeas) == {"read": 1, "failed": 1}
    (failed,) = listed(habeas, "--state", "failed")
    assert "not in the store" in str(failed["reason"])
    kept.write_bytes(data)
    again = habeas("reading", "retry", "--json").json
    assert (again["again"], again["states"]) == (1, {"read": 1})
    assert counted(habeas) == {"read": 2}
    assert habeas("reading", "retry", "--json").json["again"] == 0
    assert habeas("reading", "retry", "--all", "--json").json["again"] == 0
    assert m.Layer.objects.count() == 2
    assert habeas("reading", "retry", str(failed["exhibit"]), "--json").json["again"] == 1
    assert m.Layer.objects.count() == 2  # it read the same
    assert habeas("reading", "retry", "--state", "wrong").code == 3
    assert habeas("reading", "retry", "1").code == 3


def test_a_cell_that_a_spreadsheet_would_run_is_defused(leak: Path, habeas: Habeas) -> None:
    (leak / "=1+1.txt").write_text("x", encoding="utf-8")
    habeas("add", leak / "=1+1.txt", "--no-read")
    rows = habeas("reading", "report", "--csv", "-").out.splitlines()
    assert "'=1+1.txt" in rows[1]
    assert listed(habeas)[0]["filename"] == "=1+1.txt"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_or_killed_it_goes_on_and_nothing_is_recorded_twice(
    leak: Path, habeas: Habeas, number: signal.Signals
) -> None:
    for each in range(400):
        (leak / f"{each}.txt").write_text(f"note {each}\n" * 2_000, encoding="utf-8")
    run = subprocess.Popen(
        [PROGRAM, "add", leak, "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    from django.db import connections

    from habeas.archive import models as m
    from habeas.archive.models.queued import ReadingJob

    while run.poll() is None and not m.Reading.objects.exists():
        time.sleep(0.02)
    # Ctrl-C reaches the command and its workers; the kill only the command.
    os.killpg(run.pid, number) if number == signal.SIGINT else run.kill()
    _, said = run.communicate(timeout=60)
    assert run.returncode == (130 if number == signal.SIGINT else -signal.SIGKILL), said
    deadline = time.monotonic() + 60
    while number == signal.SIGKILL and time.monotonic() < deadline:
        if not ReadingJob.objects.exclude(worker="").exists():  # its workers saw that it is gone
            break
        time.sleep(0.1)
    assert not ReadingJob.objects.exclude(worker="").exists()
    done = m.Reading.objects.count()
    assert 0 < done < 400
    connections.close_all()
    ended = habeas("add", leak, "--json")
    assert ended.code == 0, ended.said
    assert len(ended.json["held_already"]) == 400
    assert ended.json["read"]["exhibits"] == 400 - done
    assert m.Reading.objects.count() == 400
    assert counted(habeas) == {"read": 400}
    assert habeas("verify").code == 0


def test_without_bubblewrap_files_are_sealed_and_the_lack_is_said(
    leak: Path, habeas: Habeas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habeas.reading.sandbox.confining.shutil.which", lambda *a, **k: None)
    (leak / "a.txt").write_text("held in May", encoding="utf-8")
    ended = habeas("add", leak)
    assert ended.code == 3
    assert "1 file sealed." in ended.out
    assert "reading.sandbox-missing" in ended.err
    assert counted(habeas) == {"waiting": 1}


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_three_commands_on_one_archive_one_killed_read_everything_once(
    archive_directory: Path, habeas: Habeas, tmp_path: Path
) -> None:
    """As on three machines: they know nothing of each other but the database."""
    leak = tmp_path / "leak"
    leak.mkdir()
    for each in range(120):
        (leak / f"{each}.txt").write_text(f"note {each}\n" * 500, encoding="utf-8")
    assert habeas("add", leak, "--no-read", "--archive", archive_directory).code == 0
    from django.db import connections

    from habeas.archive import models as m
    from habeas.archive.models.queued import ReadingJob

    running = [
        subprocess.Popen(
            [PROGRAM, "reading", "work", "--workers", "1", "--archive", archive_directory],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        for _ in range(3)
    ]
    while ReadingJob.objects.exclude(worker="").values("worker").distinct().count() < 2:
        assert running[0].poll() is None
        time.sleep(0.01)
    os.killpg(running[0].pid, signal.SIGKILL)  # the command and its worker
    said = [process.communicate(timeout=100)[1] for process in running]
    assert [process.returncode for process in running] == [-signal.SIGKILL, 0, 0], said
    assert m.Reading.objects.count() == 120
    assert m.Reading.objects.values("exhibit").distinct().count() == 120
    assert set(m.Reading.objects.values_list("state", flat=True)) == {"read"}
    assert not ReadingJob.objects.exists()
    connections.close_all()
    assert habeas("verify", "--archive", archive_directory).code == 0
