"""The recovery copy: each recipient opens it alone, it follows the keys, and goes stale visibly."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyrage
import pytest

from habeas.custody.errors import (
    RecipientRefused,
    RecoveryCopyLocked,
    RecoveryError,
    RecoveryMissing,
)
from habeas.custody.keys import age_keys, key_files, recovery
from habeas.custody.keys.keyring import Keyring
from habeas.custody.keys.recovery import Custodian, Recipients, Shares


def person() -> tuple[str, str]:
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


@pytest.fixture
def fresh(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keys", None)


def known(*recipients: str) -> Recipients:
    first, *rest = recipients
    custodians = tuple(Custodian(f"c{n}", each, "2026-01-01") for n, each in enumerate(rest))
    return Recipients(custodians, Shares(2, 3, first, "2026-01-01"))


def gives_back(keyring: Keyring, content: dict[str, Any]) -> bool:
    """Whether what was recovered is the same keys: it signs and opens the same, in every epoch."""
    with TemporaryDirectory() as directory:
        again = Keyring.put(Path(directory) / "keys", content, None)
        opening = [{n: one.backup_identity(n) for n in one.epochs} for one in (again, keyring)]
        return again.chain == keyring.chain and opening[0] == opening[1]


def test_each_recipient_alone_opens_it_and_a_stranger_does_not(fresh: Keyring) -> None:
    people = [person() for _ in range(3)]
    fresh.seal_copy(known(*(public for _, public in people)))
    copy = fresh.directory / "recovery" / "copy"
    for identity, _ in people:
        assert gives_back(fresh, recovery.open_copy(copy, [identity]))
    with pytest.raises(RecoveryCopyLocked):
        recovery.open_copy(copy, [person()[0]])
    with pytest.raises(RecoveryCopyLocked, match="not an age identity"):
        recovery.open_copy(copy, ["AGE-SECRET-KEY-1NOT"])
    for secret in (fresh._content["entry"], fresh._content["epochs"][0]["key"]):
        for path in (fresh.directory / "recovery").iterdir():
            assert secret.encode() not in path.read_bytes()


def test_the_copy_follows_the_keys(fresh: Keyring) -> None:
    identity, public = person()
    fresh.seal_copy(known(public))
    copy = fresh.directory / "recovery" / "copy"
    fresh.rotate_epoch()
    assert gives_back(fresh, recovery.open_copy(copy, [identity]))
    fresh.destroy_epoch(1, still_used={2})
    content = recovery.open_copy(copy, [identity])
    assert [epoch["number"] for epoch in content["epochs"]] == [2]
    assert recovery.is_current(fresh.directory, recovery.read_recipients(fresh.directory))


def test_a_stale_copy_is_seen_without_a_passphrase(fresh: Keyring) -> None:
    fresh.seal_copy(known(person()[1]))
    old = (fresh.directory / "recovery" / "copy").read_bytes()
    recipients = (fresh.directory / "recovery" / "recipients").read_bytes()
    fresh.rotate_epoch()
    key_files.replace(fresh.directory / "recovery" / "copy", old)
    key_files.replace(fresh.directory / "recovery" / "recipients", recipients)
    assert not recovery.is_current(fresh.directory, recovery.read_recipients(fresh.directory))
    fresh.seal_copy()
    assert recovery.is_current(fresh.directory, recovery.read_recipients(fresh.directory))


def test_without_recipients_there_is_no_copy(fresh: Keyring) -> None:
    fresh.seal_copy(known(person()[1]))
    fresh.seal_copy(Recipients())
    assert not (fresh.directory / "recovery" / "copy").exists()
    assert not recovery.is_current(fresh.directory, recovery.read_recipients(fresh.directory))
    with pytest.raises(RecoveryMissing):
        recovery.open_copy(fresh.directory / "recovery" / "copy", [person()[0]])


def test_a_copy_that_was_altered_is_refused(fresh: Keyring) -> None:
    identity, public = person()
    fresh.seal_copy(known(public))
    copy = fresh.directory / "recovery" / "copy"
    good = copy.read_bytes()
    for place in (30, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[place] ^= 1
        key_files.replace(copy, bytes(bad))
        with pytest.raises(RecoveryCopyLocked):
            recovery.open_copy(copy, [identity])
    key_files.replace(copy, good[:-1])
    with pytest.raises(RecoveryCopyLocked):
        recovery.open_copy(copy, [identity])
    key_files.replace(fresh.directory / "recovery" / "recipients", b"{}")
    with pytest.raises(RecoveryError):
        recovery.read_recipients(fresh.directory)


def test_a_secret_key_given_as_recipient_is_not_repeated() -> None:
    identity, public = person()
    assert age_keys.check_recipient(f" {public}\n") == public
    with pytest.raises(RecipientRefused, match="secret key") as refusal:
        age_keys.check_recipient(identity)
    assert identity not in str(refusal.value)
    with pytest.raises(RecipientRefused, match="age1nobody"):
        age_keys.check_recipient("age1nobody")


def test_recovered_keys_replace_others_only_of_the_same_archive(
    fresh: Keyring, tmp_path: Path
) -> None:
    identity, public = person()
    fresh.seal_copy(known(public))
    content = recovery.open_copy(fresh.directory / "recovery" / "copy", [identity])
    (fresh.directory / "installation").unlink()
    back = Keyring.put_back(fresh.directory, content, None)
    assert Keyring.open(fresh.directory).entry.verifier == back.entry.verifier
    other = Keyring.create(tmp_path / "other", None)
    before = (other.directory / "installation").read_bytes()
    with pytest.raises(Exception, match="not those in"):
        Keyring.put_back(other.directory, content, None)
    assert (other.directory / "installation").read_bytes() == before
