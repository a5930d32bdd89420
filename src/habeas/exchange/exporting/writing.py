"""Tables of the archive, handed over as files: whole, recorded first, and never over another.

What reaches above public needs a purpose and the signature of a person. The order is: the tables
are written under a hidden name in the target's folder, as of one moment; their digest is recorded
(entry ``export``); only then do they get their names. Whatever goes wrong before leaves nothing;
what goes wrong after leaves an entry that says more than happened, never less.

Invariants: a name that was asked for never shows part of a table; files are readable by their
owner only; memory does not grow with the table.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from habeas.archive import verbs
from habeas.archive.access import Viewer
from habeas.archive.access.labels import LEVEL_NAMES, LEVELS
from habeas.archive.errors import PersonNeeded, PurposeNeeded
from habeas.archive.openness import NOT_GIVEN, strictest
from habeas.archive.rules import checked_purpose
from habeas.archive.store.still import still
from habeas.archive.synthetic import MARK, SENTENCE
from habeas.custody.durable import sync_path
from habeas.exchange.errors import ExportRefused
from habeas.exchange.exporting import databases
from habeas.exchange.exporting.delimited import Delimited
from habeas.exchange.exporting.lines import Lines
from habeas.exchange.exporting.parquet import Parquet, pyarrow
from habeas.exchange.exporting.stac import Items
from habeas.exchange.tidy.citations import Citation, citations
from habeas.exchange.tidy.claims import Claim, claims
from habeas.exchange.tidy.codebook import codebook
from habeas.exchange.tidy.columns import Row, made_up
from habeas.exchange.tidy.observations import Observation, observations
from habeas.exchange.tidy.parts import Part, parts
from habeas.exchange.tidy.reading import TidyReader
from habeas.exchange.tidy.records import Record, records
from habeas.exchange.tidy.sources import Source, sources
from habeas.figures.definition import recorded
from habeas.figures.evaluation.evaluating import evaluate
from habeas.figures.evaluation.loading import live_claims

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

Progress = Callable[[str, int, int], None]


class Writer(Protocol):
    """One table being written. ``neutralised``: how many texts could have been formulas."""

    neutralised: int

    def __init__(self, path: Path, name: str, kind: type) -> None: ...
    def write(self, rows: Iterable[Row]) -> None: ...
    def close(self) -> None: ...


FORMATS: Final[Mapping[str, type[Writer]]] = {
    "csv": Delimited,
    "parquet": Parquet,
    "sqlite": databases.Database,
    "jsonl": Lines,
}
KINDS: Final[Mapping[str, type]] = {
    "claims": Claim,
    "records": Record,
    "sources": Source,
    "citations": Citation,
    "figure": Part,
    "observations": Observation,
}
ALL: Final = ("claims", "records", "sources", "citations")
#: With the form that holds no table but that of observations: STAC has items for pictures alone.
_ITEMS: Final = "geojson"
_WRITERS: Final[Mapping[str, type[Writer]]] = {**FORMATS, _ITEMS: Items}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be written where. ``level``: the strictest that the viewer may reach."""

    viewer: Viewer
    kinds: tuple[str, ...]
    to: Path
    figure: str = ""
    purpose: str = ""
    force: bool = False

    @property
    def format(self) -> str:
        return self.to.suffix.lower().removeprefix(".")

    @property
    def level(self) -> str:
        if self.viewer.is_owner:
            return "sealed"
        if not self.viewer.is_team:
            return "public"
        return LEVEL_NAMES[max([LEVELS["team"], *self.viewer.cleared.values()])]

    @property
    def recorded(self) -> bool:
        """Whether it is recorded who takes it out, and what for: above public, or when asked."""
        return self.above_public or bool(self.purpose.strip())

    @property
    def above_public(self) -> bool:
        return self.level != "public"

    def file_of(self, kind: str) -> str:
        """The name of the file that holds a table."""
        if len(self.kinds) == 1 or self.format == "sqlite":
            return self.to.name
        return f"{self.to.stem}-{kind}{self.to.suffix}"

    @property
    def codebook(self) -> str:
        return f"{self.to.name}.codebook.json"


