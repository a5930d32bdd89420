"""Verify a log folder with nothing but public keys.

Everything is rebuilt from the raw entries: each entry is parsed and its signatures
checked, its hash is compared with the tiles, each tile with the tile above, the root with
the signed checkpoint.

Invariants: every fault is reported under the file, and where it can be told the position,
that is wrong, and the audit goes on; nothing is changed; memory grows by 16 bytes an entry
(to notice an id used twice) and does not depend on their length.

When an entry and the tile that holds its hash disagree, the tree above says which of them
was altered: the one that still leads to the signed root is believed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from habeas.custody.errors import (
    CustodyError,
    EntryError,
    LogError,
    NoteError,
    SignatureError,
)
from habeas.custody.keys.key_chain import KeyChain
from habeas.custody.log import entries, merkle
from habeas.custody.log.checkpoints import Checkpoint, open_checkpoint
from habeas.custody.log.notes import Verifier, check_signatures
from habeas.custody.log.tiles import (
    ENTRIES,
    HASH_BYTES,
    WIDTH,
    TileLog,
    pack,
    root_of_edge,
    tile_path,
    tile_width,
    unpack,
)

Progress = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One thing that is wrong: the file, the ledger position where it is known, and why."""

    code: str
    path: str
    position: int | None
    message: str


