"""Headers of every answer: kept by no one, sent to no one, run nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from habeas.web.site.gate import forms_are_answered

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-DNS-Prefetch-Control": "off",
}


#: Under ``no-referrer`` a browser sends ``Origin: null`` with a form, and nobody can tell whose it
#: is. This tells these pages where it comes from, and still nobody else.
WITH_FORMS = {"Referrer-Policy": "same-origin"}


class HeadersMiddleware:
    """Sets ``HEADERS`` on every answer, refusals and static files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in (HEADERS | (WITH_FORMS if forms_are_answered() else {})).items():
            response.headers[name] = value
        for name in ("Last-Modified", "ETag", "Access-Control-Allow-Origin"):
            response.headers.pop(name, None)
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))  # keeps it open
        return response
