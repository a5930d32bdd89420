"""doctor: honest about keys, disk and strangers, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended

from habeas.cli.disk import Encryption, encryption_of

MOUNT = "36 35 {number} / {place} rw,noatime - {kind} {source} rw"


def states(ended: Ended) -> dict[str, str]:
    return {finding["name"]: finding["state"] for finding in ended.json["findings"]}


def words(ended: Ended) -> dict[str, str]:
    return {finding["name"]: finding["words"] for finding in ended.json["findings"]}


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Encryption], None]:
    def be(encryption: Encryption) -> None:
        monkeypatch.setattr(
            "habeas.cli.commands.doctor.encryption_of", lambda _: (encryption, "as told")
        )

    return be


def test_an_unprotected_archive_is_red(
    archive_here: Path, habeas: Callable[..., Ended], disk: Callable[[Encryption], None]
) -> None:
    disk(Encryption.YES)
    ended = habeas("doctor", "--json")
    assert ended.code == 1
    assert states(ended)["keys"] == states(ended)["people"] == "red"
    assert "with no passphrase at all" in words(ended)["recovery"]


@pytest.mark.parametrize(
    ("encryption", "state", "code"),
    [(Encryption.YES, "good", 0), (Encryption.NO, "red", 1), (Encryption.UNKNOWN, "unsure", 0)],
)
def test_a_protected_archive_stands_with_its_disk(
    habeas: Callable[..., Ended],
    protected: Path,
    disk: Callable[[Encryption], None],
    encryption: Encryption,
    state: str,
    code: int,
) -> None:
    disk(encryption)
    ended = habeas("doctor", "--json")  # no passphrase is asked for
    assert (ended.code, states(ended)["disk"], states(ended)["stranger"]) == (code, state, state)
    assert states(ended)["keys"] == "good"
    stranger = words(ended)["stranger"]
    assert "the database in clear" in stranger
    assert "not the sealed files" in stranger
    assert ("nothing while the machine is off" in stranger) == (encryption is Encryption.YES)


def test_an_open_door_is_named(archive_here: Path, habeas: Callable[..., Ended]) -> None:
    archive_here.chmod(0o755)
    ended = habeas("doctor", "--json")
    assert states(ended)["modes"] == "red"
    assert "archive (0755)" in words(ended)["modes"]


def test_broken_things_are_told_not_tripped_over(
    archive_here: Path, habeas: Callable[..., Ended]
) -> None:
    (archive_here / "keys" / "installation").unlink()
    for part in archive_here.glob("habeas.db*"):
        part.unlink()
    ended = habeas("doctor", "--json")
    assert ended.code == 1
    assert states(ended)["keys"] == "red"
    assert states(ended)["ledger"] == "red"


@pytest.fixture
def machine(tmp_path: Path) -> tuple[Path, Path]:
    """A made-up /sys and mountinfo, in which this directory's own device number is known."""
    return tmp_path / "sys", tmp_path / "mountinfo"


def place_device(tmp_path: Path, sys: Path, target: Path) -> None:
    import os

    number = os.stat(tmp_path).st_dev
    link = sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)


def mounted(file: Path, kind: str = "ext4", source: str = "/dev/mapper/x") -> None:
    file.write_text(MOUNT.format(number="253:0", place="/", kind=kind, source=source) + "\n")


def test_luks_is_seen(tmp_path: Path, machine: tuple[Path, Path]) -> None:
    sys, mounts = machine
    mounted(mounts)
    dm = sys / "devices" / "dm-0"
    (dm / "dm").mkdir(parents=True)
    (dm / "dm" / "uuid").write_text("CRYPT-LUKS2-0123-root\n")
    place_device(tmp_path, sys, dm)
    assert encryption_of(tmp_path, sys=sys, mounts=mounts)[0] is Encryption.YES


def test_volumes_on_luks_are_encrypted_only_if_all_are(
    tmp_path: Path, machine: tuple[Path, Path]
) -> None:
    sys, mounts = machine
    mounted(mounts)
    volume = sys / "devices" / "dm-2"
    (volume / "dm").mkdir(parents=True)
    (volume / "dm" / "uuid").write_text("LVM-abc\n")
    (volume / "slaves").mkdir()
    for name, uuid in (("dm-0", "CRYPT-LUKS2-a"), ("dm-1", "CRYPT-LUKS2-b")):
        part = sys / "devices" / name
        (part / "dm").mkdir(parents=True)
        (part / "dm" / "uuid").write_text(uuid)
        (volume / "slaves" / name).symlink_to(part)
    place_device(tmp_path, sys, volume)
    assert encryption_of(tmp_path, sys=sys, mounts=mounts)[0] is Encryption.YES
    (sys / "devices" / "dm-1" / "dm" / "uuid").write_text("LVM-b")
    assert encryption_of(tmp_path, sys=sys, mounts=mounts)[0] is Encryption.NO


def test_a_plain_disk_is_not(tmp_path: Path, machine: tuple[Path, Path]) -> None:
    sys, mounts = machine
    mounted(mounts)
    part = sys / "devices" / "sda" / "sda1"
    part.mkdir(parents=True)
    (part / "partition").write_text("1")
    place_device(tmp_path, sys, part)
    told, sentence = encryption_of(tmp_path, sys=sys, mounts=mounts)
    assert told is Encryption.NO
    assert "as far as this machine can see" in sentence


@pytest.mark.parametrize("kind", ["overlay", "zfs", "nfs4", "tmpfs"])
def test_what_shows_no_disk_cannot_be_told(
    tmp_path: Path, machine: tuple[Path, Path], kind: str
) -> None:
    sys, mounts = machine
    mounted(mounts, kind, "somewhere")
    told, sentence = encryption_of(tmp_path, sys=sys, mounts=mounts)
    assert told is Encryption.UNKNOWN
    assert kind in sentence


def test_an_encrypted_folder(tmp_path: Path, machine: tuple[Path, Path]) -> None:
    sys, mounts = machine
    mounted(mounts, "fuse.gocryptfs", "/cipher")
    assert encryption_of(tmp_path, sys=sys, mounts=mounts)[0] is Encryption.YES


def test_no_mounts_to_read(tmp_path: Path, machine: tuple[Path, Path]) -> None:
    sys, mounts = machine
    assert encryption_of(tmp_path, sys=sys, mounts=mounts)[0] is Encryption.UNKNOWN
