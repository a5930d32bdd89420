"""Cosignatures: what is signed, what is refused, what is ignored."""

from __future__ import annotations

import hashlib
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from habeas.custody.checkpoints import open_checkpoint, sign_checkpoint, text_of
from habeas.custody.cosignatures import (
    LATEST_TIME,
    Cosigner,
    CosignerKey,
    add_cosignatures,
    read_cosignatures,
)
from habeas.custody.errors import KeyTextError, NoteError, SignatureError
from habeas.custody.notes import Signer, from_base64, split_note, to_base64

ORIGIN = "example.org/log"
LOG = Signer.from_seed(ORIGIN, b"l" * 32)
ALICE = Cosigner.from_seed("alice.example/w", b"a" * 32)
BOB = Cosigner.from_seed("bob.example/w", b"b" * 32)
TEXT = text_of(ORIGIN, 7, b"r" * 32).encode()
NOTE = sign_checkpoint(ORIGIN, 7, b"r" * 32, LOG).note


def test_a_cosignature_is_what_the_specification_says() -> None:
    """Computed here from the text of tlog-cosignature, without the module's own functions."""
    dash, name, encoded = ALICE.cosign(TEXT, 1_679_315_147).decode().split(" ")
    raw = from_base64(encoded.rstrip("\n"))
    private = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
    public = private.public_key().public_bytes_raw()
    assert (dash, name) == ("—", "alice.example/w")
    assert raw[:4] == hashlib.sha256(b"alice.example/w\n\x04" + public).digest()[:4]
    assert raw[4:12] == (1_679_315_147).to_bytes(8, "big")
    private.public_key().verify(raw[12:], b"cosignature/v1\ntime 1679315147\n" + TEXT)
    assert len(raw) == 76


def test_a_partners_key_is_written_and_read() -> None:
    vkey = ALICE.key.vkey
    assert CosignerKey.parse(vkey) == ALICE.key
    assert from_base64(vkey.split("+", 2)[2])[0] == 4


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "alice.example/w",
        "a b+00000000+" + to_base64(b"\x04" + b"x" * 32),
        LOG.verifier.vkey,  # a log's key: type 0x01
        ALICE.key.vkey.replace("+", "+00000000+", 1),
        ALICE.key.vkey[:-4],
        "n+00000000+" + to_base64(b"\x06" + b"x" * 1312),  # ML-DSA-44
        "n+00000000+" + to_base64(b"\x04" + bytes(32)),  # a point of low order
    ],
)
def test_what_is_no_partners_key_is_refused(vkey: str) -> None:
    with pytest.raises(KeyTextError):
        CosignerKey.parse(vkey)


def test_a_key_id_of_another_key_is_refused() -> None:
    name, _, key = ALICE.key.vkey.split("+", 2)
    with pytest.raises(KeyTextError, match="does not belong"):
        CosignerKey.parse(f"{name}+{BOB.key.key_id:08x}+{key}")


def test_a_cosigned_checkpoint_is_still_a_checkpoint() -> None:
    grown, new = add_cosignatures(NOTE, ALICE.cosign(TEXT, 5), [ALICE.key])
    assert [(one.key, one.time) for one in new] == [(ALICE.key, 5)]
    assert grown.startswith(NOTE)
    assert open_checkpoint(grown, [LOG.verifier], ORIGIN).size == 7


def test_only_known_partners_are_kept() -> None:
    answer = BOB.cosign(TEXT, 5) + ALICE.cosign(TEXT, 6)
    grown, new = add_cosignatures(NOTE, answer, [ALICE.key])
    assert [one.key for one in new] == [ALICE.key]
    assert read_cosignatures(grown, [BOB.key]) == ()


def test_a_false_cosignature_by_a_known_partner_refuses_all() -> None:
    other = text_of(ORIGIN, 8, b"r" * 32).encode()
    with pytest.raises(SignatureError):
        add_cosignatures(NOTE, ALICE.cosign(other, 5), [ALICE.key])
    line = ALICE.cosign(TEXT, 5).decode().split(" ")
    raw = bytearray(from_base64(line[2].rstrip("\n")))
    raw[11] ^= 1  # the time is signed too
    forged = f"{line[0]} {line[1]} {to_base64(bytes(raw))}\n".encode()
    with pytest.raises(SignatureError):
        read_cosignatures(NOTE + forged, [ALICE.key])


def test_a_plain_signature_is_no_cosignature() -> None:
    """The same private key, signing the text as a log does, under the cosigner's key id."""
    plain = Ed25519PrivateKey.from_private_bytes(b"a" * 32).sign(TEXT)
    assert ALICE.key.time_signed(TEXT, plain) is None
    assert ALICE.key.time_signed(TEXT, bytes(8) + plain) is None
    _, signatures = split_note(NOTE + ALICE.cosign(TEXT, 5))
    assert signatures[1].key_id != Signer.from_seed("alice.example/w", b"a" * 32).verifier.key_id


def test_a_newer_cosignature_replaces_the_older() -> None:
    once, _ = add_cosignatures(NOTE, ALICE.cosign(TEXT, 5), [ALICE.key])
    twice, _ = add_cosignatures(once, ALICE.cosign(TEXT, 9), [ALICE.key])
    assert len(split_note(twice)[1]) == 2
    assert [one.time for one in read_cosignatures(twice, [ALICE.key])] == [9]


@pytest.mark.parametrize("time", [-1, LATEST_TIME + 1])
def test_a_time_that_cannot_be_is_refused(time: int) -> None:
    with pytest.raises(NoteError):
        ALICE.cosign(TEXT, time)


def test_a_time_beyond_the_limit_is_false() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
    late = LATEST_TIME + 1
    signed = private.sign(b"cosignature/v1\ntime %d\n" % late + TEXT)
    assert ALICE.key.time_signed(TEXT, late.to_bytes(8, "big") + signed) is None


def test_a_private_key_shows_nothing() -> None:
    assert "alice" in repr(ALICE)
    with pytest.raises(TypeError):
        pickle.dumps(ALICE)
    with pytest.raises(KeyTextError):
        Cosigner.from_seed("alice.example/w", b"short")
