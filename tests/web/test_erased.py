"""A page whose content was erased says by which entry, to those who could see it before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.archive.test_erasing import SECRET, build, erased
from tests.support.archives import Filling
from tests.web.conftest import Reader

from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.models import Passage
from habeas.archive.opening import Archive, open_archive

ReadingAs = Callable[[Archive, Viewer], Reader]


def test_an_erased_page_says_so_and_shows_nothing(
    filled: Filling, tmp_path: Path, reading_as: ReadingAs
) -> None:
    archive, world = filled(build)
    person = f"/records/{world.person.position}/"
    pages = [
        *(f"/exhibits/{world.exhibit.position}/", f"/claims/{world.sole.position}/"),
        *(f"/sources/{world.source.position}/", person),
    ]
    before = reading_as(archive, OWNER)
    assert all(before.get(page).status_code == 200 for page in pages)
    passage = Passage.objects.filter(exhibit=world.exhibit.position).values_list("position")
    pictures = f"/exhibits/{world.exhibit.position}/pictures/{world.exhibit.position}/1.png"
    files = [*(f"/passages/{at}/" for (at,) in passage), pictures]
    assert len(files) > 1
    entry = erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    again = open_archive(archive.directory)
    reader = reading_as(again, OWNER)
    for page in pages:
        answer = reader.get(page)
        assert answer.status_code == 410, page
        assert f"Erased at entry {entry}" in answer.content.decode()
        assert SECRET[:14] not in answer.content.decode()
        twin = reader.get(f"{page.rstrip('/')}.json")
        assert twin.status_code == 410
        assert twin.json()["erased_at"] == entry
    for file in files:  # no page of their own
        answer = reader.get(file)
        assert answer.status_code == 410, file
        assert f"Erased at entry {entry}" in answer.content.decode()
        assert reader.get(f"{file}?format=json").json()["erased_at"] == entry
    assert reader.get("/exhibits/99999/").status_code == 404
    assert reader.get(f"/claims/{world.exhibit.position}/").status_code == 404  # it was no claim


def test_what_stays_says_what_it_has_lost(
    filled: Filling, tmp_path: Path, reading_as: ReadingAs
) -> None:
    archive, world = filled(build)
    entry = erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    reader = reading_as(open_archive(archive.directory), OWNER)
    page = reader.page(f"/claims/{world.shared.position}/")
    assert f"erased at entry {entry}" in page
    assert "notice" in page  # the passage that it has left
    twin = reader.twin(f"/claims/{world.shared.position}/")
    assert [(one["kind"], one["at"]) for one in twin["erased"]] == [("passage", entry)]


def test_others_are_answered_as_if_it_had_never_been(
    filled: Filling, tmp_path: Path, reading_as: ReadingAs
) -> None:
    archive, world = filled(build)
    claim, exhibit = f"/claims/{world.sole.position}/", f"/exhibits/{world.exhibit.position}/"
    assert reading_as(archive, PUBLIC).get(claim).status_code == 200
    erased(archive, world, tmp_path, "exhibit", world.exhibit.position)
    reader = reading_as(open_archive(archive.directory), PUBLIC)
    assert reader.get(claim).status_code == 404  # nobody is left who could agree
    assert reader.get(exhibit).status_code == 410  # an exhibit that was public as such
