"""Cosignatures: what is signed, what is refused, what is ignored."""

from __future__ import annotations

import hashlib
import pickle
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from habeas.custody.attestation.cosignatures import (
    LATEST_TIME,
    ML_DSA_44,
    Cosigner,
    CosignerKey,
    add_cosignatures,
    read_cosignatures,
)
from habeas.custody.errors import KeyTextError, NoteError, SignatureError
from habeas.custody.log.checkpoints import open_checkpoint, sign_checkpoint, text_of
from habeas.custody.log.notes import Signer, from_base64, split_note, to_base64
from habeas.custody.standalone import verify

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
        "n+00000000+" + to_base64(b"\x06" + b"x" * 1312),  # the id is of another key
        "n+00000000+" + to_base64(b"\x06" + b"x" * 32),
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


# --- ML-DSA-44 ----------------------------------------------------------------------------

CAROL = Cosigner.from_seed("carol.example/w", b"c" * 32, ML_DSA_44)


def test_an_ml_dsa_cosignature_is_what_the_specification_says() -> None:
    """Put together here from the text of tlog-cosignature, without the module's own functions."""
    _, name, encoded = CAROL.cosign(TEXT, 1_679_315_147).decode().split(" ")
    raw = from_base64(encoded.rstrip("\n"))
    public = MLDSA44PrivateKey.from_seed_bytes(b"c" * 32).public_key()
    digest = hashlib.sha256(b"carol.example/w\n\x06" + public.public_bytes_raw())
    assert raw[:4] == digest.digest()[:4]
    signed = b"subtree/v1\n\0" + b"\x0fcarol.example/w" + (1_679_315_147).to_bytes(8, "big")
    signed += b"\x0fexample.org/log" + bytes(8) + (7).to_bytes(8, "big") + b"r" * 32
    assert (name, len(raw)) == ("carol.example/w", 4 + 8 + 2420)
    public.verify(raw[12:], signed)


def test_an_ml_dsa_key_and_its_cosignature_are_read() -> None:
    key = CosignerKey.parse(CAROL.key.vkey)
    assert key == CAROL.key
    assert from_base64(CAROL.key.vkey.split("+", 2)[2])[0] == 6
    grown, new = add_cosignatures(NOTE, CAROL.cosign(TEXT, 9) + ALICE.cosign(TEXT, 5), [key])
    assert [(one.key, one.time) for one in new] == [(key, 9)]
    other = text_of(ORIGIN, 8, b"r" * 32).encode()
    for text, line in ((other, CAROL.cosign(TEXT, 9)), (TEXT, CAROL.cosign(other, 9))):
        with pytest.raises(SignatureError):
            read_cosignatures(text + b"\n" + line, [key])
    assert open_checkpoint(grown, [LOG.verifier], ORIGIN).size == 7


def test_an_ml_dsa_cosignature_without_a_time_is_no_word_on_the_largest_log() -> None:
    assert read_cosignatures(NOTE + CAROL.cosign(TEXT, 0), [CAROL.key]) == ()


def test_one_seed_and_two_types_are_two_keys() -> None:
    both = [Cosigner.from_seed("carol.example/w", b"c" * 32, kind).key for kind in (4, 6)]
    assert both[0].key_id != both[1].key_id
    assert both[0] != both[1]


def test_the_verifier_handed_out_takes_the_same_ml_dsa_cosignatures_and_no_others() -> None:
    """Two programs with nothing in common: OpenSSL's and the one in plain Python."""
    for time in range(1, 4):
        raw = split_note(TEXT + b"\n" + CAROL.cosign(TEXT, time))[1][0].raw
        assert verify.cosigned_by("carol.example/w", CAROL.key.public, TEXT, time, raw[8:])
        changed = bytearray(raw)
        changed[8 + random.Random(time).randrange(2420)] ^= 1 << time  # noqa: S311 - a fixed seed
        assert CAROL.key.time_signed(TEXT, bytes(changed)) is None
        for signature in (bytes(changed[8:]), raw[8:-1], raw[8:] + b"\0", bytes(2420)):
            assert not verify.cosigned_by(
                "carol.example/w", CAROL.key.public, TEXT, time, signature
            )
        assert not verify.cosigned_by("dave.example/w", CAROL.key.public, TEXT, time, raw[8:])
