"""Every answer about an archive in which everything is made up says SYNTHETIC.

Pages say it in their frame; here it is put into what has none: JSON of every kind gets a first key
``synthetic``, a drawing the word across it, a page that failed a first line, and each answer a
header. Invariant: it is done in one place for every address, so that none can be forgotten. Not
marked are the bytes of an exhibit, which stay what they are, and what is the program's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from habeas.archive.synthetic import MARK, SENTENCE

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

_ACROSS = (
    '<text x="50%" y="50%" text-anchor="middle" font-family="sans-serif" font-weight="700" '
    'font-size="48" fill="#c00" fill-opacity="0.35" pointer-events="none">SYNTHETIC</text>'
)


class MadeUpMiddleware:
    """Marks what is answered about a made-up archive."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        archive: Archive | None = getattr(request, "archive", None)
        if archive is None or not archive.synthetic:
            return answer
        answer["X-Habeas-Origin"] = MARK
        if isinstance(answer, HttpResponse) and not answer.has_header("Content-Encoding"):
            _mark(answer)
        return answer


def _mark(answer: HttpResponse) -> None:
    kind = answer.get("Content-Type", "").partition(";")[0]
    if kind == "application/json" or kind.endswith("+json"):
        told = json.loads(answer.content)
        if isinstance(told, dict):
            marked = {"synthetic": SENTENCE, **told}
            answer.content = json.dumps(marked, ensure_ascii=False, indent=1).encode()
    elif kind == "image/svg+xml":
        before, end, after = answer.content.decode().rpartition("</svg>")
        answer.content = f"{before}{_ACROSS}{end}{after}".encode()
    elif kind == "text/html" and MARK.encode() not in answer.content:
        answer.content = answer.content.replace(b"<h1>", f"<p>{SENTENCE}</p><h1>".encode(), 1)
    if answer.has_header("Content-Length"):
        answer["Content-Length"] = str(len(answer.content))
