"""Signed notes: only what a known key signed, byte for byte, is believed."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from habeas.custody.errors import KeyTextError, NoteError, SignatureError, UnknownKeyError
from habeas.custody.log import ed25519, notes
from habeas.custody.log.notes import (
    Signer,
    Verifier,
    add_signature,
    open_note,
    sign_note,
    split_note,
)

TEXT = "habeas.example/log\nـ an entry, with text in any script\n\nand an empty line\n"
ALIM = Signer.from_seed("habeas.example/alim", bytes(32))
BARNA = Signer.from_seed("habeas.example/barna", bytes([1]) * 32)


def test_the_note_of_the_go_implementation_is_read_and_made() -> None:
    """PeterNeumann's key and note, from the tests of golang.org/x/mod/sumdb/note."""
    seed = notes.from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    verifier = Verifier.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
        "otpRZb6KE6RyyBwJnAM=\n"
    )
    note = (text + "\n" + line).encode()
    assert open_note(note, [verifier]).text == text
    signer = Signer.from_seed("PeterNeumann", seed)
    assert signer.verifier == verifier
    assert sign_note(text, signer) == note


def test_a_note_opens_under_the_keys_that_signed_it() -> None:
    note = open_note(sign_note(TEXT, ALIM, BARNA), [ALIM.verifier])
    assert note.text == TEXT
    assert [signature.name for signature in note.verified] == [ALIM.name]
    assert [signature.name for signature in note.unverified] == [BARNA.name]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.binary(min_size=32, max_size=32))
def test_any_text_can_be_signed_and_opened(text: str, seed: bytes) -> None:
    signer = Signer.from_seed("someone", seed)
    assert open_note(sign_note(text + "\n", signer), [signer.verifier]).text == text + "\n"


def test_a_verifier_key_reads_back() -> None:
    assert Verifier.parse(ALIM.verifier.vkey) == ALIM.verifier


@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    note = bytearray(sign_note(TEXT, ALIM))
    note[data.draw(st.integers(0, len(note) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NoteError):
        open_note(bytes(note), [ALIM.verifier])


def test_a_false_signature_of_a_known_key_refuses_the_whole_note() -> None:
    note = sign_note(TEXT, ALIM)
    forged = note + BARNA.sign(b"another text\n")
    with pytest.raises(SignatureError, match="barna"):
        open_note(forged, [ALIM.verifier, BARNA.verifier])
    assert open_note(forged, [ALIM.verifier]).unverified


def test_a_key_of_the_same_name_is_not_the_same_key() -> None:
    stranger = Signer.generate(ALIM.name)
    with pytest.raises(UnknownKeyError, match="alim"):
        open_note(sign_note(TEXT, stranger), [ALIM.verifier])


def test_a_partner_adds_a_signature() -> None:
    note = sign_note(TEXT, ALIM)
    text, _ = split_note(note)
    both = open_note(add_signature(note, BARNA.sign(text)), [ALIM.verifier, BARNA.verifier])
    assert len(both.verified) == 2


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"no signature\n",
        b"text\n\n",
        b"text\n\n\n",
        "text\n\n— name\n".encode(),
        b"text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name not base64\n".encode(),
        "text\n\n— na+me AAAAAAAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAAAAAB=\n".encode(),
        "text\n\n— name AAAAAAAAAAAA".encode(),
        "te\x07xt\n\n— name AAAAAAAAAAAA\n".encode(),
        "te\rxt\n\n— name AAAAAAAAAAAA\n".encode(),
        b"te\xffxt\n\n" + "— name AAAAAAAAAAAA\n".encode(),
        b"text\n\n" + "— name AAAAAAAAAAAA\n".encode() * 65,
    ],
)
def test_what_is_not_a_note_is_refused(note: bytes) -> None:
    with pytest.raises(NoteError):
        split_note(note)


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", "\x00\n", ""])
def test_a_text_that_a_note_cannot_hold_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, ALIM)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u2028b", "a\nb", "a\u200fb"])
def test_a_key_name_that_a_note_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(KeyTextError):
        Signer.generate(name)


@pytest.mark.parametrize(
    "change",
    [
        lambda vkey: vkey.replace("alim", "alin"),
        lambda vkey: vkey[:-4],
        lambda vkey: vkey.replace("+AT", "+Bz"),
        lambda vkey: vkey.replace("+", "-"),
        lambda vkey: vkey + "\n",
        lambda vkey: "",
    ],
)
def test_a_damaged_verifier_key_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(KeyTextError):
        Verifier.parse(change(ALIM.verifier.vkey))


def test_the_private_key_does_not_show() -> None:
    assert repr(ALIM) == "Signer('habeas.example/alim')"
    with pytest.raises(TypeError):
        pickle.dumps(ALIM)
    with pytest.raises(AttributeError):
        _ = ALIM.__dict__


def test_signatures_are_those_of_rfc_8032() -> None:
    """RFC 8032, 7.1, test 2: seed, public key, message 0x72 and signature."""
    seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    signer = Signer.from_seed("name", bytes.fromhex(seed))
    expected = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signer.verifier.public.hex().startswith("3d4017c3e843895a92b70aa74d1b7ebc")
    assert signer.verifier.verifies(b"\x72", bytes.fromhex(expected))
    _, (signature,) = split_note(b"\x72\n\n" + signer.sign(b"\x72"))
    assert signature.raw.hex() == expected


def test_only_what_every_verifier_accepts_is_accepted(vectors: Path) -> None:
    """C2SP/CCTV: each vector with any flag is refused, the one without is accepted."""
    cases = json.loads((vectors / "ed25519" / "ed25519vectors.json").read_text())
    assert len(cases) == 914
    for case in cases:
        public, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        accepted = ed25519.is_sound_key(public) and ed25519.verify(
            Ed25519PublicKey.from_public_bytes(public), signature, case["msg"].encode()
        )
        assert accepted == (not case["flags"]), case["number"]


def test_a_low_order_nonce_is_refused_under_a_sound_key(vectors: Path) -> None:
    """Where the key is good, R alone decides."""
    cases = json.loads((vectors / "ed25519" / "ed25519vectors.json").read_text())
    (case,) = [case for case in cases if case["flags"] == ["low_order_R"]]
    public = bytes.fromhex(case["key"])
    assert ed25519.is_sound_key(public)
    verifier = Verifier.of("name", public)
    assert not verifier.verifies(case["msg"].encode(), bytes.fromhex(case["sig"]))


def test_an_s_beyond_the_group_order_is_refused() -> None:
    """The same signature with S + L, which verifiers without the check accept."""
    order = 2**252 + 27742317777372353535851937790883648493
    _, (signature,) = split_note(sign_note("text\n", ALIM))
    s = int.from_bytes(signature.raw[32:], "little") + order
    assert ALIM.verifier.verifies(b"text\n", signature.raw)
    assert not ALIM.verifier.verifies(b"text\n", signature.raw[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("public", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32, bytes(31)])
def test_an_unsound_key_is_no_verifier(public: bytes) -> None:
    with pytest.raises(KeyTextError, match="not a sound"):
        Verifier.of("name", public)
