"""An archive as a program has it: opened, read, added to, closed.

Invariants: one is open in a process at a time; a closed handle raises on every use, and what it
gave stays; all work is done by the handle's one thread (``worker``), also where no one closes a
handle and it is forgotten.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, TypeVar

from habeas.archive import making, opening, purposes
from habeas.archive import models as m
from habeas.archive.access import OWNER, Viewer, live, team_member, visible
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import ArchiveClosed, PersonNeeded
from habeas.archive.projection.trusted_people import granted, without_a_key
from habeas.archive.rules import checked_purpose
from habeas.archive.store import holding
from habeas.archive.store.database_errors import plain_errors
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.archive.synthetic import words_of
from habeas.custody.errors import PassphraseNeeded
from habeas.custody.keys.key_files import is_protected
from habeas.custody.keys.passphrases import check_new
from habeas.custody.keys.person_keys import open_person, person_path
from habeas.custody.trust.persons import DEFAULT
from habeas.library.errors import BadArgument
from habeas.library.notebook import NotebookNotice, whom
from habeas.library.recording import Recording
from habeas.library.worker import Worker

if TYPE_CHECKING:
    from habeas.custody.log.notes import Signer

T = TypeVar("T")
As = Viewer | Mapping[str, str]


class Archive(Recording):
    """One open archive. Made by ``habeas.open`` and ``habeas.init``; use it as a context.

    ``viewer``: as whom it is read, which every table names. ``seen_by`` gives the same archive as
    someone else sees it.
    """

    def __init__(self, opened: _Opened, viewer: Viewer) -> None:
        self._opened = opened
        self._viewer = viewer
        self._notice = opened.notice

    @property
    def viewer(self) -> Viewer:
        """As whom the archive is read."""
        return self._viewer

    @property
    def directory(self) -> Path:
        """Where it lies."""
        return self._opened.directory

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._opened.archive is None

    @property
    def size(self) -> int:
        """How many entries its ledger has."""
        return self._do(lambda archive: archive.size)

    def seen_by(self, viewer: As) -> Archive:
        """The same archive as someone else sees it; it is closed with this one.

        ``viewer``: ``habeas.PUBLIC``, or what a member of the team is cleared for, by compartment:
        ``{"main": "team"}``. The purpose that was stated goes with it.
        """
        if not self._viewer.is_owner:
            raise BadArgument(
                "viewer", f"{self._viewer.name} cannot read as someone else",
                "Ask the handle that reads as the owner.",
            )  # fmt: skip
        found = self._do(lambda _: _viewer(viewer))
        purpose = self._viewer.purpose
        return Archive(self._opened, found if purpose is None else found.with_purpose(purpose))

    def close(self) -> None:
        """Close it. Tables that were made stay; every other use of it raises from now on."""
        self._opened.close()

    def __enter__(self) -> Archive:
        self._opened.refuse_closed()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"as {whom(self._viewer.name)} reads it"
        return f"<archive {self.directory}, {state}>"

    def _do(self, work: Callable[[opening.Archive], T]) -> T:
        return self._opened.do(work)

    def _signer(self, archive: opening.Archive) -> Signer:
        return self._opened.signer(archive)


class _Opened:
    """What the handles of one archive share: the archive, its thread, whose key acts."""

    def __init__(
        self,
        directory: Path,
        make: Callable[[], opening.Archive],
        person: str,
        passphrase: str | None,
    ) -> None:
        self.directory = directory
        self.notice = NotebookNotice()
        self._person, self._passphrase = person, passphrase
        self._key: Signer | None = None
        self._worker = Worker()
        try:
            self._worker.run(lambda: holding.hold(directory))
            try:
                self.archive: opening.Archive | None = self._worker.run(make)
                self.notice.made_up = words_of(self.archive.origin)
            except BaseException:
                self._worker.run(holding.let_go)
                raise
        except BaseException:
            self._worker.end()
            raise
        self._end = weakref.finalize(self, _end, self._worker)
        self._end.atexit = False  # the system closes what a program leaves open

    def refuse_closed(self) -> opening.Archive:
        archive = self.archive
        if archive is None:
            raise ArchiveClosed(
                f"The archive {self.directory} was closed.",
                next_step="Open it again with habeas.open(…); "
                "tables already made can still be used.",
            )
        return archive

    def do(self, work: Callable[[opening.Archive], T]) -> T:
        def plainly() -> T:
            with plain_errors():
                return work(self.refuse_closed())

        self.refuse_closed()
        return self._worker.run(plainly)

    def close(self) -> None:
        if self.archive is not None:
            self.archive = None
            self._key = None
            self._end()

    def signer(self, archive: opening.Archive) -> Signer:
        """The key of the person who acts; opened when a decision first needs it."""
        if self._key is None:
            self._key = acting_person(archive, self._person, self._passphrase)
        return self._key


def _end(worker: Worker) -> None:
    worker.run(holding.let_go)
    worker.end()


def acting_person(archive: opening.Archive, person: str, passphrase: str | None) -> Signer:
    """The key of a person; '' means the only one there is."""
    keys = archive.directory / "keys"
    if not person:
        in_force = live(visible(OWNER, m.Key).filter(role="person"))
        holders = set(in_force.values_list("holder", flat=True))
        here = [name for name in archive.keyring.people() if name in holders]
        if len(here) != 1:
            raise PersonNeeded(
                "This is a decision, which a person must sign, and "
                + (f"{len(here)} people's keys are here." if here else "no person's key is here."),
                next_step=f"Choose who signs: habeas.open(…, person={here[0]!r})."
                if here
                else without_a_key(),
            )
        person = here[0]
    verifiers = granted(person)
    path = person_path(keys, person, verifiers)
    if path.is_file() and is_protected(path) and passphrase is None:
        raise PassphraseNeeded(
            f"The key of {person} has a passphrase.",
            next_step="Use habeas.open(…, person_passphrase=getpass.getpass()).",
        )
    return open_person(keys, person, passphrase, verifiers)


def _viewer(given: As) -> Viewer:
    """Whom the argument means; a compartment or level that is not there is refused."""
    if isinstance(given, Viewer):
        return given
    if not isinstance(given, Mapping):
        raise BadArgument(
            "viewer", f"a {type(given).__name__} is not a viewer",
            "Give habeas.OWNER, habeas.PUBLIC, or clearances such as {'main': 'team'}.",
        )  # fmt: skip
    keys = sorted(visible(OWNER, m.Compartment).values_list("key", flat=True))
    for key, level in given.items():
        if key not in keys or level not in LEVELS:
            wrong, there = (key, keys) if key not in keys else (level, list(LEVELS))
            raise BadArgument(
                "viewer", f"{wrong!r} does not exist", f"Use one of: {', '.join(there)}."
            )
    return team_member("a member of the team", MappingProxyType(dict(given)))


def open(
    path: str | PathLike[str],
    *,
    viewer: As | None = None,
    passphrase: str | None = None,
    person: str = "",
    person_passphrase: str | None = None,
    purpose: str = "",
) -> Archive:
    """Open an archive: ``with habeas.open("our-archive") as archive: …``.

    ``viewer``: as whom it is read; by default the owner, who sees everything (``habeas.PUBLIC``,
    or clearances by compartment such as ``{"main": "team"}``). ``passphrase``: of the archive's
    keys. ``person``: the pseudonym of who acts; not needed where one person's key is here.
    ``purpose``: what for; signed and recorded now, it lets searches and what marks people be read.

    One archive is open in a process at a time (``archive.another-open``).
    """
    directory = Path(path).absolute()
    if purpose:
        checked_purpose(purpose)

    def make() -> opening.Archive:
        ArchiveSettings.read(directory)  # refuses what is no archive before a key is opened
        if is_protected(directory / "keys") and passphrase is None:
            raise PassphraseNeeded(
                "The keys of the archive have a passphrase.",
                next_step="Use habeas.open(…, passphrase=getpass.getpass()).",
            )
        return opening.open_archive(directory, passphrase)

    opened = _Opened(directory, make, person, person_passphrase)
    try:
        return Archive(opened, opened.do(lambda a: _reading_as(opened, a, viewer, purpose)))
    except BaseException:
        opened.close()
        raise


def _reading_as(
    opened: _Opened, archive: opening.Archive, viewer: As | None, purpose: str
) -> Viewer:
    found = OWNER if viewer is None else _viewer(viewer)
    if not purpose:
        return found
    person = opened.signer(archive)
    made = purposes.state(archive, person, purpose, "library", found.name)
    return found.with_purpose(made.position)


def init(
    path: str | PathLike[str],
    *,
    passphrase: str | None = None,
    unprotected: bool = False,
    title: str = "",
    database: str = "",
) -> Archive:
    """Make an archive in a new or empty directory, and open it.

    ``passphrase`` protects its keys; without one, anyone who has the disk can read everything, so
    that takes ``unprotected=True``. ``database``: a PostgreSQL URL; SQLite without.
    """
    if (passphrase is None) != unprotected:
        raise BadArgument(
            "passphrase", "give either a passphrase or unprotected=True",
            "Leave only an archive of public material unprotected.",
        )  # fmt: skip
    if passphrase is not None:
        check_new(passphrase)
    directory = Path(path).absolute()
    opened = _Opened(
        directory,
        lambda: making.init_archive(
            directory, passphrase=passphrase, database_url=database or None, title=title,
            policy=DEFAULT,
        ),
        "",
        None,
    )  # fmt: skip
    return Archive(opened, OWNER)
