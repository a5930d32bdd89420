"""Texts of others on the page: escaped, isolated, in their own script; figures with lineage."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from habeas.figures.errors import NoLineage
from habeas.web import explore

TEMPLATES = Path(explore.__file__).parent / "templates" / "explore"


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_markup_in_a_text_is_text() -> None:
    shown = rendered("{{ text|exact }}", text='<script>alert("1")</script>&amp;')
    assert "<script" not in shown
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;" in shown


@pytest.mark.parametrize("control", ["\u202e", "\u2066", "\u200b", "\x00", "\x85", "\ufeff"])
def test_controls_are_shown_and_not_obeyed(control: str) -> None:
    shown = rendered("{{ text|exact }}", text=f"a{control}b")
    assert control not in shown
    assert f"U+{ord(control):04X}" in shown


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d", "\u200f", "\u200e"])
def test_what_belongs_to_ordinary_writing_stays(joiner: str) -> None:
    assert rendered("{{ text|exact }}", text=f"a{joiner}b") == f"a{joiner}b"


@given(st.text(max_size=60))
def test_no_text_can_leave_its_place(text: str) -> None:
    shown = rendered("{{ text|exact }}", text=text)
    bare = shown.replace('<span class="control">', "").replace("</span>", "")
    assert "<" not in bare
    assert '"' not in bare
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_text_says_its_language_script_and_direction() -> None:
    text = {"text": "قايتا", "language": "ug", "script": "Arab", "direction": "rtl"}
    shown = rendered("{% written text %}", text=text)
    assert shown == '<bdi dir="rtl" lang="ug" class="script-arab">قايتا</bdi>'


def test_a_hostile_language_stays_an_attribute() -> None:
    text = {"text": "x", "language": '"><img src=x>', "script": 'a"b', "direction": "ltr"}
    shown = rendered("{% written text %}", text=text)
    assert "<img" not in shown
    assert "class" not in shown


def test_every_text_of_others_is_isolated_on_the_page() -> None:
    """Right-to-left words inside a line of ours must not move what stands beside them."""
    loose = []
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text("utf-8")
        for shown in re.finditer(r"\{\{ ([^}]*\|exact) \}\}", text):
            before = text[: shown.start()]
            isolated = before.rfind("<bdi") > before.rfind("</bdi>")
            if not isolated and shown[1] not in IN_A_BLOCK_OF_THEIR_OWN:
                loose.append(f"{path.name}: {shown[1]}")
    assert loose == []


def test_every_date_and_amount_is_isolated_on_the_page() -> None:
    """ "11 to 12" and "1 May 2016" begin with a number, which a page from right to left moves."""
    loose = []
    for path in sorted(TEMPLATES.glob("*.html")):
        text = path.read_text("utf-8")
        for shown in re.finditer(rf"\{{\{{ (?:[a-z_.]*\.)?{DATED_OR_MEASURED}[^}}]*\}}\}}", text):
            before = text[: shown.start()]
            isolated = before.rfind("<bdi") > before.rfind("</bdi>")
            in_a_tag = before.rfind("<") > before.rfind(">")
            if not (isolated or in_a_tag):
                loose.append(f"{path.name}: {shown[0]}")
    assert loose == []


DATED_OR_MEASURED = (
    r"(?:(?:holds|said|when|before|after|received_on|happened_at|as_of|column|change|list)\.words"
    r"|dates|outline\.area|outline\.corner)\b"
)


#: Quoted whole, in an element that holds nothing else and takes its direction from them.
IN_A_BLOCK_OF_THEIR_OWN = (
    "definition|exact",
    "segment.text|exact",
    "passage.context.before|exact",
    "passage.context.after|exact",
    "piece.text|exact",
    "error.before|exact",
    "error.wrong|exact",
    "error.after|exact",
    "source.name.text|and_marks:source|exact",  # of an option
)


def test_every_class_of_the_style_sheet_is_used() -> None:
    explore = TEMPLATES.parent.parent
    used = " ".join(
        path.read_text("utf-8")
        for pattern in ("templates/**/*.html", "**/*.py", "static/explore/*.js")
        for path in explore.glob(pattern)
    )
    sheet = (explore / "static" / "explore" / "habeas.css").read_text("utf-8")
    sheet = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", sheet, flags=re.S)  # selectors only
    named = set(re.findall(r"\.([a-z][a-z-]*)", sheet))
    elsewhere = {name for name in named if name.startswith(("maplibregl-", "script-"))}
    assert {name for name in named - elsewhere if not re.search(rf"\b{name}\b", used)} == set()


FIGURE = {
    "key": "spoke",
    "number": 10,
    "number_words": "10",
    "unit_words": "persons",
    "lineage": {"definition": 7, "digest": "ab", "as_of": 9, "steps": [{"rule": "live"}]},
}


def test_a_figure_is_shown_with_its_unit() -> None:
    shown = rendered("{% figure figure %}", figure=FIGURE)
    assert (
        shown
        == '<span class="figure-number"><bdi>10</bdi> <span class="unit">persons</span></span>'
    )


@pytest.mark.parametrize(
    "lineage",
    [
        None,
        {},
        "yes",
        {**FIGURE["lineage"], "definition": None},  # type: ignore[dict-item]
        {**FIGURE["lineage"], "digest": ""},  # type: ignore[dict-item]
        {**FIGURE["lineage"], "steps": []},  # type: ignore[dict-item]
    ],
)
def test_a_number_without_lineage_cannot_be_rendered(lineage: object) -> None:
    with pytest.raises(NoLineage):
        rendered("{% figure figure %}", figure={**FIGURE, "lineage": lineage})


def test_a_command_in_a_next_step_is_code_and_the_rest_is_text() -> None:
    def shown(text: str) -> str:
        return rendered("{{ text|steps }}", text=text)

    assert shown("Run `habeas <x>`.") == "Run <code>habeas &lt;x&gt;</code>."
    assert shown("`a\u202e` `") == '<code>a<span class="control">U+202E</span></code> `'
