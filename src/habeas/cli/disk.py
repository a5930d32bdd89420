"""Whether the disk under a directory is encrypted, as far as this machine can tell.

Answers from /sys and /proc only. A device is encrypted when it is dm-crypt (LUKS), or when
every device it is made of is. What lies below this machine (a drive's own encryption, a
virtual machine's host) cannot be seen and is not guessed.
"""

from __future__ import annotations

import enum
import os
from pathlib import Path

SYS = Path("/sys")
MOUNTS = Path("/proc/self/mountinfo")
_ENCRYPTED_KINDS = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})
_UNKNOWN = "whether it is encrypted cannot be determined"
_NOT_ENCRYPTED = (
    "not encrypted as far as this machine can see: use a LUKS disk "
    "(a drive's or a host's own encryption cannot be seen from here)"
)


class Encryption(enum.Enum):
    """What can be said of a disk."""

    YES = "encrypted"
    NO = "not encrypted"
    UNKNOWN = "cannot be determined"


def encryption_of(
    directory: Path, *, sys: Path = SYS, mounts: Path = MOUNTS
) -> tuple[Encryption, str]:
    """Whether the disk that a directory lies on is encrypted, and the sentence that says so."""
    try:
        number = os.stat(directory).st_dev
        mount = _mount_of(directory.resolve(), mounts)
    except OSError:
        return Encryption.UNKNOWN, f"{_UNKNOWN}: its mount cannot be read"
    kind, source = mount
    if kind in _ENCRYPTED_KINDS:
        return Encryption.YES, f"the folder is encrypted ({kind})"
    device = sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    if not device.exists():  # btrfs, overlay and the like have no device of their own
        device = _device_of(source, sys)
    if not device.exists():
        where = kind or "an unknown file system"
        return Encryption.UNKNOWN, f"{_UNKNOWN}: {where} shows no disk here"
    if _encrypted(device.resolve()):
        return Encryption.YES, "encrypted (dm-crypt)"
    return Encryption.NO, _NOT_ENCRYPTED


def _mount_of(directory: Path, mounts: Path) -> tuple[str, str]:
    """Kind and source of the mount that a directory lies in; the longest mount point wins."""
    found, longest = ("", ""), -1
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        fields, rest = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(rest) < 2:
            continue
        point = _unescaped(fields[4])
        if directory.is_relative_to(point) and len(point) >= longest:
            found, longest = (rest[0], _unescaped(rest[1])), len(point)
    return found


def _unescaped(field: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field


def _device_of(source: str, sys: Path) -> Path:
    """The device named by a mount; one that is not there where it names none."""
    try:
        number = os.stat(source).st_rdev if source.startswith("/dev/") else 0
    except OSError:
        number = 0
    return sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"


def _encrypted(device: Path) -> bool:
    uuid = device / "dm" / "uuid"
    if uuid.is_file() and uuid.read_text().startswith("CRYPT-"):
        return True
    below = device / "slaves"
    if not below.is_dir() and (device / "partition").is_file():
        below = device.parent / "slaves"
    parts = [part.resolve() for part in below.iterdir()] if below.is_dir() else []
    return bool(parts) and all(_encrypted(part) for part in parts)
