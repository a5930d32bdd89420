"""Seals of web archives: the reference files, altered ones, and one signed by a key of ours."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from habeas.custody.wacz import DIGEST, PACKAGE, check_wacz

ARCHIVE = "archive/data.warc"


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Writes members as a zip; None leaves one out."""

    def write(members: dict[str, bytes]) -> Path:
        path = tmp_path / "x.wacz"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return path

    return write


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_reference_files(vectors: Path) -> None:
    plain = check_wacz(vectors / "wacz" / "valid_example_1.wacz")
    assert (plain.sound, plain.files, plain.is_signed) == (True, 4, False)
    assert not check_wacz(vectors / "wacz" / "invalid_example_1.wacz").sound
    signed = check_wacz(vectors / "wacz" / "valid_signed_example_1.wacz")
    assert (signed.faults, signed.files, signed.is_signed) == ([], 4, True)
    assert signed.signed_for == "btrix-sign-test.webrecorder.net"
    assert signed.stamped_at is not None
    assert signed.stamped_at.isoformat() == "2022-01-18T19:00:12+00:00"
    assert "R3" in signed.issuers[0]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pages/pages.jsonl", b"p", b"q"),
        (PACKAGE, b"py-wacz 0.4.0", b"py-wacz 0.4.1"),
        (DIGEST, b"fcf066f7", b"fcf066f8"),
        (DIGEST, b"MEYCIQCf", b"MEYCIQCg"),
        (DIGEST, b'"domain": "btrix', b'"domain": "other'),
        (DIGEST, b'"timeSignature": "MII', b'"timeSignature": "MIJ'),
        (DIGEST, b'"signature"', b'"signatory"'),
    ],
)
def test_what_was_altered_is_found(
    vectors: Path, package: Callable[..., Path], name: str, old: bytes, new: bytes
) -> None:
    members = members_of(vectors / "wacz" / "valid_signed_example_1.wacz")
    assert old in members[name]
    altered = check_wacz(package(members | {name: members[name].replace(old, new, 1)}))
    assert altered.faults
    assert name == "pages/pages.jsonl" or not altered.is_signed


def made(data: bytes, key: ec.EllipticCurvePrivateKey, *, raw: bool) -> dict[str, bytes]:
    """A package signed as a browser signs."""
    resource = {"path": ARCHIVE, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    listed = json.dumps({"resources": [resource | {"bytes": len(data)}]}).encode()
    digest = f"sha256:{hashlib.sha256(listed).hexdigest()}"
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
    document = {"path": PACKAGE, "hash": digest, "signedData": signed}
    return {ARCHIVE: data, PACKAGE: listed, DIGEST: json.dumps(document).encode()}


@pytest.mark.parametrize("raw", [True, False])
def test_a_browsers_signature(package: Callable[..., Path], raw: bool) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    found = check_wacz(package(made(b"data", key, raw=raw)))
    assert (found.faults, found.is_signed, found.signed_for) == ([], True, "")
    assert found.signed_by_key
    other = made(b"data", ec.generate_private_key(ec.SECP384R1()), raw=raw)
    mixed = json.loads(other[DIGEST])
    mixed["signedData"]["publicKey"] = found.signed_by_key
    assert check_wacz(package(other | {DIGEST: json.dumps(mixed).encode()})).faults


def test_what_is_not_listed_or_too_much_is_found(package: Callable[..., Path]) -> None:
    members = made(b"data", ec.generate_private_key(ec.SECP384R1()), raw=True)
    assert any("not listed" in f for f in check_wacz(package(members | {"x": b""})).faults)
    assert check_wacz(package(members | {ARCHIVE: b"data and a bomb" * 10_000})).faults
    del members[ARCHIVE]
    assert any("not there" in fault for fault in check_wacz(package(members)).faults)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", b"\x00" * 100])
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert check_wacz(tmp_path / "x").faults == ["It is no zip that can be read."]


def test_what_cannot_be_read_is_a_fault_and_no_traceback(
    package: Callable[..., Path], tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    curve = bytes.fromhex("2a8648ce3d0301")
    unknown = base64.b64encode(der.replace(curve + b"\x07", curve + b"\x09")).decode()
    listed = json.dumps({"resources": []}).encode()
    digest = f"sha256:{hashlib.sha256(listed).hexdigest()}"
    signed = {"hash": digest, "signature": "AA==", "publicKey": unknown}
    document = json.dumps({"hash": digest, "signedData": signed}).encode()
    found = check_wacz(package({PACKAGE: listed, DIGEST: document}))
    assert any("not known here" in fault for fault in found.faults)
    resources = [{"path": [], "hash": "sha256:00", "bytes": 1}]
    assert not check_wacz(package({PACKAGE: json.dumps({"resources": resources}).encode()})).sound
    path = tmp_path / "broken.wacz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(PACKAGE, listed)
        start = archive.getinfo(PACKAGE).header_offset + 30 + len(PACKAGE)
    data = bytearray(path.read_bytes())
    data[start + 9 : start + 15] = b"\xff" * 6
    path.write_bytes(data)
    assert not check_wacz(path).sound