@dataclass(slots=True)
class Exported:
    """What was handed over. ``entry`` is None where all of it is public; ``strictest`` is the
    strictest handling of its rows, ``not_agreed`` how many hold somebody who has not agreed.
    ``undated``: how many observations are no items, because no two bounds of their time are
    stated."""

    files: tuple[Path, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    size: int = 0
    digest: str = ""
    entry: int | None = None
    neutralised: int = 0
    strictest: str = "public"
    not_agreed: int = 0
    undated: int = 0


def check(asked: ExportRequest, archive_directory: Path) -> None:
    """Refuse what cannot be handed over before a passphrase is asked or a row is read."""
    if asked.format not in _WRITERS:
        raise ExportRefused(
            f"{asked.to.name} does not show which format the table has.",
            next_step=f"Give the file one of the endings .{', .'.join(_WRITERS)}.",
        )
    if asked.format == _ITEMS and asked.kinds != ("observations",):
        raise ExportRefused(
            "A .geojson holds the items of observations, and no other table.",
            next_step="Write `habeas export observations`, or give the file another ending.",
        )
    if asked.format == "parquet":
        pyarrow()
    folder = asked.to.parent
    if not folder.is_dir():
        raise ExportRefused(f"The folder {folder} does not exist.", next_step="Create it first.")
    if folder.resolve().is_relative_to(archive_directory.resolve()):
        raise ExportRefused(
            "The file would lie inside the archive.", next_step="Name a place outside of it."
        )
    for name in _names(asked):
        path = folder / name
        if path.is_dir() or (os.path.lexists(path) and not asked.force):
            raise ExportRefused(
                f"{path} is there already.",
                next_step="Name another file, or replace it with --force.",
            )
    if asked.recorded:
        if not asked.purpose.strip():
            raise PurposeNeeded(
                f"An export of what is {asked.level} needs a purpose.",
                next_step="Give a purpose: --purpose TEXT; it is recorded and signed.",
            )
        checked_purpose(asked.purpose)


def export(
    archive: Archive,
    asked: ExportRequest,
    person: Signer | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Exported:
    """Write the tables, record them where they reach above public, and hand them over."""
    check(asked, archive.directory)
    if asked.recorded and person is None:
        raise PersonNeeded(
            "An export with a purpose is a decision, which a person signs.",
            next_step="Make a key with `habeas people add`; use --as to choose whose key signs.",
        )
    with _hidden(asked.to.parent) as hidden:
        with still(archive) as at, _plainly():
            done = _write(at, asked, hidden, progress)
        done.digest = _digest(asked, hidden)
        for name in _names(asked):
            os.chmod(hidden / name, 0o600)
            sync_path(hidden / name)
        if asked.recorded:
            done.entry = _record(archive, asked, person, done)
        done.files = tuple(_hand_over(asked, hidden))
    return done


def _write(at: Archive, asked: ExportRequest, hidden: Path, progress: Progress) -> Exported:
    """All tables and the codebook, under their names in the hidden folder."""
    done = Exported(size=at.size)
    # The entry that states the purpose is the export's own, and comes before it is handed over.
    viewer = asked.viewer.with_purpose(done.size) if asked.above_public else asked.viewer
    reader = TidyReader(viewer, done.size)
    types = {kind: made_up(KINDS[kind]) if at.synthetic else KINDS[kind] for kind in asked.kinds}
    about = codebook(types, reader.vocabulary)
    if at.synthetic:
        about = {"synthetic": SENTENCE, **about}
    about["viewer"], about["level"], about["as_of"] = viewer.name, asked.level, done.size
    for kind in asked.kinds:
        path = hidden / asked.file_of(kind)
        total = live_claims(viewer, done.size).count() if kind == "claims" else 0
        writer = _WRITERS[asked.format](path, kind, types[kind])
        try:
            done.rows[kind] = 0
            for piece in _rows(at, reader, kind, asked.figure):
                writer.write([(MARK, *row) for row in piece] if at.synthetic else piece)
                _look(done, piece)
                done.rows[kind] += len(piece)
                progress(kind.capitalize(), done.rows[kind], max(total, done.rows[kind]))
        finally:
            writer.close()
        done.neutralised += writer.neutralised
        if isinstance(writer, Items):
            done.undated = writer.undated
            done.rows[kind] -= writer.undated
    if asked.format == "csv":
        about["formulas"] = (
            f"{done.neutralised} texts begin with a character that a spreadsheet takes for a "
            "formula; an apostrophe was put before each of them, which the source did not write."
        )
    if asked.format == "sqlite":
        databases.describe(hidden / asked.to.name, about)
    text = json.dumps(about, ensure_ascii=False, indent=2)
    (hidden / asked.codebook).write_text(text + "\n", encoding="utf-8")
    return done


def _rows(at: Archive, reader: TidyReader, kind: str, figure: str) -> Iterator[list[Row]]:
    if kind == "claims":
        return claims(reader)
    if kind == "records":
        return records(reader)
    if kind == "sources":
        return sources(reader)
    if kind == "citations":
        return citations(reader)
    if kind == "observations":
        return observations(reader)
    definition = recorded.named(reader.viewer, figure)
    return parts(reader, evaluate(at, definition, reader.viewer))


_LAST = -5  # the last cells of every row: handling, consent, until, compartments, state


def _look(done: Exported, piece: Sequence[Row]) -> None:
    levels = {str(row[_LAST]) for row in piece}
    done.strictest = strictest((done.strictest, *levels))
    done.not_agreed += sum(row[_LAST + 1] == NOT_GIVEN for row in piece)


def _names(asked: ExportRequest) -> list[str]:
    """The files that are handed over, the codebook first."""
    return list(dict.fromkeys([asked.codebook, *map(asked.file_of, asked.kinds)]))


def _digest(asked: ExportRequest, hidden: Path) -> str:
    """The SHA-256 of the one file; of several that of their hashes in hex, a line each."""
    found = []
    for name in _names(asked)[1:]:
        with (hidden / name).open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").hexdigest())
    if len(found) == 1:
        return found[0]
    return hashlib.sha256("".join(f"{each}\n" for each in found).encode()).hexdigest()


def _record(archive: Archive, asked: ExportRequest, person: Signer | None, done: Exported) -> int:
    with archive.writing(person) as batch:
        return verbs.log_export(
            batch,
            purpose=asked.purpose,
            viewer=asked.viewer.name,
            level=asked.level,
            kinds=asked.kinds,
            figure=asked.figure,
            format=asked.format,
            rows=sum(done.rows.values()),
            digest=done.digest,
            size=done.size,
        ).position


def _hand_over(asked: ExportRequest, hidden: Path) -> Iterator[Path]:
    """Give the files their names; the table's last, so that it never stands without codebook."""
    folder = asked.to.parent
    for name in _names(asked):
        target = folder / name
        try:
            if asked.force:
                os.replace(hidden / name, target)
            else:
                _rename_new(hidden / name, target)
        except FileExistsError:
            raise ExportRefused(
                f"{target} came to be there meanwhile; it was left as it is.",
                next_step="Name another file, or replace it with --force.",
            ) from None
        yield target
    sync_path(folder)


def _rename_new(path: Path, target: Path) -> None:
    """A new name that takes no other's place."""
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        if os.path.lexists(target):  # a disk without links, such as a memory stick
            raise FileExistsError(target) from None
        os.rename(path, target)
    else:
        os.unlink(path)


@contextlib.contextmanager
def _hidden(folder: Path) -> Iterator[Path]:
    """A folder of the owner's beside the target, which is gone in the end."""
    made = Path(tempfile.mkdtemp(prefix=".habeas-export-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """What SQLite or Arrow say of a disk, in plain words."""
    try:
        yield
    except sqlite3.Error as error:
        raise ExportRefused(
            f"The file could not be written: {error}.",
            next_step="Make room, or name another place. Nothing was handed over.",
        ) from None
