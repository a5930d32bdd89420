"""What may hurt to read is folded on every page that shows it, and opened by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.conftest import Reader
from tests.web.making import NOTE, PUBLIC, Shelf
from tests.web.test_on_a_list import entry
from tests.web.test_pages import address

from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer
from habeas.archive.access import PUBLIC as PUBLIC_VIEWER
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.models import Layer, LedgerEntry
from habeas.archive.opening import Archive
from habeas.archive.search import refresh, searching
from habeas.archive.verbs.claiming import Attribution
from habeas.archive.verbs.referring import Marking
from habeas.display.cited_hits import cited_for
from habeas.vocabulary import values
from habeas.web.serving import Serving, listen

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

    OpenPage = Callable[..., WatchedPage]

ReadingAs = Callable[[Archive, Viewer], Reader]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

QUOTE = "Paragraph 7 of a long text about nobody at all."
SAID = "hurt in a way told here"
PAGES = (
    "/records/{victim}/", "/claims/{hurt}/", "/claims/{beside}/", "/sources/{paper}/",
    "/sources/{paper}/accounts/", "/figures/hurt/", "/figures/hurt/why/",
    "/holdings/claims-not-reviewed/why/",
)  # fmt: skip
FIGURE = """\
key: hurt
title: Who was hurt
kind: counted
counts: person
unit: persons
rules:
  - {rule: has-claim, property: ill_treated, code: yes}
