"""Who vouches for a captured web archive (WACZ): its signature, checked offline.

A WACZ lists its files with their hashes in ``datapackage.json``, and may hold
``datapackage-digest.json``: the hash of that list and a signature over it, by the key of a browser,
or for a domain by its web certificate with a timestamp ("WACZ Signing and Verification" 0.1.0).
The reading holds the files against the list, in the sandbox; here is only the signature, over two
small things that the reading kept: the document, and the SHA-256 of the list.

What a signature shows: that whoever held that key vouched for these bytes. Not that the pages said
so: the signer is whoever made the capture, never the site that was captured.

Invariants: nothing is fetched; whom to believe is the team's choice (``CaptureTrust``) and never
assumed; a certificate of a test authority is believed by nobody, also where its root is trusted;
every input is bounded before it is parsed; whatever the document says ends in a standing, never in
an error.
"""

from __future__ import annotations

import base64
import datetime
import itertools
import json
import re
from binascii import Error as _Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import verification

from habeas.custody.attestation.timestamps import read_certificates, verify_reply
from habeas.errors import HabeasError

PACKAGE: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"
LARGEST: Final = 256 * 1024  # characters of the document
MOST_APART: Final = datetime.timedelta(minutes=10)  # between what is said and what is stamped
MOST_AGE: Final = datetime.timedelta(hours=48)  # of a certificate, as the specification advises
#: How test authorities name themselves: Let's Encrypt's staging roots, and its former ones.
_TEST = re.compile(r"\(STAGING\)|\bFake LE\b|\bhappy hacker\b|\bmkcert\b|\bPebble\b", re.I)


class SignatureStanding(StrEnum):
    """How a signature stands."""

    NONE = "none"  # there is none
    FALSE = "false"  # what is there does not hold
    TEST = "test"  # it holds, and a test authority, which vouches for nobody, issued it
    UNKNOWN = "unknown"  # it holds, by a key or issuer that nobody here trusts
    SOUND = "sound"  # it holds, by one whom the team trusts


@dataclass(frozen=True, slots=True)
class CaptureTrust:
    """Whom a team believes: roots of web certificates, of stampers, and keys (base64) by name."""

    web: tuple[x509.Certificate, ...] = ()
    stampers: tuple[x509.Certificate, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)


NOBODY: Final = CaptureTrust()


@dataclass(slots=True)
class CaptureSignature:
    """What was found. ``domain`` or ``key`` (base64) is who signed, '' for the other.

    ``chain`` names the domain's certificates, the domain's first and the last one's issuer last;
    ``stamped_at`` is the time by the authority ``stamped_by``; ``created`` is what the signer says.
    """

    standing: SignatureStanding = SignatureStanding.NONE
    domain: str = ""
    key: str = ""
    key_name: str = ""
    chain: tuple[str, ...] = ()
    created: str = ""
    software: str = ""
    stamped_at: datetime.datetime | None = None
    stamped_by: str = ""
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


class _Fault(Exception):
    """Something that does not hold, in words."""


def check_signature(
    document: str, list_sha256: str, trust: CaptureTrust = NOBODY
) -> CaptureSignature:
    """The signature in a ``datapackage-digest.json``, over the list of this SHA-256."""
    found = CaptureSignature()
    try:
        _check(document, f"sha256:{list_sha256}", trust, found)
    except _Fault as fault:
        found.faults.append(f"{fault}.")
    except HabeasError as error:
        found.faults.append(error.message)
    except (x509.ExtensionNotFound, UnsupportedAlgorithm):
        found.faults.append("The signature is by a key or certificate that is not known here.")
    except (KeyError, TypeError, AttributeError, ValueError, _Base64Error, RecursionError):
        found.faults.append("The signature is not written as it must be.")
    if found.faults:
        found.standing = SignatureStanding.FALSE
    return found


def _check(document: str, digest: str, trust: CaptureTrust, found: CaptureSignature) -> None:
    if len(document) > LARGEST:
        raise _Fault(f"{DIGEST} is too large")
    said = json.loads(document)
    if not isinstance(said, dict) or said.get("hash") != digest:
        raise _Fault(f"{DIGEST} is over another list of files")
    signed = said.get("signedData")
    if signed is None:
        return
    if signed["hash"] != digest:
        raise _Fault("The signature is over another list of files")
    found.created, found.software = (_words(signed.get(name)) for name in ("created", "software"))
    if "domainCert" in signed:
        _for_domain(signed, signed["signature"], digest, trust, found)
    else:
        _by_key(signed["publicKey"], signed["signature"], digest, trust, found)


