"""Files that come once, twice, and into two compartments."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.exhibits import intake
from habeas.archive.exhibits.intake import Intake, Received, add_files
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.archive.verify.verifying import verify
from habeas.custody.objects import encrypting_process
from habeas.custody.objects.encrypting import SealingJob
from habeas.errors import HabeasError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("Twelve rooms.", encoding="utf-8")
    return path


def add(archive: Archive, path: Path, **more: object) -> Intake:
    return add_files(archive, [Received(path, **more)])  # type: ignore[arg-type]


def events() -> list[tuple[str, str, str]]:
    again = m.CustodyEvent.objects.filter(event="received-again").order_by("position")
    return list(again.values_list("agent", "happened_at", "reason"))


def test_the_same_file_again_says_nothing_new(archive: Archive, file: Path) -> None:
    first = add(archive, file, received_from="A courier", received_on="2019-11")
    size = archive.size
    for given in ({}, {"received_from": "A courier"}, {"received_on": "2019-11"}):
        again = add(archive, file, **given)
        assert again.known == [(file, first.exhibits[0][1].position)]
        assert (again.exhibits, again.again) == ([], 0)
    assert archive.size == size


@pytest.mark.parametrize(
    "given",
    [
        {"received_from": "Another"},
        {"received_on": "2019-12"},
        {"note": "by post"},
        {"filename": "other.txt"},
    ],
)
def test_what_is_new_of_its_coming_is_recorded_once(
    archive: Archive, file: Path, given: dict[str, str]
) -> None:
    add(archive, file, received_from="A courier", received_on="2019-11")
    assert add(archive, file, **given).again == 1
    assert add(archive, file, **given).again == 0
    assert len(events()) == 1


def test_nobody_learns_that_another_compartment_holds_the_bytes(
    archive: Archive, file: Path
) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
    places = (Marking(), Marking(case), Marking(case, "sealed"))
    added = [add(archive, file, marking=place) for place in places]
    assert [len(each.exhibits) for each in added] == [1, 1, 1]
    assert events() == []
    # Not even the log shows that they are the same.
    assert len(set(m.Exhibit.objects.values_list("address", flat=True))) == 3
    again = add(archive, file, marking=places[1])
    assert again.known == [(file, added[1].exhibits[0][1].position)]


def test_one_run_into_two_places_makes_two_exhibits(archive: Archive, file: Path) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
    received = [Received(file), Received(file, marking=Marking(case)), Received(file)]
    added = add_files(archive, received)
    assert (len(added.exhibits), len(added.known)) == (2, 1)
    assert m.ContentObjectKey.objects.count() == 2


def test_a_file_that_another_process_added_meanwhile_is_one_exhibit(
    archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, file)
    with monkeypatch.context() as patch:  # as if it had been asked before the other's commit
        patch.setattr(
            "habeas.archive.exhibits.intake.held_digests", lambda asked: [set() for _ in asked]
        )
        added = add(archive, file)
    assert (len(added.exhibits), len(added.known)) == (0, 1)
    assert m.Exhibit.objects.count() == 1
    assert len(list(archive.objects.addresses())) == 1


def test_a_file_whose_exhibit_was_erased_meanwhile_is_sealed(
    archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    asked: list[int] = []

    def held(given: Sequence[object]) -> list[set[str]]:
        asked.append(len(given))
        return [{digest}] if len(asked) == 1 else [set()]

    monkeypatch.setattr("habeas.archive.exhibits.intake.held_digests", held)
    added = add(archive, file)
    assert [path for path, _ in added.exhibits] == [file]
    assert asked == [1, 1]


def many(folder: Path) -> list[Received]:
    """Good files, some twice near and far from each other, and some that cannot be sealed."""
    folder.mkdir()
    contents = [f"Room {number % 11} of {number // 3}" for number in range(30)]
    for number, content in enumerate(contents):
        (folder / f"{number:02}.txt").write_text(content, encoding="utf-8")
    names = [f"{number:02}.txt" for number in range(30)]
    names[5:5], names[20:20], names[28:28] = ["missing"], ["."], ["00.txt", "29.txt"]
    return [Received(folder / name) for name in names]


@pytest.mark.parametrize("processors", [1, 2])
def test_many_rounds_say_what_one_says(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    received = many(tmp_path / "files")
    begun: list[int] = []

    def begin(
        self: encrypting_process.Beside, root: Path, token: str, first: int, asked: list[SealingJob]
    ) -> None:
        begun.append(len(asked))
        real(self, root, token, first, asked)

    real = encrypting_process.Beside.begin
    monkeypatch.setattr(encrypting_process.Beside, "begin", begin)
    monkeypatch.setattr(encrypting_process, "cores", lambda: processors)
    monkeypatch.setattr(intake, "FIRST_ROUND", 3)
    monkeypatch.setattr(intake, "ROUND", 7)
    before = add(archive, received[2].path).exhibits
    seen: list[Path] = []
    added = add_files(archive, received, seen.append)
    assert begun == ([7, 7, 7, 7, 3] if processors == 2 else [])
    assert seen == [file.path for file in received]
    assert [(path, error.code) for path, error in added.refused] == [
        (tmp_path / "files" / "missing", "seal.unreadable"),
        (tmp_path / "files", "seal.not-a-file"),
    ]
    first: dict[bytes, int] = {received[2].path.read_bytes(): before[0][1].position}
    new, known = [], []
    positions = {path: ref.position for path, ref in added.exhibits}
    for file in received:
        if file.path.is_file():
            content = file.path.read_bytes()
            if content in first:
                known.append((file.path, first[content]))
            else:
                new.append(file.path)
                first[content] = positions[file.path]
    assert [path for path, _ in added.exhibits] == new
    assert added.known == known
    assert len(list(archive.objects.addresses())) == len(new) + 1
    report = verify(archive)
    assert (report.faults, report.leftovers) == ([], [])
    assert list((archive.directory / "objects" / "tmp").iterdir()) == []


def test_a_round_that_fails_leaves_those_before_it_and_nothing_of_the_next(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails while the second process is at the files that come after it."""
    received = [file for file in many(tmp_path / "files") if file.path.is_file()]
    monkeypatch.setattr(encrypting_process, "cores", lambda: 2)
    monkeypatch.setattr(intake, "FIRST_ROUND", 3)
    monkeypatch.setattr(intake, "ROUND", 7)
    record, recorded = intake.record, list[Path]()

    def fail(batch: Batch, file: intake.SealedFile) -> Ref:
        recorded.append(file.received.path)
        if len(recorded) == 5:
            raise KeyboardInterrupt
        return record(batch, file)

    monkeypatch.setattr(intake, "record", fail)
    with pytest.raises(KeyboardInterrupt):
        add_files(archive, received)
    assert m.Exhibit.objects.count() == 3
    assert len(list(archive.objects.addresses())) == 3
    assert list((archive.directory / "objects" / "tmp").iterdir()) == []
    report = verify(archive)
    assert (report.faults, report.leftovers) == ([], [])
    monkeypatch.setattr(intake, "record", record)
    again = add_files(archive, received)
    assert len(again.known) > 2
    assert len(again.exhibits) + 3 == len({file.path.read_bytes() for file in received})


def test_an_import_s_files_are_shared_by_two_processes(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = many(tmp_path / "files")
    told: list[list[tuple[object, ...]]] = []
    for processors in (1, 2):
        monkeypatch.setattr(encrypting_process, "cores", lambda: processors)  # noqa: B023
        monkeypatch.setattr(intake, "SHARED_FROM", 8)
        refused: list[tuple[Path, HabeasError]] = []
        seen: list[Path] = []
        sealed = intake.seal_all(archive, received, refused, seen.append)
        assert seen == [file.path for file in received]
        told.append(
            [
                *((each.received.path, each.sealed.plain_sha256, each.text) for each in sealed),
                *((path, str(error)) for path, error in refused),
            ]
        )
        for each in sealed:
            plain = archive.objects.open(each.sealed.address, each.sealed.identity)
            assert plain == each.received.path.read_bytes()
    assert told[0] == told[1]
