"""How texts, values and numbers are put on the page.

Invariants: a text of others is always escaped, isolated (``bdi``) and in its own language
and script; characters that would reorder or hide text are shown, never obeyed; a number of
a figure is only ever rendered by ``{% figure %}``, which raises when it has no lineage.
"""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_noop, ngettext

from habeas.figures.errors import NoLineage
from habeas.web.explore.templatetags.marking import mark_words

register = template.Library()

#: C0 and C1 controls but tab and line feed, bidi embeddings, overrides and isolates, line
#: and paragraph separators, soft hyphen, word joiner, zero-width space, BOM, tags. The joiners
#: (U+200C, U+200D) and the marks (U+200E, U+200F, U+061C) belong to ordinary writing.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_GRADED = ("reliability", "credibility")
_COMMAND = re.compile("`([^`]+)`")


@register.filter
def exact(text: object) -> SafeString:
    """The text escaped, with invisible controls shown as their code points."""
    escaped = escape(str(text))
    return mark_safe(_CONTROLS.sub(_shown, escaped))  # noqa: S308 - escaped above


@register.filter
def steps(text: object) -> SafeString:
    """What to do next: as ``exact``, and what is between backticks is a command."""
    return mark_safe(_COMMAND.sub(r"<code>\1</code>", exact(text)))  # noqa: S308 - escaped there


def _shown(match: re.Match[str]) -> str:
    return f'<span class="control">U+{ord(match[0]):04X}</span>'


