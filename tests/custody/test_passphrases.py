"""New passphrases that can be guessed are refused; those in use go on opening their keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from habeas.custody.errors import PassphraseWeak
from habeas.custody.keys import key_files, passphrases
from habeas.custody.keys.keyring import Keyring, change_person_passphrase

GOOD = "a passphrase of some length"


@pytest.mark.parametrize(
    "weak",
    [
        "x", " ", "pass", "password", "password1234", "12345678901234567890", "aaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqrstuvwxyz", "abababababababab", "passwordpassword", "        x       ",
        "zyxwvutsrqponm", "qwertyuiop", "Password2024!!!", "йцукенгшщз", "xyxyxyxyxyxyxyxyy",
        "拘留所", "ئۇيغۇر",
    ],
)  # fmt: skip
def test_what_is_short_or_a_pattern_is_refused(weak: str) -> None:
    with pytest.raises(PassphraseWeak) as refused:
        passphrases.check_new(weak)
    assert "six words" in str(refused.value.next_step)


@pytest.mark.parametrize(
    "good",
    [
        GOOD,
        "clasp-oboe-rivet-muzzle",
        "七月里没有人再提起那件事",
        "بۇ ئىشنى ھېچكىم ئۇنتۇمايدۇ",
        "Tr0ub4dor&3xqz",
        "mine alone",
    ],
)
def test_what_nobody_guesses_is_taken(good: str) -> None:
    passphrases.check_new(good)


def test_each_way_to_a_new_passphrase_asks(tmp_path: Path) -> None:
    with pytest.raises(PassphraseWeak):
        Keyring.create(tmp_path / "weak", "x")
    assert not (tmp_path / "weak" / "installation").exists()
    keyring = Keyring.create(tmp_path / "keys", None)
    for attempt in (
        lambda: keyring.change_passphrase("x"),
        lambda: keyring.add_person("x"),
        lambda: keyring.copy_to(tmp_path / "copy", "x"),
        lambda: key_files.write_key_file(tmp_path / "witness", {}, "x"),
    ):
        with pytest.raises(PassphraseWeak):
            attempt()
    person = keyring.add_person(None)
    with pytest.raises(PassphraseWeak):
        change_person_passphrase(tmp_path / "keys", person.name.rpartition("/")[2], None, "x")
    assert Keyring.open(tmp_path / "keys", None).origin == keyring.origin


def test_keys_under_a_short_passphrase_still_open_and_change(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path / "keys", None)
    path = tmp_path / "keys" / "installation"
    content = key_files.unprotect(path, path.read_bytes(), None)
    key_files.replace(path, key_files.protect(content, "x"))  # as it was made before
    old = Keyring.open(tmp_path / "keys", "x")
    assert old.origin == keyring.origin
    old.change_passphrase(GOOD)
    assert Keyring.open(tmp_path / "keys", GOOD).origin == keyring.origin
