"""The keyring: made once, opened by the right passphrase only, silent about its secrets."""

from __future__ import annotations

import json
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from habeas.custody.age_headers import check_passphrase_header
from habeas.custody.errors import (
    EpochInUse,
    KeyringError,
    KeysExist,
    KeysMissing,
    KeyTextError,
    PassphraseNeeded,
    StorageFailed,
    WrongPassphrase,
)
from habeas.custody.keys import age_keys, key_files, keyring
from habeas.custody.keys.keyring import Keyring

ADDRESS, OTHER_ADDRESS = "ab" * 32, "cd" * 32
IDENTITY = "AGE-SECRET-KEY-1EXAMPLE"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def fresh(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keys", None)


def test_a_keyring_opens_again(fresh: Keyring) -> None:
    again = Keyring.open(fresh.directory)
    assert again.origin == fresh.origin
    assert again.entry.verifier == fresh.entry.verifier
    assert again.checkpoint.verifier == fresh.checkpoint.verifier
    assert not again.protected
    assert not key_files.is_protected(fresh.directory)


def test_the_names_of_the_keys_say_what_they_sign(fresh: Keyring) -> None:
    person = fresh.add_person(None)
    assert fresh.origin.startswith("habeas.invalid/")
    assert fresh.entry.name == f"{fresh.origin}/entry"
    assert fresh.checkpoint.name == fresh.origin
    assert person.name.startswith(f"{fresh.origin}/p-")
    assert fresh.entry.verifier.public != fresh.checkpoint.verifier.public


def test_the_public_keys_need_no_passphrase(fresh: Keyring) -> None:
    person = fresh.add_person(None)
    public = keyring.public_keys(fresh.directory)
    assert public.origin == fresh.origin
    assert public.entry == fresh.entry.verifier
    assert public.checkpoint == fresh.checkpoint.verifier
    assert list(public.people.values()) == [person.verifier]
    assert public == fresh.public
    assert len(public.all) == 3


def test_a_passphrase_protects_everything_secret(tmp_path: Path) -> None:
    """One test, because each attempt costs what scrypt is meant to cost."""
    directory = tmp_path / "keys"
    made = Keyring.create(directory, PASSPHRASE)
    content = (directory / "installation").read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert key_files.is_protected(directory)
    for attempt in (None, ""):
        with pytest.raises(PassphraseNeeded):
            Keyring.open(directory, attempt)
    with pytest.raises(WrongPassphrase) as refusal:
        Keyring.open(directory, "wrong horse")
    assert refusal.value.code == "keys.wrong-passphrase"
    assert "wrong horse" not in str(refusal.value)
    opened = Keyring.open(directory, PASSPHRASE)
    assert opened.protected
    assert opened.entry.verifier == made.entry.verifier


def test_whoever_guesses_a_passphrase_pays_for_every_try(tmp_path: Path) -> None:
    """Asked of a process of its own: in this one the tests make it cheap."""
    program = (
        "import sys; from pathlib import Path; from habeas.custody.keys import key_files\n"
        "key_files.write_key_file(Path(sys.argv[1]), {}, 'a passphrase of some length')"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "key"], check=True)
    work = check_passphrase_header((tmp_path / "key").read_bytes(), tmp_path / "key")
    assert work == 18


def test_a_person_has_a_passphrase_of_their_own(fresh: Keyring) -> None:
    person = fresh.add_person(PASSPHRASE)
    pseudonym = person.name.rpartition("/")[2]
    with pytest.raises(PassphraseNeeded):
        fresh.person(pseudonym)
    assert keyring.open_person(fresh.directory, pseudonym, PASSPHRASE).verifier == person.verifier


def test_people_are_known_by_random_pseudonyms(fresh: Keyring) -> None:
    people = [fresh.add_person(None) for _ in range(3)]
    assert fresh.people() == sorted(person.name.rpartition("/")[2] for person in people)
    with pytest.raises(KeysMissing):
        fresh.person("p-0000000000000000")
    for name in ("../installation", "alim", "", "p-00"):
        with pytest.raises(KeysMissing):
            fresh.person(name)


def test_key_files_are_private_from_their_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[tuple[int, int]] = []
    real_open = os.open

    def watched(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            modes.append((mode, flags & os.O_EXCL))
        return real_open(path, flags, mode)

    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "open", watched)
        keyring = Keyring.create(tmp_path / "keys", None)
        keyring.add_person(None)
    finally:
        os.umask(before)
    assert modes
    assert all(mode == 0o600 and exclusive for mode, exclusive in modes)
    for path in (tmp_path / "keys").rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_unprotected_keys_say_so(fresh: Keyring) -> None:
    first_line = (fresh.directory / "installation").read_bytes().split(b"\n")[0]
    assert b"UNPROTECTED" in first_line


