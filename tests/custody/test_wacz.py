"""Signatures of web archives: the reference one, altered ones, and by certificates of ours."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from tests.custody.capturing import Capturer

from habeas.custody.bundles import wacz
from habeas.custody.bundles.capture_trust import FILE, read_trust
from habeas.custody.bundles.wacz import (
    DIGEST,
    PACKAGE,
    CaptureSignature,
    CaptureTrust,
    SignatureStanding,
    check_signature,
)
from habeas.custody.errors import PolicyError


@pytest.fixture(scope="module")
def reference(vectors: Path) -> tuple[str, str]:
    """The signed package of the specification's authors: its document, the hash of its list."""
    with zipfile.ZipFile(vectors / "wacz" / "valid_signed_example_1.wacz") as archive:
        return archive.read(DIGEST).decode(), hashlib.sha256(archive.read(PACKAGE)).hexdigest()


def root_of(reference: tuple[str, str], name: str, which: int) -> x509.Certificate:
    pem = json.loads(reference[0])["signedData"][name]
    return x509.load_pem_x509_certificates(pem.encode())[which]


def test_the_reference_signature_holds_and_nobody_here_trusts_it(
    reference: tuple[str, str],
) -> None:
    found = check_signature(*reference)
    assert (found.faults, found.standing) == ([], SignatureStanding.UNKNOWN)
    assert found.domain == "btrix-sign-test.webrecorder.net"
    assert found.stamped_at is not None
    assert found.stamped_at.isoformat() == "2022-01-18T19:00:12+00:00"
    assert found.stamped_by == "www.freetsa.org"
    assert found.chain[1] == "CN=R3,O=Let's Encrypt,C=US"
    assert found.doubts == [
        "No one here trusts the issuer of its certificate.",
        "No one here trusts the authority of its timestamp.",
    ]


def test_it_is_sound_by_roots_that_the_team_chose(reference: tuple[str, str]) -> None:
    web, stampers = (
        (root_of(reference, "domainCert", -1),),
        (root_of(reference, "timestampCert", -1),),
    )
    assert (
        check_signature(*reference, CaptureTrust(web, stampers)).standing is SignatureStanding.SOUND
    )
    for half in (
        CaptureTrust(web),
        CaptureTrust((), stampers),
        CaptureTrust(stampers, web),
        CaptureTrust(stampers, stampers),
    ):
        found = check_signature(*reference, half)
        assert (found.standing, bool(found.doubts)) == (SignatureStanding.UNKNOWN, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fcf066f7", "fcf066f8"),
        ("MEYCIQCf", "MEYCIQCg"),
        ('"domain": "btrix', '"domain": "other'),
        ('"timeSignature": "MII', '"timeSignature": "MIJ'),
        ('"signature"', '"signatory"'),
        ('"created": "2022-01-18T19:00:12Z"', '"created": "2022-01-18T19:11:12Z"'),
        ('"created": "2022-01-18T19:00:12Z"', '"created": "yesterday"'),
        ('"created": "2022-01-18T19:00:12Z"', '"created": 7'),
    ],
)
def test_what_was_altered_is_found(reference: tuple[str, str], old: str, new: str) -> None:
    document, digest = reference
    assert old in document
    found = check_signature(document.replace(old, new), digest)
    assert (found.standing, bool(found.faults)) == (SignatureStanding.FALSE, True)


def test_over_another_list_it_is_false(reference: tuple[str, str]) -> None:
    assert check_signature(reference[0], "0" * 64).standing is SignatureStanding.FALSE


@pytest.mark.parametrize(
    "document",
    ["", "[]", "7", "[" * 100_000, '{"hash": 1}', " " * (wacz.LARGEST + 1), "\x00", "null"],
)
def test_what_is_no_document_is_false_and_no_traceback(document: str) -> None:
    assert check_signature(document, "0" * 64).standing is SignatureStanding.FALSE


def test_every_cell_of_the_document_may_be_anything(reference: tuple[str, str]) -> None:
    document, digest = reference
    for name in json.loads(document)["signedData"]:
        for value in (None, 7, [], {}, "", "x", "é", "-----BEGIN CERTIFICATE-----\nAA==\n"):
            said = json.loads(document)
            said["signedData"][name] = value
            found = check_signature(json.dumps(said), digest)
            assert found.standing in (SignatureStanding.FALSE, SignatureStanding.UNKNOWN), (
                name,
                value,
            )


# --- keys of browsers -----------------------------------------------------------------------

DIGEST_OF_NOTHING = hashlib.sha256(b"{}").hexdigest()


def by_key(key: ec.EllipticCurvePrivateKey, *, raw: bool) -> dict[str, Any]:
    """A document as a browser makes one, over a list of this hash."""
    digest = f"sha256:{DIGEST_OF_NOTHING}"
    signature = key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))
    if raw:
        numbers = utils.decode_dss_signature(signature)
        signature = b"".join(number.to_bytes(48, "big") for number in numbers)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = {
        "hash": digest,
        "signature": base64.b64encode(signature).decode(),
        "publicKey": base64.b64encode(public).decode(),
        "created": "2026-01-01T00:00:00Z",
    }
    return {"path": PACKAGE, "hash": digest, "signedData": signed}


