"""A frozen value of ``habeas.display`` as the content of a page: plain data with addresses.

Page and JSON twin are two renderings of it. Invariants: keys are the names of fields, in their
order, the marks of what is shown last; marks that say nothing, and optional fields without a value,
are left out; nothing is read here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from habeas.display.references import MARKS, PLAIN, Marked, Target, TextPart, fields_of


def content(value: Any, request: HttpRequest) -> Any:
    """The value as dicts, lists, texts and numbers; references as addresses."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, Target):
        return address(value)
    if isinstance(value, TextPart):
        return part_address(value, request)
    if isinstance(value, tuple):
        return [content(inner, request) for inner in value]
    return _of_fields(value, request) if fields_of(type(value)) else value


def _of_fields(value: Any, request: HttpRequest) -> dict[str, Any]:
    of_marks = MARKS if isinstance(value, Marked) else ()
    found, marks = {}, {}
    for each in fields_of(type(value)):
        inner = getattr(value, each.name)
        if each.name in of_marks:
            if inner or each.metadata.get("always"):
                marks[each.name] = inner
        elif inner is not None or not each.metadata.get("optional"):
            found[each.name] = content(inner, request)
    return found | marks


def address(target: Target) -> str:
    """Where the pages show what a value points to."""
    of = () if target.of is None else target.of if isinstance(target.of, tuple) else (target.of,)
    query = f"?{urlencode(target.asked)}" if target.asked else ""
    section = f"#{target.section}" if target.section else ""
    return f"{reverse(target.name, args=of)}{query}{section}"


def part_address(part: TextPart, request: HttpRequest) -> str:
    """The page that was asked for, another part of it."""
    kept = {
        name: value for name, value in request.GET.items() if name not in (part.cursor, "format")
    }
    if part.after is not None:
        kept[part.cursor] = str(part.after)
    section = f"#{part.section}" if part.section else ""
    path = page_path(request)
    return f"{path}?{urlencode(kept)}{section}" if kept else f"{path}{section}"


def page_path(request: HttpRequest) -> str:
    """The page's own path, when the request was for its twin."""
    if request.path.endswith(".json"):
        bare = request.path.removesuffix(".json")
        return "/" if bare == "/overview" else f"{bare}/"
    return request.path