def test_keys_are_never_overwritten(fresh: Keyring) -> None:
    before = (fresh.directory / "installation").read_bytes()
    with pytest.raises(KeysExist):
        Keyring.create(fresh.directory, None)
    assert (fresh.directory / "installation").read_bytes() == before
    assert not list(fresh.directory.glob("*.new"))


def test_an_empty_passphrase_is_not_taken_for_none(tmp_path: Path) -> None:
    with pytest.raises(PassphraseNeeded):
        Keyring.create(tmp_path / "keys", "")
    assert not (tmp_path / "keys" / "installation").exists()


def test_missing_or_damaged_keys_are_named(fresh: Keyring, tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="nowhere"):
        Keyring.open(tmp_path / "nowhere")
    path = fresh.directory / "installation"
    good = path.read_bytes()
    for bad in (
        b"",
        b"nonsense",
        good[:-20],
        key_files.UNPROTECTED + b"[]",
        key_files.UNPROTECTED + b"{}",
    ):
        path.write_bytes(bad)
        with pytest.raises(KeyringError):
            Keyring.open(fresh.directory)
    path.write_bytes(good.replace(b"habeas-keys/1", b"habeas-keys/2"))
    with pytest.raises(KeyringError, match="format"):
        Keyring.open(fresh.directory)


def test_a_file_with_an_unusable_seed_is_refused_without_showing_it(fresh: Keyring) -> None:
    path = fresh.directory / "installation"
    content = json.loads(path.read_bytes().removeprefix(key_files.UNPROTECTED))
    secret = content["entry"]
    path.write_bytes(key_files.UNPROTECTED + json.dumps(content | {"entry": secret[:-2]}).encode())
    with pytest.raises((KeyringError, KeyTextError)) as refusal:
        Keyring.open(fresh.directory)
    assert secret[:-2] not in str(refusal.value)


def test_nothing_secret_shows(fresh: Keyring) -> None:
    content = json.loads(
        (fresh.directory / "installation").read_bytes().removeprefix(key_files.UNPROTECTED)
    )
    shown = repr(fresh) + repr(fresh.entry) + str(fresh.public)
    for secret in (content["entry"], content["checkpoint"], content["epochs"][0]["key"]):
        assert secret not in shown
    with pytest.raises(TypeError):
        pickle.dumps(fresh)


# --- wrapping the keys of objects -------------------------------------------------------


def test_an_identity_is_wrapped_for_its_object_only(fresh: Keyring) -> None:
    epoch, wrapped = fresh.wrap(IDENTITY, ADDRESS)
    assert epoch == 1
    assert IDENTITY.encode() not in wrapped
    assert Keyring.open(fresh.directory).unwrap(epoch, wrapped, ADDRESS) == IDENTITY
    with pytest.raises(KeyringError, match=OTHER_ADDRESS):
        fresh.unwrap(epoch, wrapped, OTHER_ADDRESS)
    for at in (0, 15, len(wrapped) - 1):
        altered = bytearray(wrapped)
        altered[at] ^= 1
        with pytest.raises(KeyringError):
            fresh.unwrap(epoch, bytes(altered), ADDRESS)
    with pytest.raises(KeyringError):
        fresh.unwrap(epoch, b"", ADDRESS)
    assert fresh.wrap(IDENTITY, ADDRESS)[1] != wrapped


def test_a_keyring_holds_several_epochs(fresh: Keyring) -> None:
    first = fresh.wrap(IDENTITY, ADDRESS)
    path = fresh.directory / "installation"
    content = json.loads(path.read_bytes().removeprefix(key_files.UNPROTECTED))
    content["epochs"].append({"number": 2, "key": "11" * 32})
    content["current_epoch"] = 2
    path.write_bytes(key_files.UNPROTECTED + json.dumps(content).encode())
    both = Keyring.open(fresh.directory)
    second = both.wrap(IDENTITY, ADDRESS)
    assert second[0] == 2
    assert both.unwrap(*first, ADDRESS) == both.unwrap(*second, ADDRESS) == IDENTITY
    content["epochs"].pop(0)
    path.write_bytes(key_files.UNPROTECTED + json.dumps(content).encode())
    destroyed = Keyring.open(fresh.directory)
    with pytest.raises(KeyringError, match="epoch 1"):
        destroyed.unwrap(*first, ADDRESS)


def test_a_chosen_origin_is_kept_or_refused(tmp_path: Path) -> None:
    assert (
        Keyring.create(tmp_path / "a", None, origin="example.org/log").origin == "example.org/log"
    )
    with pytest.raises(KeyTextError):
        Keyring.create(tmp_path / "b", None, origin="two words")


# --- changing them ----------------------------------------------------------------------


