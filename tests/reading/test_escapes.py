"""Names behind escapes are shown as a person would search for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.documents import Document, State
from habeas.reading.encodings import escapes

Read = Callable[..., list[Document]]


@pytest.mark.parametrize("name", ["escaped.json", "refs.xml", "contact.vcf"])
def test_the_cases_hold_the_name(cases: Path, read_bytes: Read, name: str) -> None:
    (document,) = read_bytes((cases / "other" / name).read_bytes(), name)
    assert "买买提" in document.text
    assert document.state is State.READ
    assert any("escapes" in words for words in document.warnings)


@given(st.text(max_size=80))
def test_json_means_the_same_with_its_letters_shown(text: str) -> None:
    written = json.dumps({"a": text})
    shown = escapes.shown(written, "application/json")
    assert json.loads(shown) == {"a": text}


@pytest.mark.parametrize(
    ("media_type", "written", "shown"),
    [
        ("application/json", r'{"a": "\\u4e70"}', r'{"a": "\\u4e70"}'),
        ("application/json", r'{"a": "\u0022\u000a\u4e70"}', '{"a": "\\u0022\\u000a买"}'),
        ("application/json", r'{"a": "\ud83d\ude00 \ud83d"}', '{"a": "😀 \\ud83d"}'),
        ("application/xml", "<a>&#60;&#20080;&#x4e70;&amp;</a>", "<a>&#60;买买&amp;</a>"),
        ("application/xml", "<a><![CDATA[&#20080;]]>&#20080;<!-- &#20080; --></a>",
         "<a><![CDATA[&#20080;]]>买<!-- &#20080; --></a>"),
        ("application/xml", "<a>&#x110000;&#xD800;&#0;</a>", "<a>&#x110000;&#xD800;&#0;</a>"),
        ("text/calendar", "SUMMARY:Tur\r\n sun\r\nEND:V\r\n", "SUMMARY:Tursun\r\nEND:V\r\n"),
        ("text/vcard", "N;ENCODING=QUOTED-PRINTABLE;CHARSET=WINDOWS-1251:=D5=EE=\r\n=F2=E0=ED\r\n",
         "N;ENCODING=QUOTED-PRINTABLE;CHARSET=WINDOWS-1251:Хотан\r\n"),
        ("text/plain", r"C:\u4e70", r"C:\u4e70"),
    ],
)  # fmt: skip
def test_only_letters_are_shown(media_type: str, written: str, shown: str) -> None:
    assert escapes.shown(written, media_type) == shown


@given(st.text(alphabet="\\\\u4e7<>![]CDATA-&#x0;=\r\n :;QUOTED-PRINTABLE", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for media_type in ("application/json", "application/xml", "text/vcard", "text/calendar"):
        escapes.shown(text, media_type)


def test_json_is_told_by_its_beginning(read_bytes: Read) -> None:
    (document,) = read_bytes(b'{"from": "\\u4e70\\u4e70\\u63d0"}\n{"from": "a"}\n', "chat.log")
    assert (document.media_type, document.state) == ("application/json", State.READ)
    assert "买买提" in document.text
    (prose,) = read_bytes(b"{see below} he said [twice]", "note.txt")
    assert prose.media_type == "text/plain"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r'var x = "\u4e70\u4e70\u63d0";', 'var x = "买买提";'),
        (r"name=\u041c\u0435\u0445\u043c\u0435\u0442", "name=Мехмет"),
        (r"C:\users\u4e70", r"C:\users\u4e70"),
        (r"pattern \u0041\u4e70", r"pattern \u0041\u4e70"),
        (r"\\u4e70\u4e70", r"\\u4e70\u4e70"),
    ],
)
def test_names_in_scripts_and_settings_are_shown(written: str, shown: str) -> None:
    assert escapes.shown(written, "text/plain") == shown
