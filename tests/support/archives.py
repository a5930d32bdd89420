"""Fresh and filled archives, fast: one of each is made per database and session, every test gets
a copy.

The copies share origin and keys, and filled ones their entries, which no test should notice: what
a test writes or breaks is its own copy's. The archive is unprotected:
its keys have no passphrase. Its policy asks for no waiting, so that two people can act at once;
what waiting does is tested in ``test_trust``.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections
from tests.support.postgresql import Cluster

from habeas.archive.access import gates
from habeas.archive.making import init_archive
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store.settings_file import SETTINGS_NAME, ArchiveSettings
from habeas.custody.trust.persons import TrustRules

#: The fixture ``filled``.
Filling = Callable[..., tuple[Archive, Any]]


class _Filled(NamedTuple):
    """A closed archive, what it was when it was filled, and what filling it gave."""

    directory: Path
    archive: Archive
    made: Any


class ArchiveMaker:
    """Copies of a fresh archive on SQLite or on a PostgreSQL cluster."""

    def __init__(self, directory: Path, cluster: Callable[[], Cluster]) -> None:
        self._directory = directory
        self._cluster = cluster
        self._templates: dict[str, Path] = {}
        self._filled: dict[tuple[str, str], _Filled] = {}

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
        return self._copy(self._templates[backend], directory)

    def copy_filled(
        self, directory: Path, backend: str, fill: Callable[..., Any], *more: object
    ) -> tuple[Archive, Any]:
        """An open archive at ``directory`` that ``fill(archive, folder, *more)`` filled, and what
        that gave, as if for this copy. ``fill`` is called once, ``more`` the same every time."""
        name = f"{fill.__module__}.{fill.__qualname__}"
        if (backend, name) not in self._filled:
            self._filled[backend, name] = self._fill(backend, name, fill, *more)
        template = self._filled[backend, name]
        archive = open_archive(self._copy(template.directory, directory))
        return archive, _with(archive, template.archive, template.made)

    def _fill(self, backend: str, name: str, fill: Callable[..., Any], *more: object) -> _Filled:
        folder = self._directory / f"{name}-{backend}"
        folder.mkdir()
        archive = open_archive(self.copy_to(folder / "archive", backend))
        made = fill(archive, folder, *more)
        connections.close_all()
        return _Filled(folder / "archive", archive, made)

    def _copy(self, template: Path, directory: Path) -> Path:
        shutil.copytree(template, directory)
        settings = ArchiveSettings.read(directory)
        if settings.database:
            cluster = self._cluster()
            (directory / SETTINGS_NAME).unlink()
            url = cluster.url(cluster.create(template=database_of(settings.database)))
            ArchiveSettings(origin=settings.origin, database=url).write(directory)
        return directory

    def _template(self, backend: str) -> Path:
        directory = self._directory / backend
        url = self.empty_database(backend)
        init_archive(directory, passphrase=None, database_url=url, policy=TrustRules(0, 0))
        connections.close_all()
        return directory

    def without_gate(self, directory: Path, backend: str) -> Archive:
        """A new archive as one made before there was a gate: nothing waits for an acceptance."""
        url = self.empty_database(backend)
        return init_archive(
            directory, passphrase=None, database_url=url, policy=TrustRules(0, 0), gate=gates.NONE
        )

    def drop(self, url: str) -> None:
        """Remove the database at ``url``."""
        self._cluster().drop(database_of(url))


def _with(archive: Archive, template: Archive, made: Any) -> Any:
    """What was made, with this archive in the place of the template, and nothing in common with
    it that can change."""
    if made is template:
        return archive
    if isinstance(made, dict):
        return {name: _with(archive, template, each) for name, each in made.items()}
    if isinstance(made, list | tuple | set):
        own = [_with(archive, template, each) for each in made]
        return type(made)(*own) if hasattr(made, "_fields") else type(made)(own)
    if dataclasses.is_dataclass(made) and not isinstance(made, type):
        fields = [field.name for field in dataclasses.fields(made) if field.init]
        values = {name: _with(archive, template, getattr(made, name)) for name in fields}
        return dataclasses.replace(made, **values)
    return made


def database_of(url: str) -> str:
    """The database's name in an address made by ``Cluster.url``."""
    return url.partition("?")[0].rpartition("/")[2]
