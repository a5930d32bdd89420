"""What a command works in: its archive, who acts, and how it speaks.

A command's function names one of these as the type of a parameter and gets the options with it
(``given``); it then holds its own idea only. ``Speaker`` is for what touches no archive:

Speaker              --json                     says, asks, gives JSON
└── DirectorySession --archive                  the archive's directory; asks for no passphrase
    └── Session      --passphrase-file          opens the archive, or its keys alone
        └── PersonSession --person-passphrase-file   finds who acts and signs

Invariant: nothing is asked before ``open`` or ``person`` is called, so that a command can refuse
what was typed before anybody types a passphrase.
"""

from __future__ import annotations

import contextlib
import sys
from functools import cached_property
from pathlib import Path

from habeas.archive.access import OWNER, Viewer
from habeas.archive.opening import Archive
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.archive.synthetic import words_of
from habeas.cli import opening
from habeas.cli.errors import ConfirmationNeeded, Declined
from habeas.cli.options import (
    ArchiveOption,
    JsonOption,
    PassphraseFileOption,
    PersonPassphraseFileOption,
)
from habeas.cli.passphrases import passphrase_of
from habeas.cli.speaking import Speaker, confirmed
from habeas.custody.keys.keyring import Keyring
from habeas.custody.log.notes import Signer
from habeas.errors import HabeasError


class DirectorySession(Speaker):
    """Of a command that looks at an archive's directory."""

    def __init__(self, archive: ArchiveOption = None, json: JsonOption = False) -> None:
        super().__init__(json)
        self._named = archive

    @property
    def named(self) -> bool:
        """Whether the archive was named, rather than looked for around the current directory."""
        return self._named is not None

    @cached_property
    def directory(self) -> Path:
        """Of the archive named, or of the one around the current directory."""
        found = opening.located(self._named)
        with contextlib.suppress(HabeasError):  # a damaged one is for the command to tell
            self.made_up = words_of(ArchiveSettings.read(found).origin)
        return found

    def answerable(self, *, yes: bool) -> None:
        """Refuse to go on where nobody can be asked and nobody said yes beforehand.

        Comes before anything is asked, read or computed: nobody waits for a question that cannot
        be put.
        """
        if not (yes or (sys.stdin.isatty() and not self.json)):
            raise ConfirmationNeeded(
                "No one can be asked here whether this is meant.",
                next_step="Add --yes where it is.",
            )

    def confirm(self, question: str, otherwise: str, *, yes: bool) -> None:
        """Ask; ``otherwise`` says what a no left as it was."""
        if not yes and not confirmed(question):
            raise Declined(otherwise)


class Session(DirectorySession):
    """Of a command that opens the archive."""

    def __init__(
        self,
        archive: ArchiveOption = None,
        passphrase_file: PassphraseFileOption = None,
        json: JsonOption = False,
    ) -> None:
        super().__init__(archive, json)
        self._passphrase_file = passphrase_file
        self._opened: Archive | None = None

    def open(
        self, *, outdated: bool = False, damaged: bool = False, erasing: bool = False
    ) -> Archive:
        """The archive, open. Asks for the passphrase where the keys have one."""
        if self._opened is None:
            self._opened = opening.opened(
                self._named,
                self._passphrase_file,
                outdated=outdated,
                damaged=damaged,
                erasing=erasing,
            )
            self.made_up = words_of(self._opened.origin)
        return self._opened

    def keyring(self) -> Keyring:
        """The archive's keys; its database stays shut."""
        return opening.opened_keyring(self.directory, self._passphrase_file)


class PersonSession(Session):
    """Of a command in which a person acts."""

    def __init__(
        self,
        archive: ArchiveOption = None,
        passphrase_file: PassphraseFileOption = None,
        person_passphrase_file: PersonPassphraseFileOption = None,
        json: JsonOption = False,
    ) -> None:
        super().__init__(archive, passphrase_file, json)
        self._person_passphrase_file = person_passphrase_file

    def person(self, pseudonym: str, *, or_unsigned: bool = False) -> Signer:
        """The key of the person who takes the decision; ``''`` means the only one there is."""
        from habeas.cli import acting  # what only reads loads nothing of who signs

        return acting.acting_person(
            self.open(), pseudonym, self._person_passphrase_file, or_unsigned=or_unsigned
        )

    def passphrase_of(self, key: Path, pseudonym: str) -> str | None:
        """Of a person's key file; None where it has none. Opens no archive."""
        return passphrase_of(
            key, self._person_passphrase_file, pseudonym, "--person-passphrase-file"
        )

    def somebody(self, pseudonym: str, *, alone: bool | None = None) -> Signer | None:
        """Who signs what need not be signed: with ``alone``, or where nobody has a key, nobody."""
        from habeas.cli import acting

        return acting.somebody(self.open(), pseudonym, self._person_passphrase_file, alone=alone)

    def viewer(
        self, pseudonym: str, purpose: str, act: str, asked: str = "", *, level: str = ""
    ) -> Viewer:
        """The owner, reading for a purpose, signed and recorded now; without one for none."""
        if not purpose:
            return OWNER
        from habeas.cli import acting

        who = (pseudonym, self._person_passphrase_file)
        return acting.reading_for(self.open(), self, purpose, act, asked, who, level=level)
