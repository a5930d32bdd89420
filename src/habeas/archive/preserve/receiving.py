"""Receiving a backup: its members become tables, objects and a log, in the order they come.

Invariants: a name that no backup of this version holds is refused, and no name from the
stream is used as a path; an object is kept only at the address that its own bytes give;
rows go into empty tables only; the counts at the end must be what was received.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, models, transaction

from habeas.archive.attestation.cosigning import FOLDER as COSIGNED
from habeas.archive.errors import ArchiveExists, BackupDamaged, ForeignBackup
from habeas.archive.ledger import rebuilding
from habeas.archive.ledger.committed_entries import head, notes_between
from habeas.archive.ledger.signing import key_chain
from habeas.archive.models import LedgerEntry, LocalState
from habeas.archive.preserve.backing_up import FORMAT, POLICY
from habeas.archive.store import schema
from habeas.archive.store.connecting import connect
from habeas.archive.store.rows import insert
from habeas.archive.store.settings_file import ArchiveSettings
from habeas.archive.store.snapshot import from_lines, permanent
from habeas.custody import durable
from habeas.custody.errors import NoteError
from habeas.custody.keys import key_files, recovery
from habeas.custody.log.tiles import TileLog
from habeas.custody.objects.encrypting import object_path

if TYPE_CHECKING:
    from habeas.custody.keys.keyring import Keyring

_MANY_OBJECTS: Final = 2_000  # made durable together
_LARGEST_CHUNK: Final = 256 << 20  # bytes of rows or of a small file, held in memory
_OBJECT: Final = re.compile("objects/([0-9a-f]{2})/([0-9a-f]{64})")
_TABLE: Final = re.compile("tables/([a-z_]+)/[0-9]{8}.jsonl")
_PERSON: Final = re.compile(r"keys/people/(p-[0-9a-f]{16}(?:\.[0-9a-f]{8})?\.pub)")
_COSIGNED: Final = re.compile(r"log/cosigned/([1-9][0-9]{0,18})")
_RECIPIENTS: Final = f"keys/{recovery.FOLDER}/recipients"
_NAMED: Final = frozenset(
    {"backup.json", "end.json", POLICY, "log/checkpoint", "keys/verifiers", _RECIPIENTS}
)
Progress = Callable[[str, int, int], None]


class Receiving:
    """Takes the members of a backup as they come out of the stream."""

    def __init__(self, directory: Path, settings: ArchiveSettings, keyring: Keyring) -> None:
        self._directory = directory
        self._settings = settings
        self._keyring = keyring
        self._models = {model._meta.db_table: model for model in permanent()}
        self._rows = dict.fromkeys(self._models, 0)
        self._small: dict[str, bytes] = {}
        self._about: dict[str, Any] = {}
        self._name = ""
        self._buffer = bytearray()
        self._pending = durable.PendingFiles(directory / "objects")
        self._object: _Incoming | None = None
        self._received = 0
        self._altered: set[str] = set()
        self.objects = 0
        self.made_tables = False

    @property
    def made_at(self) -> int:
        """When the backup was made, by the clock of the machine that made it."""
        return int(self._about["made_at"])

    # --- one member after the other -----------------------------------------------------

    def begin(self, name: str, size: int) -> None:
        self._name = name
        self._buffer.clear()
        if bool(self._about) == (name == "backup.json") or "end.json" in self._small:
            raise _damaged("It does not begin, or end, as a backup does.")
        if found := _OBJECT.fullmatch(name):
            self._object = _Incoming(found[2], self._pending.new_path())
        elif size > _LARGEST_CHUNK or name in self._small or not self._expected(name):
            raise _damaged("It holds a file that no backup of this version holds.")

    def data(self, piece: bytes) -> None:
        if self._object is not None:
            self._object.write(piece)
        else:
            self._buffer += piece

    def end(self) -> None:
        if self._object is not None:
            self._keep_object(self._object)
            self._object = None
        elif (model := self._table(self._name)) is not None:
            rows = from_lines(model, bytes(self._buffer))
            with transaction.atomic():
                insert(model, rows)
            self._rows[model._meta.db_table] += len(rows)
        else:
            self._small[self._name] = bytes(self._buffer)
            if self._name == "backup.json":
                self._prepare()

    def _expected(self, name: str) -> bool:
        known = name in _NAMED or _PERSON.fullmatch(name) or _COSIGNED.fullmatch(name)
        return bool(known or self._table(name))

    def _table(self, name: str) -> type[models.Model] | None:
        found = _TABLE.fullmatch(name)
        return self._models.get(found[1]) if found else None

    def _prepare(self) -> None:
        """The first member says whose backup it is; then there is something to put it into."""
        self._about = _document(self._small["backup.json"])
        if self._about.get("format") != FORMAT:
            raise _damaged("It is of a format that this program does not read.")
        if self._about.get("origin") != self._settings.origin:
            raise ForeignBackup(
                f"The backup is of the archive {self._about.get('origin')}, the keys of "
                f"{self._settings.origin}.",
                next_step="Give the keys that were kept with this backup.",
            )
        durable.prepare_folder(self._directory / "objects")
        connect(self._directory, self._settings)
        if "ledger_entry" in connection.introspection.table_names():
            raise ArchiveExists(
                "The database holds an archive already.", next_step="Give an empty database."
            )
        self.made_tables = True
        schema.make_permanent_tables()

    def _keep_object(self, incoming: _Incoming) -> None:
        self._received += 1
        if incoming.close() == incoming.address:
            name = object_path(incoming.address)
            self._pending.adopt(incoming.path, self._directory / "objects" / name)
            self.objects += 1
        else:  # it was so in the archive; `verify` names it as missing
            self._altered.add(incoming.address)
            durable.remove_quietly(incoming.path)
        if len(self._pending) >= _MANY_OBJECTS:
            self._pending.publish()

    # --- when everything has come -------------------------------------------------------

    def finish(self, progress: Progress) -> None:
        """Check that all is there, then make log and projections of it."""
        self._pending.publish()
        self._count()
        if POLICY in self._small:
            key_files.write_new(self._directory / POLICY, self._small[POLICY])
        LocalState.objects.bulk_create(
            LocalState(name=name, value=value)
            for name, value in (
                ("head", "lock"),
                ("format", str(schema.FORMAT)),
                ("projection", "none"),
                ("projected", "0"),
            )
        )
        self._put_log(progress)
        rebuilding.rebuild(lambda done, total: progress("Rebuilding", done, total))

    def put_keys(self, keyring: Keyring, passphrase: str | None) -> Keyring:
        """The keys given, in the new directory, with the public ones that the backup holds."""
        keys = self._directory / "keys"
        placed = keyring.copy_to(keys, passphrase)
        for name, data in self._small.items():
            if found := _PERSON.fullmatch(name):
                key_files.write_new(keys / "people" / found[1], data)
        if _RECIPIENTS in self._small:
            (keys / recovery.FOLDER).mkdir(mode=0o700)
            key_files.write_new(keys / recovery.FOLDER / "recipients", self._small[_RECIPIENTS])
            placed.seal_copy()
        return placed

    def _count(self) -> None:
        if "end.json" not in self._small:
            raise _damaged("Its end is missing.")
        counted = _document(self._small["end.json"])
        rows = dict.fromkeys(self._rows, 0) | counted["rows"]
        if (rows, counted["objects"]) != (self._rows, self._received):
            raise _damaged("It holds less than it says.")
        if not self._altered <= set(counted["damaged"]):
            raise _damaged("It holds objects whose bytes are not those of their address.")
        if not self._about["entries"] == head()[0] == LedgerEntry.objects.count():
            raise _damaged("Entries are missing in it.")

    def _put_log(self, progress: Progress) -> None:
        """The tiles, computed from the entries: they must lead to the signed checkpoint."""
        folder = self._directory / "log"
        durable.prepare_folder(folder)
        note = self._small.get("log/checkpoint")
        if note is None:
            return
        try:
            checkpoint = key_chain(self._keyring).open(note)
        except NoteError as error:
            raise _damaged(f"Its checkpoint is not the log's. {error.message}") from error
        progress("Log", 0, checkpoint.size)
        log = TileLog(folder)
        size, root = log.append(notes_between(0, min(checkpoint.size, head()[0])))
        if (size, root) != (checkpoint.size, checkpoint.root):
            raise _damaged(
                f"Its entries do not lead to the root that the archive signed at {checkpoint.size}."
            )
        log.publish(checkpoint)
        progress("Log", checkpoint.size, checkpoint.size)
        for name, data in self._small.items():
            if found := _COSIGNED.fullmatch(name):
                durable.write_file(folder, folder / COSIGNED / found[1], data)


class _Incoming:
    """An object that is coming in, hashed on its way."""

    def __init__(self, address: str, path: str) -> None:
        self.address = address
        self.path = path
        self._descriptor = durable.create(path, 0o444)
        self._digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._digest.update(piece)
        durable.write_all(self._descriptor, piece)

    def close(self) -> str:
        """The address that the bytes give."""
        os.close(self._descriptor)
        return self._digest.hexdigest()


def drop_tables() -> None:
    """Remove what a restore made in a database that was empty before."""
    connection.close()
    schema.drop_projections()
    with transaction.atomic(), connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for name in sorted(present & schema.tables().keys()):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")


def _document(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _damaged("What it says about itself cannot be read.")
    return found


def _damaged(what: str) -> BackupDamaged:
    return BackupDamaged(
        f"The backup cannot be restored. {what}", next_step="Use another backup. Nothing was kept."
    )
