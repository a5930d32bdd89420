"""What is read of web pages: what a reader would see, in blocks, with what is hidden marked."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reading.drafting import Read, read

from habeas.reading.documents import Document
from habeas.reading.limits import Limits
from habeas.reading.readers import web

ReadBytes = Callable[..., list[Document]]


def read_html(text: str | bytes, limits: Limits | None = None) -> Read:
    data = text if isinstance(text, bytes) else text.encode()
    return read(web, data, "text/html", limits=limits)


def test_blocks_are_paragraphs_and_blanks_are_one() -> None:
    done = read_html(
        "<html><head><title>The  page</title></head><body><h2>Head</h2>"
        "<p>One <b>two</b>\n   three<br>four<p>five &amp; six<ul><li>a<li>b</ul></body>"
    )
    assert done.text == "Head\nOne two three\nfour\nfive & six\na\nb\n"
    assert done.of("heading") == [("Head", {"paragraph": 1})]
    assert done.part("b").locator == {"paragraph": 5}
    assert done.draft.metadata["title"] == "The page"


def test_scripts_and_styles_are_no_text() -> None:
    done = read_html(
        "<script>var a = '<p>no</p>';</script><style>p{}</style><p>yes</p>"
        "<svg><style>p{}</style><title>no title</title><text>drawn</text></svg><p>also</p>"
    )
    assert done.text == "yes\nno title\ndrawn\nalso\n"
    assert "title" not in done.draft.metadata


def test_what_a_page_does_not_show_is_read_and_marked() -> None:
    done = read_html(
        "<head><noscript><p>without script</p></noscript></head><p>yes</p>"
        "<template><p>in a template</p></template><object><p>instead of it</p></object>"
    )
    assert done.text.split("\n")[:-1] == ["without script", "yes", "in a template", "instead of it"]
    hidden = [done.text[part.start : part.stop] for part in done.parts if part.hidden]
    assert hidden == ["in a template", "instead of it"]


def test_documents_that_a_page_holds_in_itself_are_files_inside() -> None:
    picture = base64.b64encode(b"\x89PNG" + bytes(2_000)).decode()
    done = read_html(
        '<iframe srcdoc="&lt;p&gt;in the frame&lt;/p&gt;"></iframe>'
        '<iframe src="data:text/html;charset=utf-8,%3Cp%3Eheld%3C/p%3E"></iframe>'
        f'<img src="data:image/png;base64,{picture}"><img src="data:image/gif;base64,R0lGOA==">'
        '<script type="application/ld+json">{"name": "A"}</script><img src="data:broken">'
    )
    assert list(done.inner.values()) == [
        b"<p>in the frame</p>", b"<p>held</p>", b"\x89PNG" + bytes(2_000), b'{"name": "A"}',
    ]  # fmt: skip
    assert done.draft.missing == ["Data that the page holds in itself and that cannot be decoded."]


def test_the_case_leaves_nothing_out_unsaid(cases: Path, read_bytes: ReadBytes) -> None:
    documents = read_bytes((cases / "other" / "hidden.html").read_bytes(), "hidden.html")
    text = "".join(one.text for one in documents)
    for words in ("noscript words", "template words", "iframe words", "in script", "alt words"):
        assert words in text


def test_hidden_elements_are_read_and_marked() -> None:
    done = read_html(
        '<p>seen</p><div style="display : none"><p>unseen</p></div><p hidden>gone</p>'
        '<p>part <span style="visibility:hidden">secret</span> shown</p>'
    )
    assert [part.hidden for part in done.parts] == [False, True, True, False, True]
    assert done.part("part shown").locator == {"paragraph": 4}
    assert done.part("secret").warnings == ("Hidden on the page.",)


def test_cells_are_cited_by_row_and_column() -> None:
    done = read_html(
        "<table><tr><th colspan=2>a<th>b<tr><td>c<td>d<table><tr><td>e</table><td>f</table>after"
    )
    assert [(text, place["row"], place["column"]) for text, place in done.of("cell")] == [
        ("a", 1, 1), ("b", 1, 3), ("c", 2, 1), ("d\ne", 2, 2), ("f", 2, 3),
    ]  # fmt: skip
    assert done.text.endswith("after\n")


def test_links_are_kept_and_nothing_is_fetched() -> None:
    done = read_html(
        '<a href="http://198.51.100.7/a">x</a><img src="http://198.51.100.7/b.png" alt="a gate">'
        '<iframe src="http://198.51.100.7/c"></iframe><a href="#top">y</a>'
    )
    assert done.draft.metadata["links"] == "http://198.51.100.7/a"
    assert done.part("a gate").hidden


@pytest.mark.parametrize(
    ("encoding", "declared", "words"),
    [
        ("gb18030", "gb2312", "喀什地区"),
        ("cp1251", "windows-1251", "Кашгар"),
        ("utf-16", "", "قەشقەر"),
        ("utf-8", "", "قەشقەر"),
    ],
)
def test_the_encoding_is_what_the_page_says_if_it_fits(
    encoding: str, declared: str, words: str
) -> None:
    meta = f"<meta charset='{declared}'>" if declared else ""
    assert read_html(f"{meta}<p>{words}</p>".encode(encoding)).text == f"{words}\n"


def test_an_encoding_that_does_not_fit_is_said() -> None:
    done = read_html(b"<meta charset=utf-8><p>" + "Кашгарская область".encode("cp1251") + b"</p>")
    assert done.draft.warnings[0].startswith("Labelled utf-8, which does not fit")
    assert "Кашгарская" in done.text


@pytest.mark.parametrize(
    "broken",
    ["<p>a</div></p></b><p>b", "<table><td>a</tr></table><p>b", "<p a=\"'>a<p>b", "<!-- <p>a", "<"],
)
def test_wrong_nesting_loses_nothing_and_ends(broken: str) -> None:
    read_html(broken)


def test_deep_and_long_pages_end_at_the_caps() -> None:
    deep = read_html("<div>" * 100_000 + "x")
    assert deep.text == "x\n"
    long = read_html("<p>word</p>" * 10_000, Limits(text_code_points=1_000))
    assert long.limit == "text_code_points"


def test_a_page_of_script_says_so() -> None:
    done = read_html(f"<script>{'x();' * 10_000}</script><p>Loading</p>")
    assert "mostly script" in done.draft.warnings[0]


def test_the_pages_of_others_are_read(vectors: Path) -> None:
    folder = vectors / "documents" / "ingest-file"
    done = read_html((folder / "doc.html").read_bytes())
    assert done.part("Test web page. The GitHub page.").locator == {"paragraph": 2}


def test_a_cell_that_goes_on_through_rows_keeps_the_columns_of_the_next() -> None:
    done = read_html(
        "<table><tr><td rowspan=3>Camp A<td colspan=2 rowspan=2>x<td>y"
        "<tr><td>z<tr><td>w<td>v</table>"
    )
    assert [(words, place["row"], place["column"]) for words, place in done.of("cell")] == [
        ("Camp A", 1, 1),
        ("x", 1, 2),
        ("y", 1, 4),
        ("z", 2, 4),
        ("w", 3, 2),
        ("v", 3, 3),
    ]
