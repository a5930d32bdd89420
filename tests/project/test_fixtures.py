"""The suite's own instruments: a watcher that misses something would make every test worthless."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.support import presence
from tests.support.network import OutsideConnection, is_loopback
from tests.support.postgresql import Cluster, find_binaries

if TYPE_CHECKING:
    from tests.support.browser import WatchedPage

PAGES = {
    "/calm": "<!doctype html><title>calm</title><p>ئۇيغۇرچە 中文",
    "/leaky": "<!doctype html><img src='http://127.0.0.2/pixel'><script src=/wrong.js></script>"
    "<img src='http://example.invalid/pixel'>",
    "/inline": "<!doctype html><script>document.title = 'ran'</script>",
    "/broken": "<!doctype html><script src=/wrong.js></script>",
    "/wrong.js": "throw new Error('wrong')",
}


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGES.get(self.path, "").encode()
        self.send_response(200 if body else 404)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
        self.send_header("Content-Type", kind)
        if self.path == "/inline":
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_database_is_copied_from_its_template_and_dropped(postgres: Cluster) -> None:
    template = postgres.create()
    with psycopg.connect(postgres.url(template)) as connection:
        connection.execute("CREATE TABLE word (text text)")
        connection.execute("INSERT INTO word VALUES ('b'), ('a'), ('B')")
    copy = postgres.create(template)
    with psycopg.connect(postgres.url(copy)) as connection:
        found = connection.execute("SELECT text FROM word ORDER BY text").fetchall()
        assert [row[0] for row in found] == ["a", "b", "B"], "sorts by language on purpose"
        connection.execute("DELETE FROM word")
    with psycopg.connect(postgres.url(template)) as connection:
        assert connection.execute("SELECT count(*) FROM word").fetchone() == (3,)
    postgres.drop(copy)
    postgres.drop(template)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url(copy))


def test_the_cluster_is_not_root_and_not_on_the_network(postgres: Cluster) -> None:
    assert (postgres.directory / "data").stat().st_uid != 0
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.skipif(find_binaries() is None, reason="no PostgreSQL server")
def test_the_cluster_ends_with_the_tests_even_when_they_are_killed(repository: Path) -> None:
    program = (
        "from tests.support.postgresql import *; import os, signal\n"
        "cluster = Cluster.start(find_binaries())\n"
        "print(cluster._process.pid, cluster.directory, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True
    )
    pid, directory = done.stdout.split()
    try:
        for _ in range(100):
            if not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text():
                break
            threading.Event().wait(0.1)
        else:
            pytest.fail("the server outlived the process that started it")
    finally:
        subprocess.run(["rm", "-rf", directory], check=True)


def test_an_outside_connection_is_refused() -> None:
    assert is_loopback("127.8.0.1")
    assert is_loopback("::1")
    assert not is_loopback("192.0.2.1")
    with socket.socket() as attempt, pytest.raises(OutsideConnection):
        attempt.connect(("192.0.2.1", 80))


def test_under_ci_a_missing_thing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a moon is missing: wait"):
        presence.missing("a moon", "wait")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="a moon is missing: wait"):
        presence.missing("a moon", "wait")


def test_a_calm_page_passes(browser_page: WatchedPage, site: str) -> None:
    response = browser_page.visit(f"{site}/calm")
    assert response is not None
    assert response.ok
    assert browser_page.page.title() == "calm"
    browser_page.assert_contained()


def test_an_outside_request_is_stopped_and_told(browser_page: WatchedPage, site: str) -> None:
    browser_page.visit(f"{site}/leaky")
    assert sorted(browser_page.outside_requests) == [
        "http://127.0.0.2/pixel",
        "http://example.invalid/pixel",
    ]
    with pytest.raises(AssertionError):
        browser_page.assert_contained()
    browser_page.outside_requests.clear()
    browser_page.script_errors.clear()


def test_a_policy_violation_is_told(browser_page: WatchedPage, site: str) -> None:
    browser_page.visit(f"{site}/inline")
    assert any("script-src" in text for text in browser_page.violations)
    browser_page.violations.clear()


def test_a_script_error_is_told(browser_page: WatchedPage, site: str) -> None:
    browser_page.visit(f"{site}/broken")
    assert browser_page.script_errors == ["wrong"]
    browser_page.script_errors.clear()


def test_a_page_without_script(open_page: Callable[..., WatchedPage], site: str) -> None:
    narrow = open_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    narrow.visit(f"{site}/broken")
    assert narrow.script_errors == []


def test_only_this_machine_is_visited(browser_page: WatchedPage) -> None:
    with pytest.raises(ValueError, match="in tests"):
        browser_page.visit("http://example.invalid/")


def test_a_fresh_archive_on_each_database(archive_directory: Path, backend: str) -> None:
    from habeas.archive.opening import open_archive

    archive = open_archive(archive_directory)
    assert archive.size > 0
    assert archive.log.size == archive.size
    assert archive.directory == archive_directory
    assert bool(archive.settings.database) == (backend == "postgresql")
    assert (archive_directory / "habeas.db").exists() == (backend == "sqlite")
    assert os.stat(archive_directory).st_mode & 0o777 == 0o700


def test_an_empty_database(empty_database: str | None, backend: str) -> None:
    if backend == "sqlite":
        assert empty_database is None
        return
    assert empty_database is not None
    with psycopg.connect(empty_database) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(query).fetchone() == (0,)
