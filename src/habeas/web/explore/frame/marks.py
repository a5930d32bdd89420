"""Handling and consent in words, from the marks that ``display.marks`` set on what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive.access.labels import LEVEL_NAMES

Content = dict[str, Any]

LEVELS = {
    "team": gettext_noop("team"),
    "restricted": gettext_noop("restricted"),
    "sealed": gettext_noop("sealed"),
}
CONSENTS = {
    "none": gettext_noop("no consent"),
    "limited": gettext_noop("consent, not public"),
    "remark": gettext_noop("consent with a remark"),
    "withdrawn": gettext_noop("consent withdrawn"),
    "expired": gettext_noop("consent expired"),
}
HELD = gettext_noop("legal hold")


def words(found: Content) -> list[Content]:
    """The marks of one thing: ``code`` (its shape) and ``words``; public and agreed need none."""
    return _translated(_said(found))


def _said(found: Content) -> list[tuple[str, str]]:
    said = []
    if (level := found.get("handling")) in LEVELS:
        said.append((level, LEVELS[level]))
    if (state := found.get("consent")) in CONSENTS:
        said.append(("consent", CONSENTS[state]))
    if found.get("held"):
        said.append(("held", HELD))
    return said


def _translated(said: Iterable[tuple[str, str]]) -> list[Content]:
    return [{"code": code, "words": _(message)} for code, message in said]


def code_of(word: str) -> str:
    """The shape of a mark that is in words."""
    if word in LEVEL_NAMES.values():
        return word
    return "held" if word == HELD else "consent"


def common(content: Any) -> list[Content]:
    """The marks that all of several things have: said once, above them. None for one alone."""
    each = [_said(found) for found in _outermost(content)]
    if len(each) < 2:
        return []
    return _translated(mark for mark in each[0] if all(mark in other for other in each))


def _outermost(content: Any) -> Iterator[Content]:
    """What is marked in the content, not what is inside it."""
    if isinstance(content, dict):
        if "handling" in content:
            yield content
            return
        content = list(content.values())
    if isinstance(content, (list, tuple)):
        for value in content:
            yield from _outermost(value)
