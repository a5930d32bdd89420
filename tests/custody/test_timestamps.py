"""Timestamps of RFC 3161: others' vectors, and an authority made here with ``openssl ts``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from tests.custody.authority import Authority

from habeas.custody.attestation import timestamps
from habeas.custody.attestation.timestamps import (
    TokenOutcome,
    make_request,
    read_certificates,
    stamped_text,
    stamps,
    verify_reply,
)
from habeas.custody.errors import TimestampError, TimestampUnreadable
from habeas.custody.log.checkpoints import sign_checkpoint
from habeas.custody.log.notes import Signer

HELLO = b"hello"
BOTH = ("rfc3161-client", "openssl")


def vector(vectors: Path, name: str) -> tuple[bytes, list[x509.Certificate]]:
    path = vectors / "timestamps" / name
    return path.read_bytes(), read_certificates((path.parent / "ts_chain.pem").read_bytes())


# --- the vectors, as their README says ----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("test_tsa/response.tsr", "2024-10-08 15:40:32"),
        ("test_tsa/response-injected-certs.tsr", "2024-10-08 15:40:32"),
        ("identrust/issue-104.tsr", "2025-03-11 08:52:08"),
        ("sigstage/response-sha256.tsr", "2025-05-09 11:58:55"),
        ("sigstage/response-sha384.tsr", "2025-05-09 11:58:55"),
        ("sigstage/response-sha512.tsr", "2025-05-09 11:58:56"),
        ("sigstage/response-no-embedded-cert.tsr", "2025-06-18 08:13:02"),
    ],
)
def test_these_stamp_hello(vectors: Path, name: str, time: str) -> None:
    reply, chain = vector(vectors, name)
    stamp = verify_reply(reply, HELLO, chain)
    assert f"{stamp.time:%Y-%m-%d %H:%M:%S}" == time
    assert stamp.accepted_by == BOTH
    with pytest.raises(
        TimestampError, match=r"does not hold: rfc3161-client refused .*openssl ref"
    ):
        verify_reply(reply, b"hullo", chain)


def test_certificates_that_have_expired_were_valid_at_the_time(vectors: Path) -> None:
    reply, chain = vector(vectors, "sigstore.mock/response-expired.tsr")
    payload = (vectors / "timestamps" / "sigstore.mock" / "payload").read_bytes()
    stamp = verify_reply(reply, payload, chain)
    assert stamp.accepted_by == BOTH
    assert stamp.time.year == 2023
    assert max(each.not_valid_after_utc for each in chain[:1]) < stamp.time.now(stamp.time.tzinfo)


def test_the_chain_is_needed_where_the_token_has_none(vectors: Path) -> None:
    reply, chain = vector(vectors, "sigstage/response-no-embedded-cert.tsr")
    with pytest.raises(TimestampError):
        verify_reply(reply, HELLO, chain[-1:])


def test_an_invalid_signature_fails(vectors: Path) -> None:
    reply, chain = vector(vectors, "sigstage/response-invalid-signature.tsr")
    with pytest.raises(TimestampError, match="does not hold"):
        verify_reply(reply, HELLO, chain)


def test_a_certificate_that_did_not_sign_is_not_the_signer(vectors: Path) -> None:
    reply, chain = vector(vectors, "test_tsa/response-injected-certs.tsr")
    with pytest.raises(TimestampError, match="not 'Spoofed TSA'"):
        verify_reply(reply, HELLO, chain, signer_name="Spoofed TSA")
    stamp = verify_reply(reply, HELLO, chain, signer_name="Test TSA Timestamping")
    assert stamp.accepted_by == ("rfc3161-client",), "openssl cannot pin a name"


def test_requests_pin_the_nonce(vectors: Path) -> None:
    folder = vectors / "timestamps" / "test_tsa"
    reply, chain = vector(vectors, "test_tsa/response.tsr")
    verify_reply(reply, HELLO, chain, request=(folder / "request.der").read_bytes())
    with pytest.raises(TimestampError, match="Nonce mismatch"):
        verify_reply(reply, HELLO, chain, request=(folder / "other_request.der").read_bytes())


def test_another_authoritys_root_does_not_help(vectors: Path) -> None:
    reply, _ = vector(vectors, "sigstage/response-sha256.tsr")
    _, other = vector(vectors, "test_tsa/response.tsr")
    with pytest.raises(TimestampError):
        verify_reply(reply, HELLO, other)


@pytest.mark.parametrize("name", ["sigstage/response-sha256.tsr", "test_tsa/response.tsr"])
def test_a_changed_byte_is_never_another_truth(vectors: Path, name: str) -> None:
    """Refused, or (in a part that nobody signed) accepted with the same time."""
    reply, chain = vector(vectors, name)
    truth = verify_reply(reply, HELLO, chain).time
    for place in range(7, len(reply), 97):
        changed = bytearray(reply)
        changed[place] ^= 0x20
        try:
            stamp = verify_reply(bytes(changed), HELLO, chain)
        except TimestampError:
            continue
        assert stamp.time == truth


# --- an authority of our own --------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "own")


@pytest.fixture(scope="module")
def data() -> bytes:
    signer = Signer.from_seed("example.org/log", b"l" * 32)
    return stamped_text(sign_checkpoint(signer.name, 7, bytes(32), signer))


def test_a_checkpoints_text_is_stamped(authority: Authority, data: bytes) -> None:
    assert data == b"example.org/log\n7\n" + b"A" * 43 + b"=\n"
    request = make_request(data)
    assert hashlib.sha512(data).digest() in request
    reply = authority.reply(request)
    assert stamps(reply, data)
    assert not stamps(reply, b"other")
    stamp = verify_reply(reply, data, read_certificates(authority.chain), request=request)
    assert stamp.accepted_by == BOTH
    assert stamp.authority == "Test authority"


def test_every_request_has_a_nonce_of_its_own(authority: Authority, data: bytes) -> None:
    first, second = make_request(data), make_request(data)
    assert first != second
    reply, chain = authority.reply(first), read_certificates(authority.chain)
    with pytest.raises(TimestampError):
        verify_reply(reply, data, chain, request=second)
    with pytest.raises(TimestampError):
        verify_reply(reply, data, chain, request=b"junk")


def test_an_encoding_that_a_strict_reader_refuses_is_kept(
    authority: Authority, data: bytes
) -> None:
    """The outer length in more bytes than needed: not DER, and signed all the same."""
    request = make_request(data)
    reply = authority.reply(request)
    assert reply[:2] == b"\x30\x82"
    loose = b"\x30\x84\x00\x00" + reply[2:]
    stamp = verify_reply(loose, data, read_certificates(authority.chain), request=request)
    assert stamp.accepted_by == ("openssl",)
    assert [v.outcome for v in stamp.verdicts] == [TokenOutcome.UNREADABLE, TokenOutcome.ACCEPTED]
    with pytest.raises(TimestampUnreadable, match="cannot pin a name"):
        verify_reply(loose, data, read_certificates(authority.chain), signer_name="Spoofed TSA")


def test_without_openssl_the_other_verifier_decides(
    authority: Authority, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request(data)
    reply = authority.reply(request)
    monkeypatch.setattr(timestamps.shutil, "which", lambda name: None)
    chain = read_certificates(authority.chain)
    stamp = verify_reply(reply, data, chain, request=request)
    assert stamp.accepted_by == ("rfc3161-client",)
    assert stamp.not_judged == ("openssl is not here",)
    with pytest.raises(TimestampError):
        verify_reply(reply, data, chain, request=make_request(data))


def test_a_certificate_for_something_else_does_not_stamp(
    tmp_path: Path, data: bytes, authority: Authority
) -> None:
    """``openssl ts`` will not sign with it, so the reply is another authority's, renamed."""
    plain = Authority(tmp_path / "plain", "Test authority", usage="plain")
    reply = authority.reply(make_request(data))
    chain = read_certificates(plain.chain + (plain.folder / "signer.pem").read_bytes())
    with pytest.raises(TimestampError):
        verify_reply(reply, data, chain)


@pytest.mark.parametrize(
    "reply", [b"", b"junk", b"\x30\x03\x02\x01\x02", b"\x30\x80", bytes(70_000)]
)
def test_what_is_no_reply(authority: Authority, reply: bytes) -> None:
    with pytest.raises(TimestampError) as refused:
        verify_reply(reply, HELLO, read_certificates(authority.chain))
    assert refused.value.next_step


def test_what_is_no_chain(authority: Authority) -> None:
    for junk in (b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n", authority.chain * 17):
        with pytest.raises(TimestampUnreadable):
            read_certificates(junk)
    with pytest.raises(TimestampError, match="certificates"):
        verify_reply(b"x", HELLO, [])
