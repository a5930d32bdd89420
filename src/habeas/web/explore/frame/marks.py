"""Handling and consent on every page: found for all that a page's dict links to, in one place.

Invariants: whatever a page shows of a person, source, mention, claim, passage, exhibit, judgement
or figure stands in its dict with the address of its page, or with ``entry`` (kind and position)
where it has none; ``mark_all`` sets ``handling`` (and ``consent``, ``held``) beside it, so that a
page added later is marked without doing anything. Queries do not grow with the page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from habeas.archive import openness
from habeas.archive.access import Viewer
from habeas.archive.access.labels import LEVEL_NAMES

Content = dict[str, Any]
Thing = tuple[str, int]

_ADDRESS = re.compile(r"/(record|claim|source|exhibit|passage)s/([0-9]+)/(?:[?#].*)?")
#: The keys under which a dict holds the address of what it shows, the first that leads.
_ADDRESSES = ("url", "passage_url")

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


def mark_all(viewer: Viewer, content: Content) -> None:
    """Set on everything in the content of a page how open it is; what is set already stays."""
    things: dict[Thing, list[Content]] = defaultdict(list)
    for found in _dicts(content):
        thing = _thing(found)
        if thing is not None:
            things[thing].append(found)
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, position in things:
        wanted[kind].add(position)
    for thing, known in openness.of(viewer, wanted).items():
        for found in things[thing]:
            found.setdefault("handling", known.handling)
            if known.consent:
                found.setdefault("consent", known.consent)
            if known.held:
                found.setdefault("held", True)


def _dicts(content: Any) -> Iterator[Content]:
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from _dicts(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            yield from _dicts(value)


def _thing(found: Content) -> Thing | None:
    """What a dict shows: by ``entry``, else by the address of its page."""
    entry = found.get("entry")
    if isinstance(entry, dict):
        return entry["kind"], entry["position"]
    for key in _ADDRESSES:
        address = found.get(key)
        matched = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
        if matched:
            return matched[1], int(matched[2])
    return None


def words(found: Content) -> list[Content]:
    """The marks of one thing: ``code`` (its shape) and ``words``; public and agreed need none."""
    said = []
    if (level := found.get("handling")) in LEVELS:
        said.append({"code": level, "words": _(LEVELS[level])})
    if (state := found.get("consent")) in CONSENTS:
        said.append({"code": "consent", "words": _(CONSENTS[state])})
    if found.get("held"):
        said.append({"code": "held", "words": _(HELD)})
    return said


def code_of(word: str) -> str:
    """The shape of a mark that is in words."""
    if word in LEVEL_NAMES.values():
        return word
    return "held" if word == HELD else "consent"


def common(content: Any) -> list[Content]:
    """The marks that all of several things have: said once, above them. None for one alone."""
    each = [words(found) for found in _outermost(content)]
    if len(each) < 2:
        return []
    return [mark for mark in each[0] if all(mark in other for other in each)]


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
