"""Every page in a real Chromium, wide and narrow: contained, readable, usable by keyboard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.making import Shelf
from tests.web.test_pages import PAGES, address

from habeas.web.serving import Serving, listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

PHONE = {"width": 360, "height": 740}
EXAMINED = (  # one page of each template
    "/", "/figures/", "/figures/held/", "/figures/held/why/", "/figures/camps/",
    "/figures/positions/", "/figures/events/", "/figures/by-year/",
    "/figures/certain/rules/2/", "/figures/said-by-officials/rules/2/", "/records/",
    "/records/facility/", "/records/{camp-1}/", "/claims/{number}/", "/claims/{retracted}/",
    "/exhibits/", "/exhibits/{exhibit}/", "/sources/", "/sources/{institute}/",
    "/differences/", "/about/",
)  # fmt: skip
KEYBOARD = ("/", "/figures/camps/", "/claims/{number}/", "/exhibits/{exhibit}/")
DARK = ("/", "/figures/held/", "/figures/camps/", "/claims/{number}/", "/records/{camp-1}/")


@pytest.fixture
def served(shelf: Shelf) -> Iterator[Serving]:
    """The archive of the tests, served for real on a free port."""
    serving = listen(shelf.archive, port=0)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


def let_in(page: WatchedPage, serving: Serving) -> WatchedPage:
    page.visit(serving.url)
    assert page.page.url == f"{serving.origin}/"
    return page


def violations(page: WatchedPage) -> list[str]:
    """What axe-core finds wrong, of any impact."""
    found: dict[str, Any] = Axe().run(page.page).response
    return [
        f"{page.page.url} {rule['id']}: {node['html']}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


def test_every_page_wide_and_narrow(shelf: Shelf, served: Serving, open_page: OpenPage) -> None:
    """No outside request, no policy violation, no script error (``open_page`` holds that)."""
    page = let_in(open_page(), served)
    faults: list[str] = []
    for path in PAGES:
        for viewport in ({"width": 1280, "height": 900}, PHONE):
            page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            answer = page.visit(served.origin + address(shelf, path))
            assert answer is not None
            assert answer.status == 200, path
            wide = page.page.evaluate("document.documentElement.scrollWidth")
            if wide > viewport["width"]:
                faults.append(f"{path} is {wide} pixels wide at {viewport['width']}")
        if path in EXAMINED:
            faults += violations(page)
    assert faults == []


def test_dark_pages_keep_their_contrast(shelf: Shelf, served: Serving, open_page: OpenPage) -> None:
    page = let_in(open_page(color_scheme="dark"), served)
    faults: list[str] = []
    for path in DARK:
        page.visit(served.origin + address(shelf, path))
        faults += violations(page)
    assert faults == []


def test_every_link_is_reached_by_the_keyboard(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    for path in KEYBOARD:
        page.visit(served.origin + address(shelf, path))
        links = page.page.evaluate(
            "[...document.querySelectorAll('a[href]')].filter(a => a.checkVisibility()).length"
        )
        reached: set[int] = set()
        for _ in range(links + 60):
            page.page.keyboard.press("Tab")
            index = page.page.evaluate(
                "[...document.querySelectorAll('a[href]')].indexOf(document.activeElement)"
            )
            if index >= 0:
                reached.add(index)
        assert len(reached) >= links, path


def test_the_first_tab_leads_past_the_navigation(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.className") == "skip"
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "content"


def test_the_map_is_drawn_from_this_machine_alone(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    page.visit(f"{served.origin}/figures/camps/")
    if not page.page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
        assert page.page.locator(".map .still img").is_visible()
        pytest.skip("this Chromium has no WebGL: the still picture stands in")
    page.page.locator(".map.drawn canvas").wait_for()
    assert page.page.locator(".map .place-dot").count() == 2
    assert not page.page.locator(".map .still").is_visible()


def test_a_dot_leads_to_its_row_and_the_row_back_by_keyboard(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    for viewport in ({"width": 1280, "height": 900}, PHONE):
        page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.visit(f"{served.origin}/figures/camps/?names=ug")
        if not page.page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
            pytest.skip("this Chromium has no WebGL: the still picture stands in")
        page.page.locator(".map.drawn canvas").wait_for()
        page.page.locator(".place-dot").first.focus()
        assert page.page.locator("tr.lit").get_attribute("id") == "place-1"
        assert "Camp 1" in page.page.inner_text(".map-said")
        page.page.keyboard.press("Enter")
        assert page.page.url.endswith("#place-1")
        page.page.keyboard.press("Tab")
        assert page.page.evaluate("document.activeElement.dataset.dot") == "1"
        page.page.keyboard.press("Enter")
        assert page.page.evaluate("document.activeElement.className").startswith("place-dot")
        shown = page.page.locator(".place-name:not(.waits)")
        assert shown.count() >= 2
        assert "شىنجاڭ" in page.page.locator(".place-name").all_text_contents()
        covered = page.page.evaluate(COVERED)
        assert covered == [], viewport


#: Names that cover a dot or another name.
COVERED = """() => {
    const boxes = [...document.querySelectorAll('.place-dot, .place-name:not(.waits)')]
        .map(one => [one.textContent, one.getBoundingClientRect(), one.className]);
    return boxes.flatMap(([text, a, of], n) => boxes.slice(n + 1)
        .filter(([, b, other]) => (of + other).includes('place-name')
            && a.left < b.right - 1 && b.left < a.right - 1
            && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map(([other]) => `${text} and ${other}`));
}"""


def test_from_right_to_left_a_date_and_a_range_keep_their_order(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    seen = []
    for path in ("/claims/{denial}/", "/records/{region}/", "/figures/held/", "/figures/spoke/"):
        page.visit(served.origin + address(shelf, path))
        page.page.evaluate("document.documentElement.dir = 'rtl'")
        if path == "/figures/spoke/":  # as a number is written over what is not decided
            number = page.page.locator("h1 + .figure-number bdi")
            number.evaluate("number => { number.textContent = '11 to 12'; }")
        for text, left, right in page.page.evaluate(ENDS):
            seen.append(text)
            assert left < right, (path, text)
    assert "13 August 2018" in seen
    assert "11 to 12" in seen


#: Each date and range on one line, and where its first and its last character are.
ENDS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node; (node = walker.nextNode());) {
        const pattern = /\\d[\\d,]* (?:to \\d[\\d,]*|[A-Z][a-z]+ \\d{4})/g;
        for (const match of node.data.matchAll(pattern)) {
            const at = (index) => {
                const range = document.createRange();
                range.setStart(node, index);
                range.setEnd(node, index + 1);
                return range.getBoundingClientRect();
            };
            const first = at(match.index), last = at(match.index + match[0].length - 1);
            const one = first.width && first.top === last.top;
            if (one) found.push([match[0], first.left, last.left]);
        }
    }
    return found;
}"""


def test_without_script_nothing_is_lost(shelf: Shelf, served: Serving, open_page: OpenPage) -> None:
    page = let_in(open_page(java_script_enabled=False), served)
    page.visit(f"{served.origin}/figures/camps/")
    still = page.page.locator(".map .still img")
    assert still.is_visible()
    assert still.bounding_box()["width"] > 300  # type: ignore[index]
    assert page.page.locator("table tbody tr").count() >= 2
    page.visit(f"{served.origin}/figures/held/why/")
    page.page.locator(".why details:not([open]) > summary").first.click()


def test_a_stranger_on_this_machine_stays_outside(
    shelf: Shelf, served: Serving, open_page: OpenPage
) -> None:
    let_in(open_page(), served)
    stranger = open_page()
    answer = stranger.visit(served.url)
    assert answer is not None
    assert answer.status == 403
    assert "used before" in stranger.page.inner_text("main")
