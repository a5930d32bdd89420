"""A frozen value of ``habeas.display`` as the content of a page: ``plain`` data with addresses.

Page and JSON twin are two renderings of it; here is where what it points to is shown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from habeas.display.plain import plain
from habeas.display.references import Target, TextPart


def content(value: Any, request: HttpRequest) -> Any:
    """The value as dicts, lists, texts and numbers; references as addresses."""
    return plain(
        value,
        lambda to: address(to) if isinstance(to, Target) else part_address(to, request),
    )


def address(target: Target) -> str:
    """Where the pages show what a value points to."""
    query = f"?{urlencode(target.asked)}" if target.asked else ""
    section = f"#{target.section}" if target.section else ""
    return f"{_path(target.name, target.of)}{query}{section}"


@lru_cache(maxsize=4_096)
def _path(page: str, of: int | str | tuple[int | str, ...] | None) -> str:
    return reverse(page, args=() if of is None else of if isinstance(of, tuple) else (of,))


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
