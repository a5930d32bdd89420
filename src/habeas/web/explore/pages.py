"""What every page is: one plain dict, rendered as HTML or as its JSON twin.

Invariants: the dict holds only what JSON holds; both renderings come from the same dict; a
row that the viewer may not see is answered like a row that does not exist; lists are read
in pages, with a cursor (the last thing seen) and never with an offset or a count.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.core.exceptions import SuspiciousOperation
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from habeas.archive.access import Viewer, erasing_entry, visible
from habeas.archive.errors import TooLong
from habeas.archive.ledger.appending import head
from habeas.archive.models import Erased, Exhibit
from habeas.archive.store import clock, deadline
from habeas.errors import HabeasError
from habeas.web.errors import NoArchive
from habeas.web.explore import marks
from habeas.web.site.viewing import Request

PAGE_SIZE = 100
MOST_SECONDS = 60.0  # for what a page shows; then it is stopped, and others have their turn
_NAME = re.compile(r"[a-z0-9_]{1,60}")

Content = dict[str, Any]
View = Callable[..., Content]
Form = Callable[[Request, Exhibit], HttpResponseBase]
M = TypeVar("M", bound=Model)


class Gone(Exception):
    """What stood at a position was erased, and the viewer could see that it was there."""

    def __init__(self, position: int, kind: str, at: int | None) -> None:
        super().__init__(position)
        self.position, self.kind, self.at = position, kind, at


class Elsewhere(Exception):
    """The page is at another address; its twin is there too."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def page(template: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make a view of a function from a request to the page's dict."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def answer(request: HttpRequest, *, twin: bool = False, **parts: Any) -> HttpResponse:
            try:
                with deadline.within(MOST_SECONDS, _("Ask for less of it, or try again later.")):
                    content = view(cast(Request, request), **parts)
                    marks.mark_all(cast(Request, request).viewer, content)
            except Elsewhere as other:
                bare = other.path.rstrip("/")
                return HttpResponseRedirect(f"{bare}.json" if twin else other.path)
            except Gone as gone:
                return _erased(request, gone, as_json=twin or _asks_json(request))
            except HabeasError as error:
                if isinstance(error, NoArchive):
                    raise
                return _refused(request, error, as_json=twin or _asks_json(request))
            if twin or _asks_json(request):
                return _as_json(content)
            content = {**content, "twin": _twin_of(request)}
            return render(request, template, content)

        return answer

    return decorate


def exhibit_form(place: str) -> Callable[[Form], Callable[..., HttpResponseBase]]:
    """Make a view of what a form on an exhibit's page asks for; ``place`` is its section there.

    What is refused is a page with the next step and a way back. Whoever only looks at the address
    is led to the form.
    """

    def decorate(view: Form) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def answer(request: HttpRequest, position: int) -> HttpResponseBase:
            asked = cast(Request, request)
            back = f"{reverse('exhibit', kwargs={'position': position})}#{place}"
            try:
                row = one(asked.viewer, Exhibit, position)
                if request.method != "POST" or asked.person is None:
                    return HttpResponseRedirect(back)
                return view(asked, row)
            except Gone as gone:
                return _erased(request, gone, as_json=False)
            except HabeasError as error:
                if isinstance(error, NoArchive):
                    raise
                return _refused(request, error, as_json=False, title=_("Not done"), back=back)

        answer.answers_forms = True  # type: ignore[attr-defined]
        return answer

    return decorate


def twins(route: str, view: Callable[..., HttpResponse], name: str) -> list[URLPattern]:
    """The page's address and its JSON twin's: ``claims/7/`` and ``claims/7.json``."""
    bare = route.rstrip("/") or "overview"
    return [
        path(route, view, name=name),
        path(f"{bare}.json", view, {"twin": True}, name=f"{name}-json"),
    ]


def one(viewer: Viewer, model: type[M], position: int) -> M:
    """The row at a position; 404 when it is not there or not to be seen, ``Gone`` when erased."""
    row = visible(viewer, model).filter(pk=position).first()
    if row is None:
        left = visible(viewer, Erased).filter(position=position, kind=model.__name__.lower())
        if (erased := left.first()) is not None:
            raise Gone(position, erased.kind, erasing_entry(viewer, erased.erased_at))
        raise Http404
    return row


