"""The door of the site while no one signs in: a one-time token, then a cookie.

Invariants: closed unless ``open_gate`` was called in this process; the token admits one
browser once, until ``renew`` gives another and shuts that browser out; comparison takes the
same time for every wrong token; only the loopback names and port given to ``open_gate`` are
answered, so a page elsewhere that resolves its own name to 127.0.0.1 gets nothing; only GET and
HEAD are answered unless the gate was opened for forms.

A form is answered only when the browser says that it comes from these very pages: cookies are
sent for every port of this machine, so a page of another local server would bring ours along.
Django's token backs this check (``settings``). Such a server can also leave cookies of
its own, under our names or so many that ours are dropped: of what a browser sends only ours are
looked at, all of one name, and whoever is locked out so is told and let in again by ``renew``.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable, Iterable

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.utils.html import escape
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponseBase]

FORM_COOKIE = "habeas-form"  # Django's, for forms
MOST_MARKS = 64  # of one name: as many paths have a cookie of their own


class Gate:
    """One token to be used once, and the cookie values given for it; ``forms``: POST too."""

    def __init__(
        self, hosts: Iterable[str], token: str | None = None, *, forms: bool = False
    ) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.forms = forms
        self.hosts = frozenset(host.lower() for host in hosts)
        self._unused: str | None = self.token
        self._admitted: list[str] = []
        self._lock = threading.Lock()

    def exchange(self, token: str) -> str | None:
        """The cookie value for the unused token; None for any other, used ones included."""
        with self._lock:
            if self._unused is None or not _equal(token, self._unused):
                return None
            self._unused = None
            value = secrets.token_urlsafe(32)
            self._admitted.append(value)
            return value

    def renew(self) -> str:
        """Another token to be used once; the one before and its browser are no longer let in."""
        with self._lock:
            self.token = self._unused = secrets.token_urlsafe(32)
            self._admitted.clear()
            return self.token

    def admits(self, marks: Iterable[str]) -> bool:
        """Whether one of these cookie values was given by this gate."""
        with self._lock:
            answers = [_equal(mark, value) for mark in marks for value in self._admitted]
        return any(answers)


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


_open: Gate | None = None


def open_gate(gate: Gate | None) -> None:
    """Let ``gate`` decide from now on; None closes the site."""
    global _open
    _open = gate


def forms_are_answered() -> bool:
    """Whether the open gate lets forms through."""
    return _open is not None and _open.forms


def cookie_name(request: HttpRequest) -> str:
    """Cookies know no ports: each port has its own, so that two archives can be open."""
    return f"habeas-{request.META.get('HTTP_HOST', '').rpartition(':')[2]}"


def _cookies(request: HttpRequest) -> list[tuple[str, str]]:
    """The names and values that the browser sent, as they are; those of other programs too."""
    parts = (part.strip() for part in request.META.get("HTTP_COOKIE", "").split(";"))
    return [(name, value) for name, _, value in (part.partition("=") for part in parts)]


def _marks(request: HttpRequest) -> list[str]:
    """What was sent under our name: more than one where another program set one for a path."""
    ours = cookie_name(request)
    return [value for name, value in _cookies(request) if name == ours][:MOST_MARKS]


def _keep_ours(request: HttpRequest) -> None:
    """Drop the cookies of other programs before anything else reads them."""
    kept = (cookie_name(request), FORM_COOKIE)
    sent = [f"{name}={value}" for name, value in _cookies(request) if name in kept]
    request.META["HTTP_COOKIE"] = "; ".join(sent)


class GateMiddleware:
    """Refuses every request that does not come through the gate."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        gate = _open
        if gate is None:
            return _refusal(403, _("No archive is open at this address."), _again())
        if request.META.get("HTTP_HOST", "").lower() not in gate.hosts:
            return _refusal(421, _("The archive does not answer at this address."), "")
        allowed = ["GET", "HEAD", *(["POST"] if gate.forms else [])]
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        if "token" in request.GET:
            return self._exchange(gate, request)
        marks = _marks(request)
        if not gate.admits(marks):
            return _unknown(bool(marks))
        _keep_ours(request)
        if request.method == "POST" and (refused := _refused_form(request)) is not None:
            return refused
        return self.get_response(request)

    @staticmethod
    def _exchange(gate: Gate, request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or request.path != "/":
            return _refusal(403, _("This address is incomplete."), _again())
        value = gate.exchange(request.GET["token"])
        if value is None:
            if gate.admits(_marks(request)):
                return HttpResponseRedirect("/")
            return _refusal(
                403, _("This address has been used before, or is incomplete."), _again()
            )
        response = HttpResponseRedirect("/")
        response.status_code = 303
        response.set_cookie(cookie_name(request), value, httponly=True, samesite="Strict", path="/")
        return response


def _refused_form(request: HttpRequest) -> HttpResponse | None:
    """Why a form is not even read: it comes from elsewhere, or does not belong to these pages."""
    ours = f"http://{request.META['HTTP_HOST']}".lower()
    said = request.META.get("HTTP_ORIGIN", "").lower()
    site = request.META.get("HTTP_SEC_FETCH_SITE", "same-origin")
    if said != ours or site != "same-origin":
        return form_refused(request)
    if request.content_type != "application/x-www-form-urlencoded":
        return _refusal(415, _("This form does not belong to these pages."), "")
    return None


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without proof that it was sent from these pages; ``reason`` is not shown to anyone."""
    return _refusal(
        403,
        _("This form was not sent from these pages, so nothing was done."),
        _("Open the page again, from the address that was printed, and press the button there."),
    )


def _unknown(has_mark: bool) -> HttpResponse:
    """No one whom the gate knows: never let in, or marked over by another program."""
    if not has_mark:
        return _refusal(403, _("Open this page with the address that was printed."), _again())
    return _refusal(
        403,
        _("This is not the browser that was let in."),
        _(
            "If it was, its cookie was replaced: by another program on this machine, by a newer "
            "address, or by another run."
        )
        + " "
        + _again(),
    )


def _again() -> str:
    return _(
        "Press Enter where “habeas serve” runs, or run it again: either prints a new address "
        "that works once."
    )


def _refusal(status: int, sentence: str, next_step: str) -> HttpResponse:
    """A page that says nothing about the archive and needs no other file."""
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(sentence)}</title>"
        f"<main><h1>{escape(sentence)}</h1><p>{escape(next_step)}</p></main></html>\n"
    )
    return HttpResponse(body, status=status)