"""
FOLD = '<details class="folded">'


@pytest.fixture
def hurt(shelf: Shelf) -> Shelf:
    """Somebody says of a person that they were ill-treated, in words of their own."""
    with shelf.archive.writing(shelf.reviewer) as batch:
        victim = shelf.put("victim", verbs.mention(batch, "person", "Somebody", marking=PUBLIC))
        layer = Layer.objects.get(exhibit=shelf.at["exhibit"])
        start = NOTE.index(QUOTE)
        passage = verbs.cite(
            batch, entry(shelf, "exhibit"), ref_of(layer.position), NOTE, start,
            start + len(QUOTE), marking=PUBLIC,
        )  # fmt: skip
        paper = [Attribution(entry(shelf, "paper"), said="2018")]
        later = [Attribution(entry(shelf, "paper"), said="2020")]
        yes = values.code("answer", "yes", values.Written(SAID))
        no = values.code("answer", "no", values.Written(f"not {SAID}"))
        for name, value, by in (("hurt", yes, paper), ("beside", no, later)):
            shelf.put(
                name,
                verbs.claim(
                    batch, victim, "ill_treated", value, by, passages=[passage], marking=PUBLIC
                ),
            )
        verbs.define(batch, key="hurt", title="hurt", kind="counted", text=FIGURE, marking=PUBLIC)
    return shelf


def ref_of(position: int) -> Ref:
    return Ref(LedgerEntry.objects.get(position=position).entry_id, position)


def _open(page: str) -> str:
    """The page without what is folded."""
    main = page[page.index("<main") : page.index("</main>")]
    while (start := main.find(FOLD)) >= 0:
        depth = 0
        for tag in re.finditer(r"<details\b|</details>", main[start:]):
            depth += 1 if tag[0] == "<details" else -1
            if depth == 0:
                main = main[:start] + main[start + tag.end() :]
                break
    return main


def test_it_is_folded_wherever_values_are_shown(hurt: Shelf, reading_as: ReadingAs) -> None:
    reader = reading_as(hurt.archive, OWNER)
    shown = 0
    for path in PAGES:
        where = address(hurt, path)
        page = reader.page(f"{where}?after=140" if "holdings" in path else where)
        shown += SAID in page
        assert SAID not in _open(page), path
        assert QUOTE not in _open(page), path
    assert shown >= 6
    for path in ("/claims/{hurt}/", "/sources/{paper}/accounts/"):
        assert (
            '"folded": true'
            in reader.get(address(hurt, path).rstrip("/") + ".json").content.decode()
        )


def test_a_hit_on_what_it_rests_on_is_folded_and_says_whose_word_it_is(
    hurt: Shelf, reading_as: ReadingAs
) -> None:
    refresh(hurt.archive)
    reader = reading_as(hurt.archive, OWNER.with_purpose(0))
    page = reader.page("/search/?q=%22paragraph+7%22")
    assert "<mark>" in page
    assert "<mark>" not in _open(page)
    hits = reader.twin("/search/?q=%22paragraph+7%22")["found"]["hits"]
    assert [hit["folded"] for hit in hits] == [True]
    assert [one["name"]["text"] for one in hits[0]["speakers"]] == ["The Example"]
    other = reader.twin("/search/?q=%22about+120%2C000%22")["found"]["hits"][0]
    assert not other["folded"]
    institute = next(one for one in other["speakers"] if one["code"] == "institute")
    assert institute["interests"][0]["label"] == "Funding"
    asked = []
    for query in ('"paragraph 7"', "paragraph OR ministry OR institute"):
        found = searching.search(hurt.archive, OWNER, query)
        with CaptureQueriesContext(connection) as caught:
            assert any(one.folded or one.speakers for one in cited_for(OWNER, found.hits))
        asked.append(len(caught))
    assert asked[1] <= asked[0]


def test_a_hidden_claim_says_nothing_of_a_hit(hurt: Shelf, reading_as: ReadingAs) -> None:
    """A sealed claim on words that everybody may read neither folds them nor names who says it."""
    refresh(hurt.archive)
    path = "/search/?q=%22paragraph+9%22"
    before = reading_as(hurt.archive, PUBLIC_VIEWER).twin(path)["found"]["hits"]
    assert [(hit["folded"], hit["speakers"]) for hit in before] == [(False, [])]
    quote = QUOTE.replace("7", "9")
    with hurt.archive.writing(hurt.reviewer) as batch:
        layer = ref_of(Layer.objects.get(exhibit=hurt.at["exhibit"]).position)
        start = NOTE.index(quote)
        exhibit = entry(hurt, "exhibit")
        passage = verbs.cite(batch, exhibit, layer, NOTE, start, start + len(quote), marking=PUBLIC)
        sealed = Marking(compartment=entry(hurt, "case"), handling="sealed")
        by = [Attribution(entry(hurt, "paper"))]
        yes = values.code("answer", "yes")
        verbs.claim(
            batch, entry(hurt, "victim"), "ill_treated", yes, by, passages=[passage],
            marking=sealed,
        )  # fmt: skip
    refresh(hurt.archive)
    assert reading_as(hurt.archive, PUBLIC_VIEWER).twin(path)["found"]["hits"] == before
    seen = reading_as(hurt.archive, OWNER.with_purpose(0)).twin(path)["found"]["hits"]
    assert [(hit["folded"], len(hit["speakers"])) for hit in seen] == [(True, 1)]


@pytest.fixture
def served(hurt: Shelf) -> Iterator[Serving]:
    serving = listen(hurt.archive, port=0)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


def test_it_is_opened_by_keyboard_and_printed_only_then(
    hurt: Shelf, served: Serving, open_page: OpenPage
) -> None:
    page = open_page()
    page.visit(served.url)
    page.visit(served.origin + address(hurt, "/records/{victim}/"))
    words = page.page.get_by_text(SAID, exact=True).first
    fold = page.page.locator("details.folded").first
    for medium in ("print", "screen"):
        page.page.emulate_media(media=medium)  # type: ignore[arg-type]
        assert not words.is_visible(), medium
    for _ in range(60):
        page.page.keyboard.press("Tab")
        if page.page.evaluate("document.activeElement.matches('details.folded > summary')"):
            break
    page.page.keyboard.press("Enter")
    assert fold.evaluate("each => each.open")
    for medium in ("screen", "print"):
        page.page.emulate_media(media=medium)  # type: ignore[arg-type]
        assert words.is_visible(), medium
