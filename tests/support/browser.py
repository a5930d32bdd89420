"""A real Chromium in which nothing goes unnoticed.

``WatchedPage`` lets a page speak to one origin on 127.0.0.1 only. Any other request is
aborted and written down, and so is each violation of the content security policy and each
script error.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    # Belt and braces: no name resolves, so nothing leaves even past the watcher.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event => {
    const place = `${event.sourceFile || event.documentURI}:${event.lineNumber}`;
    window.habeasViolation(`${event.violatedDirective} blocked ${event.blockedURI} at ${place}`);
}, true);
"""


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless, with a new empty profile."""
    # Playwright keeps an event loop running in this thread, which Django takes for an
    # asynchronous caller; the tests use the database from this thread all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield browser
        finally:
            browser.close()


class WatchedPage:
    """A page in its own context. ``visit`` a URL; ``page`` is Playwright's own object."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.violations: list[str] = []
        self.outside_requests: list[str] = []
        self.script_errors: list[str] = []
        self.origin: str | None = None
        options.setdefault("viewport", {"width": 1280, "height": 900})
        options.setdefault("reduced_motion", "reduce")
        self.context: BrowserContext = browser.new_context(service_workers="block", **options)
        self.context.set_default_timeout(15_000)
        self.context.route("**/*", self._judge)
        self.context.route_web_socket("**/*", lambda ws: self.outside_requests.append(ws.url))
        self.context.expose_binding(
            "habeasViolation", lambda _source, text: self.violations.append(text)
        )
        self.context.add_init_script(_REPORT_VIOLATIONS)
        self.context.on("console", lambda message: self._read(message.text))
        self.context.on("weberror", lambda error: self.script_errors.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def visit(self, url: str) -> Response | None:
        """Load a page; the first visit decides which origin is inside."""
        if self.origin is None:
            self.origin = _origin_of(url)
            if urlsplit(url).hostname != "127.0.0.1":
                raise ValueError(f"{url}: pages are served from 127.0.0.1 in tests")
        return self.page.goto(url, wait_until="load")

    def assert_contained(self) -> None:
        """No outside request, no policy violation, no script error so far."""
        if self.origin is not None:
            self.page.wait_for_timeout(0)  # lets pending events arrive
        assert self.outside_requests == []
        assert self.violations == []
        assert self.script_errors == []

    def close(self) -> None:
        self.context.close()

    def _judge(self, route: Route) -> None:
        url = route.request.url
        if _origin_of(url) == self.origin or urlsplit(url).scheme in ("data", "blob", "about"):
            route.continue_()
        else:
            self.outside_requests.append(url)
            route.abort()

    def _read(self, text: str) -> None:
        # Covers what the event in the page does not, such as violations inside workers.
        if "Content Security Policy" in text:
            self.violations.append(text)


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
