"""BagIt 1.0 (RFC 8493): folders of files with their hashes, written and checked.

Reading is strict where the RFC is: ``bagit.txt`` has its two lines and nothing else, every
payload manifest lists every payload file once, a path stays inside the bag, and ``fetch.txt``
lists payload files that every manifest lists. What other readers let pass (white space before a
colon, a file named twice or in two ways, a tag file that a tag manifest leaves out) is a fault
here. Nothing is ever fetched.

Invariants: a bag appears under its name whole or not at all, and never over anything; links
and special files are refused and never followed; nothing of a bag is believed before its
hash is right.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from habeas.custody.durable import make_private, sync_file_system
from habeas.custody.errors import BagError, BagUnsafe

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MOST_FILES: Final = 200_000
LARGEST_TAG_FILE: Final = 64 * 1024 * 1024  # bytes, of a manifest
LARGEST_FILE: Final = 1 << 40
_MANIFEST = re.compile("(tag)?manifest-([a-z0-9]+)[.]txt")
_LINE = re.compile("([0-9A-Fa-f]+)[ \t]+(.+)")
_ALGORITHMS: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
FETCH: Final = "fetch.txt"
_FETCH_LINE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+)[ \t]+([0-9]{1,20}|-)[ \t]+(.+)")
_DRIVE = re.compile("[A-Za-z]:")
_BARE_PERCENT = re.compile("%(?!0[AaDd]|25)")
_OXUM = re.compile(r"^Payload-Oxum: (\d+)\.(\d+)$", re.M)
_CHUNK = 1 << 20

Progress = Callable[[int, int], None]


def _locked(folder: Path) -> int | None:
    """A descriptor that keeps others from taking the folder; None where another has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


# --- writing --------------------------------------------------------------------------------


class BagWriter:
    """A bag being written beside its final name. Use as a context; ``publish`` shows it.

    It holds plain evidence, so what a killed run left beside the name is removed first; a
    folder that another run is writing is locked by it and stays.
    """

    def __init__(self, final: Path) -> None:
        self.final = final
        self.size_bytes = 0
        self.payload: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        if os.path.lexists(final):
            raise BagError(
                f"{final} is there already.", next_step="Choose a new folder; none is replaced."
            )
        if not final.parent.is_dir():
            raise BagError(
                f"The folder {final.parent} does not exist.", next_step="Create it first."
            )
        self._remove_leftovers()
        self.place = final.parent / f".{final.name[:100]}.{secrets.token_hex(8)}"
        self.place.mkdir(mode=0o700)
        self._lock = _locked(self.place)

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            if self.place.exists():
                shutil.rmtree(self.place)
        if self._lock is not None:
            os.close(self._lock)

    def _remove_leftovers(self) -> None:
        ours = re.compile(re.escape(f".{self.final.name[:100]}.") + "[0-9a-f]{16}")
        for path in self.final.parent.iterdir():
            if not ours.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
                continue
            lock = _locked(path)
            if lock is not None:
                shutil.rmtree(path)
                os.close(lock)

    def add(self, path: str, data: bytes) -> str:
        """Write a file; ``data/…`` is payload, all else a tag file. Returns its SHA-256."""

        def write(file: IO[bytes]) -> None:
            file.write(data)

        return self.write(path, write)

    def write(self, path: str, write: Callable[[IO[bytes]], object]) -> str:
        """The same for a file that ``write`` writes to the stream it is given."""
        if not is_safe(path) or path in self.payload or path in self.tags:
            raise BagError(f"{path!r} cannot be a file of a bag, or is in it already.")
        target = self.place / path
        make_private(target.parent)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            hashing = _Hashing(file)
            write(hashing)  # type: ignore[arg-type]
        digest = hashing.sha256.hexdigest()
        if path.startswith("data/"):
            self.payload[path] = digest
            self.size_bytes += hashing.size_bytes
        else:
            self.tags[path] = digest
        return digest

    def finish(self, info: Iterable[tuple[str, str]]) -> str:
        """Write declaration, information and payload manifest; the manifest's SHA-256."""
        self.add("bagit.txt", DECLARATION)
        labels = [*info, ("Payload-Oxum", f"{self.size_bytes}.{len(self.payload)}")]
        lines = "".join(f"{label}: {' '.join(value.split())}\n" for label, value in labels)
        self.add("bag-info.txt", lines.encode())
        return self.add("manifest-sha256.txt", manifest(self.payload))

    def publish(self, seconds: int) -> None:
        """Write the tag manifest, date every file, make all durable, then show the bag."""
        path = self.place / "tagmanifest-sha256.txt"
        path.write_bytes(manifest(self.tags))
        path.chmod(0o600)
        for folder, _, names in os.walk(self.place):
            for name in names:
                os.utime(os.path.join(folder, name), (seconds, seconds))
        sync_file_system(self.place)
        if os.path.lexists(self.final):
            raise BagError(f"{self.final} is there already.", next_step="Choose a new folder.")
        os.rename(self.place, self.final)
        sync_file_system(self.final)


