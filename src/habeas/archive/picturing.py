"""Hashing whole pictures in the sandbox: exhibits of this archive, and a folder of known pictures.

On demand only. What is hashed is recorded with the program that did it; a picture that cannot be
opened is recorded as such, so that nobody takes it for compared. Of a folder of known pictures only
hashes and stated names are kept.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import ArchiveError, EntryRefused, ExhibitBlocked
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.pipeline.flow import opened_sandbox
from habeas.archive.verbs.picturing import WELL_KNOWN
from habeas.custody.errors import CustodyError
from habeas.reading.errors import NoPicture
from habeas.reading.pdq import WholeHash

if TYPE_CHECKING:
    from habeas.archive.opening import Archive
    from habeas.custody.log.notes import Signer

LARGEST_BYTES = 256 * 1024 * 1024
AT_ONCE = 500  # hashes recorded together

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A file of a reference set, and whom it shows ('' for a placeholder without a name)."""

    path: Path
    name: str


def hash_pictures(
    archive: Archive, exhibits: Sequence[int], progress: Progress = lambda done, total: None
) -> dict[int, str]:
    """Hash exhibits that are pictures; gives why, of those that have none."""
    causes: dict[int, str] = {}
    made: list[tuple[int, WholeHash | None, str]] = []
    with opened_sandbox(archive) as sandbox:
        for number, exhibit in enumerate(exhibits):
            row = visible(OWNER, m.Exhibit).get(position=exhibit)
            found, cause = None, ""
            try:
                found = sandbox.picture_hash(io.BytesIO(_bytes(archive, row)), row.filename)
            except (NoPicture, ExhibitBlocked, ArchiveError, CustodyError) as error:
                cause = causes[exhibit] = error.message
            made.append((exhibit, found, cause))
            if len(made) >= AT_ONCE:
                _record(archive, made)
                made = []
            progress(number + 1, len(exhibits))
    _record(archive, made)
    return causes


def _bytes(archive: Archive, row: m.Exhibit) -> bytes:
    if row.size_bytes > LARGEST_BYTES:
        raise NoPicture(
            f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MiB.",
            next_step="Compare a smaller copy of it.",
        )
    return archive.read_object(row.address)


def _record(archive: Archive, made: Sequence[tuple[int, WholeHash | None, str]]) -> None:
    if made:
        with archive.writing() as batch:
            for exhibit, found, cause in made:
                if m.Exhibit.objects.filter(position=exhibit).exists():  # erased meanwhile
                    verbs.picture_hash(batch, exhibit, found, cause)


def register(
    archive: Archive,
    name: str,
    known: Sequence[KnownPicture],
    person: Signer,
    *,
    known_as: str = WELL_KNOWN,
    progress: Progress = lambda done, total: None,
) -> Ref:
    """Record a set of known pictures as one list: hashes and names, never the pictures."""
    if not known:
        raise EntryRefused("The set holds no picture.", next_step="Put pictures into the folder.")
    hashed: list[tuple[str, WholeHash, str]] = []
    digest = hashlib.sha256()
    with opened_sandbox(archive) as sandbox:
        for number, each in enumerate(known):
            data = each.path.read_bytes()
            try:
                made = sandbox.picture_hash(io.BytesIO(data), each.path.name)
            except NoPicture as error:
                raise EntryRefused(
                    f"{each.path.name} cannot be hashed: {error.message}",
                    next_step="Take it out of the folder, or save it again as PNG or JPEG.",
                ) from None
            sha256 = hashlib.sha256(data).hexdigest()
            digest.update(f"{sha256} {each.name}\n".encode())
            hashed.append((each.name, made, sha256))
            progress(number + 1, len(known))
    with archive.writing(person) as batch:
        came = verbs.begin_list(batch, name, digest.hexdigest())
        for called, made, sha256 in hashed:
            verbs.picture_reference(batch, came, called, made, sha256, known_as=known_as)
        batch.sign_batch()
    return came