@dataclass(slots=True)
class LogReport:
    """What was checked and what was wrong with it."""

    checkpoint: Checkpoint | None = None
    size: int = 0
    signatures_checked: int = 0
    signatures_unknown: int = 0
    object_addresses: set[str] = field(default_factory=set, repr=False)
    faults: list[AuditFault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def audit_log(
    log: TileLog | Path | str,
    verifiers: Iterable[Verifier],
    *,
    origin: str | None = None,
    entry_keys: Iterable[str] | None = None,
    chain: KeyChain | None = None,
    signatures: bool = True,
    progress: Progress | None = None,
) -> LogReport:
    """Check a whole log folder, under its newest checkpoint or the one that ``log`` is still at.

    ``verifiers`` are all keys ever used: checkpoint, entry, people. ``entry_keys`` are the
    vkeys of which one must have signed every entry (default: those named
    ``<origin>/entry``). ``chain`` says instead which of them must have signed each entry, and the
    checkpoint. ``signatures=False`` leaves the entries' signatures unread, never the
    checkpoint's.
    """
    log = log if isinstance(log, TileLog) else TileLog(log)
    audit = _LogAudit(log.still(), tuple(verifiers), origin, signatures, entry_keys, chain)
    audit.run(progress)
    audit.report.faults.sort(key=lambda fault: (fault.position is None, fault.position or 0))
    return audit.report


class _LogAudit:
    def __init__(
        self,
        log: TileLog,
        verifiers: Sequence[Verifier],
        origin: str | None,
        signatures: bool,
        entry_keys: Iterable[str] | None,
        chain: KeyChain | None,
    ) -> None:
        self.log = log  # still: others may be adding to it
        self.verifiers = verifiers
        self.origin = origin
        self.signatures = signatures
        self.chain = chain
        self.entry_keys = None if entry_keys is None else set(entry_keys)
        self.report = LogReport()
        self._time = 0
        self._ids: set[bytes] = set()
        # Hashes of the tiles of one level as rebuilt from the entries and as stored on disk.
        self._differing: list[tuple[int, list[bytes], list[bytes]]] = []

    def run(self, progress: Progress | None) -> None:
        try:
            checkpoint = self.log.checkpoint()
        except LogError as error:
            self._fault(error.code, "checkpoint", None, error.message)
            return
        if checkpoint is None:
            if (self.log.directory / "tile").exists():
                self._fault(
                    LogError.code, "checkpoint", None, "The log has tiles and no checkpoint."
                )
            return
        self.report.checkpoint = checkpoint
        self.report.size = checkpoint.size
        try:
            if self.chain is not None:
                self.chain.open(checkpoint.note)
            open_checkpoint(checkpoint.note, self.verifiers, self.origin)
            self.origin = checkpoint.origin
        except NoteError as error:
            self._fault(error.code, "checkpoint", None, error.message)
            if not checkpoint.size:
                return
            last = (checkpoint.size - 1) // WIDTH
            width = tile_width(ENTRIES, last, checkpoint.size)
            if self._read(ENTRIES, last, width, report=False)[0] is None:
                return  # not even the size can be believed
        if self.entry_keys is None:
            self.entry_keys = {
                key.vkey
                for key in self.verifiers
                if key.name == f"{self.origin or checkpoint.origin}/entry"
            }
        self._entry_key_ids = {
            (key.name, key.key_id) for key in self.verifiers if key.vkey in self.entry_keys
        }
        rebuilt, stored = self._leaves(checkpoint.size, progress)
        self._tree(checkpoint, rebuilt, stored)

    # --- entries and the lowest level ---------------------------------------------------

    def _leaves(self, size: int, progress: Progress | None) -> tuple[_Level, _Level]:
        """Read every entry; the lowest level as the entries and as the tiles give it."""
        rebuilt, stored = _Level(), _Level()
        for index in range(-(-size // WIDTH)):
            width = tile_width(0, index, size)
            tile = self._stored_tile(0, index, width)
            notes = self._bundle(index, width)
            hashes: list[bytes] | None = None
            if notes is not None:
                hashes = merkle.leaf_hashes(notes)
                for offset, note in enumerate(notes):
                    self._entry(index * WIDTH + offset, note)
            if hashes is not None and tile is not None and hashes != tile:
                self._differing.append((index, hashes, tile))
            root = rebuilt.add(hashes or tile or [])
            stored.add(tile or hashes or [], root if hashes == tile else None)
            if progress:
                progress(index * WIDTH + width, size)
        return rebuilt, stored

    def _bundle(self, index: int, width: int) -> list[bytes] | None:
        data, stored = self._read(ENTRIES, index, width)
        if data is None:
            return None
        path = tile_path(ENTRIES, index, stored)
        try:
            notes = unpack(data, path)
            if len(notes) != stored:
                raise LogError(f"The log file {path} holds {len(notes)} entries, not {stored}.")
            notes = notes[:width]
        except LogError as error:
            self._fault(error.code, path, None, error.message)
            return None
        self._older_partials(ENTRIES, index, width, lambda older: pack(notes[:older]))
        return notes

    def _entry(self, position: int, note: bytes) -> None:
        try:
            parsed = entries.parse_entry(note, signatures=self.signatures)
        except CustodyError as error:
            self._fault(error.code, self._path_at(position), position, error.message)
            return
        if parsed.object_sha256:
            self.report.object_addresses.add(parsed.object_sha256)
        entry_id = bytes.fromhex(parsed.entry_id)
        if entry_id in self._ids:
            self._entry_fault(position, f"The id {parsed.entry_id} is used twice.")
        self._ids.add(entry_id)
        if self.origin is not None and parsed.origin != self.origin:
            self._entry_fault(position, f"The entry is of another archive, {parsed.origin}.")
        if parsed.time < self._time:
            self._entry_fault(position, "The entry is dated before the previous entry.")
        self._time = max(self._time, parsed.time)
        if not self.signatures:
            return
        try:
            verified, unknown = check_signatures(parsed.text, parsed.signatures, self.verifiers)
        except NoteError as error:
            self._fault(error.code, self._path_at(position), position, error.message)
            return
        self.report.signatures_checked += len(verified)
        self.report.signatures_unknown += len(unknown)
        if self._needed(position).isdisjoint((each.name, each.key_id) for each in verified):
            self._fault(
                SignatureError.code,
                self._path_at(position),
                position,
                "The archive's entry key did not sign this entry.",
            )

    def _needed(self, position: int) -> set[tuple[str, int]]:
        """The keys of which one must have signed the entry at a position."""
        if self.chain is None or len(self.chain.pairs) == 1:
            return self._entry_key_ids
        key = self.chain.entry_at(position)
        return {(key.name, key.key_id)}

    # --- the tree -----------------------------------------------------------------------

    def _tree(self, checkpoint: Checkpoint, rebuilt: _Level, stored: _Level) -> None:
        """Compare the levels above, and say which side of each difference is wrong."""
        size = checkpoint.size
        rebuilt_edge, stored_edge = [rebuilt.edge], [stored.edge]
        tile_faults: list[str] = []
        level = 0
        while size >> 8 * (level + 1):
            level += 1
            above = _Level()
            from_entries, from_tiles = rebuilt.full_roots, stored.full_roots
            rebuilt, lower = _Level(), from_tiles
            for index in range(-(-len(from_entries) // WIDTH)):
                part = slice(index * WIDTH, (index + 1) * WIDTH)
                tile = self._stored_tile(level, index, len(from_entries[part]))
                rebuilt.add(from_entries[part])
                above.add(tile if tile is not None else from_entries[part])
                if tile is None or tile == lower[part]:
                    continue
                # The tile disagrees with the stored tiles below it; do they with the entries?
                if tile != from_entries[part]:
                    tile_faults.append(tile_path(level, index, len(tile)))
            rebuilt_edge.append(rebuilt.edge)
            stored_edge.append(above.edge)
            stored = above
        entries_hold = root_of_edge(rebuilt_edge) == checkpoint.root
        tiles_hold = root_of_edge(stored_edge) == checkpoint.root
        self._blame(entries_hold, tiles_hold, size)
        for path in tile_faults:
            self._fault(
                LogError.code, path, None, f"The log file {path} is not what the tree says."
            )
        told = any(f.position is not None or f.path == "checkpoint" for f in self.report.faults)
        if not entries_hold and not told:
            self._fault(
                LogError.code,
                "checkpoint",
                None,
                "The root in the checkpoint is not the root over the entries.",
            )

    def _blame(self, entries_hold: bool, tiles_hold: bool, size: int) -> None:
        for index, hashes, tile in self._differing:
            width = len(hashes)
            bundle_path, path = tile_path(ENTRIES, index, width), tile_path(0, index, width)
            entries_here, tile_here = entries_hold, tiles_hold
            if not entries_hold and width == WIDTH and (up := self._parent(index, size)):
                entries_here = merkle.root_of(hashes) == up
                tile_here = merkle.root_of(tile) == up
            if not tile_here or entries_here:
                self._fault(
                    LogError.code, path, None, f"The log file {path} is not what the tree says."
                )
            if not entries_here:
                for offset, (one, other) in enumerate(zip(hashes, tile, strict=True)):
                    if one != other:
                        self._fault(
                            LogError.code,
                            bundle_path,
                            index * WIDTH + offset,
                            "The entry differs from what was logged: its bytes were altered.",
                        )

    def _parent(self, index: int, size: int) -> bytes | None:
        """What the tile above says is the root of a full tile of the lowest level."""
        width = tile_width(1, index // WIDTH, size)
        tile = self._stored_tile(1, index // WIDTH, width, report=False)
        return tile[index % WIDTH] if tile and index % WIDTH < len(tile) else None

    # --- files --------------------------------------------------------------------------

    def _stored_tile(
        self, level: int, index: int, width: int, *, report: bool = True
    ) -> list[bytes] | None:
        data, stored = self._read(level, index, width, report=report)
        if data is None:
            return None
        if len(data) != stored * HASH_BYTES:
            if report:
                path = tile_path(level, index, stored)
                message = f"The log file {path} does not have its proper length."
                self._fault(LogError.code, path, None, message)
            return None
        data = data[: width * HASH_BYTES]
        if report:
            self._older_partials(
                level, index, width, lambda older: data[: older * HASH_BYTES] if data else b""
            )
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]

    def _older_partials(
        self, level: int | str, index: int, width: int, expected: Callable[[int], bytes]
    ) -> None:
        """Partial tiles kept for older checkpoints must be the beginning of this one."""
        full = self.log.directory / tile_path(level, index)
        try:
            names = sorted(os.listdir(f"{full}.p"))
        except OSError:
            return  # there are none, or they went as the full tile came
        for name in names:
            if name.isdecimal() and len(name) <= 3 and (older := int(name)) < width:
                path = tile_path(level, index, older)
                try:
                    data = (self.log.directory / path).read_bytes()
                except FileNotFoundError:
                    continue  # dropped meanwhile: nobody needs it
                except OSError:
                    self._fault(LogError.code, path, None, f"The log file {path} cannot be read.")
                    continue
                if data != expected(older):
                    self._fault(
                        LogError.code,
                        path,
                        None,
                        f"The log file {path}, kept for an older checkpoint, was altered.",
                    )

    def _read(
        self, level: int | str, index: int, width: int, *, report: bool = True
    ) -> tuple[bytes | None, int]:
        """A tile's bytes and width: the one asked for, or the full one that took its place."""
        path, why = tile_path(level, index, width), "is missing"
        for candidate in dict.fromkeys((width, WIDTH)):
            try:
                stored = self.log.directory / tile_path(level, index, candidate)
                return stored.read_bytes(), candidate
            except FileNotFoundError:
                continue
            except OSError:
                path, why = tile_path(level, index, candidate), "cannot be read"
                break
        if report:
            self._fault(LogError.code, path, None, f"The log file {path} {why}.")
        return None, width

    def _path_at(self, position: int) -> str:
        index = position // WIDTH
        return tile_path(ENTRIES, index, tile_width(ENTRIES, index, self.report.size))

    def _entry_fault(self, position: int, message: str) -> None:
        self._fault(EntryError.code, self._path_at(position), position, message)

    def _fault(self, code: str, path: str, position: int | None, message: str) -> None:
        self.report.faults.append(AuditFault(code, path, position, message))


class _Level:
    """One level of the tree: the roots of its full tiles and the hashes of the partial one."""

    __slots__ = ("edge", "full_roots")

    def __init__(self) -> None:
        self.full_roots: list[bytes] = []
        self.edge: list[bytes] = []

    def add(self, hashes: list[bytes], root: bytes | None = None) -> bytes | None:
        """The next tile; the root over a full one, which need not be given."""
        if len(hashes) < WIDTH:
            self.edge = hashes
            return None
        root = root or merkle.root_of(hashes)
        self.full_roots.append(root)
        return root
