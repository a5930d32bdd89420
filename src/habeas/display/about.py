"""How to check: what a reader can do without trusting whoever shows this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from habeas.archive.ledger.committed_entries import head
from habeas.archive.store import clock

if TYPE_CHECKING:
    from habeas.archive.opening import Archive


@dataclass(frozen=True, slots=True)
class CheckCommand:
    """A command, and what it does."""

    command: str
    does: str


@dataclass(frozen=True, slots=True)
class AboutShown:
    """The archive's name in the log, its size, its key, and the commands."""

    title: str
    origin: str
    size: int
    logged: int
    clock: str
    checkpoint_key: str
    commands: tuple[CheckCommand, ...]


def about(archive: Archive) -> AboutShown:
    """How an archive can be checked."""
    logged = archive.log.size  # before the database: others may be appending
    return AboutShown(
        title=_("How to check"),
        origin=archive.origin,
        size=archive.size,
        logged=logged,
        clock=clock.remark(head()[1]),
        checkpoint_key=archive.chain.current.checkpoint.vkey,
        commands=(
            CheckCommand(
                "habeas verify",
                _("reads the whole log and every sealed object again, and reports anything wrong"),
            ),
            CheckCommand(
                "habeas why FIGURE",
                _("follows one figure to its sealed bytes, in the terminal"),
            ),
            CheckCommand(
                "habeas why 123",
                _("does the same for one claim, record, source or exhibit, by its entry number"),
            ),
            CheckCommand(
                "habeas prove 123 --out DIR",
                _("writes the proof of one entry as files that openssl can check"),
            ),
            CheckCommand(
                "sha256sum FILE",
                _("gives the hash of a file that you have; compare it with the exhibit’s"),
            ),
        ),
    )