def test_a_new_epoch_wraps_from_now_on_and_the_old_one_still_opens(fresh: Keyring) -> None:
    before = fresh.wrap(IDENTITY, ADDRESS)
    assert fresh.rotate_epoch() == 2
    assert (fresh.epochs, fresh.current_epoch) == ((1, 2), 2)
    after = fresh.wrap(IDENTITY, ADDRESS)
    again = Keyring.open(fresh.directory)
    assert (before[0], after[0], again.current_epoch) == (1, 2, 2)
    assert again.unwrap(*before, ADDRESS) == again.unwrap(*after, ADDRESS) == IDENTITY
    assert again.entry.verifier == fresh.entry.verifier


def test_an_epoch_is_destroyed_only_when_nothing_needs_it(fresh: Keyring) -> None:
    wrapped, backup = fresh.wrap(IDENTITY, ADDRESS), fresh.backup_identity(1)
    with pytest.raises(EpochInUse, match="current"):
        fresh.destroy_epoch(1, still_used=())
    fresh.rotate_epoch()
    with pytest.raises(EpochInUse, match="still in use"):
        fresh.destroy_epoch(1, still_used={1})
    assert fresh.backup_identity(1) == backup != fresh.backup_identity(2)
    fresh.destroy_epoch(1, still_used={2})
    fresh.destroy_epoch(1, still_used={2})
    for ring in (fresh, Keyring.open(fresh.directory)):
        assert ring.epochs == (2,)
        for attempt in (lambda r: r.unwrap(*wrapped, ADDRESS), lambda r: r.backup_identity(1)):
            with pytest.raises(KeyringError, match="epoch 1"):
                attempt(ring)
    assert fresh.rotate_epoch() == 3  # a number is never given twice


def test_the_bytes_of_the_former_version_are_overwritten(fresh: Keyring) -> None:
    path = fresh.directory / "installation"
    former = path.read_bytes()
    with path.open("rb") as still_open:
        fresh.rotate_epoch()
        assert path.stat().st_ino != os.fstat(still_open.fileno()).st_ino
        left = still_open.read()
    assert len(left) == len(former)
    assert left[:40] != former[:40]
    assert sorted(p.name for p in fresh.directory.iterdir()) == [
        *("installation", "people", "verifiers")
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("call", ["link", "rename", "fsync", "write"])
def test_a_change_that_fails_leaves_the_keys_as_they_were(
    fresh: Keyring, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    wrapped = fresh.wrap(IDENTITY, ADDRESS)

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(f"habeas.custody.keys.key_files.os.{call}", fails)
        with pytest.raises((OSError, StorageFailed), match=r"(?i)input/output"):
            fresh.rotate_epoch()
    assert fresh.current_epoch == 1
    assert Keyring.open(fresh.directory).epochs == (1,)
    assert fresh.rotate_epoch() == 2
    assert Keyring.open(fresh.directory).unwrap(*wrapped, ADDRESS) == IDENTITY
    assert not [*fresh.directory.glob("*.new"), *fresh.directory.glob("*.former")]


def test_a_process_that_was_there_before_takes_up_the_new_epoch(fresh: Keyring) -> None:
    other = Keyring.open(fresh.directory)
    fresh.rotate_epoch()
    other.refresh()
    assert other.current_epoch == 2
    other.rotate_epoch()
    assert fresh.rotate_epoch() == 4  # neither lost the other's
    assert Keyring.open(fresh.directory).epochs == (1, 2, 3, 4)


def test_the_passphrase_can_be_set_and_changed(fresh: Keyring) -> None:
    """One test, because each attempt costs what scrypt is meant to cost."""
    wrapped = fresh.wrap(IDENTITY, ADDRESS)
    fresh.change_passphrase(PASSPHRASE)
    assert key_files.is_protected(fresh.directory)
    fresh.rotate_epoch()
    with pytest.raises(WrongPassphrase):
        Keyring.open(fresh.directory, "another")
    opened = Keyring.open(fresh.directory, PASSPHRASE)
    assert opened.epochs == (1, 2)
    assert opened.unwrap(*wrapped, ADDRESS) == IDENTITY


def test_a_person_changes_their_own_passphrase(fresh: Keyring) -> None:
    person = fresh.add_person(None)
    pseudonym = person.name.rpartition("/")[2]
    keyring.change_person_passphrase(fresh.directory, pseudonym, None, PASSPHRASE)
    with pytest.raises(PassphraseNeeded):
        fresh.person(pseudonym)
    assert fresh.person(pseudonym, PASSPHRASE).verifier == person.verifier


def test_an_identity_is_its_secret_bytes() -> None:
    """age reads what we wrote, and another library finds the same public key."""
    secret = bytes(range(32))
    public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    recipient = age_keys.recipient_of(age_keys.identity_of(secret))
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    number = 0
    for letter in recipient.removeprefix("age1")[:-6]:
        number = number << 5 | alphabet.index(letter)
    assert (number >> 4).to_bytes(32, "big") == public
    with pytest.raises(ValueError, match="32"):
        age_keys.identity_of(b"short")
