"""The log on disk (C2SP tlog-tiles): static files that any web server can hand out.

    log/checkpoint                    the newest signed checkpoint
    log/tile/<level>/<n>[.p/<width>]  hashes, 256 to a full tile
    log/tile/entries/<n>[.p/<width>]  the entries, each after its length in two bytes

Invariants: full tiles never change; a partial tile stays until its full tile is there, so
whoever holds an older checkpoint can still read its tree; everything at or below the
checkpoint's size is durable before the checkpoint is; adding to the log reads only its
right edge, so the cost of an entry does not grow with the log.

What is read here is checked for shape only. ``audit`` checks it against the signatures.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from habeas.custody import durable
from habeas.custody.errors import LogError, NoteError
from habeas.custody.log import merkle
from habeas.custody.log.checkpoints import Checkpoint, parse_checkpoint
from habeas.custody.log.merkle import Range

WIDTH: Final = 256
HASH_BYTES: Final = 32
ENTRIES: Final = "entries"
_CACHED_TILES: Final = 256  # 8 KiB each
_CACHED_BUNDLES: Final = 4
K = TypeVar("K")
V = TypeVar("V")


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """The path of a tile below ``log/``; ``level`` is a number or ``entries``."""
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    path = f"tile/{level}/" + "/".join(reversed(parts))
    return path if width == WIDTH else f"{path}.p/{width}"


def tile_width(level: int | str, index: int, size: int) -> int:
    """How many hashes (or entries) the tile has in a log of ``size``; 0 when there is none."""
    count = size if level == ENTRIES else size >> 8 * int(level)
    return max(0, min(WIDTH, count - index * WIDTH))


def pack(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length, two bytes, big end first."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def unpack(bundle: bytes, path: str = "") -> list[bytes]:
    """The entries of a bundle; ``LogError`` naming ``path`` when the lengths do not fit."""
    entries: list[bytes] = []
    at, end = 0, len(bundle)
    while at < end:
        begin = at + 2
        if begin > end:
            raise _damaged(path, "is cut short")
        at = begin + (bundle[at] << 8 | bundle[at + 1])
        if at > end:
            raise _damaged(path, "is cut short")
        entries.append(bundle[begin:at])
    return entries


class TileLog:
    """A log folder: reading entries, roots and proofs, and adding entries at its end."""

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._tiles: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._bundles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    # --- the checkpoint -----------------------------------------------------------------

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint, its signature not checked; None before the first."""
        try:
            note = (self.directory / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _damaged("checkpoint", _unread(error)) from error
        try:
            return parse_checkpoint(note)
        except NoteError as error:
            raise _damaged("checkpoint", f"cannot be read ({error.message})") from error

    @property
    def size(self) -> int:
        """The number of entries under the newest checkpoint."""
        checkpoint = self.checkpoint()
        return checkpoint.size if checkpoint else 0

    def still(self) -> TileLog:
        """The log as it stands under the checkpoint of now, whoever adds to it meanwhile."""
        return _StillLog(self)

    # --- entries ------------------------------------------------------------------------

    def entry(self, index: int) -> bytes:
        """The bytes of one entry."""
        size = self.size
        if not 0 <= index < size:
            merkle.inclusion_ranges(index, size)  # raises, naming both
        return self._bundle(index // WIDTH, size)[index % WIDTH]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The entries from ``start`` up to ``stop``, a bundle at a time."""
        size = self.size
        stop = size if stop is None else min(stop, size)
        while start < stop:
            number = start // WIDTH
            yield from self._bundle(number, size)[start % WIDTH : stop - number * WIDTH]
            start = (number + 1) * WIDTH

    # --- hashes and proofs --------------------------------------------------------------

    def leaf(self, index: int) -> bytes:
        """The leaf hash of one entry."""
        return self._range_hash(index, index + 1, self.size)

    def root(self, size: int | None = None) -> bytes:
        """The root over the first ``size`` entries."""
        current = self.size
        size = current if size is None else size
        self._check_size(size, current)
        return self._range_hash(0, size, current) if size else merkle.EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The hashes that lead from entry ``index`` to the root at ``size``."""
        current = self.size
        size = current if size is None else size
        self._check_size(size, current)
        return self._proof(merkle.inclusion_ranges(index, size), current)

    def consistency_proof(self, old_size: int, size: int | None = None) -> list[bytes]:
        """The hashes that show the log of ``old_size`` to be the beginning of this one."""
        current = self.size
        size = current if size is None else size
        self._check_size(size, current)
        return self._proof(merkle.consistency_ranges(old_size, size), current)

    def edge(self, size: int) -> list[list[bytes]]:
        """The hashes of the partial tile of each level at ``size``: the right edge."""
        levels: list[list[bytes]] = []
        while size >> 8 * len(levels):
            level = len(levels)
            width = (size >> 8 * level) % WIDTH
            tile = self._tile(level, size >> 8 * (level + 1), width, size) if width else b""
            levels.append([tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)])
        return levels

    # --- adding -------------------------------------------------------------------------

    def append(self, entries: Iterable[bytes]) -> tuple[int, bytes]:
        """Write the tiles of new entries, durably; the new size and root.

        Nothing counts until ``publish`` puts a checkpoint of that size in place; until
        then a repetition overwrites what is there. Only the sequencer calls this.
        """
        size = self.size
        levels = self.edge(size)
        first = size // WIDTH
        bundle = list(self._bundle(first, size)) if size % WIDTH else []
        pending = durable.PendingFiles(self.directory)
        try:
            for entry in entries:
                if len(entry) >> 16:
                    raise LogError(
                        f"Entry {size} has {len(entry)} bytes; a bundle takes 65,535.",
                        next_step="Only entries made by this program are added.",
                    )
                bundle.append(entry)
                size += 1
                self._grow(pending, levels, 0, size, merkle.leaf_hash(entry))
                if len(bundle) == WIDTH:
                    self._add(pending, ENTRIES, size // WIDTH - 1, WIDTH, pack(bundle))
                    bundle.clear()
            if bundle:
                self._add(pending, ENTRIES, size // WIDTH, len(bundle), pack(bundle))
            for level, hashes in enumerate(levels):
                if hashes:
                    index = size >> 8 * (level + 1)
                    self._add(pending, level, index, len(hashes), b"".join(hashes))
            pending.publish()
        except BaseException:
            pending.discard()
            raise
        self._forget()
        return size, root_of_edge(levels)

    def publish(self, checkpoint: Checkpoint) -> None:
        """Put a signed checkpoint in place, durably; then drop partial tiles that are full."""
        old_size = self.size
        durable.write_file(self.directory, self.directory / "checkpoint", checkpoint.note)
        self._forget()
        self._drop_partials(old_size, checkpoint.size)

    # --- inside -------------------------------------------------------------------------

    def _add(
        self, pending: durable.PendingFiles, level: int | str, index: int, width: int, data: bytes
    ) -> None:
        pending.add(self.directory / tile_path(level, index, width), data)

    def _grow(
        self,
        pending: durable.PendingFiles,
        levels: list[list[bytes]],
        level: int,
        size: int,
        new: bytes,
    ) -> None:
        """Add one hash to a level; a tile that it fills is written and counts one level up."""
        if level == len(levels):
            levels.append([])
        hashes = levels[level]
        hashes.append(new)
        if len(hashes) == WIDTH:
            index = (size >> 8 * (level + 1)) - 1
            self._add(pending, level, index, WIDTH, b"".join(hashes))
            full = merkle.root_of(hashes)
            hashes.clear()
            self._grow(pending, levels, level + 1, size, full)

    def _proof(self, ranges: list[Range], size: int) -> list[bytes]:
        return [self._range_hash(start, stop, size) for start, stop in ranges]

    def _range_hash(self, start: int, stop: int, size: int) -> bytes:
        """The hash of the subtree over [start, stop), which begins where a subtree may."""
        count = stop - start
        if count & (count - 1):
            middle = start + (1 << (count - 1).bit_length() - 1)
            return merkle.node_hash(
                self._range_hash(start, middle, size), self._range_hash(middle, stop, size)
            )
        level, height = divmod(count.bit_length() - 1, 8)
        index, offset = divmod(start >> 8 * level, WIDTH)
        tile = self._tile(level, index, offset + (1 << height), size)
        begin = offset * HASH_BYTES
        end = begin + (HASH_BYTES << height)
        return merkle.root_of([tile[at : at + HASH_BYTES] for at in range(begin, end, HASH_BYTES)])

    def _tile(self, level: int, index: int, need: int, size: int) -> bytes:
        """At least the first ``need`` hashes of a tile of the log at ``size``."""
        width = tile_width(level, index, size)
        key = (level, index, width)
        if (tile := _taken(self._tiles, key)) is None:
            tile, width = self._read(level, index, width)
            if len(tile) != width * HASH_BYTES:
                raise _damaged(tile_path(level, index, width), "does not have its proper length")
        _put(self._tiles, key, tile, _CACHED_TILES)
        if len(tile) < need * HASH_BYTES:
            raise _damaged(tile_path(level, index, width), "is shorter than the log needs")
        return tile

    def _bundle(self, index: int, size: int) -> list[bytes]:
        width = tile_width(ENTRIES, index, size)
        if (entries := _taken(self._bundles, (index, width))) is None:
            bundle, actual = self._read(ENTRIES, index, width)
            path = tile_path(ENTRIES, index, actual)
            entries = unpack(bundle, path)
            if len(entries) != actual:
                raise _damaged(path, f"holds {len(entries)} entries, not {actual}")
        _put(self._bundles, (index, width), entries, _CACHED_BUNDLES)
        return entries[:width]

    def _read(self, level: int | str, index: int, width: int) -> tuple[bytes, int]:
        """A tile's bytes and width: the one asked for, or the full one that replaced it."""
        for candidate in dict.fromkeys((width, WIDTH)):
            try:
                return (self.directory / tile_path(level, index, candidate)).read_bytes(), candidate
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _damaged(tile_path(level, index, candidate), _unread(error)) from error
        raise _damaged(tile_path(level, index, width), "is missing")

    def _check_size(self, size: int, current: int) -> None:
        if not 0 <= size <= current:
            raise LogError(
                f"The log has {current} entries under its checkpoint, not {size}.",
                next_step="Ask for a size that a checkpoint was signed for.",
            )

    def _drop_partials(self, old_size: int, size: int) -> None:
        """Remove the partial tiles of tiles that became full between two sizes."""
        self._drop_folder(ENTRIES, old_size // WIDTH, size)
        level = 0
        while old_size >> 8 * level:
            self._drop_folder(level, old_size >> 8 * (level + 1), size)
            level += 1

    def _drop_folder(self, level: int | str, index: int, size: int) -> None:
        full = self.directory / tile_path(level, index)
        folder = f"{full}.p"
        if tile_width(level, index, size) == WIDTH and os.path.isdir(folder) and full.is_file():
            shutil.rmtree(folder, ignore_errors=True)

    def _forget(self) -> None:
        self._tiles.clear()
        self._bundles.clear()


class _StillLog(TileLog):
    """A log under the checkpoint that was the newest when this was made; for reading."""

    def __init__(self, log: TileLog) -> None:
        super().__init__(log.directory)
        self._tiles, self._bundles = log._tiles, log._bundles  # kept by their width
        self._kept: Checkpoint | LogError | None
        try:
            self._kept = super().checkpoint()
        except LogError as error:
            self._kept = error

    def checkpoint(self) -> Checkpoint | None:
        if isinstance(self._kept, LogError):
            raise self._kept
        return self._kept

    def still(self) -> TileLog:
        return self


def _taken(cache: OrderedDict[K, V], key: K) -> V | None:
    """What is cached, out of the cache: one step, because pages are served by many threads."""
    return cache.pop(key, None)


def _put(cache: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """Cache a value as the one used last."""
    cache[key] = value
    while len(cache) > most:
        with contextlib.suppress(KeyError):  # another thread emptied it
            cache.popitem(last=False)


def root_of_edge(levels: list[list[bytes]]) -> bytes:
    """The root of a log whose right edge is given, level by level."""
    root: bytes | None = None
    for hashes in levels:
        # The hashes of a level, then what stands to their right from the levels below.
        for peak in reversed(_peaks(hashes)):
            root = peak if root is None else merkle.node_hash(peak, root)
    return merkle.EMPTY_ROOT if root is None else root


def _peaks(hashes: list[bytes]) -> list[bytes]:
    """The roots of the complete subtrees that a partial tile falls into, left to right."""
    peaks: list[bytes] = []
    at = 0
    while at < len(hashes):
        count = 1 << (len(hashes) - at).bit_length() - 1
        peaks.append(merkle.root_of(hashes[at : at + count]))
        at += count
    return peaks


def _unread(error: OSError) -> str:
    return f"cannot be read: {os.strerror(error.errno or 0)}"


def _damaged(path: str, what: str) -> LogError:
    return LogError(
        f"The log file {path} {what}.",
        path=path,
        next_step="Run `habeas verify`: it names what is damaged. Then restore it from a copy.",
    )
