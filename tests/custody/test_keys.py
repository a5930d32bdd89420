"""The keyring: made once, opened by the right passphrase only, silent about its secrets."""

from __future__ import annotations

import json
import os
import pickle
import stat
from pathlib import Path

import pytest

from habeas.custody import keys
from habeas.custody.errors import (
    KeyringError,
    KeysExist,
    KeysMissing,
    KeyTextError,
    PassphraseNeeded,
    WrongPassphrase,
)
from habeas.custody.keys import Keyring

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
    assert not keys.is_protected(fresh.directory)


def test_the_names_of_the_keys_say_what_they_sign(fresh: Keyring) -> None:
    person = fresh.add_person(None)
    assert fresh.origin.startswith("habeas/")
    assert fresh.entry.name == f"{fresh.origin}/entry"
    assert fresh.checkpoint.name == fresh.origin
    assert person.name.startswith(f"{fresh.origin}/p-")
    assert fresh.entry.verifier.public != fresh.checkpoint.verifier.public


def test_the_public_keys_need_no_passphrase(fresh: Keyring) -> None:
    person = fresh.add_person(None)
    public = keys.public_keys(fresh.directory)
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
    assert keys.is_protected(directory)
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


def test_a_person_has_a_passphrase_of_their_own(fresh: Keyring) -> None:
    person = fresh.add_person(PASSPHRASE)
    pseudonym = person.name.rpartition("/")[2]
    with pytest.raises(PassphraseNeeded):
        fresh.person(pseudonym)
    assert keys.open_person(fresh.directory, pseudonym, PASSPHRASE).verifier == person.verifier


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
    for bad in (b"", b"nonsense", good[:-20], keys.UNPROTECTED + b"[]", keys.UNPROTECTED + b"{}"):
        path.write_bytes(bad)
        with pytest.raises(KeyringError):
            Keyring.open(fresh.directory)
    path.write_bytes(good.replace(b"habeas-keys/1", b"habeas-keys/2"))
    with pytest.raises(KeyringError, match="format"):
        Keyring.open(fresh.directory)


def test_a_file_with_an_unusable_seed_is_refused_without_showing_it(fresh: Keyring) -> None:
    path = fresh.directory / "installation"
    content = json.loads(path.read_bytes().removeprefix(keys.UNPROTECTED))
    secret = content["entry"]
    path.write_bytes(keys.UNPROTECTED + json.dumps(content | {"entry": secret[:-2]}).encode())
    with pytest.raises((KeyringError, KeyTextError)) as refusal:
        Keyring.open(fresh.directory)
    assert secret[:-2] not in str(refusal.value)


def test_nothing_secret_shows(fresh: Keyring) -> None:
    content = json.loads(
        (fresh.directory / "installation").read_bytes().removeprefix(keys.UNPROTECTED)
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
    content = json.loads(path.read_bytes().removeprefix(keys.UNPROTECTED))
    content["epochs"].append({"number": 2, "key": "11" * 32})
    content["current_epoch"] = 2
    path.write_bytes(keys.UNPROTECTED + json.dumps(content).encode())
    both = Keyring.open(fresh.directory)
    second = both.wrap(IDENTITY, ADDRESS)
    assert second[0] == 2
    assert both.unwrap(*first, ADDRESS) == both.unwrap(*second, ADDRESS) == IDENTITY
    content["epochs"].pop(0)
    path.write_bytes(keys.UNPROTECTED + json.dumps(content).encode())
    destroyed = Keyring.open(fresh.directory)
    with pytest.raises(KeyringError, match="epoch 1"):
        destroyed.unwrap(*first, ADDRESS)


def test_a_chosen_origin_is_kept_or_refused(tmp_path: Path) -> None:
    assert (
        Keyring.create(tmp_path / "a", None, origin="example.org/log").origin == "example.org/log"
    )
    with pytest.raises(KeyTextError):
        Keyring.create(tmp_path / "b", None, origin="two words")
