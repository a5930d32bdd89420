"""The WSGI application of one archive; Django must be ready before it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from habeas.web.site.viewing import SHOWN, ShownPage

Environment = dict[str, Any]


def application(shown: ShownPage) -> Callable[[Environment, Any], Iterable[bytes]]:
    """Answers with what is shown; no setup of its own: ``open_archive`` did that."""
    from django.core.handlers.wsgi import WSGIHandler

    handler = WSGIHandler()

    def answer(environment: Environment, start_response: Any) -> Iterable[bytes]:
        environment[SHOWN] = shown
        return handler(environment, start_response)

    return answer