def checked(document: dict[str, Any], trust: CaptureTrust = wacz.NOBODY) -> CaptureSignature:
    return check_signature(json.dumps(document), DIGEST_OF_NOTHING, trust)


@pytest.mark.parametrize("raw", [True, False])
def test_a_browser_s_signature_is_by_a_key_that_the_team_names(raw: bool) -> None:
    document = by_key(ec.generate_private_key(ec.SECP384R1()), raw=raw)
    found = checked(document)
    assert (found.faults, found.standing, found.domain) == ([], SignatureStanding.UNKNOWN, "")
    named = checked(document, CaptureTrust(keys={"our laptop": found.key}))
    assert (named.standing, named.key_name) == (SignatureStanding.SOUND, "our laptop")
    other = by_key(ec.generate_private_key(ec.SECP384R1()), raw=raw)
    other["signedData"]["publicKey"] = found.key
    assert checked(other).faults == ["The signature is false."]


def test_no_signature_is_none() -> None:
    document = {"path": PACKAGE, "hash": f"sha256:{DIGEST_OF_NOTHING}"}
    assert checked(document).standing is SignatureStanding.NONE


# --- certificates of ours -------------------------------------------------------------------


@pytest.fixture(scope="module")
def capturer(tmp_path_factory: pytest.TempPathFactory) -> Capturer:
    return Capturer(tmp_path_factory.mktemp("authority"))


def test_a_domain_s_signature_by_an_authority_of_ours(capturer: Capturer) -> None:
    document = capturer.document(DIGEST_OF_NOTHING)
    assert checked(document).standing is SignatureStanding.UNKNOWN
    found = checked(document, capturer.trust)
    assert (found.faults, found.doubts, found.standing) == ([], [], SignatureStanding.SOUND)


@pytest.mark.parametrize(
    "name", ["(STAGING) Pretend Pear X1", "Fake LE Root X1", "mkcert development CA"]
)
def test_a_test_authority_is_never_sound_also_where_its_root_is_trusted(
    capturer: Capturer, name: str
) -> None:
    document = capturer.document(DIGEST_OF_NOTHING, authority=name)
    assert checked(document, capturer.trust).standing is SignatureStanding.TEST


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"domain_of": "elsewhere.example"}, "not of the domain"),
        ({"issued_before": datetime.timedelta(days=-1)}, "not valid"),
        ({"valid": datetime.timedelta(hours=-1)}, "not valid"),
        ({"created_after": datetime.timedelta(minutes=11)}, "within ten minutes"),
        ({"stranger": True}, "do not follow"),
    ],
)
def test_certificates_that_do_not_fit_are_false(
    capturer: Capturer, changed: dict[str, Any], fault: str
) -> None:
    found = checked(capturer.document(DIGEST_OF_NOTHING, **changed), capturer.trust)
    assert found.standing is SignatureStanding.FALSE
    assert fault in found.faults[0]


def test_an_old_certificate_is_a_doubt(capturer: Capturer) -> None:
    old = capturer.document(DIGEST_OF_NOTHING, issued_before=datetime.timedelta(days=9))
    found = checked(old, capturer.trust)
    assert (found.standing, "48 hours" in found.doubts[0]) == (SignatureStanding.UNKNOWN, True)


def test_a_certificate_that_may_not_issue_vouches_for_nobody(capturer: Capturer) -> None:
    """Any holder of a web certificate could sign for any domain otherwise."""
    found = checked(capturer.document(DIGEST_OF_NOTHING, by_leaf=True), capturer.trust)
    assert found.standing is not SignatureStanding.SOUND


# --- whom the team trusts -------------------------------------------------------------------


def test_nobody_is_trusted_without_the_file(tmp_path: Path) -> None:
    assert read_trust(tmp_path) == wacz.NOBODY


def test_the_file_names_roots_and_keys(capturer: Capturer, tmp_path: Path) -> None:
    capturer.write_roots(tmp_path)
    (tmp_path / FILE).write_text(
        'web = ["web.pem"]\ntimestamps = ["stamps.pem"]\n[[key]]\nname = "us"\npublic = "AA=="\n'
    )
    trust = read_trust(tmp_path)
    assert (trust.web, trust.stampers) == (capturer.trust.web[:1], capturer.trust.stampers)
    assert trust.keys == {"us": "AA=="}


@pytest.mark.parametrize(
    "text",
    [
        "web = 1",
        'web = ["nowhere.pem"]',
        'web = ["captures.toml"]',
        "roots = []",
        "web = [1]",
        "= broken",
        '[[key]]\nname = "us"',
        '[[key]]\nname = "us"\npublic = "?"',
        'timestamps = ["leaf.pem"]',
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(
    capturer: Capturer, tmp_path: Path, text: str
) -> None:
    capturer.write_roots(tmp_path)
    (tmp_path / FILE).write_text(text)
    with pytest.raises(PolicyError):
        read_trust(tmp_path)
