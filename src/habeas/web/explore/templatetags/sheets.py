"""A group of a sheet's rows as a table; in one piece because a template of cells is slow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from habeas.web.explore.templatetags.showing import exact, written
from habeas.web.explore.templatetags.verbatim import piece

register = template.Library()
Content = dict[str, Any]


@register.simple_tag
def sheet_table(table: Content) -> SafeString:
    """The rows under their headings, every text isolated, its code points beside it."""
    numeric = {column["column"] for column in table["columns"] if column["numbers"]}
    found = _found_somewhere(table)
    head = "".join(_row(row, numeric, found, "th") for row in table["head"][-1:])
    above = "".join(_row(row, numeric, found, "td") for row in table["head"][:-1])
    letters = "".join(
        f'<th scope="col" class="letters">{escape(column["letters"])}</th>'
        for column in table["columns"]
    )
    if not head and table["heading_row"] is not None:
        again = "".join(
            f'<th scope="col"{_class(numeric, column["column"])}>{written(column["heading"])}</th>'
            for column in table["columns"]
        )
        head = f'<tr class="headings again"><th scope="row">{table["heading_row"]}</th>{again}</tr>'
    body = "".join(_row(row, numeric, found, "td") for row in table["rows"])
    corner = f'<td><span class="visually-hidden">{escape(_("row"))}</span></td>'
    made = (
        f'<table class="grid" dir="{escape(table["direction"])}"><thead>'
        f'<tr class="letters">{corner}{letters}</tr>{above}{head}</thead>'
        f"<tbody>{body}</tbody></table>"
    )
    return mark_safe(made)  # noqa: S308 - every text is escaped where it is put in


def _class(numeric: set[int], column: int) -> str:
    return ' class="numbers"' if column in numeric else ""


def _found_somewhere(table: Content) -> bool:
    """Whether a piece carries the anchor of the place asked for; else its row does."""
    return any(
        each["found_begins"]
        for row in (*table["head"], *table["rows"])
        for cell in row["cells"]
        if cell is not None
        for each in cell["pieces"]
    )


def _row(row: Content, numeric: set[int], found: bool, tag: str) -> str:
    classes = [
        *(["headings"] if tag == "th" else []),
        *(["current"] if row["current"] else []),
        *(["hidden-row"] if row["hidden"] else []),
    ]
    named = f' class="{" ".join(classes)}"' if classes else ""
    anchor = ' id="found"' if row["current"] and not found else ""
    cells = "".join(_cell(cell, numeric, tag) for cell in row["cells"])
    return f'<tr{named}{anchor}><th scope="row">{int(row["number"])}</th>{cells}</tr>'


def _cell(cell: Content | None, numeric: set[int], tag: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    if cell is None:
        return f"<{tag}{scope}></{tag}>"
    classes = [
        *(["numbers"] if cell["column"] in numeric else []),
        *(["hidden-cell"] if cell["hidden"] else []),
    ]
    named = f' class="{" ".join(classes)}"' if classes else ""
    title = (
        format_html(' title="{}"', _("kept in the file as %(value)s") % {"value": cell["stored"]})
        if cell["stored"]
        else ""
    )
    inner = "".join(map(piece, cell["pieces"]))
    language = format_html(' lang="{}"', cell["language"]) if cell["language"] else ""
    script = cell["script"].lower()
    letters = f' class="script-{script}"' if script.isalpha() else ""
    text = (
        f'<bdi dir="{escape(cell["direction"])}"{language}{letters}>{inner}</bdi>' if inner else ""
    )
    more = ""
    if cell["left_out"]:
        words = _("%(n)s more characters, in the text") % {"n": f"{cell['left_out']:,}"}
        more = format_html(' <a class="cut" href="{}">… {}</a>', cell["text_url"], words)
    return f"<{tag}{scope}{named}{title}>{text}{more}{_between(cell['after'])}</{tag}>"


def _between(pieces: Iterable[Content]) -> str:
    """The tab or line's end after a cell: of the text, so that a choice over cells is whole."""
    return "".join(
        f'<span class="between" data-from="{int(each["start"])}">{exact(each["text"])}</span>'
        for each in pieces
    )
