"""``habeas.toml``: what makes a directory an archive. Mode 0600; holds no key.

``origin`` is the log's name: random, so that it says nothing about whose it is.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from habeas.archive.errors import ArchiveNotFound, NewerArchive
from habeas.custody import durable

SETTINGS_NAME = "habeas.toml"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """``database`` is a PostgreSQL URL, or '' for the directory's own SQLite file.

    ``reading_risk`` is '' or the words that accept reading without a sandbox, which
    ``habeas.reading.sandbox.confining`` knows. ``second_opinion`` asks a second engine about
    Chinese in pictures.
    """

    origin: str
    database: str
    reading_risk: str = ""
    second_opinion: bool = False

    @classmethod
    def read(cls, directory: Path) -> ArchiveSettings:
        path = directory / SETTINGS_NAME
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
            if found["format"] > FORMAT:
                raise NewerArchive(
                    f"{path} has format {found['format']}; this program knows {FORMAT}.",
                    next_step="Install a newer habeas.",
                )
            return cls(
                origin=str(found["origin"]),
                database=str(found.get("database", "")),
                reading_risk=str(found.get("reading_without_sandbox", "")),
                second_opinion=found.get("reading_second_opinion", False) is True,
            )
        except FileNotFoundError as error:
            raise ArchiveNotFound(
                f"{directory} is not an archive: it has no {SETTINGS_NAME}.",
                next_step="Name an archive with `--archive`, or make one with `habeas init`.",
            ) from error
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise ArchiveNotFound(
                f"{path} cannot be read: {error}.", next_step="Restore it from a backup."
            ) from error

    def write(self, directory: Path) -> None:
        lines = [f"format = {FORMAT}", f"origin = {_quoted(self.origin)}"]
        if self.database:
            lines.append(f"database = {_quoted(self.database)}")
        if self.reading_risk:
            lines.append(f"reading_without_sandbox = {_quoted(self.reading_risk)}")
        if self.second_opinion:
            lines.append("reading_second_opinion = true")
        handle = os.open(directory / SETTINGS_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            durable.sync_open(file.fileno(), directory / SETTINGS_NAME)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
