"""A value as dicts, lists, texts and numbers, where there are no addresses: terminal and library.

Invariants: keys are the names of fields, in their order, the marks of what is shown last; marks
that say nothing, optional fields without a value, and where something is shown are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from habeas.display.references import MARKS, Marked, Target, TextPart, Turning


def plain(value: Any) -> Any:
    """The value without what points to pages."""
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    of_marks = MARKS if isinstance(value, Marked) else ()
    found, marks = {}, {}
    for each in fields(value):
        inner = getattr(value, each.name)
        if isinstance(inner, Target | TextPart | Turning):
            continue
        if each.name in of_marks:
            if inner or each.metadata.get("always"):
                marks[each.name] = inner
        elif inner is not None or not each.metadata.get("optional"):
            found[each.name] = plain(inner)
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
