"""Neighbouring elements of a page stand apart, and what its source says besides is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from habeas.reading.documents import Document

Read = Callable[..., list[Document]]


@pytest.mark.parametrize(
    "tag",
    ["object", "video", "audio", "canvas", "noembed", "template", "datalist", "iframe", "noscript",
     "svg", "dialog", "textarea", "button", "option"],
)  # fmt: skip
def test_neighbours_do_not_run_together(read_bytes: Read, tag: str) -> None:
    page = f"<html><body>Before<{tag}>Inside</{tag}><video>Video</video>After</body></html>"
    *_, document = read_bytes(page.encode(), "page.html")
    assert {"Before", "Inside", "Video", "After"} <= set(document.text.split())


def test_fields_and_descriptions_stand_apart(read_bytes: Read) -> None:
    page = "<p>Name<input value=One><input value=Two>then<img alt=Three><img alt=Four></p>"
    (document,) = read_bytes(f"<html>{page}</html>".encode(), "page.html")
    assert {"Name", "One", "Two", "then", "Three", "Four"} <= set(document.text.split())


def test_words_in_a_drawing_stand_apart_and_a_reading_stays_at_its_character(
    read_bytes: Read,
) -> None:
    page = "<svg><text>One</text><text>Two</text></svg><p><ruby>買<rt>mai</rt>買<rt>mai</rt></ruby>"
    (document,) = read_bytes(f"<html>{page}</html>".encode(), "page.html")
    assert document.text.split() == ["One", "Two", "買mai買mai"]


def test_what_is_in_the_source_and_not_on_the_page_is_read_as_hidden(read_bytes: Read) -> None:
    page = """<html><head><meta property="og:description" content="Of the camp"></head><body>
        <!-- Erkin asked to leave this out --><!--[if IE]>old<![endif]-->
        <p title="Kashgar">text</p><input placeholder="Your name"></body></html>"""
    (document,) = read_bytes(page.encode(), "page.html")
    hidden = {document.text[p.start : p.stop] for p in document.parts if p.hidden}
    assert hidden == {"Erkin asked to leave this out", "Kashgar", "Your name"}
    assert document.metadata["description"] == "Of the camp"
    assert [p.kind for p in document.parts if "Erkin" in document.text[p.start : p.stop]] == [
        "comment"
    ]
