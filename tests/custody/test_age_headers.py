"""What an age file may ask of whoever opens it, and that nothing but the format's own passes."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from tests.custody import age_kinds as kinds

from habeas.custody.age_headers import MOST_WORK, check_header, check_passphrase_header
from habeas.custody.errors import AgeRefused, CustodyError, RecoveryCopyLocked
from habeas.custody.keys import age_keys, key_files, passphrase_files, recovery

PATH = Path("file")


def opened(data: bytes) -> bytes:
    """As this program opens what is sealed to a recipient."""
    check_header(data, PATH)
    plain: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(kinds.IDENTITY)])
    return plain


@pytest.mark.parametrize("kind", kinds.SOUND)
def test_what_is_sound_opens(kind: str) -> None:
    assert opened(kinds.SOUND[kind]) in (kinds.PLAIN, bytes(65_536), bytes(65_536) + b"x", b"")


@pytest.mark.parametrize("kind", kinds.UNSOUND)
def test_what_is_not_sound_does_not(kind: str) -> None:
    with pytest.raises((AgeRefused, pyrage.DecryptError)):
        opened(kinds.UNSOUND[kind])


def test_where_the_library_is_laxer_is_known() -> None:
    """docs/methods/custody.md says which; where the library mends one, the page changes."""

    def opens(data: bytes, passphrase: bool) -> bool:
        try:
            if passphrase:
                pyrage.passphrase.decrypt(data, kinds.PASSPHRASE)
            else:
                pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(kinds.IDENTITY)])
        except pyrage.DecryptError:
            return False
        return True

    lax = {kind for kind, data in kinds.UNSOUND.items() if opens(data, False)}
    lax |= {kind for kind, data in kinds.UNSOUND_PASSPHRASE.items() if opens(data, True)}
    assert lax == {"no short last line", "no body", "a factor '10x'"}


@pytest.mark.parametrize("kind", kinds.UNSOUND_PASSPHRASE)
def test_a_key_file_that_is_not_sound_is_refused_in_words(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "installation"
    with pytest.raises(CustodyError) as refused:
        key_files.unprotect(path, kinds.UNSOUND_PASSPHRASE[kind], kinds.PASSPHRASE)
    assert str(path) in refused.value.message


@pytest.mark.parametrize("work", [21, 22, 23, 30, 64, 99])
def test_a_work_factor_is_bounded_before_it_is_tried(work: int, tmp_path: Path) -> None:
    data = kinds.head(kinds.scrypt(said=str(work))) + kinds.payload(kinds.PLAIN)
    with pytest.raises(AgeRefused, match=f"work factor of {work}: .* of memory"):
        key_files.unprotect(tmp_path / "key", data, kinds.PASSPHRASE)


@pytest.mark.parametrize("length", [0, 1, 65_536, 65_537, 131_072])
def test_age_opens_what_is_put_under_a_passphrase_here(length: int) -> None:
    data = bytes(range(256)) * (length // 256 + 1)
    written = passphrase_files.encrypt(data[:length], kinds.PASSPHRASE)
    assert pyrage.passphrase.decrypt(written, kinds.PASSPHRASE) == data[:length]
    assert passphrase_files.decrypt(written, kinds.PASSPHRASE, PATH) == data[:length]
    with pytest.raises(passphrase_files.NotOpened):
        passphrase_files.decrypt(written, "another", PATH)


def test_what_age_puts_under_a_passphrase_is_opened_here() -> None:
    written = pyrage.passphrase.encrypt(kinds.PLAIN, kinds.PASSPHRASE)
    if check_header(written, PATH)[0].arguments[1] > str(MOST_WORK).encode():
        pytest.skip("this machine is so fast that the library writes what is not opened")
    assert passphrase_files.decrypt(written, kinds.PASSPHRASE, PATH) == kinds.PLAIN


@pytest.mark.parametrize("kind", kinds.SOUND_PASSPHRASE)
def test_what_is_sound_under_a_passphrase_opens(kind: str) -> None:
    opened = passphrase_files.decrypt(kinds.SOUND_PASSPHRASE[kind], kinds.PASSPHRASE, PATH)
    assert opened == kinds.PLAIN


@pytest.mark.parametrize("kind", kinds.UNSOUND_PASSPHRASE)
def test_what_is_not_sound_under_a_passphrase_does_not_open(kind: str) -> None:
    with pytest.raises((AgeRefused, passphrase_files.NotOpened)):
        passphrase_files.decrypt(kinds.UNSOUND_PASSPHRASE[kind], kinds.PASSPHRASE, PATH)


def test_every_bit_of_a_file_under_a_passphrase_counts() -> None:
    written = passphrase_files.encrypt(kinds.PLAIN, kinds.PASSPHRASE)
    for at in range(len(written)):
        altered = bytearray(written)
        altered[at] ^= 1
        with pytest.raises((AgeRefused, passphrase_files.NotOpened)):
            passphrase_files.decrypt(bytes(altered), kinds.PASSPHRASE, PATH)


def test_what_this_program_and_age_write_passes(tmp_path: Path) -> None:
    assert check_passphrase_header(key_files.protect({"a": 1}, "words"), PATH) <= MOST_WORK
    for _ in range(200):  # the library adds a stanza that means nothing, of random length
        sealed = recovery.seal({}, [age_keys.recipient_of(kinds.IDENTITY)])
        assert any(stanza.kind == b"X25519" for stanza in check_header(sealed, PATH))


def test_a_recovery_copy_with_an_odd_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(kinds.UNSOUND["no body"])
    with pytest.raises(RecoveryCopyLocked):
        recovery.open_copy(tmp_path / "copy", [kinds.IDENTITY])
