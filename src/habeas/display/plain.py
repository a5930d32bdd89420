"""A frozen value as dicts, lists, texts and numbers: with addresses for pages, without elsewhere.

Page, JSON twin, terminal and library are renderings of it. Invariants: keys are the names of
fields, in their order, the marks of what is shown last; marks that say nothing, and optional fields
without a value, are left out; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from habeas.display.references import MARKS, PLAIN, Marked, Target, TextPart, Turning, fields_of

Addressing = Callable[[Target | TextPart], str]


def plain(value: Any, address: Addressing | None = None) -> Any:
    """The value; ``address`` of what points to pages, None: fields that do are left out."""
    if type(value) in PLAIN:
        return value
    if address is not None and isinstance(value, Target | TextPart):
        return address(value)
    if isinstance(value, tuple):
        return [plain(inner, address) for inner in value]
    return _of_fields(value, address) if fields_of(type(value)) else value


def _of_fields(value: Any, address: Addressing | None) -> dict[str, Any]:
    of_marks = MARKS if isinstance(value, Marked) else ()
    found, marks = {}, {}
    for each in fields_of(type(value)):
        inner = getattr(value, each.name)
        if address is None and isinstance(inner, Target | TextPart | Turning):
            continue
        if each.name in of_marks:
            if inner or each.metadata.get("always"):
                marks[each.name] = inner
        elif inner is not None or not each.metadata.get("optional"):
            found[each.name] = plain(inner, address)
    return found | marks


def under(key: str, content: Any) -> Iterator[str]:
    """What is under a key, anywhere in plain data."""
    if isinstance(content, list):
        for each in content:
            yield from under(key, each)
    elif isinstance(content, dict):
        for name, inner in content.items():
            if name == key and isinstance(inner, str):
                yield inner
            else:
                yield from under(key, inner)
