"""What every page is: one content, rendered as HTML or as its JSON twin.

A view asks a builder of ``habeas.display`` for a frozen value; ``contents`` makes plain data of it.
Invariants: the content holds only what JSON holds; both renderings come from the same content; a
row that the viewer may not see is answered like a row that does not exist; lists are read
in pages, with a cursor (the last thing seen) and never with an offset or a count.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from habeas.archive import openness
from habeas.archive.errors import TooLong
from habeas.archive.ledger.committed_entries import head
from habeas.archive.models import Exhibit
from habeas.archive.store import clock, deadline
from habeas.display import asking
from habeas.display.asking import Elsewhere, Gone, NotThere, Query
from habeas.display.marks import marked
from habeas.errors import HabeasError
from habeas.web.errors import NoArchive
from habeas.web.explore.frame import contents
from habeas.web.site.viewing import ViewerRequest

MOST_SECONDS = 60.0  # for what a page shows; then it is stopped, and others have their turn

Content = dict[str, Any]
View = Callable[..., Any]  # to a frozen value
Answer = Callable[..., HttpResponseBase]
Form = Callable[[ViewerRequest, Exhibit], HttpResponseBase]


def page(template: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make a view of a function from a request to what the page shows."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def answer(request: HttpRequest, *, twin: bool = False, **parts: Any) -> HttpResponse:
            try:
                with deadline.within(MOST_SECONDS, _("Ask for less, or try again later.")):
                    content = _content(cast(ViewerRequest, request), view, parts)
            except Elsewhere as other:
                there = contents.address(other.target)
                bare = there.rstrip("/")
                return HttpResponseRedirect(f"{bare}.json" if twin else there)
            except NotThere as error:
                raise Http404 from error
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


def answered(view: Answer) -> Callable[..., HttpResponseBase]:
    """Make a view of what gives no page: a file, or the way to a page."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        try:
            return view(cast(ViewerRequest, request), **parts)
        except Elsewhere as other:
            return HttpResponseRedirect(contents.address(other.target))
        except NotThere as error:
            raise Http404 from error
        except Gone as gone:
            return _erased(request, gone, as_json=_asks_json(request))

    return answer


def _content(request: ViewerRequest, view: View, parts: dict[str, Any]) -> Content:
    """What a view shows, as plain data with addresses, everything in it marked."""
    with openness.one_page():
        shown = marked(request.viewer, view(request, **parts))
        whole: Content = contents.content(shown, request)
        return whole


def exhibit_form(place: str) -> Callable[[Form], Callable[..., HttpResponseBase]]:
    """Make a view of what a form on an exhibit's page asks for; ``place`` is its section there.

    What is refused is a page with the next step and a way back. Whoever only looks at the address
    is led to the form.
    """

    def decorate(view: Form) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def answer(request: HttpRequest, position: int) -> HttpResponseBase:
            asked = cast(ViewerRequest, request)
            back = f"{reverse('exhibit', kwargs={'position': position})}#{place}"
            try:
                row = asking.one(asked.viewer, Exhibit, position)
                if request.method != "POST" or asked.person is None:
                    return HttpResponseRedirect(back)
                return view(asked, row)
            except NotThere as error:
                raise Http404 from error
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


def query_of(request: HttpRequest) -> Query:
    """What the address asks of a builder."""
    return Query({name: request.GET[name] for name in request.GET})


def frame(request: HttpRequest) -> Content:
    """What is around every page."""
    archive = getattr(request, "archive", None)
    if archive is None:
        return {}
    size, newest = head()
    return {
        "ledger_size": size,
        "ledger_origin": archive.origin,
        "made_up": archive.synthetic,
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
        request, 404, _("There is nothing here."), _("Nothing at this address is visible to you.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    """What could not be read, or is wrong in the program: said plainly, without what it was."""
    return HttpResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>habeas</title>'
        "<h1>This page could not be shown.</h1>"
        "<p>The archive was not changed. Run <code>habeas verify --deep</code> to check whether "
        "something in it was altered; if not, the fault is in the program.</p></html>\n",
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
            "Entry %(position)s was erased on request, with everything derived from it. "
            "Two people signed the erasure. The log still shows that there was an entry here."
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


def _twin_of(request: HttpRequest) -> str:
    bare = "/overview" if request.path == "/" else request.path.rstrip("/")
    query = request.GET.urlencode()
    return f"{bare}.json?{query}" if query else f"{bare}.json"
