"""Texts that are shown as they are, each space and line's end of them.

Whole elements are made here, not in templates: a template's own white space would be shown
between the quoted words. Invariant: nothing is inside these elements but the text, its marks
and anchors, and what ``habeas`` says in a span of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from habeas.web.explore.templatetags.marking import mark
from habeas.web.explore.templatetags.showing import exact, written

register = template.Library()
Content = dict[str, Any]

_BEFORE = '<span class="cut">… </span>'
_AFTER = '<span class="cut"> …</span>'


@register.simple_tag
def segments(pieces: Iterable[Content]) -> SafeString:
    """A text in pieces: what is cited is marked, with the claims that cite it."""
    return _element('<div class="text" dir="auto">', "".join(map(piece, pieces)), "</div>")


@register.simple_tag(takes_context=True)
def in_its_text(context: Context, passage: Content) -> SafeString:
    """A passage with the text around it; what is cut off is said."""
    around = passage["context"]
    before = "" if around["starts"] else '<span class="cut" aria-hidden="true">… </span>'
    after = "" if around["ends"] else '<span class="cut" aria-hidden="true"> …</span>'
    inside = (
        f"{before}{exact(around['before'])}<mark>{written(around['quote'])}</mark>"
        f"{exact(around['after'])}{after}{mark(context, passage)}"
    )
    return _element('<blockquote class="passage" dir="auto">', inside, "</blockquote>")


@register.simple_tag
def spoken(line: Content) -> SafeString:
    """A line of speech, with its own breaks."""
    language = f' lang="{escape(line["language"])}"' if line["language"] else ""
    begin = f'<span class="recording-text" dir="auto"{language}>'
    return _element(begin, str(exact(line["text"])), "</span>")


@register.simple_tag
def excerpt(hit: Content) -> SafeString:
    """The words around what was found, which is marked."""
    return _element('<p class="excerpt" dir="auto">', _found(hit, hit["segments"]), "</p>")


@register.simple_tag
def found_cells(row: Content) -> SafeString:
    """The cells of a row of a sheet that was found, each under its heading."""
    cells = "".join(_cell(cell, row["heading_row"]) for cell in row["cells"])
    return _element(f'<dl class="found-row" dir="{escape(row["direction"])}">', cells, "</dl>")


def _cell(cell: Content, heading_row: int | None) -> str:
    column = f'<span class="visually-hidden">{escape(_("column"))} </span>' if heading_row else ""
    heading = written(cell["heading"]) if cell["heading"]["text"] else column + cell["letters"]
    text = cell["text"]
    language = format_html(' lang="{}"', text["language"]) if text["language"] else ""
    script = format_html(' class="script-{}"', text["script"].lower()) if text["script"] else ""
    found = ' class="found-cell"' if cell["found"] else ""
    return (
        f"<div{found}><dt>{heading}</dt>"
        f'<dd><bdi dir="{escape(text["direction"])}"{language}{script}>'
        f"{_found(cell, cell['pieces'])}</bdi></dd></div>"
    )


def _found(whole: Content, pieces: Iterable[Content]) -> str:
    words = "".join(
        f"<mark>{exact(each['text'])}</mark>" if each["marked"] else exact(each["text"])
        for each in pieces
    )
    return f"{_BEFORE if whole['cut_before'] else ''}{words}{_AFTER if whole['cut_after'] else ''}"


def piece(of_text: Content) -> str:
    """A piece of a text layer: its code points, its anchors, and the claims that rest on it."""
    here = '<span id="found"></span>' if of_text["found_begins"] else ""
    at = f'data-from="{int(of_text["start"])}"'
    text = exact(of_text["text"])
    if not (of_text["passages"] or of_text["found"]):
        return f"{here}<span {at}>{text}</span>"
    anchors = "".join(f'<span id="passage-{int(n)}"></span>' for n in of_text["anchors"])
    marked = ' class="found"' if of_text["found"] else ""
    return f"{here}<mark {at}{marked}>{anchors}{text}</mark>{_claims(of_text['claims'])}"


def _claims(claims: Iterable[Content]) -> str:
    links = [
        format_html(
            '<a href="{}" aria-label="{}">{}</a>',
            claim["url"],
            _("claim at entry %(number)s: %(property)s")
            % {"number": claim["position"], "property": claim["property"]},
            claim["position"],
        )
        for claim in claims
    ]
    return f' <span class="entry">[{", ".join(links)}]</span>' if links else ""


def _element(begin: str, inside: str, end: str) -> SafeString:
    return mark_safe(f"{begin}{inside}{end}")  # noqa: S308 - every text is escaped where it is put in
