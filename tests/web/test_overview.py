"""The overview's first screen: what the archive documents, who made it, as of when, what leads."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tests.web.conftest import Reader
from tests.web.making import Shelf

from habeas.archive.access import OWNER, PUBLIC, Viewer
from habeas.archive.models import ArchiveTitle
from habeas.archive.opening import Archive

ReadingAs = Callable[[Archive, Viewer], Reader]

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_it_says_what_it_is_about_who_signs_it_and_as_of_when(
    shelf: Shelf, reading_as: ReadingAs
) -> None:
    archive = shelf.archive
    shown = reading_as(archive, OWNER).twin("/")
    assert shown["archive"] == "Archive"
    assert shown["signed_by"] == archive.origin
    assert shown["as_of"]["size"] == archive.size
    assert shown["naming"] == "habeas init DIR --made-by TEXT"
    page = reading_as(archive, OWNER).page("/")
    assert re.search(r"<h1><bdi>Archive</bdi></h1>", page)
    assert "Not recorded, apart from the title above." in page
    reader = reading_as(archive, PUBLIC)
    assert (reader.twin("/")["archive"], reader.twin("/")["naming"]) == ("", "")
    assert "Not recorded, or not visible to you." in reader.page("/")


def test_who_makes_it_is_told_to_whoever_may_see_the_title(
    shelf: Shelf, reading_as: ReadingAs
) -> None:
    archive = shelf.archive
    ArchiveTitle.objects.update(made_by="An example team, a <b>made-up</b> one")
    shown = reading_as(archive, OWNER)
    assert (shown.twin("/")["made_by"], shown.twin("/")["naming"]) == (
        "An example team, a <b>made-up</b> one",
        "",
    )
    assert "An example team, a &lt;b&gt;made-up&lt;/b&gt; one" in shown.page("/")
    assert "Not recorded" not in shown.page("/")
    public = reading_as(archive, PUBLIC)
    assert public.twin("/")["made_by"] == ""
    assert "example team" not in public.page("/")


def test_three_figures_lead_in_their_kinds_and_one_picture_is_shown(owner: Reader) -> None:
    shown = owner.twin("/")
    leading = [(one["kind"], one["key"]) for one in shown["leading"]]
    given = {
        kind["kind"]: [one["figure"]["key"] for one in kind["figures"] if one["figure"]]
        for kind in shown["kinds"]
    }
    assert len(leading) == 3
    for kind, keys in given.items():
        of_kind = [key for its, key in leading if its == kind]
        assert of_kind == keys[: len(of_kind)]
        assert of_kind or not keys, "each kind that has a figure leads with one"
    assert shown["picture"]["view"] == "map"
    drawn = owner.get(shown["picture"]["svg"])
    assert drawn["Content-Type"].startswith("image/svg+xml")
    assert drawn.status_code == 200


def test_jump_links_lead_to_the_groups(owner: Reader) -> None:
    page = owner.page("/")
    links = re.search(r'<nav class="more jumps".*?</nav>', page, re.S)
    assert links is not None
    places = re.findall(r'href="#([a-z-]+)"', links[0])
    assert places == ["kind-counted", "kind-reported", "kind-estimated", "further"]
    assert all(f'id="{place}"' in page for place in places)
