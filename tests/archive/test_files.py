"""Files that come once, twice, and into two compartments."""

from __future__ import annotations

from pathlib import Path

import pytest

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.files import Added, Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("Twelve rooms.", encoding="utf-8")
    return path


def add(archive: Archive, path: Path, **more: object) -> Added:
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
    places = (Place(), Place(case), Place(case, "sealed"))
    added = [add(archive, file, place=place) for place in places]
    assert [len(each.exhibits) for each in added] == [1, 1, 1]
    assert events() == []
    # Not even the log shows that they are the same.
    assert len(set(m.Exhibit.objects.values_list("address", flat=True))) == 3
    again = add(archive, file, place=places[1])
    assert again.known == [(file, added[1].exhibits[0][1].position)]


def test_one_run_into_two_places_makes_two_exhibits(archive: Archive, file: Path) -> None:
    with archive.writing() as batch:
        case = verbs.compartment(batch, "case-7", "Case 7")
    received = [Received(file), Received(file, place=Place(case)), Received(file)]
    added = add_files(archive, received)
    assert (len(added.exhibits), len(added.known)) == (2, 1)
    assert m.ContentObjectKey.objects.count() == 2


def test_a_file_that_another_process_added_meanwhile_is_one_exhibit(
    archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, file)
    with monkeypatch.context() as patch:  # as if it had been asked before the other's commit
        patch.setattr("habeas.archive.files.exhibit_of", lambda path, label: None)
        added = add(archive, file)
    assert (len(added.exhibits), len(added.known)) == (0, 1)
    assert m.Exhibit.objects.count() == 1
