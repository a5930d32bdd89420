"""Handling and consent on every page: nothing guarded is shown without its mark.

The tests know no template: they walk every address, look for the words that only guarded things
bear, and ask for the mark in the row, paragraph or heading, or over the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver
from tests.support import guarded
from tests.support.guarded import Guarded
from tests.web.conftest import Reader

from habeas.archive import search
from habeas.archive.access import OWNER, PUBLIC, Viewer, team_member
from habeas.archive.access.labels import LEVELS
from habeas.archive.opening import Archive

ReadingAs = Callable[[Archive, Viewer], Reader]

PAGES = (
    "/", "/figures/", "/figures/spoke/", "/figures/spoke/why/", "/figures/spoke/rules/2/",
    "/records/", "/records/facility/", "/records/person/", "/records/{camp-open}/", "/sources/",
    "/exhibits/", "/differences/", "/search/?q=stands+here", "/about/", "/waiting/",
    "/figures/spoke/compare/?sharp=yes", "/figures/spoke/diff/?from=5", "/holdings/",
    "/holdings/records-person/", "/holdings/records-person/why/",
    "/holdings/claims-not-reviewed/why/",
)  # fmt: skip
AT_EACH_LEVEL = (
    "/figures/held-{level}/", "/figures/held-{level}/why/", "/records/{camp-{level}}/",
    "/claims/{claim-{level}}/", "/sources/{source-{level}}/", "/exhibits/{exhibit-{level}}/",
    "/passages/{passage-{level}}/", "/sources/{source-{level}}/accounts/",
)  # fmt: skip
IN_EACH_STATE = ("/records/{person-{state}}/", "/sources/{witness-{state}}/")
#: What a mark stands in, with the thing that it is of: the nearest of them around a word.
_BLOCKS = {"li", "tr", "p", "dd", "blockquote", "h1", "h2", "h3", "summary"}
_VOID = {"meta", "link", "br", "img", "input", "source", "rect", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    above: Element | None
    inside: list[Element | str] = field(default_factory=list)

    def every(self) -> Iterator[Element]:
        yield self
        for each in self.inside:
            if isinstance(each, Element):
                yield from each.every()

    @property
    def text(self) -> str:
        return "".join(e if isinstance(e, str) else e.text for e in self.inside)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def up(self) -> Iterator[Element]:
        found: Element | None = self
        while found is not None:
            yield found
            found = found.above


class _Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.at = self.root = Element("root", {}, None)
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.inside.append(made)
        if tag not in _VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        closed = next((e for e in self.at.up() if e.tag == tag), None)
        assert closed is not None, f"</{tag}> closes nothing"
        assert closed.above is not None
        self.at = closed.above

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


@pytest.fixture
def there(archive: Archive, tmp_path: Path) -> Guarded:
    made = guarded.fill(archive, tmp_path)
    search.refresh(archive)
    return made


def addresses(there: Guarded) -> list[str]:
    found = [
        *PAGES,
        *(path.replace("{level}", level) for path in AT_EACH_LEVEL for level in LEVELS),
        *(path.replace("{state}", state) for path in IN_EACH_STATE for state in guarded.STATES),
    ]
    for name, position in there.at.items():
        found = [path.replace("{" + name + "}", str(position)) for path in found]
    return found


def viewers(there: Guarded) -> dict[str, Viewer]:
    stated = 0
    return {
        "owner": OWNER.with_purpose(stated),
        "restricted": team_member("a reviewer", {"main": "restricted"}).with_purpose(stated),
        "team": team_member("a member", {"main": "team"}).with_purpose(stated),
        "public": PUBLIC,
    }


def test_every_page_is_walked() -> None:
    """No page is added without being asked for its marks."""
    resolver: Any = get_resolver("habeas.web.site.urls")
    walked = {
        resolver.resolve(_plain(path)).url_name for path in (*PAGES, *AT_EACH_LEVEL, *IN_EACH_STATE)
    }
    pages = {
        str(p.name).removesuffix("-json")
        for p in resolver.url_patterns[0].url_patterns
        if str(p.name).endswith("-json")
    }
    assert pages <= walked


def _plain(path: str) -> str:
    bare = path.partition("?")[0].replace("-{level}}", "}").replace("-{state}}", "}")
    for name in ("camp-open", "camp", "claim", "source", "exhibit", "passage", "person", "witness"):
        bare = bare.replace("{" + name + "}", "1")
    return bare.replace("{level}", "x")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("persona", ["owner", "restricted", "team", "public"])
def test_nothing_guarded_is_shown_without_its_mark(
    there: Guarded, reading_as: ReadingAs, persona: str
) -> None:
    viewer = viewers(there)[persona]
    reader = reading_as(there.archive, viewer)
    cleared = 3 if persona == "owner" else LEVELS[persona]
    seen: set[str] = set()
    for path in addresses(there):
        answer = reader.client.get(path, follow=True)
        assert answer.status_code in (200, 404), (path, answer.status_code)
        if answer.status_code == 404:
            continue
        main = next(e for e in _Tree(answer.content.decode()).root.every() if e.tag == "main")
        for element in main.every():
            words = "".join(each for each in element.inside if isinstance(each, str))
            for token in (t for t in there.levels if t in words):
                seen.add(token)
                _require(there, token, element, main, path)
    assert all(LEVELS[there.levels[token]] <= cleared for token in seen)
    if persona != "public":
        for kind in ("source", "camp", "name", "exhibit", "quote", "figure", "judgement", "step"):
            shown = {f"Zz{kind}{level}zz" for level, n in LEVELS.items() if n <= cleared}
            assert shown <= seen, kind
        assert there.consents.keys() <= seen
    else:
        assert "handling" not in "".join(
            reader.client.get(path, follow=True).content.decode() for path in addresses(there)
        )


def _require(there: Guarded, token: str, element: Element, main: Element, path: str) -> None:
    around = [each for each in element.up() if each is not main]
    if any("path" in each.classes or each.tag == "pre" for each in around):
        return  # the way here, marked below; the definition as logged, under the figure's mark
    said, words = _said(around, main)
    if element.tag == "option":  # has its marks as words, because it can hold no element
        said, words = set(element.text.split()), element.text
    level = LEVELS[there.levels[token]]
    assert not level or any(LEVELS.get(each, 0) >= level for each in said), (path, token, said)
    state = there.consents.get(token)
    speaks = any("rest on" in each.text for each in around if each.tag in _BLOCKS)
    assert not state or speaks or state in words, (path, token, words)


def _said(around: list[Element], main: Element) -> tuple[set[str], str]:
    """The marks that speak for a place: in its block, over its list, on the steps above it in a
    tree, and at the head of the page for its title and for the text of an exhibit."""
    speaking: list[Element] = []
    block = next((each for each in around if each.tag in _BLOCKS), None)
    tree = any("why" in each.classes for each in around)
    if block is not None:
        row = next((each for each in around if each.tag in ("li", "tr")), block)
        speaking += [block] if tree else [block, row]
    speaking += [
        each
        for above in around
        if "marked" in above.classes
        for each in above.inside
        if isinstance(each, Element) and "marked-all" in each.classes
    ]
    if tree:
        for above in (each for each in around if each.tag == "li"):
            speaking += [e for e in above.every() if e.tag == "summary"][:1]
    facts = any(each.tag == "dl" and each.above is main for each in around)  # of the page's thing
    if tree or facts or any(e.tag == "h1" or "text" in e.classes for e in around):
        head = [e for e in main.every() if {"openness", "consent", "figure-head"} & set(e.classes)]
        speaking += head or [next(e for e in main.every() if "handling" in e.classes or e is main)]
    marks = [e for each in speaking for e in each.every() if "handling" in e.classes]
    return {e.attributes["data-level"] for e in marks}, " ".join(e.text for e in marks)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_list_that_is_all_alike_says_so_once(there: Guarded, reading_as: ReadingAs) -> None:
    page = reading_as(there.archive, OWNER).page("/records/person/")
    assert page.count('data-level="team"') == 1
    assert page.count("consent with a remark") == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_consent_with_a_remark_opens_nothing_and_says_so(
    there: Guarded, reading_as: ReadingAs
) -> None:
    owner = reading_as(there.archive, OWNER)
    for kind, where in (("person", "records"), ("witness", "sources")):
        page = owner.page(f"/{where}/{there.at[f'{kind}-remark']}/")
        assert "This by itself does not allow publication." in page
        assert "yes, but no name" in page
        assert "open to: public" not in page
        agreed = owner.page(f"/{where}/{there.at[f'{kind}-agreed']}/")
        assert "Agreed to publication." in agreed


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_legal_hold_is_marked_where_the_exhibit_is(there: Guarded, reading_as: ReadingAs) -> None:
    owner = reading_as(there.archive, OWNER)
    assert owner.page("/exhibits/").count("legal hold") == 1
