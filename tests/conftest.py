"""Fixtures of the whole suite. What each gives is in its docstring; `pytest --fixtures` lists them.

Tests run in random order from a fixed seed, warnings are errors, and no test reaches
another machine. ``session`` is one process: `make test` has several, and each has its own
database server, browser, home and folders. What a test uses of the machine, another may use too.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support import network, presence
from tests.support.postgresql import Cluster, find_binaries

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from habeas.archive.opening import Archive
    from tests.support.archives import ArchiveMaker, Filling
    from tests.support.browser import WatchedPage

REPOSITORY = Path(__file__).resolve().parent.parent
BACKENDS = ("sqlite", "postgresql")

for _name in [name for name in os.environ if name.startswith("HABEAS_")]:
    if _name not in ("HABEAS_VECTORS", "HABEAS_CASES"):  # own settings must not reach the tests
        del os.environ[_name]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.web.site.settings")

hypothesis_settings.register_profile(
    "habeas", derandomize=True, deadline=None, database=None, print_blob=True
)
hypothesis_settings.load_profile("habeas")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was collected stays: garbage is not looked for among thousands of tests each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_outside_connections() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.forbid_outside_connections(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home that nobody else has: what programs keep for themselves there is not shared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _umask() -> Iterator[None]:
    """The usual one, whoever runs the tests; those that are about another set it themselves."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session", autouse=True)
def _interrupts() -> Iterator[None]:
    """They reach the programs that tests start. A shell has those that it starts in the background
    ignore them, that is inherited, and who waits for an interrupted program then waits for ever."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def _quick_passphrases() -> Iterator[None]:
    """In this process key files are written so that opening them costs nothing."""
    from habeas.custody.keys import passphrase_files

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrase_files, "WORK", 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """In this process nobody waits until the disk has what was written: no test cuts the power.

    When that is asked for, and what becomes of a failure, is seen in ``tests/faults``: by who is
    asked what, and in processes of their own, which do wait.
    """
    from habeas.custody import durable

    def asked(file: Any) -> int:
        os.fstat(file if isinstance(file, int) else file.fileno())  # it must be open
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: asked(file) and None)
        if hasattr(durable._libc, "syncfs"):
            patch.setattr(durable._libc, "syncfs", asked)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The directory of other projects' test vectors: HABEAS_VECTORS or ../shared/vectors."""
    path = Path(os.environ.get("HABEAS_VECTORS", REPOSITORY.parent / "shared" / "vectors"))
    if not path.is_dir():
        presence.missing(f"{path}", "set HABEAS_VECTORS to the directory of test vectors")
    return path


@pytest.fixture(scope="session")
def cases() -> Path:
    """Inputs that the program once got wrong: HABEAS_CASES or ../shared/cases."""
    path = Path(os.environ.get("HABEAS_CASES", REPOSITORY.parent / "shared" / "cases"))
    if not path.is_dir():
        presence.missing(f"{path}", "set HABEAS_CASES to the directory of cases")
    return path


# --- databases and archives -------------------------------------------------------------


@pytest.fixture(scope="session")
def _start_cluster() -> Iterator[Callable[[], Cluster]]:
    started: list[Cluster] = []

    def start() -> Cluster:
        if not started:
            binaries = find_binaries()
            if binaries is None:
                presence.missing("The PostgreSQL server", "install postgresql-15")
            started.append(Cluster.start(binaries))
        return started[0]

    yield start
    for cluster in started:
        cluster.stop()


@pytest.fixture(scope="session")
def postgres(_start_cluster: Callable[[], Cluster]) -> Cluster:
    """A throw-away PostgreSQL cluster: ``create(template)``, ``drop(name)``, ``url(name)``."""
    return _start_cluster()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """sqlite, then postgresql.

    A test that needs one of them only says so with
    ``@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)``.
    """
    return str(request.param)


@pytest.fixture(scope="session")
def archive_maker(
    tmp_path_factory: pytest.TempPathFactory, _start_cluster: Callable[[], Cluster]
) -> ArchiveMaker:
    """Makes fresh archives; most tests want ``archive`` or ``archive_directory``."""
    from tests.support.archives import ArchiveMaker

    return ArchiveMaker(tmp_path_factory.mktemp("templates"), _start_cluster)


@pytest.fixture
def empty_database(backend: str, archive_maker: ArchiveMaker) -> Iterator[str | None]:
    """For ``init_archive``: the URL of an empty PostgreSQL database, or None on SQLite."""
    from django.db import connections

    url = archive_maker.empty_database(backend)
    yield url
    connections.close_all()
    if url:
        archive_maker.drop(url)


@pytest.fixture
def archive_directory(backend: str, archive_maker: ArchiveMaker, tmp_path: Path) -> Iterator[Path]:
    """A fresh unprotected archive, not opened, on each database."""
    from django.db import connections

    from habeas.archive.store.settings_file import ArchiveSettings

    directory = archive_maker.copy_to(tmp_path / "archive", backend)
    url = ArchiveSettings.read(directory).database
    yield directory
    connections.close_all()
    if url:
        archive_maker.drop(url)


@pytest.fixture
def archive(archive_directory: Path) -> Archive:
    """A fresh unprotected archive, open, on each database."""
    from habeas.archive.opening import open_archive

    return open_archive(archive_directory)


@pytest.fixture
def filled(backend: str, archive_maker: ArchiveMaker, tmp_path: Path) -> Iterator[Filling]:
    """``filled(fill)``, in the place of ``archive``: one that ``fill(archive, folder)`` filled,
    open, on each database, and what that gave. It is filled once; each test has a copy."""
    from django.db import connections

    urls = []

    def copied(fill: Callable[..., Any], *more: object) -> tuple[Archive, Any]:
        directory = tmp_path / "archive"
        archive, made = archive_maker.copy_filled(directory, backend, fill, *more)
        urls.append(archive.settings.database)
        return archive, made

    yield copied
    connections.close_all()
    for url in filter(None, urls):
        archive_maker.drop(url)


# --- browser ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the session; tests want ``browser_page`` or ``open_page``."""
    from tests.support import browser

    if not browser.CHROMIUM.exists():
        presence.missing("Chromium", f"install chromium ({browser.CHROMIUM})")
    with browser.running_chromium() as running:
        yield running


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., WatchedPage]]:
    """Opens watched pages: ``open_page(viewport=..., java_script_enabled=False)``.

    At the end each of them must have been contained: no outside request, no violation of
    the content security policy, no script error.
    """
    from tests.support.browser import WatchedPage

    opened: list[WatchedPage] = []

    def opening(**options: Any) -> WatchedPage:
        opened.append(WatchedPage(chromium, **options))
        return opened[-1]

    try:
        yield opening
        for page in opened:
            page.assert_contained()
    finally:
        for page in opened:
            page.close()


@pytest.fixture
def browser_page(open_page: Callable[..., WatchedPage]) -> WatchedPage:
    """One watched page, 1280 × 900, with script."""
    return open_page()
