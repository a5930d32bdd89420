"""Words selected in a real Chromium are cited exactly: any script, any direction; by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.web.making import NOTE, Shelf

from habeas.archive import verbs
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.models import CustodyEvent, Passage
from habeas.archive.opening import Archive
from habeas.web.serving import listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}
UYGHUR = "سىز قەشقەردە تۇرامسىز؟ ئۇ 2018-يىلى مايدا تۇتۇلغان. "
LETTER = (
    "A synthetic letter.\r\n\r\n"
    "The 𠀀𠀁 of 😀 and 👩\u200d👧 and e\u0301a\u0323\u0308 stand here; "
    "it says \u202egnp.exe \u200b in one.\n"
    "Twice: May 2018 and May 2018.\n\n"
    f"{UYGHUR}\n"
    "كىتاب ئاچقۇچ ي\u0654ە\n"
    "喀什的名单，三十个人。\n"
)
#: Puts the selection from the first place of some words to the end of others, in the text.
SELECT = """
([first, last]) => {
  const walker = document.createTreeWalker(document.querySelector('.text'), NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const place = (words, ends) => {
    for (const node of nodes) {
      const at = node.data.indexOf(words);
      if (at >= 0) return [node, at + (ends ? words.length : 0)];
    }
    throw new Error(`not in the text: ${words}`);
  };
  getSelection().removeAllRanges();
  getSelection().setBaseAndExtent(...place(first, false), ...place(last, true));
}
"""


@pytest.fixture
def served(archive: Archive, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """An archive with one letter, served for real in a person's name."""
    person = archive.keyring.add_person(None)
    with archive.writing() as batch:
        verbs.add_person(batch, person)
    path = tmp_path / "letter.txt"
    path.write_bytes(LETTER.encode())
    sealed = seal_all(archive, [Received(path, title="A letter")], [])[0]
    with archive.writing() as batch:
        exhibit, layer = record_with_layer(batch, sealed)
    assert layer is not None
    serving = listen(archive, port=0, person=person)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield SimpleNamespace(
        serving=serving,
        person=person.name.rpartition("/")[2],
        at=f"{serving.origin}/exhibits/{exhibit.position}/",
        exhibit=exhibit.position,
    )
    serving.close()
    thread.join(10)


def let_in(page: WatchedPage, served: SimpleNamespace) -> WatchedPage:
    page.visit(served.serving.url)
    page.visit(served.at)
    return page


def violations(page: WatchedPage) -> list[str]:
    found: dict[str, Any] = Axe().run(page.page).response
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


def press(page: WatchedPage) -> Passage:
    page.page.locator("#citing button").click()
    page.page.wait_for_url("**cited=**")
    return Passage.objects.latest("position")


@pytest.mark.parametrize(
    ("first", "last", "cited"),
    [
        ("قەشقەردە", "مايدا", "قەشقەردە تۇرامسىز؟ ئۇ 2018-يىلى مايدا"),
        ("𠀀", "and", "𠀀𠀁 of 😀 and"),
        ("of", "😀", "of 😀"),
        ("May 2018", "May 2018", "May 2018"),
        (" and May", " and May 2018.", "and May 2018."),
        ("says", "one.", "says \u202egnp.exe \u200b in one."),
        ("gnp", "gnp", "gnp"),
        ("喀什", "名单", "喀什的名单"),
        ("letter.", "The", "letter.\r\n\r\nThe"),  # the line feeds as they were received
        ("كىتاب", "喀", "كىتاب ئاچقۇچ ي\u0654ە\n喀"),
    ],
)
def test_the_words_selected_are_the_words_cited(
    served: SimpleNamespace, open_page: OpenPage, first: str, last: str, cited: str
) -> None:
    page = let_in(open_page(), served)
    page.page.evaluate(SELECT, [first, last])
    page.page.locator("#citing button:enabled").wait_for()
    passage = press(page)
    assert passage.quote == cited
    assert LETTER[passage.start : passage.stop] == cited
    assert f"Recorded: passage {passage.position}." in page.page.inner_text("#citing")
    assert page.page.locator(f"mark:has(#passage-{passage.position})").count() == 1


#: Selects from one UTF-16 unit to another, counted from where some words begin.
SELECT_UNITS = """
([words, from, to]) => {
  const walker = document.createTreeWalker(document.querySelector('.text'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const at = node.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(node, at + from, node, at + to);
  }
  throw new Error(`not in the text: ${words}`);
}
"""


@pytest.mark.parametrize(
    ("words", "first", "last", "cited"),
    [
        ("𠀀𠀁", 1, 3, "𠀀𠀁"),  # half of an astral character, from either side
        ("e\u0301", 0, 1, "e\u0301"),  # a letter without its mark
        ("a\u0323\u0308", 2, 3, "a\u0323\u0308"),  # a mark without its letter
        ("ي\u0654", 0, 1, "ي\u0654"),
        ("👩", 0, 2, "👩\u200d👧"),  # a family cut in two
        ("U+202E", 2, 4, "\u202e"),  # from inside the sign for a hidden character
        ("Twice", 5, 0, "Twice"),  # backwards
        ("Twice: ", 5, 7, ":"),  # with white space at the end
    ],
)
def test_no_character_is_cut(
    served: SimpleNamespace, open_page: OpenPage, words: str, first: int, last: int, cited: str
) -> None:
    page = let_in(open_page(), served)
    page.page.evaluate(SELECT_UNITS, [words, first, last])
    page.page.locator("#citing button:enabled").wait_for()
    assert press(page).quote == cited


def test_of_a_selection_that_reaches_beyond_the_text_the_text_is_taken(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    page.page.evaluate(
        "getSelection().setBaseAndExtent(document.querySelector('h1'), 0, "
        "document.querySelector('#original'), 0)"
    )
    page.page.locator("#citing button:enabled").wait_for()
    assert press(page).quote == LETTER.strip()


def test_the_numbers_of_claims_in_the_text_are_not_of_it(shelf: Shelf, open_page: OpenPage) -> None:
    serving = listen(shelf.archive, port=0, person=shelf.reviewer)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    try:
        page = open_page()
        page.visit(serving.url)
        page.visit(f"{serving.origin}/exhibits/{shelf.at['exhibit']}/")
        assert page.page.locator(".text .entry").count() > 1
        page.page.evaluate(SELECT, ["In May 2018", "anybody was held"])
        page.page.locator("#citing button:enabled").wait_for()
        quote = press(page).quote
    finally:
        serving.close()
        thread.join(10)
    start = NOTE.index("In May 2018")
    assert quote == NOTE[start : NOTE.index("anybody was held") + len("anybody was held")]


def test_what_is_chosen_is_shown_safely_and_can_be_chosen_again(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    assert page.page.locator("#citing form").is_hidden()
    page.page.evaluate(SELECT, ["says", "one."])
    page.page.locator("#citing button:enabled").wait_for()
    quoted = page.page.locator(".citing-quote")
    assert quoted.inner_text() == "says U+202Egnp.exe U+200B in one."
    assert quoted.locator(".control").count() == 2
    start = LETTER.index("says")
    stop = LETTER.index(" in one.") + 8
    assert page.page.inner_text(".citing-where") == f"Characters {start} to {stop}"
    page.page.evaluate(SELECT, ["Twice", "Twice"])
    quoted.filter(has_text=re.compile("^Twice$")).wait_for()
    page.page.evaluate("getSelection().removeAllRanges()")  # as a press elsewhere does
    assert press(page).quote == "Twice"


def test_with_no_script_and_the_keyboard_alone(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    page = let_in(open_page(java_script_enabled=False), served)
    keyboard = page.page.keyboard
    page.page.locator("#within").focus()
    keyboard.type("may 2018")
    keyboard.press("Enter")
    page.page.wait_for_url("**q=may**")

    def reach(what: str) -> None:
        for _ in range(80):
            keyboard.press("Tab")
            if page.page.locator(f"{what}:focus").count():
                return
        raise AssertionError(f"{what} is not reached")

    reach(".places li:nth-child(2) a")
    keyboard.press("Enter")
    page.page.wait_for_url("**from=**")
    reach("#citing button")
    keyboard.press("Enter")
    page.page.wait_for_url("**cited=new**")
    passage = Passage.objects.get()
    assert (passage.quote, passage.start) == ("May 2018", LETTER.rindex("May 2018"))
    assert f"Passage {passage.position}" in page.page.title()
    with page.page.expect_download() as download:
        page.page.locator("#purpose").focus()
        keyboard.type("Read with an expert")
        reach(".take-out button")
        keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes() == LETTER.encode()
    assert download.value.suggested_filename == f"exhibit-{served.exhibit}-letter.txt"
    event = CustodyEvent.objects.get(exhibit=served.exhibit, event="copied")
    assert (event.reason, event.person) == ("Read with an expert", served.person)
    assert "cited=new" in page.page.url  # the page stays


def test_the_download_begins_only_with_a_purpose(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    page = let_in(open_page(), served)
    page.page.locator(".take-out button").click()
    assert page.page.evaluate("document.activeElement.id") == "purpose"
    assert not CustodyEvent.objects.filter(event="copied").exists()


def test_a_page_of_another_local_server_cannot_send_a_form(
    served: SimpleNamespace, open_page: OpenPage
) -> None:
    """It is of the same site, so our cookies come along; it is not of these pages."""
    page = let_in(open_page(), served)
    # As another port's page would: same cookies, another origin.
    answer = page.context.request.post(
        f"{served.at}original/",
        form={"purpose": "x"},
        headers={"Origin": "http://127.0.0.1:9", "Sec-Fetch-Site": "same-site"},
    )
    assert answer.status == 403
    assert not CustodyEvent.objects.filter(event="copied").exists()


def test_every_state_wide_and_narrow(served: SimpleNamespace, open_page: OpenPage) -> None:
    start = LETTER.index("May")
    faults: list[str] = []
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        if scheme == "light":
            let_in(page, served)
            cookies = page.context.cookies()
        else:
            page.origin = served.serving.origin
            page.context.add_cookies(cookies)
        for query in ("", f"?from={start}&to={start + 8}", "?q=may"):
            for viewport in ({"width": 1280, "height": 900}, PHONE):
                page.page.set_viewport_size(viewport)  # type: ignore[arg-type]
                page.visit(served.at + query)
                wide = page.page.evaluate("document.documentElement.scrollWidth")
                if wide > viewport["width"]:
                    faults.append(f"{query} is {wide} pixels wide at {viewport['width']}")
                faults += violations(page)
        page.page.evaluate(SELECT, ["قەشقەردە", "مايدا"])
        page.page.locator("#citing button:enabled").wait_for()
        faults += violations(page)
        press(page)
        faults += violations(page)
    assert faults == []
