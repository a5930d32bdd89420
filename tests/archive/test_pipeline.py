"""The reading queue and its workers: stopped anywhere, nothing is lost or recorded twice.

A stand-in reads here, so that a test decides when a worker dies. The sandbox has its own
tests, and both together are in ``tests/cli/test_reading.py``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.db import connection
from tests.archive.making import seal_text

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.errors import WorkersDied
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.ledger import rebuilding
from habeas.archive.models.queued import ReadingJob
from habeas.archive.opening import Archive
from habeas.archive.pipeline import crew, queue, worker
from habeas.archive.pipeline.crew import read_all
from habeas.archive.pipeline.worker import work
from habeas.archive.readings import parts_of
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.custody.log.disclosures import open_disclosure, split
from habeas.errors import HabeasError
from habeas.reading.documents import Document, Part, State
from habeas.reading.errors import SandboxEnded

Before = Callable[[bytes], None]


class Standin:
    """Reads UTF-8; ``box`` and the lines after it are a container with a file in each line."""

    def __init__(self, before: Before = lambda data: None, version: str = "1") -> None:
        self._before, self._version = before, version

    def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
        data = stream.read()
        self._before(data)
        first, *lines = data.decode().splitlines()
        if first != "box":
            yield self._document("", data.decode())
            return
        for line in lines:
            yield self._document(f"box!/{line}", line)
        yield self._document("", "")

    def _document(self, path: str, text: str) -> Document:
        return Document(
            path,
            hashlib.sha256(text.encode()).hexdigest(),
            len(text.encode()),
            "text/plain",
            State.READ if text else State.EMPTY,
            text=text,
            parts=(Part("line", 0, len(text), {"line": 1}),) if text else (),
            reader="standin",
            reader_version=self._version,
        )


@contextlib.contextmanager
def standin(before: Before = lambda data: None) -> Iterator[Standin]:
    yield Standin(before)


def add(archive: Archive, folder: Path, *texts: str, marking: Marking | None = None) -> list[int]:
    folder.mkdir(exist_ok=True)
    files = []
    for number, text in enumerate(texts):
        path = folder / f"{number:04}.txt"
        path.write_text(text, encoding="utf-8")
        files.append(Received(path, **({"marking": marking} if marking else {})))
    return [ref.position for _, ref in add_files(archive, files).exhibits]


def readings() -> Counter[tuple[int, str]]:
    """How often each file has a reading that stands."""
    rows = m.Reading.objects.filter(ended_at__isnull=True)
    return Counter(rows.values_list("exhibit", "inner_path"))


def check(archive: Archive) -> None:
    report = verify(archive)
    assert report.faults == []
    assert report.leftovers == []
    assert rebuilding.check() == []


def test_every_file_and_inner_file_gets_a_state_and_its_text(
    archive: Archive, tmp_path: Path
) -> None:
    note, box = add(archive, tmp_path / "in", "a note", "box\none\ntwo")
    assert queue.fill() == 2
    done = work(archive, Standin())
    assert (done.exhibits, done.states) == (2, {"read": 3, "empty": 1})
    assert readings() == {(note, ""): 1, (box, ""): 1, (box, "box!/one"): 1, (box, "box!/two"): 1}
    inner = m.Reading.objects.get(inner_path="box!/two")
    assert inner.run == m.Reading.objects.get(exhibit=box, inner_path="").position
    layer = m.Layer.objects.get(position=inner.layer)
    assert (layer.exhibit, layer.inner_path, layer.length) == (box, "box!/two", 3)
    assert parts_of(archive, layer.position) == [Part("line", 0, 3, {"line": 1})]
    assert queue.fill() == 0
    assert work(archive, Standin()).exhibits == 0
    archive.sequence()
    check(archive)


def test_a_text_lies_where_its_exhibit_lies(archive: Archive, tmp_path: Path) -> None:
    with archive.writing() as batch:
        marking = Marking(verbs.compartment(batch, "case-7", "Case 7"), "sealed")
    (exhibit,) = add(archive, tmp_path / "in", "secret", marking=marking)
    queue.fill()
    work(archive, Standin())
    label = m.Exhibit.objects.get(position=exhibit).label
    assert m.Layer.objects.get().label == label
    assert m.Reading.objects.get().label == label


def test_a_large_exhibit_is_streamed(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WHOLE_BYTES", 10)
    add(archive, tmp_path / "in", "box\n" + "\n".join(f"line {n}" for n in range(100)))
    queue.fill()
    assert work(archive, Standin()).states == {"read": 100, "empty": 1}


def test_a_reader_that_stops_early_on_a_large_exhibit_holds_nothing_up(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refuses(Standin):
        def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
            stream.read(1)
            yield Document("", "", 0, "", State.REFUSED, "Too large.")

    monkeypatch.setattr(worker, "WHOLE_BYTES", 10)
    add(archive, tmp_path / "in", "x" * 3_000_000)
    queue.fill()
    assert work(archive, Refuses()).states == {"refused": 1}


def test_the_same_text_again_stays_the_same_layer_and_another_is_a_new_one(
    archive: Archive, tmp_path: Path
) -> None:
    exhibit, layer = seal_text(archive, tmp_path, "held in May")
    with archive.writing() as batch:
        verbs.cite(batch, exhibit, layer, "held in May", 0, 4)
    queue.fill()
    work(archive, Standin())
    assert m.Reading.objects.get().layer == layer.position

    class Better(Standin):
        def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
            yield self._document("", "Held in May.")

    assert queue.put([exhibit.position]) == 1
    work(archive, Better(version="2"))
    now = m.Reading.objects.get(ended_at__isnull=True)
    assert now.layer != layer.position
    assert m.Layer.objects.get(position=now.layer).reader_version == "2"
    assert m.Passage.objects.get().layer == layer.position
    archive.sequence()
    check(archive)


def test_an_exhibit_whose_object_is_gone_is_named_and_the_run_goes_on(
    archive: Archive, tmp_path: Path
) -> None:
    lost, other = add(archive, tmp_path / "in", "lost", "other")
    archive.objects.remove(m.Exhibit.objects.get(position=lost).address)
    queue.fill()
    work(archive, Standin())
    row = m.Reading.objects.get(exhibit=lost)
    assert row.state == "failed"
    assert "not in the store" in row.reason
    assert m.Reading.objects.get(exhibit=other).state == "read"


def test_what_ends_a_reading_from_outside_says_nothing_of_the_file(
    archive: Archive, tmp_path: Path
) -> None:
    """Once more in a fresh sandbox; then named, with its cause, and the run goes on."""
    once, ever, full, other = add(archive, tmp_path / "in", "once", "ever", "full", "box\na")
    begun: Counter[bytes] = Counter()

    def end(data: bytes) -> None:
        begun[data] += 1
        if data == b"ever" or (data == b"once" and begun[data] == 1):
            raise SandboxEnded("It ended.", next_step="Read again.")
        if data == b"full":
            raise MemoryError

    objects = set(archive.objects.addresses())
    queue.fill()
    done = work(archive, Standin(end))
    assert done.states == {"read": 2, "empty": 1, "failed": 2}
    assert (begun[b"once"], begun[b"ever"], begun[b"full"], begun[b"box\na"]) == (2, 2, 1, 1)
    own = {row.exhibit: row for row in m.Reading.objects.filter(inner_path="")}
    assert (own[once].state, own[other].state) == ("read", "empty")
    for lost, words in ((ever, "sandbox ended 2 times"), (full, "more memory")):
        assert words in own[lost].reason
        assert "says nothing about the file" in own[lost].warnings
        assert disclosed(own[lost].position)["cause"] == "outside"
    assert "cause" not in disclosed(own[once].position)
    assert len(set(archive.objects.addresses()) - objects) == 4  # a text and a map of each read
    archive.sequence()
    check(archive)


def disclosed(position: int) -> dict[str, Any]:
    """The fields of an entry as it was signed."""
    held = bytes(m.ContentDisclosures.objects.get(position=position).disclosures)
    return {each.field: each.value for each in map(open_disclosure, split(held))}


def test_nothing_is_left_of_a_reading_that_was_begun_again(
    archive: Archive, tmp_path: Path
) -> None:
    (exhibit,) = add(archive, tmp_path / "in", "box\na\nb")
    tries = iter([True, False])

    class EndsLate(Standin):
        def read(self, stream: BinaryIO, name: str) -> Iterator[Document]:
            documents = list(super().read(stream, name))
            yield from documents[:1]
            if next(tries):
                raise SandboxEnded("It ended.", next_step="Read again.")
            yield from documents[1:]

    queue.fill()
    objects = set(archive.objects.addresses())
    work(archive, EndsLate())
    assert readings() == {(exhibit, ""): 1, (exhibit, "box!/a"): 1, (exhibit, "box!/b"): 1}
    assert len(set(archive.objects.addresses()) - objects) == 4
    archive.sequence()
    check(archive)


def test_who_lost_the_lease_records_nothing_and_leaves_nothing(
    archive: Archive, tmp_path: Path
) -> None:
    (exhibit,) = add(archive, tmp_path / "in", "one")
    queue.fill()
    stolen = False

    def steal(data: bytes) -> None:
        nonlocal stolen
        if not stolen:  # as if this worker had slept through its lease
            stolen = True
            ReadingJob.objects.update(worker="", leased_until=0)
            assert [job.exhibit for job in queue.claim("somebody else")] == [exhibit]

    objects = set(archive.objects.addresses())
    ends = iter([False, False, True, True])
    done = work(archive, Standin(steal), stopping=lambda: next(ends))
    assert done.exhibits == 0
    assert m.Reading.objects.count() == 0
    assert set(archive.objects.addresses()) == objects
    assert ReadingJob.objects.get().worker == "somebody else"


def test_a_lease_that_runs_out_comes_back(archive: Archive, tmp_path: Path) -> None:
    add(archive, tmp_path / "in", "one")
    queue.fill()
    assert queue.claim("elsewhere/1/2", seconds=1_000)
    assert queue.claim("me") == []
    assert queue.free_the_dead() == 0  # of another machine nothing is known
    queue.renew("elsewhere/1/2", seconds=-1)
    assert [job.attempts for job in queue.claim("me")] == [2]


def test_several_small_exhibits_are_leased_together_and_a_dangerous_one_alone(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibits = add(archive, tmp_path / "in", *(f"{n}" * 10 for n in range(6)))
    queue.fill()
    monkeypatch.setattr(queue, "AT_ONCE_BYTES", 30)
    assert [job.exhibit for job in queue.claim("a")] == exhibits[:3]
    queue.renew("a", seconds=-1)  # died over them
    assert [job.exhibit for job in queue.claim("b")] == exhibits[3:]
    assert [job.exhibit for job in queue.claim("c")] == exhibits[:1]
    queue.release("c")
    assert ReadingJob.objects.get(exhibit=exhibits[0]).attempts == 1


def killing(marks: Path, text: bytes, times: int) -> Before:
    """Kill the worker that reads this text, so many times."""

    def before(data: bytes) -> None:
        if data == text and len(list(marks.iterdir())) < times:
            (marks / str(time.monotonic_ns())).touch()
            os.kill(os.getpid(), signal.SIGKILL)

    return before


def test_three_workers_one_killed_and_everything_is_read_exactly_once(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (marks := tmp_path / "marks").mkdir()
    monkeypatch.setattr(queue, "AT_ONCE", 3)
    exhibits = add(archive, tmp_path / "in", *(f"text {n}" for n in range(30)))
    read = read_all(archive, lambda: standin(killing(marks, b"text 7", 1)), workers=3)
    assert (read.exhibits, read.died) == (30, 1)
    assert readings() == {(exhibit, ""): 1 for exhibit in exhibits}
    assert set(m.Reading.objects.values_list("state", flat=True)) == {"read"}
    assert not ReadingJob.objects.exists()
    check(archive)


def test_a_file_that_takes_every_worker_with_it_is_given_up_and_said(
    archive: Archive, tmp_path: Path
) -> None:
    (marks := tmp_path / "marks").mkdir()
    _, bad, _ = add(archive, tmp_path / "in", "one", "bad", "three")
    read = read_all(archive, lambda: standin(killing(marks, b"bad", 99)), workers=2)
    assert read.died == queue.MOST_ATTEMPTS
    row = m.Reading.objects.get(exhibit=bad)
    assert (row.state, "ended 3 times" in row.reason) == ("failed", True)
    assert read.states == {"read": 2, "failed": 1}
    check(archive)


def test_stopped_half_way_the_rest_waits_and_is_read_by_the_next_run(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "AT_ONCE", 2)
    monkeypatch.setattr(crew, "PATIENCE_SECONDS", 600.0)  # one killed would not give back
    exhibits = add(archive, tmp_path / "in", *(f"text {n}" for n in range(20)))

    def stop(what: str, done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    slow = lambda data: time.sleep(0.02)  # noqa: E731
    with pytest.raises(KeyboardInterrupt):
        read_all(archive, lambda: standin(slow), workers=2, progress=stop)
    done = sum(readings().values())
    assert 4 <= done < 20
    left = queue.left()
    assert (left.waiting, left.leased) == (20 - done, 0)
    assert not ReadingJob.objects.exclude(attempts=0).exists()
    check(archive)
    assert read_all(archive, standin, workers=2).exhibits == 20 - done
    assert readings() == {(exhibit, ""): 1 for exhibit in exhibits}
    check(archive)


def test_a_worker_that_ends_with_its_connection_broken_gives_back_what_it_had(
    archive: Archive, tmp_path: Path
) -> None:
    """As Ctrl-C does that strikes in the middle of a question to the database."""
    add(archive, tmp_path / "in", "one", "two")

    def struck(data: bytes) -> None:
        connection.connection.close()  # the driver's: Django does not know
        raise KeyboardInterrupt

    read_all(archive, lambda: standin(struck), workers=1)
    assert queue.left() == queue.Left(waiting=2, leased=0)
    assert not ReadingJob.objects.exclude(attempts=0).exists()


class NoSandbox(HabeasError):
    code = "reading.no-sandbox"


def test_a_sandbox_that_does_not_hold_stops_the_run_with_its_error(
    archive: Archive, tmp_path: Path
) -> None:
    add(archive, tmp_path / "in", "one", "two")

    def broken() -> contextlib.AbstractContextManager[Standin]:
        raise NoSandbox("There is none.", next_step="Install it.")

    with pytest.raises(NoSandbox, match="There is none") as raised:
        read_all(archive, broken, workers=2)
    assert raised.value.next_step == "Install it."
    assert queue.left() == queue.Left(waiting=2, leased=0)


def test_a_crew_that_dies_again_and_again_gives_up(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "MOST_DEATHS", 2)
    (marks := tmp_path / "marks").mkdir()
    add(archive, tmp_path / "in", "bad", "fine")
    with pytest.raises(WorkersDied, match="ended from outside"):
        read_all(archive, lambda: standin(killing(marks, b"bad", 99)), workers=1)