def whole_number(request: HttpRequest, name: str, *, most: int = 2**53) -> int | None:
    """A query parameter as a non-negative integer; None when absent, 404 when it is not one."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
        raise Http404
    return int(text)


def name_asked(request: HttpRequest, name: str) -> str:
    """A query parameter that names a property; '' when absent, 404 when no name could be so."""
    text = request.GET.get(name, "")
    if text and not _NAME.fullmatch(text):
        raise Http404
    return text


def paged(
    rows: QuerySet[M],
    request: HttpRequest,
    size: int = PAGE_SIZE,
    *,
    cursor: str = "after",
    place: str = "",
) -> tuple[list[M], Content]:
    """One page of rows in the order of their ledger position, and the link to the next."""
    after = whole_number(request, cursor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    following = found[-1].pk if more else None
    return found, links(request, after, following, cursor=cursor, place=place)


def cut(
    found: Sequence[Any],
    request: HttpRequest,
    size: int = PAGE_SIZE,
    *,
    cursor: str = "after",
    place: str = "",
) -> tuple[list[Any], Content]:
    """One page of a list that is already in memory, by its index."""
    start = whole_number(request, cursor) or 0
    part = list(found[start : start + size])
    following = start + size if start + size < len(found) else None
    return part, links(request, start or None, following, cursor=cursor, place=place)


def links(
    request: HttpRequest,
    after: int | None,
    following: int | None,
    *,
    cursor: str = "after",
    place: str = "",
) -> Content:
    """The addresses of the first and the next page.

    ``cursor`` names the query parameter, for a page with several lists; ``place`` is the
    section to which the address leads.
    """

    def address(position: int | None) -> str:
        kept = {
            name: value for name, value in request.GET.items() if name not in (cursor, "format")
        }
        if position is not None:
            kept[cursor] = str(position)
        anchor = f"#{place}" if place else ""
        path = f"{_page_path(request)}?{urlencode(kept)}" if kept else _page_path(request)
        return f"{path}{anchor}"

    return {
        "first": address(None) if after is not None else None,
        "next": address(following) if following is not None else None,
    }


def positions(rows: Iterable[Any], field: str = "position") -> set[int]:
    """The distinct, stated positions in one field of rows."""
    return {getattr(row, field) for row in rows} - {None}


def by_position(viewer: Viewer, model: type[M], wanted: Iterable[int | None]) -> dict[int, M]:
    """The visible rows at these positions, in one query (none when nothing is wanted)."""
    keys = {position for position in wanted if position is not None}
    if not keys:
        return {}
    return {row.pk: row for row in visible(viewer, model).filter(pk__in=keys)}


def frame(request: HttpRequest) -> Content:
    """What stands around every page."""
    archive = getattr(request, "archive", None)
    if archive is None:
        return {}
    size, newest = head()
    return {
        "ledger_size": size,
        "ledger_origin": archive.origin,
        "clock_remark": clock.remark(newest),
        "navigation": navigation(request.path),
    }


def navigation(path: str) -> list[Content]:
    """The main parts, and which of them the page belongs to."""
    parts = (
        ("/", _("Overview")),
        ("/figures/", _("Figures")),
        ("/records/", _("Records")),
        ("/sources/", _("Sources")),
        ("/exhibits/", _("Exhibits")),
        ("/search/", _("Search")),
        ("/differences/", _("Differences")),
        ("/about/", _("How to check")),
    )
    return [{"url": url, "label": label, "current": _current(url, path)} for url, label in parts]


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    inside = url != "/" and path.startswith(url)
    claim = url == "/records/" and path.startswith("/claims/")
    return "true" if inside or claim else ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that could not be read."""
    return _message(request, 400, _("This address could not be read."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing that this viewer may see: the same answer."""
    return _message(
        request, 404, _("There is nothing here."), _("Nothing at this address is open to you.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """What could not be read, or is wrong in the program: said plainly, without what it was."""
    return HttpResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>habeas</title>'
        "<h1>This page could not be made.</h1>"
        "<p>The archive is not changed. <code>habeas verify --deep</code> says whether something "
        "in it was altered; if nothing was, the program is wrong.</p></html>\n",
        status=500,
    )


def _message(request: HttpRequest, status: int, title: str, sentence: str = "") -> HttpResponse:
    content = {"title": title, "sentence": sentence}
    if request.path.endswith(".json") or _asks_json(request):
        return _as_json(content, status)
    return render(request, "explore/message.html", content, status=status)


def _refused(
    request: HttpRequest, error: HabeasError, *, as_json: bool, title: str = "", back: str = ""
) -> HttpResponse:
    content = {
        "title": title or _("This page cannot be shown"),
        "sentence": error.message,
        "next_step": error.next_step,
        "code": error.code,
    }
    status = 503 if isinstance(error, TooLong) else 409
    if as_json:
        return _as_json(content, status)
    return render(request, "explore/message.html", {**content, "back": back}, status=status)


def _erased(request: HttpRequest, gone: Gone, *, as_json: bool) -> HttpResponse:
    """That something was here and is gone, and nothing of what it was."""
    content = {
        "title": _("Erased") if gone.at is None else _("Erased at entry %(at)s") % {"at": gone.at},
        "sentence": _(
            "What stood at entry %(position)s was erased on request, with all that was made of it. "
            "Two people signed for it. The log still shows that an entry stood here."
        )
        % {"position": gone.position},
        "position": gone.position,
        "kind": gone.kind,
        "erased_at": gone.at,
    }
    if as_json:
        return _as_json(content, 410)
    return render(request, "explore/message.html", content, status=410)


def _as_json(content: Content, status: int = 200) -> JsonResponse:
    return JsonResponse(
        content, status=status, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


def _asks_json(request: HttpRequest) -> bool:
    try:
        return request.GET.get("format") == "json"
    except SuspiciousOperation:  # an address that cannot be read asks for nothing
        return False


def _page_path(request: HttpRequest) -> str:
    """The page's own path, when the request was for its twin."""
    if request.path.endswith(".json"):
        bare = request.path.removesuffix(".json")
        return "/" if bare == "/overview" else f"{bare}/"
    return request.path


def _twin_of(request: HttpRequest) -> str:
    bare = "/overview" if request.path == "/" else request.path.rstrip("/")
    query = request.GET.urlencode()
    return f"{bare}.json?{query}" if query else f"{bare}.json"