def _words(value: Any) -> str:
    return value[:100] if isinstance(value, str) else ""


def _for_domain(
    signed: dict[str, Any],
    signature: str,
    digest: str,
    trust: CaptureTrust,
    found: CaptureSignature,
) -> None:
    """A signature by the key of a domain's web certificate, at the time of its timestamp."""
    chain = read_certificates(signed["domainCert"].encode())
    domain = signed["domain"]
    named = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if domain not in named.value.get_values_for_type(x509.DNSName):
        raise _Fault(f"The certificate is not of the domain {_words(domain)!r}")
    _verify(chain[0].public_key(), signature, digest)
    for certificate, issuer in itertools.pairwise(chain):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (InvalidSignature, TypeError):
            raise _Fault("The domain's certificates do not follow from each other") from None
    stampers = read_certificates(signed["timestampCert"].encode())
    reply = base64.b64decode(signed["timeSignature"], validate=True)
    stamp = verify_reply(reply, signature.encode(), stampers)
    if not chain[0].not_valid_before_utc <= stamp.time <= chain[0].not_valid_after_utc:
        raise _Fault("The domain's certificate was not valid when it was signed")
    _in_time(found.created, stamp.time, chain[0].not_valid_before_utc, found)
    found.domain, found.stamped_at, found.stamped_by = domain, stamp.time, stamp.authority
    names = [each.subject.rfc4514_string() for each in chain]
    found.chain = (*names, chain[-1].issuer.rfc4514_string())
    if any(_TEST.search(name) for name in found.chain):
        found.standing = SignatureStanding.TEST
        return
    found.doubts += _doubts(chain, domain, stamp.time, trust)
    try:
        if not trust.stampers:
            raise ValueError
        verify_reply(reply, signature.encode(), [*trust.stampers, *_without_roots(stampers)])
    except (HabeasError, ValueError):
        found.doubts.append("No one here trusts the authority of its timestamp.")
    found.standing = SignatureStanding.UNKNOWN if found.doubts else SignatureStanding.SOUND


def _in_time(
    created: str, stamped: datetime.datetime, issued: datetime.datetime, found: CaptureSignature
) -> None:
    """What the signer says of the time must be what the authority says, or nearly."""
    said = datetime.datetime.fromisoformat(created)
    if said.tzinfo is None:
        said = said.replace(tzinfo=datetime.UTC)
    if abs(said - stamped) > MOST_APART:
        raise _Fault("It was not stamped when it says that it was made, within ten minutes")
    if stamped - issued > MOST_AGE:
        found.doubts.append(
            "The certificate was more than 48 hours old when it signed: older than is advised."
        )


def _doubts(
    chain: Sequence[x509.Certificate], domain: str, when: datetime.datetime, trust: CaptureTrust
) -> list[str]:
    """Why the domain's certificates are not believed; none where they are."""
    if trust.web:
        policy = verification.PolicyBuilder().store(verification.Store(list(trust.web)))
        verifier = policy.time(when).build_server_verifier(x509.DNSName(domain))
        try:
            verifier.verify(chain[0], list(chain[1:]))
        except verification.VerificationError:
            pass
        else:
            return []
    return ["No one here trusts the issuer of its certificate."]


def _without_roots(chain: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """A chain's certificates that nobody takes for a root: trust comes from elsewhere."""
    return [each for each in chain if each.issuer != each.subject]


def _by_key(
    written: str, signature: str, digest: str, trust: CaptureTrust, found: CaptureSignature
) -> None:
    """A signature by a key that nobody vouches for, as a browser makes one."""
    key = serialization.load_der_public_key(base64.b64decode(written, validate=True))
    _verify(key, signature, digest)
    found.key = written
    found.key_name = next((name for name, each in trust.keys.items() if each == written), "")
    found.standing = SignatureStanding.SOUND if found.key_name else SignatureStanding.UNKNOWN
    if not found.key_name:
        found.doubts.append("No one here knows whose key it is.")


def _verify(key: Any, signature: str, digest: str) -> None:
    """ECDSA with SHA-256 over the hash as it is written; as DER, or as the two numbers."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _Fault("The signature is by a key of a kind that is not known here")
    raw = base64.b64decode(signature, validate=True)
    width = (key.key_size + 7) // 8
    forms = [raw]
    if len(raw) == 2 * width:  # what a browser writes
        numbers = (int.from_bytes(raw[:width], "big"), int.from_bytes(raw[width:], "big"))
        forms.append(utils.encode_dss_signature(*numbers))
    for form in forms:
        try:
            key.verify(form, digest.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return
    raise _Fault("The signature is false")
