"""The search page: what it finds for whom, its refusals, its filters; in a real browser too."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.conftest import Reader, viewers
from tests.web.making import CHINESE, HOSTILE, SECRET, UYGHUR, Shelf

from habeas.archive.access import OWNER, Viewer
from habeas.archive.opening import Archive
from habeas.archive.search import refresh
from habeas.web.serving import Serving, listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
APART = "institute AND 699"  # in the first and the last passage of one text
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def owner(shelf: Shelf, reading_as: ReadingAs) -> Reader:
    """The owner, who has said what for."""
    return reading_as(shelf.archive, OWNER.with_purpose(0))


@pytest.fixture
def searched(shelf: Shelf) -> Shelf:
    """The shelf with its texts indexed."""
    refresh(shelf.archive)
    return shelf


def ask(reader: Reader, query: str, more: str = "") -> Any:
    return reader.twin(f"/search/?q={quote(query)}{more}")


def test_without_a_question_it_says_how_to_ask(searched: Shelf, owner: Reader) -> None:
    page = owner.page("/search/")
    assert "How to search" in page
    assert re.search(r'<a\s+href="/search/"\s+aria-current="page"\s*>Search</a>', page)
    assert owner.twin("/search/")["found"] is None


def test_hits_are_marked_and_escaped(searched: Shelf, owner: Reader) -> None:
    page = owner.page(f"/search/?q={quote(CHINESE[2:6])}")
    assert f"<mark>{CHINESE[2:6]}</mark>" in page
    page = owner.page("/search/?q=alert")
    assert "<script>" not in page
    assert "\u202e" not in page
    found = ask(owner, "ministry denied")["found"]
    (hit,) = found["hits"]
    text = searched.text
    assert [text[start:stop].lower() for start, stop in hit["ranges"]] == ["ministry", "denied"]
    assert hit["url"].startswith(f"/exhibits/{searched.at['exhibit']}/?layer={hit['layer']}")
    assert owner.get(hit["url"]).status_code == 200


@pytest.mark.parametrize("persona", ["owner", "team", "public"])
def test_who_finds_what(searched: Shelf, reading_as: ReadingAs, persona: str) -> None:
    reader = reading_as(searched.archive, viewers()[persona]().with_purpose(0))
    page, twin = reader.page("/search/?q=letter"), ask(reader, "letter")
    assert (SECRET in page) == (persona == "owner")
    assert twin["found"]["total"] == (1 if persona == "owner" else 0)
    if persona != "owner":
        # A word that only the withheld text has is answered like one that nobody wrote.
        withheld, absent = ask(reader, SECRET)["found"], ask(reader, "Nobodywrote")["found"]
        assert withheld["total"] == absent["total"] == 0
        for part in ("hits", "facets", "added", "behind"):
            assert withheld[part] == absent[part]


def test_a_question_that_cannot_run_is_shown_at_its_place(searched: Shelf, owner: Reader) -> None:
    error = ask(owner, "camp AND (letter")["error"]
    assert (error["before"], error["wrong"], error["column"]) == ("camp AND ", "(", 10)
    page = owner.page(f"/search/?q={quote('camp AND (letter')}")
    assert "camp AND <mark>(</mark>letter" in page
    assert "Put a ) where it ends." in page
    page = owner.page(f"/search/?q={quote(f'{HOSTILE}:x')}")
    assert "<script>" not in page


def test_added_spellings_are_told_and_can_be_left_out(searched: Shelf, owner: Reader) -> None:
    twin = ask(owner, "Kashgar")
    assert "喀什" in twin["found"]["added"][0]["spellings"]
    assert "喀什" in owner.page("/search/?q=Kashgar")
    without = owner.twin(twin["found"]["without_added"])
    assert without["exact"] is True
    assert without["found"]["added"] == []


def test_filters_narrow_and_widen(searched: Shelf, owner: Reader) -> None:
    found = ask(owner, "paragraph OR letter")["found"]
    facets = {facet["name"]: facet["values"] for facet in found["facets"]}
    (cited,) = [value for value in facets["has"] if value["value"] == "passage"]
    narrowed = owner.twin(cited["url"])
    assert narrowed["query"] == '(paragraph OR letter) AND has:"passage"'
    assert narrowed["found"]["total"] == cited["count"] < found["total"]
    chosen = [v for f in narrowed["found"]["facets"] for v in f["values"] if v["chosen"]]
    (back,) = [value for value in chosen if value["value"] == "passage"]
    assert owner.twin(back["url"])["found"]["total"] == found["total"]


@pytest.mark.parametrize("persona", ["owner", "team", "public"])
def test_records_by_the_name_asked_stand_before_the_passages(
    searched: Shelf, reading_as: ReadingAs, persona: str
) -> None:
    reader = reading_as(searched.archive, viewers()[persona]().with_purpose(0))
    page, (ana,) = reader.page("/search/?q=Ana"), ask(reader, "Ana")["found"]["named"]
    assert page.index("by that name") < page.index('class="hits"')
    assert "<script>" not in page
    assert (ana["kind"], ana["handling"], ana["consent"]) == ("person", "public", "public")
    assert reader.get(ana["url"]).status_code == 200
    secret, absent = ask(reader, SECRET)["found"], ask(reader, "Nobodywrote")["found"]
    assert bool(secret["named"]) == (persona == "owner")
    assert absent["named"] == []
    assert absent["looked"]["read"] > 0
    assert "Names of records were searched too." in reader.page("/search/?q=Nobodywrote")
    assert "were not searched: the search has no name" in reader.page("/search/?q=folder:nowhere")
    if persona != "owner":
        for part in ("total", "named", "named_more", "names_asked", "looked"):
            assert secret[part] == absent[part]


def test_what_is_nowhere_is_named(searched: Shelf, owner: Reader) -> None:
    found = ask(owner, "letter AND folder:nowhere")["found"]
    assert (found["total"], found["nowhere"]) == (0, ["folder:nowhere"])
    page = owner.page(f"/search/?q={quote('letter AND folder:nowhere')}")
    assert "has this: <bdi>folder:nowhere</bdi>" in " ".join(page.split())
    page = owner.page(f"/search/?q={quote('letter NOT letter')}")
    assert "nothing matches all" in page
    assert "wherever in the file" not in page


def test_what_stands_in_one_file_only_is_offered(searched: Shelf, owner: Reader) -> None:
    words = ask(owner, APART)["found"]
    assert (words["total"], words["nowhere"]) == (0, [])
    page = owner.page(f"/search/?q={quote(APART)}")
    assert "anywhere in the file" in page
    wider = words["in_one_file"]
    found = owner.twin(wider["url"])["found"]
    assert found["total"] >= 2
    assert found["in_one_file"] is None


def test_pages_of_hits(searched: Shelf, owner: Reader) -> None:
    found = ask(owner, "paragraph", "&expand=no")["found"]
    seen = [(hit["layer"], hit["start"]) for hit in found["hits"]]
    while found["pages"]["next"]:
        found = owner.twin(found["pages"]["next"])["found"]
        seen += [(hit["layer"], hit["start"]) for hit in found["hits"]]
    assert len(seen) == len(set(seen)) == found["total"] > 10


def test_without_an_index_it_says_what_to_do(shelf: Shelf, owner: Reader) -> None:
    assert "habeas search --refresh" in owner.page("/search/?q=letter")


# --- in a browser -----------------------------------------------------------------------------


@pytest.fixture
def served(searched: Shelf) -> Iterator[Serving]:
    serving = listen(searched.archive, port=0, viewer=OWNER.with_purpose(0))
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


ADDRESSES = (
    "/search/",
    "/search/?q=paragraph",
    f"/search/?q={quote(UYGHUR.split()[0])}",
    "/search/?q=Nobodywrote",
    f"/search/?q={quote('camp AND (letter')}",
)


def test_search_in_a_browser_wide_and_narrow(
    searched: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = open_page()
    page.visit(served.url)
    faults: list[str] = []
    for path in ADDRESSES:
        for viewport in ({"width": 1280, "height": 900}, PHONE):
            page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            page.visit(served.origin + path)
            wide = page.page.evaluate("document.documentElement.scrollWidth")
            if wide > viewport["width"]:
                faults.append(f"{path} is {wide} pixels wide at {viewport['width']}")
        found: dict[str, Any] = Axe().run(page.page).response
        faults += [
            f"{path} {rule['id']}: {node['html']}"
            for rule in found["violations"]
            for node in rule["nodes"][:3]
        ]
    assert faults == []


def test_asking_by_keyboard_alone(searched: Shelf, served: Serving, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.visit(served.url)
    page.visit(f"{served.origin}/search/")
    keyboard = page.page.keyboard
    page.page.locator("#q").focus()
    keyboard.type("ministry denied")
    keyboard.press("Enter")
    page.page.wait_for_url("**q=ministry+denied**")
    assert page.page.locator("mark").count() >= 2
    for _ in range(40):
        keyboard.press("Tab")
        if page.page.evaluate("document.activeElement.closest('.hits h2') !== null"):
            break
    keyboard.press("Enter")
    page.page.wait_for_url("**/exhibits/**")


IN_SIGHT = """() => {
    const title = document.querySelector('.where').getBoundingClientRect();
    const mark = document.querySelector('mark.found').getBoundingClientRect();
    return {title: title.top, below: mark.top - title.bottom, above: innerHeight - mark.bottom};
}"""


def test_a_hit_opens_with_its_line_and_the_title_in_sight(
    searched: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = open_page()
    page.visit(served.url)
    for viewport in ({"width": 1280, "height": 900}, PHONE):
        page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.visit(f"{served.origin}/search/?q=ministry+denied")
        page.visit(str(page.page.locator(".hits h2 a").first.evaluate("link => link.href")))
        seen = page.page.evaluate(IN_SIGHT)
        assert seen["title"] == 0, viewport  # it sticks to the upper edge
        assert seen["below"] > 0, viewport
        assert seen["above"] > 0, viewport
    order = page.page.evaluate("[...document.querySelectorAll('main h2')].map(h => h.id)")
    assert order.index("text") < order.index("custody") < order.index("bytes")
