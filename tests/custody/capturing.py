"""Whoever signs captures for a domain: a web authority of the test's own, and a time authority."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.custody.authority import Authority

from habeas.custody.attestation.timestamps import make_request
from habeas.custody.bundles.wacz import PACKAGE, CaptureTrust

DOMAIN = "capture.example.org"
HOUR = datetime.timedelta(hours=1)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    signing: ec.EllipticCurvePrivateKey,
    begins: datetime.datetime,
    ends: datetime.datetime,
    domain: str = "",
) -> x509.Certificate:
    """A root or intermediate, or with a domain that domain's; as the web's rules want them."""
    public, by = key.public_key(), signing.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(name) if issuer is None else issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=not domain, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=not domain,
                crl_sign=not domain,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if domain:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(signing, hashes.SHA256())


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


class Capturer:
    """``document`` signs a list of files; ``trust`` believes the roots of every one of them."""

    def __init__(self, folder: Path) -> None:
        self.stamps = Authority(folder / "stamps")
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.roots: dict[str, x509.Certificate] = {}
        self.long_ago = datetime.datetime.now(datetime.UTC) - 24 * 365 * HOUR
        self.far_off = self.long_ago + 24 * 3650 * HOUR
        self._root("Example web authority")

    def _root(self, name: str) -> x509.Certificate:
        if name not in self.roots:
            self.roots[name] = _certificate(
                name, self.key, None, self.key, self.long_ago, self.far_off
            )
        return self.roots[name]

    @property
    def trust(self) -> CaptureTrust:
        stamper = x509.load_pem_x509_certificate(self.stamps.chain)
        return CaptureTrust(tuple(self.roots.values()), (stamper,))

    def root(self, name: str) -> bytes:
        """The root of an authority of this name, in PEM."""
        return _pem(self._root(name))

    def write_roots(self, folder: Path) -> None:
        """web.pem, stamps.pem, and leaf.pem, which is no root."""
        (folder / "web.pem").write_bytes(_pem(self.roots["Example web authority"]))
        (folder / "stamps.pem").write_bytes(self.stamps.chain)
        (folder / "leaf.pem").write_bytes((self.stamps.folder / "signer.pem").read_bytes())

    def document(
        self,
        list_sha256: str,
        *,
        authority: str = "Example web authority",
        domain_of: str = DOMAIN,
        issued_before: datetime.timedelta = HOUR,
        valid: datetime.timedelta = 24 * 90 * HOUR,
        created_after: datetime.timedelta = datetime.timedelta(0),
        stranger: bool = False,
        by_leaf: bool = False,
    ) -> dict[str, Any]:
        """``datapackage-digest.json`` over a list of this hash, stamped now."""
        now = datetime.datetime.now(datetime.UTC)
        root, key = self._root(authority), ec.generate_private_key(ec.SECP256R1())
        begins = now - issued_before
        signing = ec.generate_private_key(ec.SECP256R1()) if stranger else self.key
        issuer, ends = root, max(begins, now - HOUR * 2) + valid
        above = [root]
        if by_leaf:
            leaf_key = ec.generate_private_key(ec.SECP256R1())
            issuer = _certificate(
                "other.example", leaf_key, root, self.key, begins, ends, "other.example"
            )
            signing, above = leaf_key, [issuer, root]
        if ends <= begins:
            begins = ends - HOUR
        own = _certificate(DOMAIN, key, issuer, signing, begins, ends, domain_of)
        digest = f"sha256:{list_sha256}"
        signature = base64.b64encode(key.sign(digest.encode(), ec.ECDSA(hashes.SHA256())))
        reply = self.stamps.reply(make_request(signature, nonce=False))
        signed = {
            "hash": digest,
            "created": (now + created_after).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": "test",
            "version": "0.1.0",
            "signature": signature.decode(),
            "domain": DOMAIN,
            "domainCert": _pem(own, *above).decode(),
            "timeSignature": base64.b64encode(reply).decode(),
            "timestampCert": (
                (self.stamps.folder / "signer.pem").read_bytes() + self.stamps.chain
            ).decode(),
        }
        return {"path": PACKAGE, "hash": digest, "signedData": signed}