@register.filter
def cards_of(account: dict[str, Any], properties: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cards of an account, in its order: a page has each claim once, by property."""
    cards = {card["position"]: card for group in properties for card in group["claims"]}
    return [cards[position] for position in account["claims"]]


@register.simple_tag
def written(text: dict[str, Any] | None) -> SafeString:
    """A text as recorded: ``{"text", "language", "script", "direction"}``."""
    if not text:
        return SafeString("")
    script = str(text.get("script") or "").lower()
    return format_html(
        '<bdi dir="{}"{}{}>{}</bdi>',
        text.get("direction") or "auto",
        format_html(' lang="{}"', text["language"]) if text.get("language") else "",
        format_html(' class="script-{}"', script) if script.isalpha() else "",
        exact(text.get("text", "")),
    )


@register.filter
def grouped(number: object) -> str:
    """A whole number with thin groups of three digits; anything else unchanged."""
    if isinstance(number, int) and not isinstance(number, bool):
        return f"{number:,}"
    return "" if number is None else str(number)


@register.filter
def thousandths(number: int) -> str:
    """A place on an axis of thousandths, in percent of it."""
    return f"{number / 10:g}"


@register.filter
def less(number: int, other: int) -> str:
    """How far one place on an axis of thousandths is from another, in percent of it."""
    return f"{max(0, number - other) / 10:g}"


@register.simple_tag
def figure(shown: dict[str, Any]) -> SafeString:
    """The number of a figure, as its kind is written; raises when it has no lineage."""
    lineage = shown.get("lineage")
    if (
        not isinstance(lineage, dict)
        or lineage.get("definition") is None
        or not lineage.get("digest")
        or not lineage.get("steps")
    ):
        raise NoLineage(
            f"The figure {shown.get('key', '')!r} has no steps that lead to its evidence.",
            next_step="Show figures as figures.evaluation made them.",
        )
    unit, pairs = shown.get("unit_words") or "", shown.get("open_pairs") or 0
    doubt = ngettext("(%(n)s pair not decided)", "(%(n)s pairs not decided)", pairs)
    return format_html(
        '<span class="figure-number"><bdi>{}</bdi>{}{}</span>',
        shown["number_words"],
        format_html(' <span class="unit">{}</span>', unit) if unit else "",
        format_html(' <span class="unit">{}</span>', doubt % {"n": f"{pairs:,}"}) if pairs else "",
    )


@register.simple_tag
def outline(at: dict[str, Any]) -> SafeString:
    """A rectangle in 1/1,000,000, drawn twice so that it is seen on any picture."""
    box = format_html(
        'x="{}" y="{}" width="{}" height="{}"',
        *(int(at[name]) for name in ("left", "top", "across", "down")),
    )
    beside = "" if at.get("current", True) else " aside"
    return format_html(
        '<rect class="under" {}></rect><rect class="over{}" {}></rect>', box, beside, box
    )


@register.simple_tag
def stretch(cited: dict[str, Any]) -> int:
    """How long a cited time is, in milliseconds."""
    return int(cited["to_ms"]) - int(cited["from_ms"])


@register.simple_tag
def piece_source(recording: dict[str, Any]) -> str:
    """The address of a part of a recording; of a cited time, from its start to its end in it."""
    cited = recording["cited"]
    if cited is None or recording["at"] != cited["from_ms"]:
        return str(recording["source"])
    begins = recording["piece"] * recording["piece_ms"]
    start, stop = ((cited[name] - begins) / 1000 for name in ("from_ms", "to_ms"))
    until = f",{stop:.3f}" if start < stop <= recording["piece_ms"] / 1000 else ""
    return f"{recording['source']}#t={start:.3f}{until}"


@register.simple_tag
def interests(source: dict[str, Any]) -> SafeString:
    """The interests of a source in brackets, after its name; nothing where none are known."""
    told = format_html_join(
        "; ",
        "{}: <bdi>{}</bdi>",
        ((each["label"], exact(each["text"])) for each in source["interests"]),
    )
    return format_html(' <span class="interests">({})</span>', told) if told else SafeString("")


@register.filter
def of_scheme(assessments: list[dict[str, Any]], scheme: str) -> list[dict[str, Any]]:
    """Those of one scheme; '': those that grade neither a source nor a claim."""
    if not scheme:
        return [each for each in assessments if each["scheme"] not in _GRADED]
    return [each for each in assessments if each["scheme"] == scheme]


@register.filter
def any_place(passages: list[dict[str, Any]]) -> bool:
    """Whether one of some passages is shown as a place of its own."""
    return any(each["shown"] for each in passages)


@register.filter
def any_player(passages: list[dict[str, Any]]) -> bool:
    """Whether one of some passages is played."""
    return any(each["shown"] and each["shown"]["player"] for each in passages)


@register.filter
def unmarked(text: object) -> str:
    """The text without invisible controls, for a window's title."""
    return _CONTROLS.sub("", str(text))


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """One item of a mapping by a key that is known only now."""
    return mapping.get(key)


@register.filter
def at(sequence: list[Any], index: int) -> Any:
    """One item of a list that goes beside another."""
    return sequence[index]


@register.simple_tag
def why_tree(node: dict[str, Any]) -> SafeString:
    """A why tree as nested details; built here because a template calling itself is slow."""
    children = "".join(str(_why_step(child, depth=1)) for child in node["children"])
    return mark_safe(f'<ul class="why">{children}</ul>')  # noqa: S308 - every part is escaped


_OPEN = {"recipe", "members"}


def _why_step(node: dict[str, Any], depth: int) -> SafeString:
    title = format_html('<bdi dir="auto">{}</bdi>', exact(node["title"]))
    number = node.get("position")
    link = (
        format_html(
            ' <a class="entry" href="{}" aria-label="{} {}">№ {}</a>',
            node["url"],
            _what(node),
            number,
            number,
        )
        if node.get("url")
        else ""
    )
    what = _what(node)
    head = format_html('<span class="what">{}</span> {}', what, title) if what else title
    head = format_html("{}{}", head, mark_words(node.get("marks", [])))
    facts = _why_facts(node)
    inner = "".join(str(_why_step(child, depth + 1)) for child in node["children"])
    if node.get("more"):
        inner += format_html(
            '<li class="note">{}</li>',
            ngettext("and %(n)s more", "and %(n)s more", node["more"]) % {"n": f"{node['more']:,}"},
        )
    if not inner and len(node["facts"]) < 2 and not node.get("folded"):
        aside = "".join(fact["value"] for fact in node["facts"])
        beside = format_html(' <span class="aside">{}</span>', exact(aside)) if aside else ""
        return format_html('<li><span class="leaf">{}{}{}</span></li>', head, beside, link)
    opened = " open" if depth < 3 or node["kind"] in _OPEN else ""
    below = f"<ul>{inner}</ul>" if inner else ""
    if node.get("folded"):
        return format_html(
            '<li><details class="folded"><summary><span class="what">{}</span> {}{}</summary>'
            "<p>{}{}</p>{}{}</details></li>",
            what,
            gettext("Show what was said"),
            mark_words(node.get("marks", [])),
            title,
            link,
            facts,
            SafeString(below),
        )
    return format_html(
        "<li><details{}><summary>{}</summary>{}{}{}</details></li>",
        SafeString(opened),
        head,
        format_html("<p>{}</p>", link) if link else "",
        facts,
        SafeString(below),
    )


def _what(node: dict[str, Any]) -> str:
    """The kind of a step in words; '' where its title says it."""
    words = _WHAT.get(node["kind"], node["kind"])
    return gettext(words) if words else ""


def _why_facts(node: dict[str, Any]) -> SafeString:
    if not node["facts"]:
        return SafeString("")
    rows = format_html_join(
        "",
        '<dt>{}</dt><dd><bdi dir="auto">{}</bdi></dd>',
        ((fact["label"], exact(fact["value"])) for fact in node["facts"]),
    )
    return format_html('<dl class="facts">{}</dl>', rows)


_WHAT = {
    "figure": gettext_noop("figure"),
    "recipe": gettext_noop("recipe"),
    "rule": gettext_noop("rule"),
    "weak-points": gettext_noop("weak points"),
    "weak-point": gettext_noop("doubt"),
    "conflicts": gettext_noop("differences"),
    "conflict": gettext_noop("difference"),
    "members": gettext_noop("members"),
    "not-known": gettext_noop("not known"),
    "record": gettext_noop("record"),
    "claim": gettext_noop("claim"),
    "source": gettext_noop("source"),
    "passage": gettext_noop("passage"),
    "exhibit": gettext_noop("exhibit"),
    "proof": "",
}
