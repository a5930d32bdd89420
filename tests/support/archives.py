"""Fresh archives, fast: one is made per database and session, every test gets a copy.

The copies share origin and keys, which no test should notice. The archive is unprotected:
its keys have no passphrase. Its policy asks for no waiting, so that two people can act at once;
what waiting does is tested in ``test_trust``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.db import connections
from tests.support.postgresql import Cluster

from habeas.archive.opening import init_archive
from habeas.archive.store.settings_file import SETTINGS_NAME, ArchiveSettings
from habeas.custody.trust.persons import TrustRules


class ArchiveMaker:
    """Copies of a fresh archive on SQLite or on a PostgreSQL cluster."""

    def __init__(self, directory: Path, cluster: Callable[[], Cluster]) -> None:
        self._directory = directory
        self._cluster = cluster
        self._templates: dict[str, tuple[Path, str | None]] = {}

    def empty_database(self, backend: str) -> str | None:
        """The URL of an empty database; None on SQLite, where the archive makes its own."""
        if backend == "sqlite":
            return None
        cluster = self._cluster()
        return cluster.url(cluster.create())

    def copy_to(self, directory: Path, backend: str) -> Path:
        """A fresh archive at ``directory``, which must not be there yet; not opened."""
        if backend not in self._templates:
            self._templates[backend] = self._template(backend)
        template, database = self._templates[backend]
        shutil.copytree(template, directory)
        if database is not None:
            cluster = self._cluster()
            settings = ArchiveSettings.read(directory)
            (directory / SETTINGS_NAME).unlink()
            url = cluster.url(cluster.create(template=database))
            ArchiveSettings(origin=settings.origin, database=url).write(directory)
        return directory

    def _template(self, backend: str) -> tuple[Path, str | None]:
        directory = self._directory / backend
        url = self.empty_database(backend)
        init_archive(directory, passphrase=None, database_url=url, policy=TrustRules(0, 0))
        connections.close_all()
        return directory, None if url is None else database_of(url)

    def drop(self, url: str) -> None:
        """Remove the database at ``url``."""
        self._cluster().drop(database_of(url))


def database_of(url: str) -> str:
    """The database's name in an address made by ``Cluster.url``."""
    return url.partition("?")[0].rpartition("/")[2]
