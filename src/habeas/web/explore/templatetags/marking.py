"""Handling and consent as marks: a word and a shape, said once for what is alike.

``{% mark thing %}`` follows whatever shows a thing; ``under=`` names what it is under,
whose marks are not said again. ``{% marked things %}…{% endmarked %}`` around a list says once
what all of them have in common, and keeps ``mark`` inside from repeating it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from habeas.web.explore.frame import marks

register = template.Library()

_NOTHING = SafeString("")
_SAID = "marks_said"  # the key in a template's context under which a list keeps what it has said


@register.simple_tag(takes_context=True)
def mark(
    context: Context, thing: dict[str, Any] | None, under: dict[str, Any] | None = None
) -> SafeString:
    """The marks of one thing, those left out that were said above it."""
    above = [*(context.get(_SAID) or ()), *(marks.words(under) if under else ())]
    return _shown([each for each in marks.words(thing or {}) if each not in above])


@register.filter
def and_marks(words: str, thing: dict[str, Any]) -> str:
    """Words with the marks of what they name, where no element can stand: in an option."""
    return " · ".join((words, *(each["words"] for each in marks.words(thing))))


@register.simple_tag
def mark_words(words: list[str]) -> SafeString:
    """Marks that are in words already, as a why tree has them."""
    return _shown([{"code": marks.code_of(each), "words": gettext(each)} for each in words])


def _shown(said: list[dict[str, Any]]) -> SafeString:
    if not said:  # as nearly always
        return _NOTHING
    return format_html_join(
        "",
        ' <span class="handling" data-level="{}">{}</span>',
        ((each["code"], each["words"]) for each in said),
    )


@register.tag
def marked(parser: Parser, token: Token) -> Node:
    """The list of ``{% marked things %}`` with what all of them have in common said above it."""
    _, things = token.split_contents()
    inside = parser.parse(("endmarked",))
    parser.delete_first_token()
    return _Marked(parser.compile_filter(things), inside)


class _Marked(Node):
    def __init__(self, things: FilterExpression, inside: NodeList) -> None:
        self._things, self.nodelist = things, inside

    def render(self, context: Context) -> SafeString:
        before = context.get(_SAID) or ()
        alike = [m for m in marks.common(self._things.resolve(context)) if m not in before]
        with context.push(**{_SAID: [*before, *alike]}):
            inside = self.nodelist.render(context)
        if not alike:
            return inside
        return format_html(
            '<div class="marked" data-all="{}"><p class="marked-all">{}{}</p>{}</div>',
            " ".join(each["code"] for each in alike),
            gettext("All of these:"),
            _shown(alike),
            inside,
        )
