"""An exhibit's bytes checked, copied out or handed out as a stream, each with its custody event.

Who may see such an event: ``verbs.custody_events``.

Invariants: a working copy appears under its name only whole, hashed and recorded, and never
over another file; what is handed out as a stream was hashed and recorded first; a check that
finds damage is recorded as well as one that does not.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import habeas
from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access.blocked_bytes import refuse_blocked
from habeas.archive.errors import (
    ArchiveError,
    ArchiveExists,
    ExhibitBlocked,
    UnknownReference,
)
from habeas.archive.ledger.committed_entries import Ref, entry_id_at
from habeas.archive.verbs.custody_events import AS_SEALED, DAMAGED
from habeas.archive.verbs.referring import marking_never_public
from habeas.custody import durable
from habeas.custody.errors import CustodyError

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

UNCHANGED = "Nothing: the bytes are those that were sealed."
UNOPENED = (
    "Nothing: the encrypted bytes are those that were stored; it is blocked and was not opened."
)
COPIED = "Nothing: a working copy was made, byte for byte."
#: What is not known of bytes that leave by a stream: whether they all arrived.
HANDED_OUT = "Nothing: handed out, byte for byte. Whether all of it arrived is not known."
PROGRAM = f"habeas {habeas.__version__}"


@dataclass(frozen=True, slots=True)
class FixityChecked:
    """A check and the event that records it; ``fault`` is '' where the bytes are as sealed."""

    event: Ref
    plain_sha256: str  # '' where the object could not be opened
    fault: str


def now() -> str:
    """The time by this machine's clock, as EDTF in UTC."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_fixity(
    archive: Archive, exhibit: m.Exhibit, person: Signer | None = None, **said: str
) -> FixityChecked:
    """Hash an exhibit's stored object and its bytes, and record what came of it.

    ``said`` are further words of the event: agent, where, reason, authority, responsible.
    """
    counter = _Hashing(None)
    fault = ""
    opened = True
    try:
        archive.objects.check(exhibit.address)
        archive.copy_object(exhibit.address, counter)  # type: ignore[arg-type]
    except ExhibitBlocked:  # nobody opens it; its encrypted bytes can be hashed all the same
        opened = False
    except (CustodyError, ArchiveError) as error:
        fault = error.message
    digest = counter.sha256.hexdigest() if opened and not fault else ""
    if digest and digest != exhibit.plain_sha256:
        fault = f"The bytes have the SHA-256 {digest}."
    words: dict[str, Any] = {"agent": PROGRAM, **{k: v for k, v in said.items() if v}}
    with archive.writing(person) as batch:
        event = verbs.custody(
            batch,
            Ref(entry_id_at(exhibit.position), exhibit.position),
            "checked",
            happened_at=now(),
            before_sha256=exhibit.plain_sha256,
            after_sha256=digest,
            changed=fault or (UNCHANGED if opened else UNOPENED),
            outcome=DAMAGED if fault else AS_SEALED,
            signed=person is not None,
            marking=marking_never_public(exhibit),
            **words,
        )
    return FixityChecked(event, digest, fault)


def copy_out(
    archive: Archive, exhibit: m.Exhibit, to: Path, person: Signer | None = None, **said: str
) -> Ref:
    """Write a working copy of an exhibit and record it; refuses a file that is there."""
    if os.path.lexists(to):
        raise ArchiveExists(
            f"{to} is there already.", next_step="A copy never replaces a file: choose another."
        )
    if not to.parent.is_dir():
        raise ArchiveError(
            f"The folder {to.parent} does not exist.", next_step="Create it, or choose another."
        )
    temporary = to.parent / f".{to.name[:80]}.{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            copied = _Hashing(file)
            archive.copy_object(exhibit.address, copied)  # type: ignore[arg-type]
            file.flush()
            durable.sync_open(file.fileno(), to)
        event = _record_copy(archive, exhibit, copied.sha256.hexdigest(), person, said)
        _put(temporary, to)
        return event
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def hand_out(
    archive: Archive, exhibit: m.Exhibit, person: Signer | None = None, **said: str
) -> Ref:
    """Check the bytes of an exhibit and record that they are handed out.

    Once this has returned, and not before, ``Archive.copy_object`` may give them away.
    """
    read = _Hashing(None)
    archive.copy_object(exhibit.address, read)  # type: ignore[arg-type]
    return _record_copy(
        archive, exhibit, read.sha256.hexdigest(), person, {"changed": HANDED_OUT} | said
    )


def _record_copy(
    archive: Archive,
    exhibit: m.Exhibit,
    digest: str,
    person: Signer | None,
    said: Mapping[str, str],
) -> Ref:
    """Append that a copy was made of bytes with this hash; refuses others than were sealed."""
    if digest != exhibit.plain_sha256:
        raise ArchiveError(
            f"Exhibit {exhibit.position} is damaged: its bytes have the SHA-256 {digest}.",
            next_step="Nothing was copied. Run `habeas verify`.",
        )
    words: dict[str, Any] = {"changed": COPIED, **{k: v for k, v in said.items() if v}}
    with archive.writing(person) as batch:
        # Asked again where nobody else can write: the bytes may have taken minutes to read.
        refuse_blocked(exhibit.address)
        if not m.Exhibit.objects.filter(position=exhibit.position).exists():
            raise UnknownReference(
                f"Exhibit {exhibit.position} was erased meanwhile.", next_step="Nothing was copied."
            )
        return verbs.custody(
            batch,
            Ref(entry_id_at(exhibit.position), exhibit.position),
            "copied",
            happened_at=now(),
            before_sha256=digest,
            after_sha256=digest,
            signed=person is not None,
            marking=marking_never_public(exhibit),
            **words,
        )


def _put(temporary: Path, to: Path) -> None:
    """Give the file its name, never over another one."""
    try:
        os.link(temporary, to)  # fails where the name is taken, which a rename would not
    except FileExistsError:
        raise ArchiveExists(
            f"{to} is there already.", next_step="A copy never replaces a file: choose another."
        ) from None
    except OSError:  # a file system without hard links, such as a USB stick's
        os.rename(temporary, to)


class _Hashing:
    """A stream that hashes what is written and passes it on."""

    def __init__(self, target: IO[bytes] | None) -> None:
        self.sha256 = hashlib.sha256()
        self._target = target

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        if self._target is not None:
            self._target.write(data)
        return len(data)
