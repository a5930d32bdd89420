"""Reads the compound files of old office programs (OLE, MS-CFB): names to streams.

Invariants: every chain of sectors is followed at most once round, and no stream is longer
than the file; a chain that breaks off gives what came before and sets ``broken``. Nothing is
executed, no name is a path on disk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are no sectors
_NONE = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MOST_ENTRIES = 200_000


class NotCompound(Exception):
    """The bytes are no compound file, or its head makes no sense."""


@dataclass(frozen=True, slots=True)
class OleEntry:
    """A stream or storage: its path of names from the root, which is the empty path."""

    path: tuple[str, ...]
    is_stream: bool
    start: int
    size: int


class Compound:
    """A compound file over its bytes."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or data[:8] != MAGIC:
            raise NotCompound("no compound file")
        self._data = data
        self.broken = False
        (major, _order, shift, mini_shift) = struct.unpack_from("<HHHH", data, 26)
        if major not in {3, 4} or not 7 <= shift <= 16 or mini_shift > shift:
            raise NotCompound("the head of the compound file is broken")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        first_directory, self._cutoff = struct.unpack_from("<I4xI", data, 48)
        first_mini, _mini_count, first_more, _more_count = struct.unpack_from("<IIII", data, 60)
        self._table = self._allocation(first_more)
        self._mini_table = self._numbers(self._chain(first_mini))
        self.entries = self._directory(first_directory)
        root = next((entry for entry in self.entries if not entry.path), None)
        self._mini = self._joined(root.start, root.size) if root else b""
        self._by_path = {entry.path: entry for entry in self.entries}

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _allocation(self, first_more: int) -> list[int]:
        sectors = [n for n in struct.unpack_from("<109I", self._data, 76) if n < _END]
        seen, more = set[int](), first_more
        while more < _END and more not in seen and len(seen) < 100_000:
            seen.add(more)
            numbers = self._numbers(self._sector(more))
            if not numbers:
                break
            sectors += [n for n in numbers[:-1] if n < _END]
            more = numbers[-1]
        most = len(self._data) // self._size + 1
        return self._numbers(b"".join(self._sector(number) for number in sectors[:most]))

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def _sectors(self, start: int, table: list[int]) -> Iterator[int]:
        seen, at = set[int](), start
        while at < _END:
            if at in seen or at >= len(table):
                self.broken = True
                return
            seen.add(at)
            yield at
            at = table[at]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._sectors(start, self._table))

    def _joined(self, start: int, size: int) -> bytes:
        return self._chain(start)[:size]

    def _directory(self, first: int) -> list[OleEntry]:
        raw = self._chain(first)
        count = min(len(raw) // 128, _MOST_ENTRIES)
        records = [struct.unpack_from("<64sHBBIII36xIQ", raw, at * 128) for at in range(count)]
        found = list[OleEntry]()
        if not records:
            raise NotCompound("the compound file has no directory")
        found.append(OleEntry((), False, records[0][7], records[0][8]))
        waiting: list[tuple[int, tuple[str, ...]]] = [(records[0][6], ())]
        seen = {0}
        while waiting:
            number, parent = waiting.pop()
            if number >= count or number in seen:
                self.broken = self.broken or (number != _NONE)
                continue
            seen.add(number)
            name_raw, length, kind, _colour, left, right, child, start, size = records[number]
            name = name_raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            size &= 0xFFFFFFFF if self._size == 512 else 0xFFFFFFFFFFFFFFFF
            path = (*parent, name)
            if kind in {_STORAGE, _STREAM}:
                found.append(OleEntry(path, kind == _STREAM, start, size))
            waiting += [(left, parent), (right, parent)]
            if kind == _STORAGE and len(path) < 64:
                waiting.append((child, path))
        return found

    def __contains__(self, path: tuple[str, ...]) -> bool:
        return path in self._by_path

    def names(self, folder: tuple[str, ...] = ()) -> list[str]:
        """The names right inside a storage."""
        depth = len(folder)
        return [
            entry.path[-1]
            for entry in self.entries
            if len(entry.path) == depth + 1 and entry.path[:depth] == folder
        ]

    def read(self, *path: str) -> bytes:
        """A stream's bytes, as far as they are there; b'' where there is none."""
        entry = self._by_path.get(path)
        if entry is None or not entry.is_stream:
            return b""
        if entry.size >= self._cutoff:
            content = self._joined(entry.start, entry.size)
        else:
            pieces, step = [], self._mini_size
            pieces = [
                self._mini[number * step : (number + 1) * step]
                for number in self._sectors(entry.start, self._mini_table)
            ]
            content = b"".join(pieces)[: entry.size]
        if len(content) < entry.size:
            self.broken = True
        return content


def encrypted_package(data: bytes) -> bool:
    """Whether this is an OOXML document behind a password."""
    try:
        return ("EncryptedPackage",) in Compound(data)
    except (NotCompound, struct.error):
        return False