class _Hashing:
    """A stream that hashes and counts what passes through it."""

    def __init__(self, target: IO[bytes]) -> None:
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0
        self._target = target

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.size_bytes += len(data)
        return self._target.write(data)


def manifest(files: Mapping[str, str]) -> bytes:
    """A manifest's text: hash, two spaces, path; as ``sha256sum --check`` reads it."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items())).encode()


def is_safe(path: str) -> bool:
    """Whether a path stays inside the bag and needs no escapes."""
    parts = path.split("/")
    return (
        not {"", ".", ".."} & set(parts)
        and not path.startswith("~")
        and not re.search(r"[\x00-\x1f\x7f\\%]", path)
    )


# --- checking -------------------------------------------------------------------------------


@dataclass(slots=True)
class BagReport:
    """What was found: ``files`` by path with their sizes; ``faults`` in words, none if valid."""

    files: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def payload(self) -> list[str]:
        return [path for path in self.files if path.startswith("data/")]


def check_bag(directory: Path, progress: Progress = lambda done, total: None) -> BagReport:
    """Everything that RFC 8493 asks of a complete and valid bag.

    Raises ``BagUnsafe`` where the folder must not be read at all.
    """
    report = BagReport(_files(directory))
    faults = report.faults
    _declaration(directory, report)
    manifests = {
        name: (match[1] is not None, match[2])
        for name in sorted(report.files)
        if (match := _MANIFEST.fullmatch(name))
    }
    if not any(not tag for tag, _ in manifests.values()):
        faults.append("The payload manifest is missing.")
    if (
        not any(path.startswith("data/") for path in report.files)
        and not (directory / "data").is_dir()
    ):
        faults.append("The folder data is missing.")
    wanted: dict[str, dict[str, str]] = {}
    in_all: set[str] | None = None  # payload files that every payload manifest lists
    tags: set[str] | None = None  # what the tag manifests list between them
    for name, (of_tags, algorithm) in manifests.items():
        if algorithm not in _ALGORITHMS:
            faults.append(f"{name} is of an algorithm that is not known here.")
            continue
        listed = _listed(directory, name, of_tags, algorithm, report)
        for path, digest in listed.items():
            wanted.setdefault(path, {})[algorithm] = digest
        if of_tags:
            tags = (tags or set()) | listed.keys()
        else:
            in_all = set(listed) if in_all is None else in_all & listed.keys()
    if tags is not None:
        outside = set(report.files) - set(report.payload) - tags
        faults += [
            f"{path} is in no tag manifest: nothing says that it is as it was."
            for path in sorted(outside)
            if not path.startswith("tagmanifest-")
        ]
    _fetched(directory, in_all or set(), report)
    _told_apart({*report.files, *wanted}, faults)
    _oxum(directory, report)
    for done, (path, digests) in enumerate(sorted(wanted.items()), 1):
        if path in report.files:
            found = _hashes(directory / path, {*digests, "sha256"})
            report.sha256[path] = found["sha256"]
            if any(found[algorithm] != digest for algorithm, digest in digests.items()):
                faults.append(f"{path} was altered.")
        progress(done, len(wanted))
    return report


def _files(directory: Path) -> dict[str, int]:
    if not directory.is_dir():
        raise BagUnsafe(f"{directory} is not a folder.", next_step="Give the bag's own folder.")
    found: dict[str, int] = {}
    waiting = [""]
    while waiting:
        here = waiting.pop()
        for each in _entries(directory / here):
            path = f"{here}/{each.name}" if here else each.name
            status = each.stat(follow_symlinks=False)
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            elif not stat.S_ISREG(status.st_mode):
                raise _unsafe(f"{shown!r} is a link or no plain file.")
            elif shown != path:
                raise _unsafe(f"The file name {shown!r} is not UTF-8.")
            elif status.st_size > LARGEST_FILE:
                raise _unsafe(f"{shown!r} is too large.")
            else:
                found[path] = status.st_size
            if len(found) + len(waiting) > MOST_FILES:
                raise _unsafe(f"There are more than {MOST_FILES:,} files.")
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _unsafe(why: str) -> BagUnsafe:
    return BagUnsafe(
        f"The bag is not read: {why}", next_step="Ask whoever gave it; nothing of it was opened."
    )


def _declaration(directory: Path, report: BagReport) -> None:
    if "bagit.txt" not in report.files or report.files["bagit.txt"] > 4096:
        report.faults.append("The file bagit.txt is missing.")
    elif (directory / "bagit.txt").read_bytes().replace(b"\r\n", b"\n") not in (
        DECLARATION,
        DECLARATION[:-1],
    ):
        report.faults.append("bagit.txt does not say BagIt 1.0 in UTF-8, or not in two lines.")


def _listed(
    directory: Path, name: str, of_tags: bool, algorithm: str, report: BagReport
) -> dict[str, str]:
    """What one manifest lists; its faults go into the report."""
    faults = report.faults
    listed: dict[str, str] = {}
    if report.files[name] > LARGEST_TAG_FILE:
        faults.append(f"{name} is too large.")
        return {}
    try:
        text = (directory / name).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        faults.append(f"{name} is not UTF-8.")
        return {}
    size = 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size
    for number, line in enumerate(_lines(text), 1):
        match = _LINE.fullmatch(line)
        path = _unescaped(match[2]) if match else ""
        odd = match is None or len(match[1]) != size or _BARE_PERCENT.search(match[2])
        if match is None or odd or not _is_listable(path, of_tags):
            faults.append(f"Line {number} of {name} cannot be.")
        elif path in listed:
            faults.append(f"{name} lists {path} twice.")
        else:
            listed[path] = match[1].lower()
    for path in sorted(set(listed) - set(report.files)):
        faults.append(f"{path} is named by {name} and is not there.")
    if not of_tags:
        for path in sorted(set(report.payload) - set(listed)):
            faults.append(f"{path} is not in {name}.")
    return listed


def _fetched(directory: Path, in_all: set[str], report: BagReport) -> None:
    """Whether ``fetch.txt`` is a list of payload files, each of them in every manifest."""
    if FETCH not in report.files:
        return
    faults = report.faults
    if report.files[FETCH] > LARGEST_TAG_FILE:
        faults.append(f"{FETCH} is too large.")
        return
    try:
        text = (directory / FETCH).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        faults.append(f"{FETCH} is not UTF-8.")
        return
    seen: set[str] = set()
    for number, line in enumerate(_lines(text), 1):
        match = _FETCH_LINE.fullmatch(line)
        path = _unescaped(match[3]) if match else ""
        if match is None or _BARE_PERCENT.search(match[3]) or not _is_listable(path, False):
            faults.append(f"Line {number} of {FETCH} cannot be.")
        elif path in seen:
            faults.append(f"{FETCH} lists {path} twice.")
        elif path not in in_all:
            faults.append(f"{path} is named by {FETCH} and is not in every payload manifest.")
        elif match[2] != "-" and report.files.get(path, int(match[2])) != int(match[2]):
            faults.append(f"{path} has not the length that {FETCH} says.")
        seen.add(path)


def _told_apart(paths: Iterable[str], faults: list[str]) -> None:
    """Two paths that differ only in how letters are composed are one file on other systems."""
    seen: dict[str, str] = {}
    faults += [
        f"{path!r} and {other!r} differ only in how letters are composed."
        for path in sorted(paths)
        if (other := seen.setdefault(unicodedata.normalize("NFC", path), path)) != path
    ]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _is_listable(path: str, of_tags: bool) -> bool:
    steps = path.split("/")
    inside = not {"", ".", ".."} & set(steps) and not path.startswith("~")
    if "\\" in path or "\x00" in path or not inside or any(map(_DRIVE.fullmatch, steps)):
        return False
    if of_tags:
        return not path.startswith("data/") and not path.startswith("tagmanifest-")
    return path.startswith("data/")


def _unescaped(path: str) -> str:
    return re.sub("%(0[AaDd]|25)", lambda match: chr(int(match[1], 16)), path)


def _oxum(directory: Path, report: BagReport) -> None:
    if not 0 < report.files.get("bag-info.txt", 0) <= LARGEST_TAG_FILE:
        return
    info = (directory / "bag-info.txt").read_bytes().decode("utf-8", "replace")
    payload = report.payload
    size = sum(report.files[path] for path in payload)
    for octets, count in _OXUM.findall(info.replace("\r\n", "\n")):
        if (int(octets), int(count)) != (size, len(payload)):
            report.faults.append("bag-info.txt states another number or size of files.")


def _hashes(path: Path, algorithms: Iterable[str]) -> dict[str, str]:
    """Each hash of a file, read once."""
    hashing = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            for each in hashing.values():
                each.update(part)
    return {name: each.hexdigest() for name, each in hashing.items()}
